"""Pilots: how to spend a reserve so that it tells what a channel brings."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from salescope.planning.response_curves import ResponseCurves

__all__ = ["PUSH", "Pilot", "most_to_learn", "pilot_of", "pilot_that_tells"]

# More than so much on top, as a proportion of what the channel has, is another channel and not this one.
PUSH = 0.5
# Found in four of five pilots at 95 % confidence.
POWER = 1.96 + 0.84
# An effect is over when so little is left of it.
OVER = 0.2
LONGEST = 52


@dataclass(frozen=True)
class Pilot:
    """Is a plan to raise one channel's spend in every other block of periods, and to compare.

    Parameters
    ----------
    channel : str
        Which.
    amount : float
        Money that it takes in all, on top of the channel's recommended spend.
    extra : float
        Money on top in a raised period.
    raised, periods : int
        Raised periods, and all periods of the pilot, as many of them unraised where the plan is long enough.
    block : int
        Periods in a row that are alike: long enough for most of the carried-over effect.
    detectable : float
        Sales for one more of money that are found in four of five such pilots (95 % confidence).
    likely : float
        Sales for one more of money that the channel brings at most, with 95 %, by what is known already.
    """

    channel: str
    amount: float
    extra: float
    raised: int
    periods: int
    block: int
    detectable: float
    likely: float

    @property
    def said(self) -> str:
        """Is the pilot in words, and whether it can tell anything."""
        hardly = (
            f"; it probably brings under {self.likely:.2f}, so that this can hardly tell; a longer plan or a larger "
            "reserve can"
        )
        hardly = hardly if self.detectable > self.likely else ""
        return (
            f"raise {self.channel!r} by {self.extra:,.2f} in {self.raised} of {self.periods} periods, blocks of "
            f"{self.block} in turn ({self.amount:,.2f} in all): a return of {self.detectable:.2f} or more is found in "
            f"four of five such pilots{hardly}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Writes it as plain values."""
        return {**asdict(self), "said": self.said}


def most_to_learn(curves: ResponseCurves) -> str:
    """Names the channel whose money rides on the most uncertain return.

    Parameters
    ----------
    curves : ResponseCurves
        What is known.

    Returns
    -------
    str
        That of the greatest standard deviation of the marginal return times present spend.
    """
    at_stake = curves.marginal(curves.present).std(axis=0) * curves.present
    return curves.channels[int(at_stake.argmax())]


def pilot_of(channel: str, *, curves: ResponseCurves, amount: float, periods: int, spend: float | None = None) -> Pilot:
    """Designs a pilot for an amount.

    Parameters
    ----------
    channel : str
        Which.
    curves : ResponseCurves
        What is known; noise and carry-over are read from it.
    amount : float
        Money at hand, above 0.
    periods : int
        How long the plan is; at least 2.
    spend : float or None
        What the channel has in a period; None for its present spend.

    Returns
    -------
    Pilot
        As few periods as spend may be raised in by half at most: the larger a push, the sooner it is seen.
    """
    place = curves.channels.index(channel)
    most = PUSH * (float(curves.present[place]) if spend is None else spend)
    raised = min(max(2, math.ceil(amount / most - 1e-9)), max(periods // 2, 1)) if most > 0.0 else max(periods // 2, 1)
    extra = min(amount / raised, most) if most > 0.0 else amount / raised
    every = min(periods, 2 * raised)
    carry = float(curves.carry[:, place].mean())
    block = min(max(1, math.ceil(math.log(OVER) / math.log(carry))) if carry > 0.0 else 1, raised)
    spent = curves.present.copy()
    spent[place] = spent[place] if spend is None else spend
    likely = float(np.quantile(curves.marginal(spent)[:, place], 0.95))
    detectable = POWER * curves.noise * math.sqrt(1.0 / raised + 1.0 / max(every - raised, 1)) / extra
    return Pilot(channel, extra * raised, extra, raised, every, block, detectable, likely)


def pilot_that_tells(channel: str, *, curves: ResponseCurves) -> Pilot:
    """Designs a pilot that would find the return which the channel is supposed to have.

    Parameters
    ----------
    channel : str
        Which.
    curves : ResponseCurves
        What is known.

    Returns
    -------
    Pilot
        With a push of half the present spend, over 4 to 52 periods.
    """
    place = curves.channels.index(channel)
    extra = PUSH * float(curves.present[place])
    supposed = float(curves.marginal(curves.present)[:, place].mean())
    pairs = math.ceil(2.0 * (POWER * curves.noise / max(extra * supposed, 1e-300)) ** 2)
    raised = min(max(pairs, 2), LONGEST // 2)
    return pilot_of(channel, curves=curves, amount=extra * raised, periods=2 * raised)
