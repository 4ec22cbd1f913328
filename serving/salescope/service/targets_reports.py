"""The shapes of the answers about re-plans, scenarios, fairness, bonuses, budgets and territories."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from salescope.service.targets_answers import Cents, FuturesPublishedIn, PlanEntry, Probability

__all__ = [
    "BonusSimulated",
    "BudgetAllocated",
    "ReplanProposed",
    "ScenariosTold",
    "TargetsFairness",
    "TerritoriesAssigned",
]


class TriggerTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is what set a re-plan off."""

    kind: Literal["chance", "level_shift", "capacity"]
    node: str
    probability: Probability
    low: float | None
    high: float | None
    reason: str


class GoalMoved(msgspec.Struct, frozen=True, kw_only=True):
    """Is what a re-plan makes of the company goal, with the chances as of now."""

    before: Cents
    after: Cents
    cost: Cents
    in_band: Annotated[int, Meta(description="The greatest goal whose chance is inside its band, in cents.")]
    probability_before: Probability
    probability_after: Probability


class TargetMoved(msgspec.Struct, frozen=True, kw_only=True):
    """Is a target that a re-plan moves, old and new side by side."""

    node: str
    period: str
    old_cents: Cents
    new_cents: Cents
    change_cents: Cents
    old_probability: Probability
    new_probability: Probability
    reason: str


class ReplanProposed(msgspec.Struct, frozen=True, kw_only=True):
    """Is a proposal, for a person to approve."""

    request_id: str
    publication: FuturesPublishedIn
    plan: Annotated[PlanEntry, Meta(description="The version that it was made of.")]
    kept: Annotated[PlanEntry | None, Meta(description="The version that it was kept as; null where it was not.")]
    status: Literal["proposed", "unchanged"]
    triggers: list[TriggerTold]
    goal: GoalMoved
    moved_cents: Cents
    outside: Annotated[list[str], Meta(description="Nodes whose chance stays outside of the band all the same.")]
    changes: list[TargetMoved]


class EffectTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is what a scenario does to one target, counted in the very same futures."""

    scenario: str
    node: str
    period: str
    cents: Cents
    before: Probability
    after: Probability
    effect: float
    error: Annotated[float, Meta(description="Its standard error.")]
    independent_error: Annotated[float, Meta(description="What it would be with other futures for each.")]
    sales: Annotated[float, Meta(description="Change of the mean sales, in the currency.")]


class ScenariosTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is what scenarios do to the chances of a plan."""

    request_id: str
    publication: FuturesPublishedIn
    plan: PlanEntry
    effects: list[EffectTold]


class TargetsFairness(msgspec.Struct, frozen=True, kw_only=True):
    """Says whether targets are as likely for everyone, and whether they punish those who grew."""

    request_id: str
    publication: FuturesPublishedIn
    plan: PlanEntry
    said: Annotated[list[str], Meta(description="In words, without what may be chance.")]
    groups: Annotated[list[dict[str, Any]], Meta(description="Figures of everybody, then of each group.")]


class BonusSimulated(msgspec.Struct, frozen=True, kw_only=True):
    """Is what a bonus plan costs."""

    request_id: str
    publication: FuturesPublishedIn
    plan: PlanEntry
    simulation: Annotated[
        dict[str, Any],
        Meta(
            description=(
                "`at_target`; `joint` and `independent`, each mean, p95 and sd of the total; `nodes`, `targets` with "
                "their difficulty, `kinks`, `timing` and `warnings`."
            )
        ),
    ]


class BudgetAllocated(msgspec.Struct, frozen=True, kw_only=True):
    """Is a budget, split so that one more of money brings the same in every channel that history tells."""

    request_id: str
    budget: Annotated[
        dict[str, Any],
        Meta(
            description="`channels` with their reasons, `total`, `gain` with its interval, `price`, `pilot`, `unknown`."
        ),
    ]


class TerritoriesAssigned(msgspec.Struct, frozen=True, kw_only=True):
    """Is who should have which account, before and after, and why."""

    request_id: str
    territories: Annotated[
        dict[str, Any],
        Meta(description="`said`, `changes`, `cost`, `bound`, `gap`, `accounts`, `representatives` and `terms`."),
    ]
