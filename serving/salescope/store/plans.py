"""Plans of targets: every version is kept with who made it, when and why; none is ever changed."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from salescope.store.cursors import LARGEST_ROW_ID
from salescope.store.engine import Store
from salescope.store.errors import PlanConflictError, UnknownPlanError
from salescope.store.plan_pages import newest_entries, plan_entries, plan_version_of
from salescope.store.plan_records import ACTIONS, NewPlan, PlanChange, PlanVersion
from salescope.store.tables import PLAN_VERSIONS, PLANS
from salescope.store.values import check_json, check_whole

__all__ = ["create_plan", "plan_made_by", "plan_of", "plan_to_change", "revise_plan"]

LONGEST_CONTENT = 8_000_000
MOST_VERSIONS = 100_000


def create_plan(store: Store, new: NewPlan, *, change: PlanChange) -> tuple[PlanVersion, bool]:
    """Makes a plan with its first version, once for each idempotency key.

    Parameters
    ----------
    store : Store
        Where it goes.
    new : NewPlan
        What it is called.
    change : PlanChange
        Its first version, of action ``create``.

    Returns
    -------
    PlanVersion
        The first version.
    bool
        Whether this call made it; False where it was there already.

    Raises
    ------
    PlanConflictError
        If the idempotency key is known with another call.
    HostileValueError
        If the content cannot be kept.
    StoreUnavailableError
        If the database does not answer.
    """
    row = _row(change, version=1)
    with store.writing() as connection:
        known = _known(connection, new)
        if known is None:
            making = insert(PLANS).values(name=new.name, idempotency_key=new.key, digest=new.digest)
            try:
                plan_id: int = connection.execute(making.returning(PLANS.c.id)).scalar_one()
            except IntegrityError:
                # Only PostgreSQL lets two calls of one key come so far.
                raise PlanConflictError(
                    "Another call is making a plan of this key.", remedy="Send this one again."
                ) from None
            connection.execute(insert(PLAN_VERSIONS).values(plan_id=plan_id, **row))
        return _version(connection, plan_id if known is None else known, version=1), known is None


def plan_made_by(store: Store, new: NewPlan) -> PlanVersion | None:
    """Finds the plan that a call has made before, so that it is not worked out again.

    Parameters
    ----------
    store : Store
        Where plans are kept.
    new : NewPlan
        What the call says.

    Returns
    -------
    PlanVersion or None
        Its first version; None where the call has no idempotency key, or made no plan yet.

    Raises
    ------
    PlanConflictError
        If the idempotency key is known with another call.
    StoreUnavailableError
        If the database does not answer.
    """
    with store.reading() as connection:
        known = _known(connection, new)
        return None if known is None else _version(connection, known, version=1)


def revise_plan(store: Store, plan_id: int, *, version: int, change: PlanChange) -> PlanVersion:
    """Adds a version to a plan, if nobody else has done so meanwhile.

    Parameters
    ----------
    store : Store
        Where it is kept.
    plan_id : int
        The plan.
    version : int
        The version that the change was made of: the newest, or nothing is changed.
    change : PlanChange
        The new version.

    Returns
    -------
    PlanVersion

    Raises
    ------
    UnknownPlanError
        If there is no such plan.
    PlanConflictError
        If the plan is at another version, or of a status that does not take this change.
    HostileValueError
        If the content cannot be kept.
    StoreUnavailableError
        If the database does not answer.
    """
    check_whole(plan_id, column="a plan", lowest=1, highest=LARGEST_ROW_ID)
    check_whole(version, column="a version", lowest=1, highest=MOST_VERSIONS)
    row = _row(change, version=version + 1)
    with store.writing() as connection:
        newest = connection.execute(newest_entries().where(PLANS.c.id == plan_id)).one_or_none()
        if newest is None:
            raise UnknownPlanError
        _check_change(newest, version=version, action=change.action)
        try:
            connection.execute(insert(PLAN_VERSIONS).values(plan_id=plan_id, **row))
        except IntegrityError:
            # Only PostgreSQL lets two changes of one version come so far.
            raise _overtaken(version + 1) from None
        return _version(connection, plan_id, version=version + 1)


def plan_to_change(store: Store, plan_id: int, *, version: int, action: str) -> PlanVersion:
    """Reads a plan that is to be changed, so that what could not be kept is not worked out first.

    Parameters
    ----------
    store : Store
        Where it is kept.
    plan_id : int
        The plan.
    version : int
        The version that the change is made of.
    action : str
        One of `ACTIONS`.

    Returns
    -------
    PlanVersion
        The newest, which is that version.

    Raises
    ------
    UnknownPlanError, PlanConflictError, StoreUnavailableError
        As `revise_plan`.
    """
    found = plan_of(store, plan_id)
    _check_change(found, version=version, action=action)
    return found


def plan_of(store: Store, plan_id: int, *, version: int | None = None) -> PlanVersion:
    """Reads a plan whole.

    Parameters
    ----------
    store : Store
        Where it is kept.
    plan_id : int
        The plan.
    version : int, optional
        Which version; by default the newest.

    Returns
    -------
    PlanVersion

    Raises
    ------
    UnknownPlanError
        If there is no such plan or version.
    StoreUnavailableError
        If the database does not answer.
    """
    check_whole(plan_id, column="a plan", lowest=1, highest=LARGEST_ROW_ID)
    if version is not None:
        check_whole(version, column="a version", lowest=1, highest=MOST_VERSIONS)
    with store.reading() as connection:
        return _version(connection, plan_id, version=version)


def _row(change: PlanChange, *, version: int) -> dict[str, Any]:
    names = ("action", "at", "by", "key_id", "request_id", "reason")
    content = check_json(change.content, column="plan_versions.content", longest=LONGEST_CONTENT)
    status = ACTIONS[change.action][0]
    return {**{name: getattr(change, name) for name in names}, "version": version, "status": status, "content": content}


def _known(connection: Connection, new: NewPlan) -> int | None:
    if new.key is None:
        return None
    row = connection.execute(select(PLANS).where(PLANS.c.idempotency_key == new.key)).one_or_none()
    if row is not None and row.digest != new.digest:
        raise PlanConflictError(
            "This idempotency key was used before for another plan.",
            remedy="Send the same call again, or a new key for a new plan.",
        )
    return None if row is None else int(row.id)


def _check_change(newest: Row[Any] | PlanVersion, *, version: int, action: str) -> None:
    if newest.version != version:
        raise _overtaken(newest.version)
    if newest.status not in ACTIONS[action][1]:
        accepted = ", ".join(ACTIONS[action][1]) or "none"
        said = f"The plan is {newest.status}."
        raise PlanConflictError(said, remedy=f"Accepted for {action}: {accepted}.")


def _overtaken(version: int) -> PlanConflictError:
    remedy = "Read it again, then send the change with that version."
    return PlanConflictError(f"The plan is at version {version}.", remedy=remedy)


def _version(connection: Connection, plan_id: int, *, version: int | None) -> PlanVersion:
    wanted = (newest_entries() if version is None else plan_entries().where(PLAN_VERSIONS.c.version == version)).where(
        PLANS.c.id == plan_id
    )
    row = connection.execute(wanted.add_columns(PLAN_VERSIONS.c.content)).one_or_none()
    if row is None:
        raise UnknownPlanError
    return plan_version_of(row, content=json.loads(row.content))
