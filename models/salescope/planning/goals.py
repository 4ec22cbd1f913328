"""The company goal as an amount, a growth rate or a probability, and the growth of new and existing customers in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.grid import Floats

__all__ = ["Goal", "GoalKind", "Growths", "NewShare"]

GoalKind: TypeAlias = Literal["amount", "growth", "probability"]


@dataclass(frozen=True)
class Goal:
    """Is what the company wants of the whole plan, said in one of three ways.

    Parameters
    ----------
    kind : {"amount", "growth", "probability"}
        What `value` is.
    value : float
        An amount in the workspace's currency, a growth rate (.05 is five percent more than last year), or the
        probability with which the goal is to be reached.

    Raises
    ------
    OutOfRangeError
        If the value is not finite, the amount negative, the growth under −1, or the probability not inside 0 and 1.

    Examples
    --------
    >>> Goal.growth(0.08), Goal.probability(0.6)
    (Goal(kind='growth', value=0.08), Goal(kind='probability', value=0.6))
    >>> Goal.probability(60.0)
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 60.0 is out of range for value in Goal.probability: give a value of at
    least above 0 and below 1.
    """

    kind: GoalKind
    value: float

    def __post_init__(self) -> None:
        fits, accepted = {
            "amount": (0.0 <= self.value < math.inf, "0, and finite"),
            "growth": (-1.0 <= self.value < math.inf, "-1, and finite"),
            "probability": (0.0 < self.value < 1.0, "above 0 and below 1"),
        }[self.kind]
        if not fits:
            raise OutOfRangeError(self.value, name="value", where=f"Goal.{self.kind}", least=accepted)

    @classmethod
    def amount(cls, amount: float) -> Goal:
        """Wants an amount.

        Parameters
        ----------
        amount : float
            In the workspace's currency.

        Returns
        -------
        Goal
        """
        return cls("amount", float(amount))

    @classmethod
    def growth(cls, rate: float) -> Goal:
        """Wants so much more than last year.

        Parameters
        ----------
        rate : float
            As a proportion: .05 is five percent more.

        Returns
        -------
        Goal
        """
        return cls("growth", float(rate))

    @classmethod
    def probability(cls, probability: float) -> Goal:
        """Wants the amount that is reached with a probability.

        Parameters
        ----------
        probability : float
            Above 0 and below 1.

        Returns
        -------
        Goal
        """
        return cls("probability", float(probability))


@dataclass(frozen=True, kw_only=True)
class Growths:
    """Holds the growth wished for of new and of existing customers; None where there is no wish.

    Parameters
    ----------
    new, existing : float or None
        Growth against what customers who were new, or existing, in their year brought last year; a proportion.

    Raises
    ------
    OutOfRangeError
        If one is under −1 or not finite.
    """

    new: float | None = None
    existing: float | None = None

    def __post_init__(self) -> None:
        for name, rate in (("new", self.new), ("existing", self.existing)):
            if rate is not None and not -1.0 <= rate < math.inf:
                raise OutOfRangeError(rate, name=name, where="Growths", least="-1, and finite")


@dataclass(frozen=True)
class NewShare:
    """Holds how much of each leaf's sales is of new customers, last year and in the plan's.

    Parameters
    ----------
    last, ahead : ndarray of float, shape (n_leaves,)
        Proportions. The split is taken as known: within one future, new and existing customers of a leaf rise and
        fall together.

    Raises
    ------
    MisalignedError
        If the two are not of one shape.
    OutOfRangeError
        If a share is not from 0 to 1.
    """

    last: Floats
    ahead: Floats

    def __post_init__(self) -> None:
        if self.last.shape != self.ahead.shape or self.last.ndim != 1:
            raise MisalignedError("ahead", found=f"shape {self.ahead.shape}", accepted=f"shape {self.last.shape}")
        for name, share in (("last", self.last), ("ahead", self.ahead)):
            if not ((share >= 0.0) & (share <= 1.0)).all():
                wrong = float(share[~((share >= 0.0) & (share <= 1.0))][0])
                raise OutOfRangeError(wrong, name=name, where="NewShare", least="0 and at most 1")
