"""What calls suppose: the scenarios that change the futures of a plan."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from salescope.service.targets_bodies import Node, OfPlan, Rate, Sent, Share, Shown, Since

__all__ = ["AskScenario", "ScenarioSent"]

Elasticity = Annotated[float, Meta(ge=-100, le=100)]


class DemandSent(Sent, frozen=True, kw_only=True, tag_field="kind", tag="demand"):
    """Supposes that demand changes by a proportion."""

    change: Rate
    node: Node = "all"
    since: Since = ""


class AccountLostSent(Sent, frozen=True, kw_only=True, tag_field="kind", tag="account_lost"):
    """Supposes that a key account, which is a share of a node's sales, buys nothing more."""

    account: Node
    node: Node
    share: Share
    since: Since = ""


class RepresentativeLeavesSent(Sent, frozen=True, kw_only=True, tag_field="kind", tag="representative_leaves"):
    """Supposes that a representative leaves, and that somebody comes back in a later month and ramps up."""

    node: Node
    since: Since
    kept: Share = 0.0
    back: Since = ""
    ramp_up: Annotated[list[Share], Meta(max_length=36)] = msgspec.field(default_factory=list)


class PriceSent(Sent, frozen=True, kw_only=True, tag_field="kind", tag="price"):
    """Supposes another price, at an elasticity of demand."""

    change: Rate
    elasticity: Elasticity
    node: Node = "all"
    since: Since = ""


class LaunchDelayedSent(Sent, frozen=True, kw_only=True, tag_field="kind", tag="launch_delayed"):
    """Supposes that a launch, which is a share of a node's sales, comes some months later."""

    node: Node
    since: Since
    months: Annotated[int, Meta(ge=1, le=36)]
    share: Share = 1.0


class DriverSent(Sent, frozen=True, kw_only=True, tag_field="kind", tag="driver"):
    """Supposes another course of a driver, at an elasticity of demand."""

    driver: Node
    change: Rate
    elasticity: Elasticity
    node: Node = "all"
    since: Since = ""


OneScenario: TypeAlias = (
    DemandSent | AccountLostSent | RepresentativeLeavesSent | PriceSent | LaunchDelayedSent | DriverSent
)


class TogetherSent(Sent, frozen=True, kw_only=True, tag_field="kind", tag="together"):
    """Supposes several at once."""

    scenarios: Annotated[list[OneScenario], Meta(min_length=1, max_length=10)]


ScenarioSent: TypeAlias = (
    DemandSent | AccountLostSent | RepresentativeLeavesSent | PriceSent | LaunchDelayedSent | DriverSent | TogetherSent
)


class AskScenario(OfPlan, frozen=True, kw_only=True):
    """Asks what scenarios do to the chances of a plan, each in the very same futures."""

    scenarios: Annotated[list[ScenarioSent], Meta(min_length=1, max_length=20)]
    show: Shown = msgspec.field(default_factory=Shown)
