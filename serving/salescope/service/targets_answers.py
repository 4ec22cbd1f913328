"""The shapes of the answers about plans and targets; the OpenAPI file is written from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from salescope.store import PlanVersion, Publication

__all__ = [
    "Cents",
    "FuturesPublishedIn",
    "PlanDone",
    "PlanEntry",
    "PlanTold",
    "PlanVersions",
    "Plans",
    "Probability",
    "TargetChances",
    "TargetsRecommended",
    "entry_of",
    "futures_in",
    "told_as",
]

Cents = Annotated[int, Meta(description="In cents of the currency.")]
Proportion = Annotated[float | None, Meta(description="Null where last year has nothing to compare with.")]
Probability = Annotated[float, Meta(ge=0, le=1)]


class FuturesPublishedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Says which published futures an answer is counted in, and how old they are."""

    as_of: Annotated[datetime, Meta(description="The cutoff: only earlier sales were known, UTC.")]
    at: Annotated[datetime, Meta(description="When they were published, UTC.")]
    model: Annotated[str, Meta(description="What drew them.")]
    versions: Annotated[dict[str, str], Meta(description="The version of each model that answered.")]
    currency: Annotated[str, Meta(min_length=3, max_length=3)]
    months: list[str]
    closed: Annotated[int, Meta(ge=0, description="How many of the first months are over.")]


class PlanEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Is one version of a plan: who made it, when and why."""

    id: int
    name: str
    version: Annotated[int, Meta(ge=1)]
    status: Literal["draft", "proposed", "approved", "retired"]
    action: Annotated[str, Meta(description="What made this version of the one before.")]
    at: datetime
    by: Annotated[str, Meta(description="The name of the key.")]
    request_id: Annotated[str, Meta(description="The call that made it.")]
    reason: str


class GoalTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is a goal as it was chosen."""

    kind: Literal["amount", "growth", "probability"]
    value: float


class RuleTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is one rule that the targets keep."""

    kind: str
    node: str
    period: str
    least: Cents
    most: Annotated[int | None, Meta(description="In cents; null for no end.")]
    reason: str


class TargetTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is the target of one node in one period."""

    node: str
    period: str
    cents: Cents
    last_cents: Cents
    growth: Proportion
    probability: Annotated[Probability, Meta(description="Of the plan's own futures: of when it was made.")]
    fair_cents: float
    moved: Annotated[float | None, Meta(description="Proportion that rules move it from the fair one.")]
    reason: str


class PaddingTold(msgspec.Struct, frozen=True, kw_only=True):
    """Says which goal has a probability, and what the leaves' own targets of it would add up to."""

    probability: Probability
    amount: float
    growth: Proportion
    expected_miss: float
    sum_of_own: float
    own_growth: Proportion
    own_probability: Probability
    padding: Annotated[float, Meta(description="What the parts would keep back beyond the whole.")]


class TargetsTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is what is told of targets: the goal in all three ways, the rules, and nodes and periods."""

    amount: float
    growth: Proportion
    probability: Probability
    goal: GoalTold
    split: Annotated[
        dict[str, Any] | None, Meta(description="What new and existing customers are to bring; null where unknown.")
    ]
    step: Cents
    levels: list[str]
    months: list[str]
    rules: list[RuleTold]
    targets: list[TargetTold]


class TargetsRecommended(TargetsTold, frozen=True, kw_only=True):
    """Is a recommendation, of which nothing is kept."""

    request_id: str
    publication: FuturesPublishedIn
    padding: list[PaddingTold]


class PlanTold(TargetsTold, frozen=True, kw_only=True):
    """Is a plan with its targets."""

    request_id: str
    plan: PlanEntry
    publication: Annotated[FuturesPublishedIn, Meta(description="The futures that this version was made in.")]


class PlanDone(msgspec.Struct, frozen=True, kw_only=True):
    """Says what a plan is after its status was moved."""

    request_id: str
    plan: PlanEntry
    publication: FuturesPublishedIn


class Plans(msgspec.Struct, frozen=True, kw_only=True):
    """Is a page of plans, the newest first, each as its newest version."""

    request_id: str
    plans: list[PlanEntry]
    next_cursor: str | None


class PlanVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Is how a plan came to be, the newest version first."""

    request_id: str
    versions: list[PlanEntry]


class ChanceTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is how likely one target is as of now."""

    node: str
    period: str
    cents: Cents
    probability: Probability
    expected_cents: Cents
    low_cents: Annotated[int, Meta(description="Nine of ten futures are above it.")]
    high_cents: Annotated[int, Meta(description="Nine of ten futures are below it.")]
    run_rate_cents: Annotated[
        int | None, Meta(description="What last year's total times the growth until now makes; null before a close.")
    ]


class TargetChances(msgspec.Struct, frozen=True, kw_only=True):
    """Is how likely targets are as of now."""

    request_id: str
    publication: FuturesPublishedIn
    plan: PlanEntry | None
    paths: Annotated[int, Meta(description="In how many joint futures the chances are counted.")]
    closed: int
    chances: list[ChanceTold]


def futures_in(publication: Publication) -> FuturesPublishedIn:
    """Tells which futures an answer is counted in.

    Parameters
    ----------
    publication : Publication
        Of futures.

    Returns
    -------
    FuturesPublishedIn
    """
    about = publication.about
    return FuturesPublishedIn(
        as_of=publication.as_of,
        at=publication.at,
        model=about["kind"],
        versions=dict(publication.versions),
        currency=publication.currency,
        months=about["months"],
        closed=about["closed"],
    )


def entry_of(version: PlanVersion) -> PlanEntry:
    """Tells a version of a plan.

    Parameters
    ----------
    version : PlanVersion
        From the store.

    Returns
    -------
    PlanEntry
    """
    names = ("name", "version", "status", "action", "at", "by", "request_id", "reason")
    return PlanEntry(id=version.plan_id, **{name: getattr(version, name) for name in names})


def told_as(kind: type[Any], told: Mapping[str, Any], **more: Any) -> Any:  # noqa: ANN401
    """Makes an answer of what the process told.

    Parameters
    ----------
    kind : type
        The answer.
    told : mapping
        From `salescope.service.targets_worker`.
    **more : object
        What the service adds.

    Returns
    -------
    object
        Of that type.
    """
    return msgspec.convert({**told, **{name: msgspec.to_builtins(value) for name, value in more.items()}}, kind)
