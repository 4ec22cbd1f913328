"""Demand: how often orders come on a day, and which products they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salescope.simulation.agenda import Agenda
from salescope.simulation.period import Floats
from salescope.simulation.products import Catalogue

__all__ = ["Demand", "build_demand"]

CATEGORY_WEIGHT = np.array([0.2, 0.22, 0.18, 0.14, 0.14, 0.12])


@dataclass(frozen=True, slots=True)
class Demand:
    """Holds the factors of demand on every day.

    Parameters
    ----------
    pull : ndarray of float, shape (n_regions, n_days, n_categories)
        Factor on the order rate of a region's customers, split by category.
    mix : ndarray of float, shape (n_days, n_products)
        Share of each product in its category.
    price : ndarray of float, shape (n_days, n_products)
        Unit price before the discount.
    discount : ndarray of float, shape (n_days, n_categories)
        Share taken off the price.
    catalogue : Catalogue
        The products.
    """

    pull: Floats
    mix: Floats
    price: Floats
    discount: Floats
    catalogue: Catalogue

    @property
    def factor(self) -> Floats:
        """Is the factor on the order rate, shape ``(n_regions, n_days)``."""
        return np.asarray(self.pull.sum(axis=2))

    @property
    def clock(self) -> Floats:
        """Is operational time at each midnight: the factor summed so far, shape ``(n_regions, n_days + 1)``."""
        return np.pad(np.cumsum(self.factor, axis=1), ((0, 0), (1, 0)))

    def with_factor(self, factor: float, *, region: int, days: slice, category: int | None = None) -> Demand:
        """Multiplies the demand of one region for some days.

        Parameters
        ----------
        factor : float
            The factor.
        region : int
            Position of the region.
        days : slice
            Days since the start.
        category : int or None, default None
            Position of the category; None for all.

        Returns
        -------
        Demand
            The changed demand.
        """
        pull = self.pull.copy()
        pull[region, days, slice(None) if category is None else category] *= factor
        return Demand(pull=pull, mix=self.mix, price=self.price, discount=self.discount, catalogue=self.catalogue)

    def wheel(self, first: int, last: int) -> Floats:
        """Lays the product shares of many region-days end to end, so that one search picks every product.

        Parameters
        ----------
        first, last : int
            Days since the start; `last` is not part of it.

        Returns
        -------
        ndarray of float, shape (n_regions * (last - first) * n_products,)
            Ascending; the shares of region ``r`` on day ``t`` fill the unit interval from
            ``r * (last - first) + t - first``.
        """
        weight = self.pull[:, first:last, self.catalogue.category] * self.mix[None, first:last]
        rows = np.cumsum(weight.reshape(-1, weight.shape[2]), axis=1)
        rows /= rows[:, -1:]
        return np.asarray((rows + np.arange(rows.shape[0])[:, None]).ravel())


def build_demand(catalogue: Catalogue, *, agenda: Agenda, common: Floats, price: Floats) -> Demand:
    """Puts the factors together.

    Parameters
    ----------
    catalogue : Catalogue
        The products.
    agenda : Agenda
        Seasons and promotions.
    common : ndarray of float, shape (n_regions, n_days)
        Factor of everything else: spend and the economy.
    price : ndarray of float, shape (n_days, n_products)
        Unit prices.

    Returns
    -------
    Demand
        The demand without incidents.
    """
    days = np.arange(agenda.season.size, dtype=float)
    return Demand(
        pull=(common * agenda.season)[:, :, None] * (agenda.lift * CATEGORY_WEIGHT)[None],
        mix=catalogue.mix(days),
        price=price,
        discount=agenda.discount,
        catalogue=catalogue,
    )
