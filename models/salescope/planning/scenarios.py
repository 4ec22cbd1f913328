"""What might happen: each scenario changes the same paths, so that chances before and after are compared in pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np

from salescope.planning.futures import Futures
from salescope.planning.grid import TOTAL, Floats
from salescope.planning.path_changes import delayed, month_place
from salescope.planning.scaling import Scaling, inside, percent

__all__ = [
    "AccountLost",
    "AnyScenario",
    "DemandChange",
    "DriverChange",
    "LaunchDelayed",
    "PriceChange",
    "RepresentativeLeaves",
    "Together",
]


@dataclass(frozen=True, kw_only=True)
class DemandChange(Scaling):
    """Supposes that demand of a node changes by a proportion.

    Parameters
    ----------
    change : float
        −.1 is ten percent less.
    node : str
        Whose demand.
    since : str
        The month from which on, as ``2027-04``; "" for all that is open.

    Raises
    ------
    OutOfRangeError
        If the change is under −1 or not finite.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.planning.grid import PlanGrid
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01", "2027-02", "2027-03"])
    >>> futures = Futures(grid=grid, paths=np.full((1, 2, 3), 100.0), closed=1)
    >>> DemandChange(change=-0.1).applied(futures).paths[0, 0].tolist()
    [100.0, 90.0, 90.0]
    >>> DemandChange(change=-0.1).said
    "demand of 'all' -10 %"
    """

    kind: ClassVar[str] = "demand"
    change: float
    node: str = TOTAL
    since: str = ""

    def __post_init__(self) -> None:
        inside(self.change, name="change", where=type(self).__name__, most=math.inf, least=-1.0)

    @property
    def said(self) -> str:
        """Is the scenario in words."""
        return f"demand of {self.node!r} {percent(self.change)}"

    @property
    def factor(self) -> float:
        """Is what sales are multiplied by."""
        return 1.0 + self.change


@dataclass(frozen=True, kw_only=True)
class AccountLost(Scaling):
    """Supposes that a key account buys nothing more.

    Parameters
    ----------
    account : str
        Its name.
    node : str
        Where it buys.
    share : float
        How much of the node's sales it makes, 0 to 1.
    since : str
        The month from which on; "" for all that is open.
    """

    kind: ClassVar[str] = "account_lost"
    account: str
    node: str
    share: float
    since: str = ""

    def __post_init__(self) -> None:
        inside(self.share, name="share", where=type(self).__name__)

    @property
    def said(self) -> str:
        """Is the scenario in words."""
        return f"account {self.account!r} of {self.node!r} lost ({self.share:.1%} of its sales)"

    @property
    def factor(self) -> float:
        """Is what sales are multiplied by."""
        return 1.0 - self.share


@dataclass(frozen=True, kw_only=True)
class RepresentativeLeaves(Scaling):
    """Supposes that a representative leaves, and perhaps a successor comes.

    Parameters
    ----------
    node : str
        The representative's node.
    since : str
        The first month without.
    kept : float
        How much of the sales comes all the same, 0 to 1.
    back : str
        The successor's first month; "" if there is none.
    ramp_up : tuple of float
        What the successor sells of what is missing in each month from then on; all of it afterwards.
    """

    kind: ClassVar[str] = "representative_leaves"
    node: str
    since: str
    kept: float = 0.0
    back: str = ""
    ramp_up: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name, values in (("kept", (self.kept,)), ("ramp_up", self.ramp_up)):
            for value in values:
                inside(value, name=name, where=type(self).__name__)

    @property
    def said(self) -> str:
        """Is the scenario in words."""
        successor = f", successor in {self.back}" if self.back else ""
        return f"representative of {self.node!r} leaves in {self.since}{successor}"

    def factors(self, futures: Futures) -> Floats:
        """Is what each month's sales are multiplied by: what is kept, and what the successor sells.

        Parameters
        ----------
        futures : Futures
            Whose months.

        Returns
        -------
        ndarray of float, shape (n_months,)
        """
        months = futures.grid.shape[1]
        found = super().factors(futures)
        if self.back:
            first = month_place(futures, self.back)
            trained = np.array([*self.ramp_up, *np.ones(months)])[: months - first]
            found[first:] = self.kept + (1.0 - self.kept) * trained
        return found

    @property
    def factor(self) -> float:
        """Is what sales are multiplied by as long as nobody is there."""
        return self.kept


@dataclass(frozen=True, kw_only=True)
class PriceChange(Scaling):
    """Supposes another price: the volume answers with its elasticity.

    Parameters
    ----------
    change : float
        .03 is three percent dearer.
    elasticity : float
        Percent of volume for a percent of price; −1.5 means that sales fall when prices rise. It is an assumption.
    node : str
        Whose prices.
    since : str
        The month from which on; "" for all that is open.
    """

    kind: ClassVar[str] = "price"
    change: float
    elasticity: float
    node: str = TOTAL
    since: str = ""

    def __post_init__(self) -> None:
        inside(self.change, name="change", where=type(self).__name__, least=-1.0, most=math.inf, open_ends=True)
        inside(
            self.elasticity,
            name="elasticity",
            where=type(self).__name__,
            least=-math.inf,
            most=math.inf,
            open_ends=True,
        )

    @property
    def said(self) -> str:
        """Is the scenario in words."""
        return f"price of {self.node!r} {percent(self.change)} at an elasticity of {self.elasticity:g}"

    @property
    def factor(self) -> float:
        """Is what sales are multiplied by."""
        return float((1.0 + self.change) ** (1.0 + self.elasticity))


@dataclass(frozen=True, kw_only=True)
class LaunchDelayed:
    """Supposes that a launch comes later, and sells then what it would have sold.

    Parameters
    ----------
    node : str
        Where it is launched.
    since : str
        The month of the launch as planned.
    months : int
        How much later it comes.
    share : float
        How much of the node's sales from then on is the launch's, 0 to 1.
    """

    kind: ClassVar[str] = "launch_delayed"
    node: str
    since: str
    months: int
    share: float = 1.0

    def __post_init__(self) -> None:
        inside(self.months, name="months", where=type(self).__name__, least=1, most=math.inf)
        inside(self.share, name="share", where=type(self).__name__)

    @property
    def said(self) -> str:
        """Is the scenario in words."""
        return f"launch of {self.node!r} in {self.since} delayed by {self.months} months"

    def applied(self, futures: Futures) -> Futures:
        """Moves the launch's sales to later months.

        Parameters
        ----------
        futures : Futures
            Joint paths.

        Returns
        -------
        Futures
        """
        return delayed(futures, node=self.node, since=self.since, months=self.months, share=self.share)


@dataclass(frozen=True, kw_only=True)
class DriverChange(Scaling):
    """Supposes that a driver of one's own moves: sales answer with an elasticity.

    Parameters
    ----------
    driver : str
        Its name, as ``rain`` or ``building permits``.
    change : float
        By what proportion it moves.
    elasticity : float
        Percent of sales for a percent of the driver.
    node : str
        Whose sales.
    since : str
        The month from which on; "" for all that is open.
    """

    kind: ClassVar[str] = "driver"
    driver: str
    change: float
    elasticity: float
    node: str = TOTAL
    since: str = ""

    def __post_init__(self) -> None:
        inside(self.change, name="change", where=type(self).__name__, least=-1.0, most=math.inf, open_ends=True)
        inside(
            self.elasticity,
            name="elasticity",
            where=type(self).__name__,
            least=-math.inf,
            most=math.inf,
            open_ends=True,
        )

    @property
    def said(self) -> str:
        """Is the scenario in words."""
        return f"{self.driver} {percent(self.change)} in {self.node!r} at an elasticity of {self.elasticity:g}"

    @property
    def factor(self) -> float:
        """Is what sales are multiplied by."""
        return float((1.0 + self.change) ** self.elasticity)


@dataclass(frozen=True)
class Together:
    """Supposes that several things happen at once, one after the other on the same paths.

    Parameters
    ----------
    scenarios : tuple of Scenario
        At least one.
    """

    kind: ClassVar[str] = "together"
    scenarios: tuple[AnyScenario, ...]

    def __post_init__(self) -> None:
        inside(len(self.scenarios), name="scenarios", where="Together", least=1, most=math.inf)

    @property
    def said(self) -> str:
        """Is the scenario in words."""
        return " and ".join(scenario.said for scenario in self.scenarios)

    def applied(self, futures: Futures) -> Futures:
        """Applies all of them.

        Parameters
        ----------
        futures : Futures
            Joint paths.

        Returns
        -------
        Futures
        """
        for scenario in self.scenarios:
            futures = scenario.applied(futures)
        return futures


AnyScenario: TypeAlias = (
    DemandChange | AccountLost | RepresentativeLeaves | PriceChange | LaunchDelayed | DriverChange | Together
)
