"""What a version of a plan is, and what makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salescope.store.outcomes import check_known
from salescope.store.tables import LONGEST_ID
from salescope.store.values import check_instant, check_text

__all__ = [
    "ACTIONS",
    "LONGEST_REASON",
    "PLAN_STATUSES",
    "NewPlan",
    "PlanChange",
    "PlanPage",
    "PlanVersion",
]

PLAN_STATUSES = ("draft", "proposed", "approved", "retired")
# What each change makes of a plan, and of which it can be made.
ACTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "create": ("draft", ()),
    "lock": ("draft", ("draft", "proposed", "approved")),
    "override": ("draft", ("draft", "proposed", "approved")),
    "release": ("draft", ("draft", "proposed", "approved")),
    "re-plan": ("proposed", ("draft", "proposed", "approved")),
    "propose": ("proposed", ("draft",)),
    "approve": ("approved", ("draft", "proposed")),
    "retire": ("retired", ("draft", "proposed", "approved")),
}
LONGEST_NAME = 120
LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """Says what a new plan is called, and how the call that makes it is told from others.

    Parameters
    ----------
    name : str
        For people, 1 to 120 characters.
    digest : str
        Of what the call says, 64 hexadecimal characters.
    key : str or None, default None
        The sender's own name for this plan, 1 to 200 characters: sent again with it, one plan is made.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged.
    """

    name: str
    digest: str
    key: str | None = None

    def __post_init__(self) -> None:
        check_text(self.name, column="plans.name", longest=LONGEST_NAME)
        check_text(self.digest, column="plans.digest", longest=64)
        if self.key is not None:
            check_text(self.key, column="plans.idempotency_key", longest=LONGEST_ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """Is what makes one version of a plan: who, when, why, and what the plan is from then on.

    Parameters
    ----------
    action : str
        One of `ACTIONS`, which says the status as well.
    content : dict
        The whole plan, as JSON can say it.
    at : datetime
        When, aware.
    by : str
        Whose key it was, as the key is labelled.
    key_id : str
        The id of the key.
    request_id : str
        The call that it came with.
    reason : str, default ""
        Why.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged.
    """

    action: str
    content: dict[str, Any] = field(repr=False)
    at: datetime
    by: str
    key_id: str
    request_id: str
    reason: str = ""

    def __post_init__(self) -> None:
        check_known(self.action, column="plan_versions.action", accepted=ACTIONS)
        for name, longest in (("by", 120), ("key_id", 10), ("request_id", 64)):
            check_text(getattr(self, name), column=f"plan_versions.{name}", longest=longest)
        if self.reason != "":
            check_text(self.reason, column="plan_versions.reason", longest=LONGEST_REASON)
        object.__setattr__(self, "at", check_instant(self.at, column="plan_versions.at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """Is one version of a plan.

    Parameters
    ----------
    plan_id : int
        The plan.
    name : str
        What it is called.
    version : int
        1 for the first.
    status : {"draft", "proposed", "approved", "retired"}
        What it is.
    action : str
        How it came to be, one of `ACTIONS`.
    at : datetime
        When, in UTC.
    by, key_id, request_id, reason : str
        Who, with which key, in which call, and why.
    content : mapping
        The whole plan; empty in lists.
    """

    plan_id: int
    name: str
    version: int
    status: str
    action: str
    at: datetime
    by: str
    key_id: str
    request_id: str
    reason: str
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Is one page of a list of plans.

    Parameters
    ----------
    plans : tuple of PlanVersion
        The newest version of each, without contents; the newest plan first.
    cursor : str or None
        Where the next page begins; None on the last.
    """

    plans: tuple[PlanVersion, ...]
    cursor: str | None
