"""The catalogue that a product recommender learned, and the ranking of its products for each customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from salescope.frames.errors import OutOfRangeError
from salescope.scoring.baskets import Baskets, Floats, Ints

__all__ = ["Catalogue", "Ranked", "Rates", "Wish", "catalogue_of", "ranked"]

# Customers times products of a block: about 32 MB a matrix.
CELLS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Holds what was learned about products.

    Parameters
    ----------
    products : tuple of str, shape (n_products,)
        The ids, sorted by code point.
    similar : csr_array of float64, shape (n_products, n_products)
        Row i holds the products that go with product i, 0 to 1.
    buyers : ndarray of int64, shape (n_products,)
        How many customers bought each product lately.
    customers : int
        How many customers ordered lately.
    popular_days : int
        What lately means, days.
    on_sale : ndarray of bool, shape (n_products,)
        Whether it may be recommended.
    """

    products: tuple[str, ...]
    similar: sp.csr_array
    buyers: Ints
    customers: int
    popular_days: int
    on_sale: npt.NDArray[np.bool_]

    @property
    def shares(self) -> Floats:
        """Gives the share of late customers who bought each product, shape (n_products,)."""
        return self.buyers / max(self.customers, 1)


@dataclass(frozen=True, slots=True)
class Rates:
    """Says what the parts of a score count, see `salescope.scoring.products.ProductRecommender`."""

    half_life: float
    in_demand: float
    together: float
    popular: float


@dataclass(frozen=True, slots=True)
class Wish:
    """Says what is asked for.

    Parameters
    ----------
    k : int
        How many products a customer at most.
    repeat : bool
        Whether what was bought already may come again.

    Raises
    ------
    OutOfRangeError
        When no product is asked for.
    """

    k: int
    repeat: bool

    def __post_init__(self) -> None:
        if not self.k >= 1:
            raise OutOfRangeError(self.k, name="k", where="recommend", least=1)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Holds the products of one customer, best first.

    Parameters
    ----------
    product : ndarray of int64, shape (n_best,)
        Positions in the catalogue.
    score, own, together, popular : ndarray of float64, shape (n_best,)
        The score and its three parts: it is the first, or the sum of the other two where that is more.
    """

    product: Ints
    score: Floats
    own: Floats
    together: Floats
    popular: Floats


def catalogue_of(baskets: Baskets, *, similar: sp.csr_array, popular_days: int, sold_within: int | None) -> Catalogue:
    """Learns what is popular and what is on sale.

    Parameters
    ----------
    baskets : Baskets
        Who bought what.
    similar : csr_array of float64, shape (n_products, n_products)
        What goes with what.
    popular_days : int
        What lately means; doubled until somebody ordered.
    sold_within : int or None
        Days without a sale after which a product is taken to be off sale.

    Returns
    -------
    Catalogue
    """
    days = popular_days
    while len(baskets.age) and baskets.age.min() > days:
        days *= 2
    late = baskets.age <= days
    pairs = np.unique(np.column_stack([baskets.product[late], baskets.customer[late]]), axis=0)
    latest = np.full(len(baskets.products), np.inf)
    np.minimum.at(latest, baskets.product, baskets.age)
    return Catalogue(
        products=baskets.products,
        similar=similar,
        buyers=np.bincount(pairs[:, 0], minlength=len(baskets.products)),
        customers=len(np.unique(pairs[:, 1])),
        popular_days=days,
        on_sale=latest <= (np.inf if sold_within is None else sold_within),
    )


def ranked(owned: sp.csr_array, catalogue: Catalogue, *, rates: Rates, wish: Wish) -> Iterator[Ranked]:
    """Ranks the products for every customer.

    Parameters
    ----------
    owned : csr_array of float64, shape (n_customers, n_products)
        On how many days each bought each, older days less.
    catalogue : Catalogue
        What was learned.
    rates : Rates
        What the parts count.
    wish : Wish
        What is asked for.

    Yields
    ------
    Ranked
        The customer's best products of a score above 0, in the order of the customers; among equal scores the lower
        position comes first. A customer has the same bits alone and among others.
    """
    block = max(1, CELLS // max(1, len(catalogue.products)))
    popular = rates.popular * catalogue.shares
    demand = 1.0 + rates.in_demand * catalogue.shares
    for start in range(0, owned.shape[0], block):
        mine = owned[start : start + block]
        own = mine.toarray() * demand
        together = rates.together * (mine @ catalogue.similar).toarray()
        score = np.maximum(own, together + popular)
        score[:, ~catalogue.on_sale] = 0.0
        if not wish.repeat:
            score[own > 0] = 0.0
        for row in range(len(score)):
            best = _best(score[row], k=wish.k)
            yield Ranked(best, score[row, best], own[row, best], together[row, best], popular[best])


def _best(score: Floats, *, k: int) -> Ints:
    """Finds the positions of the k highest scores above 0; a whole sort of a large catalogue would take the time."""
    least = np.partition(score, len(score) - k)[-k] if k < len(score) else 0.0
    kept = np.flatnonzero((score >= least) & (score > 0))
    return kept[np.argsort(-score[kept], kind="stable")][:k].astype(np.int64)
