"""Account bases of a plan's leaves: how many customers each had, and how many bought, at the end of every year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.forecasting import sales_of_orders
from salescope.project import Workspace
from salescope.sources import read_table

__all__ = ["plan_accounts"]

Floats = npt.NDArray[np.float64]

YEAR = 12
# With fewer years no account base says anything, see `salescope.planning.potential`.
FEWEST_YEARS = 3
CUSTOMER, UNKNOWN = "customer_id", "unknown"


def plan_accounts(workspace: Workspace, keys: pd.DataFrame, *, past: Floats, until: pd.Timestamp) -> dict[str, Floats]:
    """Counts the customers of each leaf at the end of every year.

    Parameters
    ----------
    workspace : Workspace
        Its table "orders", and "products" and "customers" where attributes of the leaves are there.
    keys : DataFrame of str, shape (n_leaves, n_levels)
        The attributes of each leaf.
    past : ndarray of float, shape (n_leaves, n_years)
        Sales of the years, the newest last; NaN where a leaf had not begun.
    until : Timestamp
        Where the newest year ends, the first day of a month; only earlier orders count.

    Returns
    -------
    dict of str to ndarray of float, shape (n_leaves, n_years)
        ``customers``, who ever bought until then, and ``recent customers``, who did in the year; NaN as in `past`.
        Nothing with fewer than three years, or where orders do not tell customers.
    """
    if past.shape[1] < FEWEST_YEARS:
        return {}
    products, customers = (
        read_table(workspace, name).frame if name in workspace.tables else None for name in ("products", "customers")
    )
    orders = read_table(workspace, "orders").frame
    if CUSTOMER not in orders:
        return {}
    by = list(dict.fromkeys([*map(str, keys), CUSTOMER]))
    bought = sales_of_orders(orders, by=by, frequency="month", as_of=until, products=products, customers=customers)
    bought = bought[(bought["y"] > 0.0) & bought["date"].notna() & (bought[CUSTOMER] != UNKNOWN)]
    leaves = pd.MultiIndex.from_frame(keys.astype(str))
    leaf = leaves.get_indexer(pd.MultiIndex.from_frame(bought[list(keys)].astype(str)))
    back = (until.year - bought["date"].dt.year) * YEAR + until.month - bought["date"].dt.month - 1
    year = past.shape[1] - 1 - back.to_numpy(dtype=np.int64) // YEAR
    told = pd.DataFrame({"leaf": leaf, "customer": bought[CUSTOMER].to_numpy(), "year": year})
    told = told[told["leaf"] >= 0].drop_duplicates().sort_values("year", kind="stable")
    first = told.drop_duplicates(["leaf", "customer"])
    ever = _counted(first.assign(year=first["year"].clip(lower=0)), shape=past.shape).cumsum(axis=1)
    recent = _counted(told[told["year"] >= 0], shape=past.shape)
    known = np.isfinite(past)
    return {"customers": np.where(known, ever, np.nan), "recent customers": np.where(known, recent, np.nan)}


def _counted(told: pd.DataFrame, *, shape: tuple[int, ...]) -> Floats:
    counts = np.zeros(shape)
    np.add.at(counts, (told["leaf"].to_numpy(), told["year"].to_numpy()), 1.0)
    return counts
