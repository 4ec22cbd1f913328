"""What a call about an unpaid invoice is taken to be worth, and who is not called."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from salescope.frames.errors import OutOfRangeError
from salescope.scoring.opt_outs import OptOuts

__all__ = ["CollectionPolicy"]


@dataclass(frozen=True, slots=True)
class CollectionPolicy:
    """Says what a call is taken to be worth; both numbers are assumptions, to be replaced by your own.

    Parameters
    ----------
    yearly_cost : float, default 0.08
        What money that has not come costs a year, as a share of it.
    effect : float, default 0.25
        The share of the days still to come that a call saves, 0 to 1.
    opt_outs : OptOuts, optional
        Which columns of customers hold the wish not to be contacted.

    Raises
    ------
    OutOfRangeError
        When a number cannot be meant.

    Examples
    --------
    >>> CollectionPolicy(effect=25)
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 25 is out of range for effect in CollectionPolicy: give a value of ...
    """

    yearly_cost: float = 0.08
    effect: float = 0.25
    opt_outs: OptOuts = field(default_factory=OptOuts)

    def __post_init__(self) -> None:
        if not 0 <= self.effect <= 1:
            raise OutOfRangeError(self.effect, name="effect", where="CollectionPolicy", least="0, at most 1")
        if not 0 < self.yearly_cost < math.inf:
            raise OutOfRangeError(self.yearly_cost, name="yearly_cost", where="CollectionPolicy", least="more than 0")
