"""What might happen: each scenario changes the same paths, so that chances before and after are compared in pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from salescope.planning.futures import Futures
from salescope.planning.grid import TOTAL
from salescope.planning.scaling import Scaling, inside, percent
from salescope.planning.timed_scenarios import LaunchDelayed, RepresentativeLeaves

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
    >>> import numpy as np
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
