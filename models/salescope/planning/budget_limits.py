"""How far an allocation of the promotion budget may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from salescope.frames.errors import OutOfRangeError, UnknownNameError
from salescope.planning.grid import Floats
from salescope.planning.response_curves import ResponseCurves

__all__ = ["BudgetLimits"]


@dataclass(frozen=True, kw_only=True)
class BudgetLimits:
    """Says how far an allocation may go.

    Parameters
    ----------
    floors, caps : mapping of str to float
        Least and most money a period of a channel, where there is one.
    beyond_seen : bool
        Whether spend may leave the range that history tells about: curves are guessed there.
    sure : float
        Money moves away from the present split only as far as that pays in this proportion of the draws of the curves;
        0 moves it to where the expected response is greatest. The default, .75, costs a little where channels differ
        much, and saves what noise would lose where they hardly do.

    Raises
    ------
    OutOfRangeError
        If a floor is negative, a cap under its floor, or `sure` not from 0 to below 1.
    """

    floors: Mapping[str, float] = field(default_factory=dict)
    caps: Mapping[str, float] = field(default_factory=dict)
    beyond_seen: bool = False
    sure: float = 0.75

    def __post_init__(self) -> None:
        if not 0.0 <= self.sure < 1.0:
            raise OutOfRangeError(self.sure, name="sure", where="BudgetLimits", least="0 and below 1")
        for name, amount in self.floors.items():
            if not 0.0 <= amount < np.inf:
                raise OutOfRangeError(amount, name=f"floor of {name!r}", where="BudgetLimits", least=0)
        for name, amount in self.caps.items():
            if not self.floors.get(name, 0.0) <= amount:
                least = self.floors.get(name, 0.0)
                raise OutOfRangeError(amount, name=f"cap of {name!r}", where="BudgetLimits", least=least)

    def ends(self, curves: ResponseCurves) -> tuple[Floats, Floats]:
        """Finds least and most of each channel.

        Parameters
        ----------
        curves : ResponseCurves
            With the range that history tells about.

        Returns
        -------
        tuple of ndarray of float, each of shape (n_channels,)

        Raises
        ------
        UnknownNameError
            If a floor or cap names no channel.
        OutOfRangeError
            If a floor or cap lies beyond what history tells about, and that was not asked for.
        """
        for name in [*self.floors, *self.caps]:
            if name not in curves.channels:
                raise UnknownNameError(name, what="channel", where="floors and caps", accepted=curves.channels)
        seen = np.array([0.0, np.inf]) if self.beyond_seen else curves.seen
        bounds = np.broadcast_to(seen, curves.seen.shape)
        floor = np.array([self.floors.get(name, 0.0) for name in curves.channels])
        cap = np.array([self.caps.get(name, np.inf) for name in curves.channels])
        low, high = np.maximum(floor, bounds[:, 0]), np.minimum(cap, bounds[:, 1])
        for place in np.flatnonzero(low > high):
            wish = float(floor[place] if floor[place] > bounds[place, 1] else cap[place])
            seen_said = f"{bounds[place, 0]:,.2f} and at most {bounds[place, 1]:,.2f}, as history has seen"
            least = f"{seen_said}, or ask for beyond_seen"
            raise OutOfRangeError(wish, name=f"spend of {curves.channels[place]!r}", where="allocate", least=least)
        return low, high
