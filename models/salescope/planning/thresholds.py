"""When a prepared answer is due: a low chance or run-rate, an account lost, a level that has shifted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

import numpy as np

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning.attainment import run_rate
from salescope.planning.grid import TOTAL, WHOLE
from salescope.planning.target_plan import TargetPlan
from salescope.planning.triggers import LevelShift

__all__ = ["Situation", "Threshold", "ThresholdKind", "threshold_of"]

ThresholdKind: TypeAlias = Literal["chance_under", "run_rate_under", "account_lost", "level_shift"]
KINDS: tuple[ThresholdKind, ...] = ("chance_under", "run_rate_under", "account_lost", "level_shift")


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Holds where a plan stands.

    Parameters
    ----------
    plan : TargetPlan
        With the futures as of now, and their closed months.
    accounts_lost : sequence of str
        Names of key accounts that are lost.
    level_shifts : sequence of LevelShift
        Levels that were flagged.
    """

    plan: TargetPlan
    accounts_lost: Sequence[str] = ()
    level_shifts: Sequence[LevelShift] = ()


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Is one condition under which an answer is due.

    Parameters
    ----------
    kind : {"chance_under", "run_rate_under", "account_lost", "level_shift"}
        What is watched.
    value : float
        The threshold of a chance (0 to 1), or of a run-rate over its target (1 is just the target); without meaning
        for the others.
    node : str
        Whose.
    period : str
        Of a chance, when.
    account : str
        Of an account, its name.

    Raises
    ------
    MisalignedError
        If an account has no name.
    OutOfRangeError
        If the value is not above 0, a chance's above 1, or not finite.
    UnknownNameError
        If there is no such kind.

    Examples
    --------
    >>> Threshold(kind="chance_under", value=0.3, node="region=North").said
    "chance of 'region=North' in 'plan' under 30%"
    >>> Threshold(kind="chance_under", value=30.0)
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 30.0 is out of range for value in a threshold of 'chance_under': give a
    value of at least above 0 and at most 1.
    """

    kind: ThresholdKind
    value: float = 0.0
    node: str = TOTAL
    period: str = WHOLE
    account: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownNameError(self.kind, what="kind", where="a threshold", accepted=KINDS)
        most = {"chance_under": 1.0, "run_rate_under": math.inf}.get(self.kind)
        if most is not None and not (0.0 < self.value <= most and self.value < math.inf):
            accepted = "above 0 and at most 1" if most == 1.0 else "above 0, and finite"
            raise OutOfRangeError(self.value, name="value", where=f"a threshold of {self.kind!r}", least=accepted)
        if self.kind == "account_lost" and not self.account.strip():
            raise MisalignedError("account", found="no name", accepted="one, of a threshold of 'account_lost'")

    @property
    def said(self) -> str:
        """Is the condition in words."""
        return {
            "chance_under": f"chance of {self.node!r} in {self.period!r} under {self.value:.0%}",
            "run_rate_under": f"run-rate of {self.node!r} under {self.value:.0%} of its target",
            "account_lost": f"account {self.account!r} lost",
            "level_shift": f"level of {self.node!r} shifted",
        }[self.kind]

    def met(self, situation: Situation) -> str:
        """Judges a situation.

        Parameters
        ----------
        situation : Situation
            Where the plan stands.

        Returns
        -------
        str
            What was found where the condition is met; "" where it is not. A run-rate needs a closed month.

        Raises
        ------
        UnknownNameError
            If there is no such node or period.
        """
        plan = situation.plan
        cents = plan.cascade.at(self.node, self.period)
        if self.kind == "account_lost":
            return self.said if self.account in situation.accounts_lost else ""
        if self.kind == "level_shift":
            return self.said if any(shift.node == self.node for shift in situation.level_shifts) else ""
        if self.kind == "chance_under":
            sold = np.rint(plan.futures.of(self.node, self.period) * 100.0)
            chance = float((sold >= cents).mean())
            return f"{self.said}: it is {chance:.0%}" if chance < self.value else ""
        row = plan.futures.grid.nodes.index(self.node)
        pace = float(run_rate(plan.futures, last=plan.last)[row]) * 100.0 / cents if cents else math.nan
        return f"{self.said}: it is {pace:.0%}" if pace < self.value else ""


def threshold_of(values: Mapping[str, Any]) -> Threshold:
    """Makes a threshold from plain values.

    Parameters
    ----------
    values : mapping
        Arguments of `Threshold`.

    Returns
    -------
    Threshold

    Raises
    ------
    UnknownNameError
        If there is no such kind or argument.
    """
    known = [field.name for field in fields(Threshold)]
    for name in values:
        if name not in known:
            raise UnknownNameError(name, what="argument", where="a threshold", accepted=known)
    return Threshold(**{"kind": "", **values})
