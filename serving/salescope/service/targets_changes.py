"""What a call for a re-plan sends: the band of chances, and what has changed since the plan was made."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from salescope.service.targets_bodies import Node, OfPlan, Rate, Reason, Sent, Share, Shown, Since
from salescope.store import LONGEST_REASON

__all__ = ["AskReplan", "CapacityChangeSent", "LevelShiftSent"]


class LevelShiftSent(Sent, frozen=True, kw_only=True):
    """Says that the level of a node's sales has shifted; a change of 0 where the futures know it already."""

    node: Node
    since: Since = ""
    change: Rate = 0.0
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class CapacityChangeSent(Sent, frozen=True, kw_only=True):
    """Says that the selling time of a node has changed: 0 for a representative who leaves."""

    node: Node
    factor: Annotated[float, Meta(ge=0, le=100)]
    since: Since = ""
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""
    in_futures: bool = False


class AskReplan(OfPlan, frozen=True, kw_only=True):
    """Asks for the smallest change of open targets that brings the chances of the shown nodes back into their band."""

    low: Share = 0.2
    high: Share = 0.9
    level_shifts: Annotated[list[LevelShiftSent], Meta(max_length=100)] = msgspec.field(default_factory=list)
    capacity_changes: Annotated[list[CapacityChangeSent], Meta(max_length=100)] = msgspec.field(default_factory=list)
    may_lower: Annotated[bool, Meta(description="Whether the company goal may be lowered.")] = False
    keep: Annotated[
        bool, Meta(description="Keep it as the proposed next version of the plan, which must be at `version`.")
    ] = False
    reason: Reason | None = None
    show: Shown = msgspec.field(default_factory=Shown)
