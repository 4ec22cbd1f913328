"""Products: categories, prices, and how a product's share rises after its launch and fades with age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.simulation.labels import labelled, numbered
from salescope.simulation.period import Floats, Ints, Period

__all__ = ["CATEGORIES", "Catalogue", "draw_catalogue", "products_table"]

CATEGORIES = ("Tools", "Fasteners", "Electrical", "Safety", "Plumbing", "Paint")
PRICE_LEVEL = np.array([85.0, 9.0, 38.0, 24.0, 46.0, 31.0])
LAUNCHED_IN_PERIOD = 0.2
RAMP_DAYS = 45.0
FADE_DAYS = 1_500.0
YEARLY_PRICE_RISE = 0.03


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Holds the products as arrays of shape ``(n_products,)``.

    Parameters
    ----------
    category : ndarray of int
        Position in `CATEGORIES`; every category has a product from before the start.
    list_price : ndarray of float
        Money at the start of the history.
    launched : ndarray of float
        First day of sale, days since the start; negative before it.
    appeal : ndarray of float
        Weight among the products of its category when new.
    pack : ndarray of float
        Extra pieces a line holds on average, for a customer of size one.
    """

    category: Ints
    list_price: Floats
    launched: Floats
    appeal: Floats
    pack: Floats

    def mix(self, days: Floats) -> Floats:
        """Computes each product's share of its category.

        Parameters
        ----------
        days : ndarray of float, shape (n_days,)
            Days since the start.

        Returns
        -------
        ndarray of float, shape (n_days, n_products)
            Shares that sum to one over the products of a category.
        """
        age = days[:, None] - self.launched + 1
        weight = np.where(age > 0, self.appeal * -np.expm1(-age / RAMP_DAYS) * np.exp(-age / FADE_DAYS), 0.0)
        member = np.equal.outer(self.category, np.arange(len(CATEGORIES))).astype(float)
        return np.asarray(weight / (weight @ member)[:, self.category])

    def prices(self, dates: pd.DatetimeIndex) -> Floats:
        """Computes the list price of every product on given days; it rises each January.

        Parameters
        ----------
        dates : DatetimeIndex, shape (n_days,)
            The days.

        Returns
        -------
        ndarray of float, shape (n_days, n_products)
            Money, rounded to cents.
        """
        rise = (1 + YEARLY_PRICE_RISE) ** np.asarray(dates.year - dates.year[0], dtype=float)
        return np.asarray(np.round(rise[:, None] * self.list_price, 2))


def draw_catalogue(n: int, *, period: Period, rng: np.random.Generator) -> Catalogue:
    """Draws the products.

    Parameters
    ----------
    n : int
        How many; at least one a category.
    period : Period
        The history; a fifth of the products is launched during it.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    Catalogue
        The products.
    """
    kinds = len(CATEGORIES)
    category = np.concatenate([np.arange(kinds), rng.integers(0, kinds, n - kinds)])
    inside = (rng.random(n) < LAUNCHED_IN_PERIOD) & (np.arange(n) >= kinds)
    launched = np.where(inside, rng.integers(10, period.days - 20, n), -rng.integers(60, 2_000, n))
    return Catalogue(
        category=category,
        list_price=np.round(PRICE_LEVEL[category] * rng.lognormal(0.0, 0.6, n), 2),
        launched=launched.astype(float),
        appeal=rng.lognormal(0.0, 0.8, n),
        pack=rng.gamma(2.0, 0.9, n) * np.where(PRICE_LEVEL[category] < 20, 3.0, 1.0),
    )


def products_table(catalogue: Catalogue, *, period: Period) -> pd.DataFrame:
    """Writes the table ``products`` of the contract.

    Parameters
    ----------
    catalogue : Catalogue
        The products.
    period : Period
        The history.

    Returns
    -------
    DataFrame, shape (n_products, 4)
        One row a product.
    """
    return pd.DataFrame(
        {
            "product_id": numbered("P", np.arange(1, catalogue.category.size + 1), width=4),
            "category": labelled(CATEGORIES, catalogue.category),
            "launched_at": period.moments(catalogue.launched),
            "list_price": catalogue.list_price,
        }
    )
