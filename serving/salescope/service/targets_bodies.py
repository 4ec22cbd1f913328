"""What calls about targets send: the classes that they are read into, which the OpenAPI file is written from."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from salescope.store import LARGEST_VALUE, LONGEST_NODE, LONGEST_REASON

__all__ = [
    "NO_NUL",
    "AskAttainment",
    "AskFairness",
    "AskTargets",
    "GoalSent",
    "GrowthsSent",
    "LockTarget",
    "MakePlan",
    "MoveStatus",
    "OfPlan",
    "OverrideTarget",
    "ReleaseTarget",
    "RuleSent",
    "Sent",
    "Shown",
    "TargetSent",
]

MOST_RULES = 500
MOST_NAMES = 500
MOST_TARGETS = 2_000
NO_NUL = "^[^\\u0000]+$"
LARGEST_ID = 2**63 - 1

Node = Annotated[str, Meta(min_length=1, max_length=LONGEST_NODE, pattern=NO_NUL, description="As `region=North`.")]
Period = Annotated[
    str, Meta(min_length=1, max_length=40, pattern=NO_NUL, description="`2027-04`, `2027-Q2`, `2027` or `plan`.")
]
Amount = Annotated[float, Meta(ge=0, le=LARGEST_VALUE, description="In the workspace's currency, to the cent.")]
Rate = Annotated[float, Meta(ge=-1, le=1_000, description="A proportion: 0.05 is five percent more than last year.")]
Chance = Annotated[float, Meta(gt=0, lt=1)]
Reason = Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON, pattern=NO_NUL, description="Why.")]
Since = Annotated[
    str,
    Meta(max_length=7, pattern="^([0-9]{4}-(0[1-9]|1[0-2]))?$", description="A month; empty for all that is open."),
]
Share = Annotated[float, Meta(ge=0, le=1)]
PlanNumber = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
VersionNumber = Annotated[int, Meta(ge=1, le=100_000, description="The version that was read; another is refused.")]


class Sent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Is a part of a body; a member that it does not know is refused."""


class AmountGoal(Sent, frozen=True, kw_only=True, tag_field="kind", tag="amount"):
    """Is a company goal as an amount."""

    value: Amount


class GrowthGoal(Sent, frozen=True, kw_only=True, tag_field="kind", tag="growth"):
    """Is a company goal as growth against last year."""

    value: Rate


class ProbabilityGoal(Sent, frozen=True, kw_only=True, tag_field="kind", tag="probability"):
    """Is a company goal as the chance with which it is to be reached."""

    value: Chance


GoalSent: TypeAlias = AmountGoal | GrowthGoal | ProbabilityGoal


class GrowthsSent(Sent, frozen=True, kw_only=True):
    """Is the growth wished for of new and of existing customers; null where there is no wish."""

    new: Rate | None = None
    existing: Rate | None = None


class LockRule(Sent, frozen=True, kw_only=True, tag_field="kind", tag="lock"):
    """Holds a target at an amount."""

    node: Node
    amount: Amount
    period: Period = "plan"
    reason: Reason | None = None


class OverrideRule(Sent, frozen=True, kw_only=True, tag_field="kind", tag="override"):
    """Sets another target than the fair one, for a reason."""

    node: Node
    amount: Amount
    reason: Reason
    period: Period = "plan"


class FloorRule(Sent, frozen=True, kw_only=True, tag_field="kind", tag="floor"):
    """Is the least that a target may be."""

    node: Node
    amount: Amount
    period: Period = "plan"


class CapRule(Sent, frozen=True, kw_only=True, tag_field="kind", tag="cap"):
    """Is the most that a target may be."""

    node: Node
    amount: Amount
    period: Period = "plan"


class GrowthRule(Sent, frozen=True, kw_only=True, tag_field="kind", tag="growth"):
    """Bounds the growth of a target against last year."""

    node: Node
    least: Rate
    most: Rate
    period: Period = "plan"


RuleSent: TypeAlias = LockRule | OverrideRule | FloorRule | CapRule | GrowthRule


class Shown(Sent, frozen=True, kw_only=True):
    """Says which targets are told; by default the whole with its first level, and every period."""

    nodes: Annotated[list[Node], Meta(max_length=MOST_NAMES)] = []
    level: Annotated[str, Meta(min_length=1, max_length=120, pattern=NO_NUL)] | None = None
    periods: Annotated[list[Period], Meta(max_length=100)] = []


class AskTargets(Sent, frozen=True, kw_only=True):
    """Asks for targets: a goal, or growth of new and existing customers, and the rules to keep."""

    goal: GoalSent | None = None
    growths: GrowthsSent | None = None
    rules: Annotated[list[RuleSent], Meta(max_length=MOST_RULES)] = []
    step_cents: Annotated[
        int, Meta(ge=1, le=10**11, description="What each leaf's month is a multiple of, in cents.")
    ] = 1
    show: Shown = msgspec.field(default_factory=Shown)


class MakePlan(AskTargets, frozen=True, kw_only=True):
    """Makes a plan of recommended targets, once for each key."""

    name: Annotated[str, Meta(min_length=1, max_length=120, pattern=NO_NUL)]
    key: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)] | None,
        Meta(description="Your own name for this plan: sent again with it, one plan is made."),
    ] = None
    reason: Reason | None = None


class LockTarget(Sent, frozen=True, kw_only=True):
    """Holds a target at an amount, or at what it is."""

    version: VersionNumber
    node: Node
    period: Period = "plan"
    amount: Amount | None = None
    reason: Reason | None = None
    show: Shown = msgspec.field(default_factory=Shown)


class OverrideTarget(Sent, frozen=True, kw_only=True):
    """Sets another target than the fair one, for a reason."""

    version: VersionNumber
    node: Node
    amount: Amount
    reason: Reason
    period: Period = "plan"
    show: Shown = msgspec.field(default_factory=Shown)


class ReleaseTarget(Sent, frozen=True, kw_only=True):
    """Takes the lock or override of a node and period away."""

    version: VersionNumber
    node: Node
    period: Period = "plan"
    reason: Reason | None = None
    show: Shown = msgspec.field(default_factory=Shown)


class MoveStatus(Sent, frozen=True, kw_only=True):
    """Proposes, approves or retires a plan."""

    version: VersionNumber
    reason: Reason | None = None


class OfPlan(Sent, frozen=True, kw_only=True):
    """Names the plan that a question is about, by default as its newest version."""

    plan: PlanNumber
    version: VersionNumber | None = None


class AskFairness(OfPlan, frozen=True, kw_only=True):
    """Asks whether the targets of a plan are as likely for everyone."""


class TargetSent(Sent, frozen=True, kw_only=True):
    """Is one target to be judged."""

    node: Node
    amount: Amount
    period: Period = "plan"


class AskAttainment(Sent, frozen=True, kw_only=True):
    """Asks how likely targets are as of now: of a plan, or those that are sent."""

    plan: PlanNumber | None = None
    version: VersionNumber | None = None
    targets: Annotated[list[TargetSent], Meta(max_length=MOST_TARGETS)] = []
    show: Shown = msgspec.field(default_factory=Shown)
