"""What calls about budgets, bonuses and territories send."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from salescope.service.targets_bodies import NO_NUL, Amount, Node, OfPlan, Sent, Share

__all__ = ["AllocateBudget", "AssignTerritories", "SimulateBonus"]

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
Number = Annotated[float, Meta(ge=0, le=1_000)]
Amounts = Annotated[list[Amount], Meta(min_length=1, max_length=1_040)]
Tier = Annotated[list[Number], Meta(min_length=2, max_length=2, description="Where it starts, and its rate.")]
ByChannel = Annotated[dict[Name, Amount], Meta(max_length=50)]


class BonusSent(Sent, frozen=True, kw_only=True):
    """Is a bonus plan: tiers of attainment, 1 is the target, each with its rate."""

    tiers: Annotated[list[Tier], Meta(min_length=1, max_length=50)]
    at_target: Annotated[Amount, Meta(description="The bonus at target of one period, of everybody.")]
    kind: Literal["steps", "accelerators"] = "accelerators"
    pays: Literal["month", "quarter", "year", "plan"] = "quarter"
    threshold: Number = 0.0
    guarantee: Number = 0.0
    cap: Number | None = None
    team_share: Share = 0.0
    team: Annotated[Node | None, Meta(description="The level whose node is a leaf's team, as `region`.")] = None


class SimulateBonus(OfPlan, frozen=True, kw_only=True):
    """Asks what a bonus plan costs for the targets of a plan."""

    bonus: BonusSent


class AllocateBudget(Sent, frozen=True, kw_only=True):
    """Asks how to split a promotion budget over channels, from what history tells."""

    sales: Annotated[Amounts, Meta(description="Of each week, the oldest first, without gaps.")]
    spend: Annotated[
        dict[Name, Amounts], Meta(min_length=1, max_length=50, description="Of each channel in the same weeks.")
    ]
    periods: Annotated[int, Meta(ge=2, le=520, description="Weeks of the plan.")]
    total: Annotated[Amount | None, Meta(description="Money of all weeks; null for as much as at present.")] = None
    reserve: Annotated[float, Meta(ge=0, le=0.5, description="Proportion kept for a pilot.")] = 0.05
    floors: ByChannel = msgspec.field(default_factory=dict)
    caps: ByChannel = msgspec.field(default_factory=dict)
    beyond_seen: bool = False
    sure: Annotated[
        float, Meta(ge=0, le=0.99, description="Money moves as far as that pays in this proportion of likely curves.")
    ] = 0.75


class AccountSent(Sent, frozen=True, kw_only=True):
    """Is an account, or a small territory, to be assigned."""

    account_id: Name
    potential: Amount
    workload: Amount | None = None
    region: Name | None = None
    rep_id: Annotated[Name | None, Meta(description="Who has it now.")] = None
    key: bool | None = None
    locked: Annotated[Name | None, Meta(description="Who must have it.")] = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class RepresentativeSent(Sent, frozen=True, kw_only=True):
    """Is a representative."""

    rep_id: Name
    capacity: Amount
    team: Name | None = None
    seniority: Annotated[Number | None, Meta(description="Years in the trade.")] = None
    ability: Annotated[Number | None, Meta(description="What is sold of a potential, 1 for the average.")] = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class TerritoryRulesSent(Sent, frozen=True, kw_only=True):
    """Is what an assignment must keep to; null for no limit."""

    most_load: Annotated[float, Meta(ge=1, le=1_000)] | None = None
    senior_years: Number | None = 5.0
    newcomer_years: Number = 1.0
    most_changes: Annotated[int, Meta(ge=0, le=5_000)] | None = None


class TerritoryWeightsSent(Sent, frozen=True, kw_only=True):
    """Is how much each aim counts."""

    balance: Number = 1.0
    fairness: Number = 1.0
    ability: Number = 1.0
    travel: Number = 0.5
    change: Number = 0.5


class AssignTerritories(Sent, frozen=True, kw_only=True):
    """Asks who should have which account."""

    accounts: Annotated[list[AccountSent], Meta(min_length=1, max_length=5_000)]
    representatives: Annotated[list[RepresentativeSent], Meta(min_length=1, max_length=500)]
    rules: TerritoryRulesSent = msgspec.field(default_factory=TerritoryRulesSent)
    weights: TerritoryWeightsSent = msgspec.field(default_factory=TerritoryWeightsSent)
