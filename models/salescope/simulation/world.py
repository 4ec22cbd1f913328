"""The world of a company: everything its sales are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from salescope.simulation.customers import CustomerBook
from salescope.simulation.demand import Demand
from salescope.simulation.period import Ints, Period
from salescope.simulation.representatives import SalesForce

__all__ = ["World"]


@dataclass(frozen=True, slots=True)
class World:
    """Holds the generative parameters of the sales side.

    Parameters
    ----------
    period : Period
        The history and the days ahead.
    force : SalesForce
        The representatives.
    demand : Demand
        Products, prices, and the factors of demand on every day.
    book : CustomerBook
        The customers, with their true rates and days of leaving.
    """

    period: Period
    force: SalesForce
    demand: Demand
    book: CustomerBook

    @property
    def region(self) -> Ints:
        """Is the region of every customer, shape ``(n_customers,)``."""
        return self.force.region[self.book.owner]

    def scaled(self, factor: float) -> World:
        """Lets every customer buy more or less often.

        Parameters
        ----------
        factor : float
            Factor on the purchase rates.

        Returns
        -------
        World
            The same company with other rates.
        """
        return replace(self, book=replace(self.book, rate=self.book.rate * factor))
