"""Lists of plans and of their versions, page by page, without what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, func, select

from salescope.store.cursors import LARGEST_ROW_ID, read_cursor, written_cursor
from salescope.store.engine import Store
from salescope.store.errors import UnknownPlanError
from salescope.store.plan_records import PlanPage, PlanVersion
from salescope.store.tables import PLAN_VERSIONS, PLANS
from salescope.store.values import check_text, check_whole

__all__ = ["MOST_PLANS_A_PAGE", "newest_entries", "plan_entries", "plan_page", "plan_version_of", "plan_versions"]

MOST_PLANS_A_PAGE = 1_000


def plan_versions(store: Store, plan_id: int) -> list[PlanVersion]:
    """Lists the versions of a plan: who did what, when and why.

    Parameters
    ----------
    store : Store
        Where it is kept.
    plan_id : int
        The plan.

    Returns
    -------
    list of PlanVersion, shape (n_versions,)
        The newest first, at most 1,000, without contents.

    Raises
    ------
    UnknownPlanError
        If there is no such plan.
    StoreUnavailableError
        If the database does not answer.
    """
    check_whole(plan_id, column="a plan", lowest=1, highest=LARGEST_ROW_ID)
    mine = plan_entries().where(PLANS.c.id == plan_id).order_by(PLAN_VERSIONS.c.version.desc()).limit(MOST_PLANS_A_PAGE)
    with store.reading() as connection:
        found = [plan_version_of(row) for row in connection.execute(mine)]
    if not found:
        raise UnknownPlanError
    return found


def plan_page(store: Store, *, status: str | None = None, after: str | None = None, limit: int = 50) -> PlanPage:
    """Lists plans, the newest first.

    Parameters
    ----------
    store : Store
        Where they are kept.
    status : str, optional
        Only those whose newest version has this status.
    after : str, optional
        The cursor of the page before.
    limit : int, default 50
        At most so many, up to 1,000.

    Returns
    -------
    PlanPage

    Raises
    ------
    UnknownCursorError
        If the cursor is none of ours.
    StoreUnavailableError
        If the database does not answer.
    """
    check_whole(limit, column="a limit", lowest=1, highest=MOST_PLANS_A_PAGE)
    wanted = newest_entries().order_by(PLANS.c.id.desc()).limit(limit + 1)
    if status is not None:
        wanted = wanted.where(PLAN_VERSIONS.c.status == check_text(status, column="plan_versions.status", longest=16))
    if after is not None:
        wanted = wanted.where(PLANS.c.id < read_cursor(after, place=_place))
    with store.reading() as connection:
        rows = connection.execute(wanted).all()
    plans = tuple(plan_version_of(row) for row in rows[:limit])
    return PlanPage(plans, written_cursor(plans[-1].plan_id) if len(rows) > limit else None)


def _place(plan_id: object) -> int:
    return check_whole(plan_id, column="a cursor", lowest=1, highest=LARGEST_ROW_ID)


def plan_entries() -> Select[Any]:
    """Selects every version of every plan, without what it holds."""
    told = [column for column in PLAN_VERSIONS.c if column.name != "content"]
    return select(PLANS.c.name, *told).join(PLAN_VERSIONS, PLAN_VERSIONS.c.plan_id == PLANS.c.id)


def newest_entries() -> Select[Any]:
    """Selects the newest version of every plan."""
    other = PLAN_VERSIONS.alias()
    last = select(func.max(other.c.version)).where(other.c.plan_id == PLANS.c.id).scalar_subquery()
    return plan_entries().where(PLAN_VERSIONS.c.version == last)


def plan_version_of(row: Row[Any], *, content: Mapping[str, Any] | None = None) -> PlanVersion:
    """Reads a version from a row of `plan_entries`."""
    names = ("plan_id", "name", "version", "status", "action", "at", "by", "key_id", "request_id", "reason")
    return PlanVersion(**{name: getattr(row, name) for name in names}, content=content or {})
