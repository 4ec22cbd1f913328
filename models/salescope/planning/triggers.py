"""What sets a re-plan off: a chance outside its band, a level that has shifted, a capacity that has changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from salescope.frames.errors import OutOfRangeError
from salescope.planning.attainment import sold_cents
from salescope.planning.futures import Futures
from salescope.planning.grid import TOTAL, WHOLE, Ints, PlanGrid
from salescope.planning.path_changes import factors_since, month_place, scaled
from salescope.planning.rules import UNBOUNDED, Rule

__all__ = ["Bands", "CapacityChange", "LevelShift", "Trigger", "allowed_cents", "bands_of", "said_band"]

Bands: TypeAlias = tuple[float, float] | Mapping[str, tuple[float, float]]


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

    kind: Literal["chance", "level_shift", "capacity"]
    node: str
    probability: float
    low: float | None
    high: float | None
    reason: str


def bands_of(band: Bands, *, grid: PlanGrid) -> dict[str, tuple[float, float]]:
    """Finds the band of every node that is watched.

    Parameters
    ----------
    band : tuple of float, or mapping of str to such
        One for every node, or one for each node that is watched.
    grid : PlanGrid
        Nodes.

    Returns
    -------
    dict of str to (low, high)

    Raises
    ------
    OutOfRangeError
        If an end is outside of 0 and 1, or the lower is not under the upper.
    UnknownNameError
        If there is no such node.
    """
    bands = dict(band) if isinstance(band, Mapping) else dict.fromkeys(grid.nodes, band)
    for node, (low, high) in bands.items():
        grid.cells(node, WHOLE)
        if not 0.0 <= low < high <= 1.0:
            raise OutOfRangeError(low, name="band", where=f"the band of {node!r}", least=f"0 and under {high:g} (of 1)")
    return bands


def allowed_cents(futures: Futures, *, bands: Mapping[str, tuple[float, float]]) -> dict[str, tuple[int, int]]:
    """Finds the targets of the whole plan that keep each chance inside its band.

    Parameters
    ----------
    futures : Futures
        Joint paths.
    bands : mapping of str to (low, high)
        Probabilities.

    Returns
    -------
    dict of str to (least, most)
        In cents. Where sales are too certain for any target inside, the greatest that is not under the band.

    Examples
    --------
    >>> import pandas as pd
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1"]}), months=["2027-01"])
    >>> futures = Futures(grid=grid, paths=np.arange(1.0, 11.0).reshape(10, 1, 1))
    >>> allowed_cents(futures, bands={"rep=1": (0.3, 0.8)})
    {'rep=1': (201, 800)}
    """
    sold, paths = np.sort(sold_cents(futures), axis=0)[::-1], len(futures.paths)
    row_of = {node: row for row, node in enumerate(futures.grid.nodes)}
    found = {}
    for node, (low, high) in bands.items():
        many, few = math.ceil(low * paths - 1e-9), math.floor(high * paths + 1e-9)
        most = UNBOUNDED if many == 0 else max(int(sold[many - 1, row_of[node]]), 0)
        least = 0 if few >= paths else max(int(sold[few, row_of[node]]) + 1, 0)
        found[node] = (min(least, most), most)
    return found


def said_band(node: str, *, cents: int, allowed: tuple[int, int], chance: float) -> str:
    """Says on which side of its band a chance is; "" inside.

    Parameters
    ----------
    node : str
        Whose.
    cents : int
        The target of the whole plan.
    allowed : tuple of int
        Targets that are inside.
    chance : float
        The attainment probability.

    Returns
    -------
    str
    """
    if allowed[0] <= cents <= allowed[1]:
        return ""
    side = "above" if cents < allowed[0] else "under"
    whose = "the company goal" if node == TOTAL else repr(node)
    return f"the chance of {whose} is {chance:.0%}, {side} its band"
