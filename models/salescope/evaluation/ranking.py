"""How good recommended products are, judged on what customers bought later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError

__all__ = ["ndcg_at_k", "recall_at_k"]


def recall_at_k(recommended: pd.DataFrame, bought: pd.DataFrame, *, k: int = 10) -> float:
    """Gives the share of what customers bought later that was among their first k recommended products.

    Parameters
    ----------
    recommended : DataFrame, shape (n_recommended, n_columns)
        "customer_id", "rank" (from 1, each once a customer) and "product_id".
    bought : DataFrame, shape (n_bought, n_columns)
        "customer_id" and "product_id"; a product counts once a customer.
    k : int, default 10
        How many ranks count.

    Returns
    -------
    float
        The mean over the customers who bought, whether anything was recommended to them or not; 0 to 1, and below 1
        wherever somebody bought more than k products.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    MisalignedError
        If nobody bought anything, or a customer has a product or a rank twice.
    OutOfRangeError
        If k is below 1.

    Examples
    --------
    >>> recommended = pd.DataFrame({"customer_id": "a", "rank": [1, 2], "product_id": ["nut", "bolt"]})
    >>> bought = pd.DataFrame({"customer_id": ["a", "a", "b"], "product_id": ["bolt", "saw", "nut"]})
    >>> recall_at_k(recommended, bought, k=2), recall_at_k(recommended, bought, k=1)
    (0.25, 0.0)
    """
    hits, later = _hits(recommended, bought, k=k)
    found = hits.groupby("customer_id").size().reindex(later.index, fill_value=0)
    return float((found / later).mean())


def ndcg_at_k(recommended: pd.DataFrame, bought: pd.DataFrame, *, k: int = 10) -> float:
    """Gives how high in the first k recommended products stands what customers bought later.

    Parameters
    ----------
    recommended : DataFrame, shape (n_recommended, n_columns)
        "customer_id", "rank" (from 1, each once a customer) and "product_id".
    bought : DataFrame, shape (n_bought, n_columns)
        "customer_id" and "product_id"; a product counts once a customer.
    k : int, default 10
        How many ranks count.

    Returns
    -------
    float
        The mean over the customers who bought; 1 where the first ranks, as many as were bought, all hit.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    MisalignedError
        If nobody bought anything, or a customer has a product or a rank twice.
    OutOfRangeError
        If k is below 1.

    Notes
    -----
    A hit on rank r counts 1 / log2(r + 1), divided by what the best order would have counted (K. Järvelin, J.
    Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20, 2002).

    Examples
    --------
    >>> recommended = pd.DataFrame({"customer_id": "a", "rank": [1, 2], "product_id": ["nut", "bolt"]})
    >>> round(ndcg_at_k(recommended, pd.DataFrame({"customer_id": ["a"], "product_id": ["bolt"]})), 4)
    0.6309
    """
    hits, later = _hits(recommended, bought, k=k)
    gain = 1.0 / np.log2(hits["rank"].to_numpy(dtype=np.float64) + 1.0)
    gained = pd.Series(gain, index=hits["customer_id"]).groupby(level=0).sum().reindex(later.index, fill_value=0.0)
    best = np.cumsum(1.0 / np.log2(np.arange(2.0, k + 2.0)))
    return float((gained / best[np.minimum(later, k) - 1]).mean())


def _hits(recommended: pd.DataFrame, bought: pd.DataFrame, *, k: int) -> tuple[pd.DataFrame, pd.Series]:
    """Finds the recommended products that were bought, and how many each customer bought."""
    if not k >= 1:
        raise OutOfRangeError(k, name="k", where="the ranks that count", least=1)
    for frame, needed in (
        (recommended, ("customer_id", "rank", "product_id")),
        (bought, ("customer_id", "product_id")),
    ):
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            raise MissingColumnError(missing, where="products", present=[str(name) for name in frame.columns])
    for unique in ("rank", "product_id"):
        if recommended.duplicated(["customer_id", unique]).any():
            found = f"a customer with one {unique} twice"
            raise MisalignedError("recommended", found=found, accepted="each rank and product once a customer")
    wanted = bought[["customer_id", "product_id"]].drop_duplicates()
    if wanted.empty:
        raise MisalignedError("bought", found="no row", accepted="products that at least one customer bought")
    first = recommended.loc[recommended["rank"] <= k, ["customer_id", "rank", "product_id"]]
    return first.merge(wanted, on=["customer_id", "product_id"]), wanted.groupby("customer_id").size()
