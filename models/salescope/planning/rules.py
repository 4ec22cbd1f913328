"""What a planner demands of targets: the goal, locks, overrides, bounds of growth, floors and caps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from salescope.frames.errors import OutOfRangeError
from salescope.planning.grid import TOTAL, WHOLE

__all__ = ["UNBOUNDED", "Kind", "Rule", "money"]

Kind: TypeAlias = Literal["goal", "lock", "override", "growth", "floor", "cap"]
# Beyond every amount, and twice it still is a whole number of 64 bits.
UNBOUNDED = 2**61


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Is one demand: that a node sells at least and at most so much in a period.

    Parameters
    ----------
    kind : {"goal", "lock", "override", "growth", "floor", "cap"}
        What it is for people; a goal, lock or override is one amount.
    node : str
        The node's name in the grid.
    period : str
        A month, quarter, year or the whole ``plan``.
    least, most : int
        What the node's target may be, in cents; both ends are allowed.
    reason : str
        Why; an override cannot be without.

    Raises
    ------
    OutOfRangeError
        If `least` is negative, `most` is under it, or an override has no reason.

    Examples
    --------
    >>> Rule.growth("region=North", last=1_000_000, least=-0.05, most=0.15).said
    "growth of 'region=North' in 'plan' (9,500.00 to 11,500.00)"
    >>> Rule.override("rep=1", period="2027-03", cents=500_000, reason=" ")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: ' ' is out of range for reason in Rule: give a value of at least one word.
    """

    kind: Kind
    node: str
    period: str = WHOLE
    least: int = 0
    most: int = UNBOUNDED
    reason: str = ""

    def __post_init__(self) -> None:
        for name, cents in (("least", self.least), ("most", self.most)):
            if cents != int(cents):
                raise OutOfRangeError(cents, name=name, where="Rule", least="0 in whole cents")
        if self.least < 0:
            raise OutOfRangeError(self.least, name="least", where="Rule", least=0)
        if self.most < self.least:
            raise OutOfRangeError(self.most, name="most", where="Rule", least=self.least)
        if self.kind == "override" and not self.reason.strip():
            raise OutOfRangeError(self.reason, name="reason", where="Rule", least="one word")

    @classmethod
    def goal(cls, cents: int) -> Rule:
        """Demands the amount of the whole plan.

        Parameters
        ----------
        cents : int
            The goal, in cents.

        Returns
        -------
        Rule
        """
        return cls(kind="goal", node=TOTAL, least=cents, most=cents)

    @classmethod
    def lock(cls, node: str, *, cents: int, period: str = WHOLE, reason: str = "") -> Rule:
        """Demands that a target stays what has been agreed.

        Parameters
        ----------
        node, period, reason : str
            Whose target, when, and why.
        cents : int
            The amount that was agreed, in cents.

        Returns
        -------
        Rule
        """
        return cls(kind="lock", node=node, period=period, least=cents, most=cents, reason=reason)

    @classmethod
    def override(cls, node: str, *, cents: int, reason: str, period: str = WHOLE) -> Rule:
        """Demands another target than the fair one, for a reason.

        Parameters
        ----------
        node, period, reason : str
            Whose target, when, and why.
        cents : int
            The amount, in cents.

        Returns
        -------
        Rule
        """
        return cls(kind="override", node=node, period=period, least=cents, most=cents, reason=reason)

    @classmethod
    def growth(cls, node: str, *, last: int, least: float, most: float, period: str = WHOLE) -> Rule:
        """Demands that a target is not further from what was sold last time than so much.

        Parameters
        ----------
        node, period : str
            Whose target, and when.
        last : int
            What was sold in the same period before, in cents.
        least, most : float
            Growth as a proportion: −.05 is five percent less.

        Returns
        -------
        Rule
            Its ends rounded inwards, so that no target grows by more; where no cent lies between, the next one.

        Raises
        ------
        OutOfRangeError
            If `most` is under `least`.
        """
        if most < least:
            raise OutOfRangeError(most, name="most", where="Rule.growth", least=least)
        # What a binary fraction is off must not take a cent from a round number.
        low, high = round(last * (1.0 + least), 4), round(last * (1.0 + most), 4)
        least_cents = max(0, math.ceil(low))
        most_cents = max(least_cents, math.floor(high))
        return cls(kind="growth", node=node, period=period, least=least_cents, most=most_cents)

    @classmethod
    def floor(cls, node: str, *, cents: int, period: str = WHOLE) -> Rule:
        """Demands at least an amount.

        Parameters
        ----------
        node, period : str
            Whose target, and when.
        cents : int
            The least amount, in cents.

        Returns
        -------
        Rule
        """
        return cls(kind="floor", node=node, period=period, least=cents)

    @classmethod
    def cap(cls, node: str, *, cents: int, period: str = WHOLE) -> Rule:
        """Demands at most an amount, as capacity allows.

        Parameters
        ----------
        node, period : str
            Whose target, and when.
        cents : int
            The greatest amount, in cents.

        Returns
        -------
        Rule
        """
        return cls(kind="cap", node=node, period=period, most=cents)

    @property
    def said(self) -> str:
        """Is the rule in words: kind, node, period and amounts."""
        if self.least == self.most:
            amount = money(self.least)
        elif self.most == UNBOUNDED:
            amount = f"at least {money(self.least)}"
        else:
            amount = f"{money(self.least)} to {money(self.most)}" if self.least else f"at most {money(self.most)}"
        return f"{self.kind} of {self.node!r} in {self.period!r} ({amount})"


def money(cents: int) -> str:
    """Writes an amount with its two decimals, as ``12,345.60``.

    Parameters
    ----------
    cents : int
        The amount, in cents; not negative.

    Returns
    -------
    str
    """
    return f"{cents // 100:,}.{cents % 100:02d}"
