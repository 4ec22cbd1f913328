"""What sets a re-plan off: a chance outside its band, a level that has shifted, a capacity that has changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from salescope.frames.errors import OutOfRangeError
from salescope.planning.futures import Futures
from salescope.planning.grid import Ints
from salescope.planning.path_changes import factors_since, month_place, scaled
from salescope.planning.rules import Rule

__all__ = ["CapacityChange", "LevelShift", "Trigger", "TriggerKind"]

TriggerKind: TypeAlias = Literal["chance", "level_shift", "capacity"]


@dataclass(frozen=True, kw_only=True)
class LevelShift:
    """Says that the level of a node's sales has shifted.

    Parameters
    ----------
    node : str
        Whose.
    since : str
        The first month of the new level, as ``2027-04``; "" for the first that is open.
    change : float
        By what proportion, where the futures do not know it yet; 0 if they do.
    reason : str
        What is known of it.

    Raises
    ------
    OutOfRangeError
        If the change is under −1 or not finite.
    """

    node: str
    since: str = ""
    change: float = 0.0
    reason: str = ""

    def __post_init__(self) -> None:
        if not -1.0 <= self.change < math.inf:
            raise OutOfRangeError(self.change, name="change", where="LevelShift", least="-1, and finite")

    def applied(self, futures: Futures) -> Futures:
        """Moves the level of every path.

        Parameters
        ----------
        futures : Futures
            Joint paths.

        Returns
        -------
        Futures
        """
        factors = factors_since(futures, since=self.since, factor=1.0 + self.change)
        return scaled(futures, node=self.node, factors=factors)


@dataclass(frozen=True, kw_only=True)
class CapacityChange:
    """Says that the selling time of a node has changed.

    Parameters
    ----------
    node : str
        Whose.
    since : str
        The first month, as ``2027-04``; "" for the first that is open.
    factor : float
        Selling time that is left: 0 for a representative who leaves, .5 for half, 1.2 for a fifth more.
    reason : str
        Why.
    in_futures : bool
        Whether the futures know it already; else sales change by the factor.

    Raises
    ------
    OutOfRangeError
        If the factor is negative or not finite.
    """

    node: str
    since: str = ""
    factor: float
    reason: str = ""
    in_futures: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.factor < math.inf:
            raise OutOfRangeError(self.factor, name="factor", where="CapacityChange", least="0, and finite")

    def applied(self, futures: Futures) -> Futures:
        """Changes what every path sells.

        Parameters
        ----------
        futures : Futures
            Joint paths.

        Returns
        -------
        Futures
        """
        if self.in_futures:
            return futures
        factors = factors_since(futures, since=self.since, factor=self.factor)
        return scaled(futures, node=self.node, factors=factors)

    def caps(self, cents: Ints, *, futures: Futures) -> list[Rule]:
        """Makes the rule that less capacity is asked for less: each open month's target times the factor.

        Parameters
        ----------
        cents : ndarray of int, shape (n_leaves, n_months)
            Targets as they are.
        futures : Futures
            Whose months are closed.

        Returns
        -------
        list of Rule
            None for more capacity.
        """
        if self.factor >= 1.0:
            return []
        first, flat = max(month_place(futures, self.since), futures.closed), cents.ravel()
        return [
            Rule(
                kind="cap",
                node=self.node,
                period=month,
                most=math.floor(self.factor * int(flat[futures.grid.cells(self.node, month)].sum())),
                reason=f"capacity: {self.reason}".rstrip(": "),
            )
            for month in futures.grid.months[first:]
        ]


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """Is one reason for a re-plan.

    Parameters
    ----------
    kind : {"chance", "level_shift", "capacity"}
        What it is.
    node : str
        Whose.
    probability : float
        That of the node's target of the whole plan, as of now.
    low, high : float or None
        The band it should be in; None if it is not watched.
    reason : str
        In words.
    """

    kind: TriggerKind
    node: str
    probability: float
    low: float | None
    high: float | None
    reason: str
