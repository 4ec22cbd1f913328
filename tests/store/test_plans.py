"""Plans: every version kept, one change at a time wins, an idempotency key makes one plan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from tests.store.made import NOW, made_change

from salescope.store import (
    ACTIONS,
    HostileValueError,
    NewPlan,
    PlanConflictError,
    PlanVersion,
    Store,
    UnknownCursorError,
    UnknownPlanError,
    create_plan,
    plan_made_by,
    plan_of,
    plan_page,
    plan_versions,
    revise_plan,
)

DIGEST = "ab" * 32


def made(store: Store, name: str = "2027", *, key: str | None = None, digest: str = DIGEST) -> PlanVersion:
    return create_plan(store, NewPlan(name=name, digest=digest, key=key), change=made_change())[0]


def test_every_version_is_kept_with_who_when_and_why(store):
    plan = made(store, "計劃 2027")
    later = made_change(
        action="override",
        content={"goal": 2, "區": [1, None]},
        reason="客戶 left",
        by="Bo",
        at=NOW + timedelta(hours=1),
    )
    revised = revise_plan(store, plan.plan_id, version=1, change=later)
    assert (revised.version, revised.status, revised.by, revised.reason) == (2, "draft", "Bo", "客戶 left")
    assert (revised.name, revised.at) == ("計劃 2027", NOW + timedelta(hours=1))
    assert plan_of(store, plan.plan_id) == revised
    assert plan_of(store, plan.plan_id, version=1) == plan
    assert plan.content == {"goal": 100_000}
    assert [(it.version, it.action, it.content) for it in plan_versions(store, plan.plan_id)] == [
        (2, "override", {}),
        (1, "create", {}),
    ]


def test_a_change_of_an_older_version_changes_nothing(store):
    plan = made(store)
    revise_plan(store, plan.plan_id, version=1, change=made_change(action="lock"))
    for version in (1, 3):
        with pytest.raises(PlanConflictError, match=r"at version 2.*Nothing was changed"):
            revise_plan(store, plan.plan_id, version=version, change=made_change(action="lock"))
    assert len(plan_versions(store, plan.plan_id)) == 2


def test_of_changes_at_once_one_wins(store):
    plan = made(store)

    def change(number: int) -> int | str:
        try:
            revised = revise_plan(
                store, plan.plan_id, version=1, change=made_change(action="lock", reason=str(number + 1))
            )
        except PlanConflictError:
            return "conflict"
        return revised.version

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(change, range(6)))
    assert sorted(map(str, told)) == ["2", *["conflict"] * 5]
    assert len(plan_versions(store, plan.plan_id)) == 2


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("before", ["create", "propose", "approve", "retire"])
def test_a_status_takes_some_changes(new_store, before, action):
    store = new_store()
    plan = made(store)
    if before != "create":
        plan = revise_plan(store, plan.plan_id, version=1, change=made_change(action=before))
    status, accepted = ACTIONS[action]
    if plan.status in accepted:
        told = revise_plan(store, plan.plan_id, version=plan.version, change=made_change(action=action))
        assert told.status == status
    else:
        with pytest.raises(PlanConflictError, match=f"The plan is {plan.status}"):
            revise_plan(store, plan.plan_id, version=plan.version, change=made_change(action=action))
    store.close()


def test_a_key_makes_one_plan(store):
    plan = made(store, key="crm-1")
    again, is_new = create_plan(store, NewPlan(name="2027", digest=DIGEST, key="crm-1"), change=made_change())
    assert (again, is_new) == (plan, False)
    assert plan_made_by(store, NewPlan(name="2027", digest=DIGEST, key="crm-1")) == plan
    assert plan_made_by(store, NewPlan(name="2027", digest=DIGEST, key="crm-2")) is None
    assert plan_made_by(store, NewPlan(name="2027", digest=DIGEST)) is None
    with pytest.raises(PlanConflictError, match="idempotency key was used before"):
        made(store, key="crm-1", digest="cd" * 32)
    assert made(store).plan_id != made(store).plan_id
    assert len(plan_page(store).plans) == 3


def test_pages_follow_each_other_and_filter(store):
    ids = [made(store, str(number)).plan_id for number in range(5)]
    revise_plan(store, ids[1], version=1, change=made_change(action="approve"))
    found, after = [], None
    while True:
        page = plan_page(store, after=after, limit=2)
        found += [plan.plan_id for plan in page.plans]
        after = page.cursor
        if after is None:
            break
    assert found == ids[::-1]
    assert all(one > other for one, other in pairwise(found))
    assert [plan.plan_id for plan in plan_page(store, status="approved").plans] == [ids[1]]
    assert ids[1] not in [plan.plan_id for plan in plan_page(store, status="draft").plans]
    with pytest.raises(UnknownCursorError):
        plan_page(store, after="WzEsMV0")


def test_what_is_not_there(store):
    for act in (
        lambda: plan_of(store, 1),
        lambda: plan_versions(store, 1),
        lambda: revise_plan(store, 2**62, version=1, change=made_change(action="lock")),
        lambda: plan_of(store, made(store).plan_id, version=2),
    ):
        with pytest.raises(UnknownPlanError):
            act()


@pytest.mark.parametrize(
    "content", [{"goal": float("nan")}, {"goal": float("inf")}, {"a": "\ud83d"}, {"a": "x" * 8_000_001}, []]
)
def test_contents_that_cannot_be_kept(new_store, content):
    store = new_store()
    with pytest.raises(HostileValueError):
        create_plan(store, NewPlan(name="a", digest=DIGEST), change=made_change(content=content))
    assert plan_page(store).plans == ()
    store.close()
