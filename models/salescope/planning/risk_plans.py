"""A library of risk plans: answers that were prepared in calm, and are proposed when their thresholds are met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from salescope.frames.errors import MisalignedError, UnknownNameError
from salescope.planning.scenario_effects import scenario_effects
from salescope.planning.scenario_values import scenario_as_dict, scenario_of
from salescope.planning.scenarios import AnyScenario
from salescope.planning.thresholds import Situation, Threshold, threshold_of

__all__ = ["PreparedAnswer", "RiskLibrary", "RiskPlan"]


@dataclass(frozen=True, kw_only=True)
class RiskPlan:
    """Is one risk, when it is taken to have come, and the answer to it.

    Parameters
    ----------
    name : str
        Of the risk.
    when : tuple of Threshold
        Any one of them is enough.
    answer : str
        What is to be done.
    owner : str
        Who does it.
    effect : Scenario or None
        What the answer is expected to change, as ``DemandChange(change=0.03)``; an assumption of who prepared it.

    Raises
    ------
    MisalignedError
        If it has no name, no threshold or no answer.

    Examples
    --------
    >>> plan = RiskPlan(
    ...     name="slow North",
    ...     when=(Threshold(kind="chance_under", value=0.3, node="region=North"),),
    ...     answer="bring the autumn campaign forward",
    ... )
    >>> RiskPlan.from_dict(plan.as_dict()) == plan
    True
    """

    name: str
    when: tuple[Threshold, ...]
    answer: str
    owner: str = ""
    effect: AnyScenario | None = None

    def __post_init__(self) -> None:
        for part, there in (("name", self.name.strip()), ("when", self.when), ("answer", self.answer.strip())):
            if not there:
                raise MisalignedError(part, found="nothing", accepted=f"one for the risk plan {self.name!r}")

    def as_dict(self) -> dict[str, Any]:
        """Writes plain values.

        Returns
        -------
        dict
            As `from_dict` reads them.
        """
        return {
            "name": self.name,
            "when": [asdict(threshold) for threshold in self.when],
            "answer": self.answer,
            "owner": self.owner,
            "effect": None if self.effect is None else scenario_as_dict(self.effect),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RiskPlan:
        """Makes a risk plan from plain values, and judges them.

        Parameters
        ----------
        values : mapping
            ``name``, ``when`` (list of thresholds), ``answer``, and perhaps ``owner`` and ``effect``.

        Returns
        -------
        RiskPlan

        Raises
        ------
        MisalignedError
            If a part is missing.
        OutOfRangeError
            If a number cannot be meant.
        UnknownNameError
            If there is no such part, kind or argument.
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise UnknownNameError(name, what="part", where="a risk plan", accepted=known)
        effect = values.get("effect")
        return cls(
            name=str(values.get("name", "")),
            when=tuple(threshold_of(each) for each in values.get("when", ())),
            answer=str(values.get("answer", "")),
            owner=str(values.get("owner", "")),
            effect=None if effect is None else scenario_of(effect),
        )


@dataclass(frozen=True, kw_only=True)
class PreparedAnswer:
    """Is an answer that is due, for a person to approve.

    Parameters
    ----------
    risk_plan : RiskPlan
        Whose thresholds are met.
    reasons : tuple of str
        What was found, one for each threshold that is met.
    before, after : float or None
        Probability of the company goal, as of now and with the answer's effect; None where it has none.
    error : float or None
        Standard error of their difference.
    """

    risk_plan: RiskPlan
    reasons: tuple[str, ...]
    before: float | None = None
    after: float | None = None
    error: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Writes plain values.

        Returns
        -------
        dict
            ``status`` (proposed), ``risk_plan``, ``reasons``, ``before``, ``after`` and ``error``.
        """
        return {
            "status": "proposed",
            "risk_plan": self.risk_plan.as_dict(),
            "reasons": list(self.reasons),
            "before": self.before,
            "after": self.after,
            "error": self.error,
        }


@dataclass(frozen=True)
class RiskLibrary:
    """Holds the risk plans of a company.

    Parameters
    ----------
    plans : tuple of RiskPlan
        No two of one name.

    Raises
    ------
    MisalignedError
        If two have one name.
    """

    plans: tuple[RiskPlan, ...] = ()

    def __post_init__(self) -> None:
        names = [plan.name for plan in self.plans]
        for name in names:
            if names.count(name) > 1:
                raise MisalignedError("plans", found=f"two risk plans {name!r}", accepted="one of each name")

    def due(self, situation: Situation) -> tuple[PreparedAnswer, ...]:
        """Finds the answers whose thresholds are met.

        Parameters
        ----------
        situation : Situation
            Where the plan stands.

        Returns
        -------
        tuple of PreparedAnswer
            In the order of the library.

        Raises
        ------
        UnknownNameError
            If a threshold or an effect names a node, period or month that the plan does not have.
        """
        found = []
        for plan in self.plans:
            reasons = tuple(filter(None, (threshold.met(situation) for threshold in plan.when)))
            if reasons:
                found.append(_answer(plan, reasons=reasons, situation=situation))
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Writes plain values.

        Returns
        -------
        dict
            ``plans``, a list.
        """
        return {"plans": [plan.as_dict() for plan in self.plans]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RiskLibrary:
        """Makes a library from plain values, and judges them.

        Parameters
        ----------
        values : mapping
            ``plans``, a list as `RiskPlan.from_dict` takes them.

        Returns
        -------
        RiskLibrary

        Raises
        ------
        MisalignedError, OutOfRangeError, UnknownNameError
            As there.
        """
        return cls(tuple(RiskPlan.from_dict(each) for each in values.get("plans", ())))


def _answer(plan: RiskPlan, *, reasons: tuple[str, ...], situation: Situation) -> PreparedAnswer:
    if plan.effect is None:
        return PreparedAnswer(risk_plan=plan, reasons=reasons)
    whole = scenario_effects(situation.plan, [plan.effect]).iloc[0]
    return PreparedAnswer(
        risk_plan=plan,
        reasons=reasons,
        before=float(whole["before"]),
        after=float(whole["after"]),
        error=float(whole["error"]),
    )
