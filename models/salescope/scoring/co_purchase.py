"""Which products are bought together: a cosine between products over baskets, the nearest few of each kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from salescope.scoring.baskets import Baskets, Floats, Ints

__all__ = ["CoPurchaseRule", "co_purchases", "decayed_counts"]

# Products a block: bounds the memory of the product of two sparse matrices, whatever the catalogue.
BLOCK = 1_000
DECIMALS = 4
# What is long ago still counts more than nothing, so that no sum of squares vanishes.
LEAST = 1e-100


@dataclass(frozen=True, slots=True)
class CoPurchaseRule:
    """Says how baskets become similarities of products.

    Parameters
    ----------
    half_life : float
        Days after which a basket counts half.
    neighbours : int
        At most so many similar products are kept for each.
    fewest : int
        Products that shared fewer baskets are not similar: once may be chance.
    """

    half_life: float
    neighbours: int
    fewest: int


def decayed_counts(baskets: Baskets, *, half_life: float) -> sp.csr_array:
    """Counts on how many days each customer bought each product, older days less.

    Parameters
    ----------
    baskets : Baskets
        Who bought what.
    half_life : float
        Days after which a purchase counts half.

    Returns
    -------
    csr_array of float64, shape (n_customers, n_products)
        The sum of 0.5 ** (age / half_life); a customer's row does not depend on others.

    Examples
    --------
    >>> lines = [{"ordered_at": day, "product_id": "nut", "quantity": 1} for day in ("2024-01-01", "2024-06-29")]
    >>> baskets = Baskets.from_records([{"orders": lines, "as_of": "2024-06-30"}])
    >>> decayed_counts(baskets, half_life=1.0).toarray().round(6).tolist()
    [[0.5]]
    """
    width = len(baskets.products)
    pair, group = np.unique(baskets.customer * max(width, 1) + baskets.product, return_inverse=True)
    # One after the other in their sorted order, so that a customer has the same bits alone and among others.
    weight = np.bincount(group, weights=_decay(baskets.age, half_life=half_life), minlength=len(pair))
    place = np.divmod(pair, max(width, 1))
    return sp.csr_array((weight, place), shape=(len(baskets.customers), width))


def co_purchases(baskets: Baskets, *, rule: CoPurchaseRule) -> sp.csr_array:
    """Learns which products are bought together.

    Parameters
    ----------
    baskets : Baskets
        Who bought what; a basket is everything that one customer bought on one day.
    rule : CoPurchaseRule
        How it is learned.

    Returns
    -------
    csr_array of float64, shape (n_products, n_products)
        Row i holds the products most similar to product i, none to itself, from above 0 to 1 in four decimals.

    Notes
    -----
    The cosine of two products over baskets (B. Sarwar, G. Karypis, J. Konstan, J. Riedl, "Item-based collaborative
    filtering recommendation algorithms", WWW 2001), each basket weighed by its age and by one over its size: a basket
    of 300 products says less of each pair than one of three.

    Examples
    --------
    >>> baskets = Baskets.from_records([{"products": ["bolt", "nut"]}] * 3 + [{"products": ["nut", "saw"]}])
    >>> rule = CoPurchaseRule(half_life=180.0, neighbours=10, fewest=2)
    >>> co_purchases(baskets, rule=rule).toarray().tolist()
    [[0.0, 0.866, 0.0], [0.866, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    weighted, plain = _basket_matrices(baskets, half_life=rule.half_life)
    width = len(baskets.products)
    length = np.sqrt(np.bincount(weighted.indices, weights=weighted.data**2, minlength=width))
    weighted.data = weighted.data / length[weighted.indices]
    rows = [
        row
        for start in range(0, width, BLOCK)
        for row in _nearest(weighted, plain, start=start, stop=min(start + BLOCK, width), rule=rule)
    ]
    sizes = np.array([len(indices) for indices, _ in rows], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    indices = np.concatenate([np.empty(0, dtype=np.int64), *(indices for indices, _ in rows)])
    values = np.concatenate([np.empty(0), *(values for _, values in rows)])
    return sp.csr_array((values, indices, starts), shape=(width, width))


def _decay(age: Floats, *, half_life: float) -> Floats:
    return np.maximum(0.5 ** (age / half_life), LEAST)


def _basket_matrices(baskets: Baskets, *, half_life: float) -> tuple[sp.csr_array, sp.csr_array]:
    """Gives baskets by products, weighed and as ones; baskets are sorted, so sums over them keep their bits."""
    order = np.lexsort((baskets.product, baskets.age, baskets.customer))
    customer, age = baskets.customer[order], baskets.age[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (customer[1:] != customer[:-1]) | (age[1:] != age[:-1])
    basket = np.cumsum(begins) - 1
    shape = (int(begins.sum()), len(baskets.products))
    weight = np.sqrt(_decay(age, half_life=half_life) / np.bincount(basket)[basket])
    place = (basket, baskets.product[order])
    return sp.csr_array((weight, place), shape=shape), sp.csr_array((np.ones(len(order)), place), shape=shape)


def _nearest(
    weighted: sp.csr_array, plain: sp.csr_array, *, start: int, stop: int, rule: CoPurchaseRule
) -> Iterator[tuple[Ints, Floats]]:
    """Gives the neighbours of a block of products, each row sorted by position."""
    cosine = (weighted[:, start:stop].T.tocsr() @ weighted).tocsr()
    shared = (plain[:, start:stop].T.tocsr() @ plain).tocsr()
    # Both hold the same places; sorting lays them out alike.
    cosine.sort_indices()
    shared.sort_indices()
    for row in range(stop - start):
        span = slice(cosine.indptr[row], cosine.indptr[row + 1])
        indices, values = cosine.indices[span], np.round(cosine.data[span], DECIMALS)
        kept = (shared.data[span] >= rule.fewest) & (indices != start + row) & (values > 0)
        indices, values = indices[kept], values[kept]
        nearest = np.sort(np.lexsort((indices, -values))[: rule.neighbours])
        yield indices[nearest].astype(np.int64), values[nearest]
