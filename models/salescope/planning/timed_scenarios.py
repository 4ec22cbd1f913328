"""Scenarios that go through months: a representative leaves and a successor learns; a launch comes later."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from salescope.planning.futures import Futures
from salescope.planning.grid import Floats
from salescope.planning.path_changes import delayed, month_place
from salescope.planning.scaling import Scaling, inside

__all__ = ["LaunchDelayed", "RepresentativeLeaves"]


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
