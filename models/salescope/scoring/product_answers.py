"""From ranked products to the frame that people read: each with the reason that weighs most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from salescope.scoring.baskets import Baskets, Ints
from salescope.scoring.product_ranks import Catalogue, Ranked
from salescope.scoring.product_reasons import ProductReasons

__all__ = ["Buyers", "answer_frame"]

MOST_OTHERS = 2
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Buyers:
    """Holds what the reasons of recommended products are told from.

    Parameters
    ----------
    baskets : Baskets
        Who bought what, of the catalogue's products in their positions.
    owned : csr_array of float64, shape (n_customers + 1, n_products)
        On how many days each bought each, older days less; the last row is nobody's.
    rows : ndarray of int64, shape (n_rows,)
        The row of each customer that is asked for.
    """

    baskets: Baskets
    owned: sp.csr_array
    rows: Ints


def answer_frame(
    best: Iterable[Ranked], *, catalogue: Catalogue, buyers: Buyers, reasons: ProductReasons
) -> pd.DataFrame:
    """Lays ranked products under each other.

    Parameters
    ----------
    best : iterable of Ranked, shape (n_rows,)
        The products of every customer that is asked for.
    catalogue : Catalogue
        What was learned.
    buyers : Buyers
        Who bought what.
    reasons : ProductReasons
        The words.

    Returns
    -------
    DataFrame, shape (n_recommended, 5)
        "row" (the position of the customer), "rank", "product_id", "score" and "because".
    """
    writer = _Writer(catalogue, buyers, reasons=reasons)
    row: list[int] = []
    rank: list[int] = []
    product: list[str] = []
    score: list[float] = []
    because: list[str] = []
    for position, ranks in enumerate(best):
        row.extend([position] * len(ranks.product))
        rank.extend(range(1, len(ranks.product) + 1))
        product.extend(catalogue.products[place] for place in ranks.product)
        score.extend(ranks.score.tolist())
        because.extend(
            writer.reason(int(buyers.rows[position]), ranks, place=place) for place in range(len(ranks.product))
        )
    return pd.DataFrame(
        {
            "row": pd.Series(row, dtype=np.int64),
            "rank": pd.Series(rank, dtype=np.int64),
            "product_id": pd.Series(product, dtype=TEXT),
            "score": pd.Series(score, dtype=np.float64),
            "because": pd.Series(because, dtype=TEXT),
        }
    )


class _Writer:
    """Finds the reason that weighs most, and what it speaks of."""

    def __init__(self, catalogue: Catalogue, buyers: Buyers, *, reasons: ProductReasons) -> None:
        self.catalogue, self.buyers, self.reasons = catalogue, buyers, reasons
        self.leading = catalogue.similar.T.tocsr()
        self.width = max(1, len(catalogue.products))
        # Sorted, as the purchases are.
        self.pairs = buyers.baskets.customer * self.width + buyers.baskets.product
        self.shares = catalogue.shares

    def reason(self, row: int, ranks: Ranked, *, place: int) -> str:
        product = int(ranks.product[place])
        own, together, popular = ranks.own[place], ranks.together[place], ranks.popular[place]
        if own > 0 and own >= together + popular:
            return self._bought(row, product)
        if together > 0 and together >= popular:
            return self.reasons.together([self.catalogue.products[other] for other in self._others(row, product)])
        return self.reasons.popular(share=float(self.shares[product]), days=self.catalogue.popular_days)

    def _bought(self, row: int, product: int) -> str:
        low, high = np.searchsorted(self.pairs, [row * self.width + product, row * self.width + product + 1])
        ages = self.buyers.baskets.age[low:high]
        gap = float((ages[-1] - ages[0]) / max(1, len(ages) - 1))
        return self.reasons.bought(times=len(ages), gap=gap, last=float(ages[0]))

    def _others(self, row: int, product: int) -> list[int]:
        """Finds the customer's products that speak most for this one."""
        owned, leading = self.buyers.owned, self.leading
        mine = slice(owned.indptr[row], owned.indptr[row + 1])
        theirs = slice(leading.indptr[product], leading.indptr[product + 1])
        shared, at, to = np.intersect1d(owned.indices[mine], leading.indices[theirs], return_indices=True)
        weight = owned.data[mine][at] * leading.data[theirs][to]
        return [int(shared[place]) for place in np.lexsort((shared, -weight))[:MOST_OTHERS]]
