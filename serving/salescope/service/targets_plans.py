"""``/v1/plans``: plans of targets, every version kept; locked, overridden, proposed, approved and retired."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import Complaint, RequestShapeError
from salescope.service.operations import Address, router_of
from salescope.service.query import read_query, whole_in
from salescope.service.targets_answers import (
    FuturesPublishedIn,
    PlanDone,
    Plans,
    PlanVersions,
    entry_of,
    futures_in,
)
from salescope.service.targets_ask import ask_process, cents_of, current, kept_version, targets_question
from salescope.service.targets_bodies import (
    LockTarget,
    MakePlan,
    MoveStatus,
    OverrideTarget,
    ReleaseTarget,
    Shown,
)
from salescope.service.targets_kept import (
    kept_change,
    plan_answer,
    plan_changing,
    plan_id_in,
    stored,
    told_plan,
)
from salescope.service.targets_openapi import (
    APPROVE,
    CHANGE_PLAN,
    LIST_PLANS,
    MAKE_PLAN,
    MOVE_PLAN,
    READ,
    READ_PLAN,
    READ_VERSIONS,
    WRITE,
)
from salescope.service.targets_reading import read_body
from salescope.service.wiring import wiring_of
from salescope.store import (
    MOST_PLANS_A_PAGE,
    PLAN_STATUSES,
    NewPlan,
    create_plan,
    plan_made_by,
    plan_page,
    plan_versions,
    revise_plan,
)

__all__ = ["plan_routes"]

DEFAULT_LIMIT = 50


def plan_routes() -> APIRouter:
    """Makes the addresses of plans.

    Returns
    -------
    APIRouter
    """
    one = "/v1/plans/{plan_id}"
    changes = (
        ("lock", lock_target, "Hold a target", CHANGE_PLAN["LockTarget"]),
        ("override", override_target, "Set another target, for a reason", CHANGE_PLAN["OverrideTarget"]),
        ("release", release_target, "Take a lock or override away", CHANGE_PLAN["ReleaseTarget"]),
        ("propose", propose_plan, "Propose a plan", MOVE_PLAN[WRITE]),
        ("approve", approve_plan, "Approve a plan", MOVE_PLAN[APPROVE]),
        ("retire", retire_plan, "Retire a plan", MOVE_PLAN[APPROVE]),
    )
    return router_of(
        "plans",
        Address(path="/v1/plans", endpoint=list_plans, summary="List plans", described=LIST_PLANS),
        Address(path="/v1/plans", endpoint=make_plan, summary="Make a plan", described=MAKE_PLAN, method="POST"),
        *(
            Address(path=f"{one}:{verb}", endpoint=endpoint, summary=summary, described=described, method="POST")
            for verb, endpoint, summary, described in changes
        ),
        Address(path=one, endpoint=read_plan, summary="Read a plan", described=READ_PLAN),
        Address(
            path=f"{one}/versions",
            endpoint=read_plan_versions,
            summary="How a plan came to be",
            described=READ_VERSIONS,
        ),
    )


async def list_plans(request: Request) -> Response:
    """Lists plans, the newest first, each as its newest version."""
    require(request, READ)
    query = read_query(request, accepted=("status", "limit", "cursor"))
    limit = whole_in(query, "limit", default=DEFAULT_LIMIT, most=MOST_PLANS_A_PAGE)
    status = query.get("status")
    if status is not None and status not in PLAN_STATUSES:
        raise RequestShapeError([Complaint("/status", f"One of {', '.join(PLAN_STATUSES)} is accepted.")])
    wiring = wiring_of(request.scope)
    page = await stored(wiring, lambda: plan_page(wiring.store, status=status, after=query.get("cursor"), limit=limit))
    plans = [entry_of(plan) for plan in page.plans]
    answer = json_response(Plans(request_id=request.state.request_id, plans=plans, next_cursor=page.cursor))
    if page.cursor is not None:
        following = urlencode({**query, "cursor": page.cursor})
        answer.headers["link"] = f'<{request.url.path}?{following}>; rel="next"'
    return answer


async def make_plan(request: Request) -> Response:
    """Makes a draft of recommended targets; sent again with the same key it answers with the same plan."""
    key = require(request, WRITE)
    call, wiring = await read_body(request, MakePlan), wiring_of(request.scope)
    said = msgspec.json.encode(call, order="deterministic")
    new = NewPlan(name=call.name, digest=sha256(said).hexdigest(), key=call.key)
    known = await stored(wiring, lambda: plan_made_by(wiring.store, new))
    if known is not None:
        return plan_answer(known, await told_plan(wiring, known, shown=call.show), request=request)
    question, publication = targets_question(call, keep=True), await current(wiring)
    made = await ask_process(wiring, question, publication=publication)
    content = {**made["content"], "futures": msgspec.to_builtins(futures_in(publication))}
    change = kept_change("create", content=content, reason=call.reason, request=request, key=key)
    version, is_new = await stored(wiring, lambda: create_plan(wiring.store, new, change=change))
    told = made["told"] if is_new else await told_plan(wiring, version, shown=call.show)
    return plan_answer(version, told, request=request)


async def read_plan(request: Request) -> Response:
    """Reads a plan with the chances of when it was made; `/v1/targets:attainment` counts those of now."""
    require(request, READ)
    query = read_query(request, accepted=("version", "node", "level", "period"), longest=8_000)
    version = whole_in(query, "version", default=1, most=100_000) if "version" in query else None
    names = {name: [query[name]] if name in query else [] for name in ("node", "period")}
    shown = Shown(nodes=names["node"], level=query.get("level"), periods=names["period"])
    wiring = wiring_of(request.scope)
    found = await kept_version(wiring, plan_id_in(request), version=version)
    return plan_answer(found, await told_plan(wiring, found, shown=shown), request=request)


async def read_plan_versions(request: Request) -> Response:
    """Lists the versions of a plan: who did what, when and why."""
    require(request, READ)
    read_query(request, accepted=())
    wiring, plan_id = wiring_of(request.scope), plan_id_in(request)
    found = await stored(wiring, lambda: plan_versions(wiring.store, plan_id))
    versions = [entry_of(version) for version in found]
    return json_response(PlanVersions(request_id=request.state.request_id, versions=versions))


async def lock_target(request: Request) -> Response:
    """Holds a target at an amount, or at what it is, and hands the same goal down to the others."""
    call = await _call(request, LockTarget)
    cents = None if call.amount is None else cents_of(call.amount)
    return await _revised(request, call, action="lock", cents=cents)


async def override_target(request: Request) -> Response:
    """Sets a target for a reason, and hands the same goal down to the others."""
    call = await _call(request, OverrideTarget)
    return await _revised(request, call, action="override", cents=cents_of(call.amount))


async def release_target(request: Request) -> Response:
    """Takes a lock or override away, and hands the same goal down again."""
    return await _revised(request, await _call(request, ReleaseTarget), action="release", cents=None)


async def propose_plan(request: Request) -> Response:
    """Proposes a draft for approval."""
    return await _moved(request, action="propose", scope=WRITE)


async def approve_plan(request: Request) -> Response:
    """Approves a plan; the name of the key is kept as the person who did."""
    return await _moved(request, action="approve", scope=APPROVE)


async def retire_plan(request: Request) -> Response:
    """Retires a plan, which then takes no change."""
    return await _moved(request, action="retire", scope=APPROVE)


Change = TypeVar("Change", LockTarget, OverrideTarget, ReleaseTarget)


async def _call(request: Request, kind: type[Change]) -> Change:
    require(request, WRITE)
    return await read_body(request, kind)


async def _revised(
    request: Request, call: LockTarget | OverrideTarget | ReleaseTarget, *, action: str, cents: int | None
) -> Response:
    wiring, key = wiring_of(request.scope), require(request, WRITE)
    old = await plan_changing(request, version=call.version, action=action)
    publication = await current(wiring)
    question = {
        "ask": "revise",
        "kind": action,
        "content": old.content,
        "node": call.node,
        "period": call.period,
        "cents": cents,
        "reason": call.reason or "",
        "show": msgspec.to_builtins(call.show),
    }
    made = await ask_process(wiring, question, publication=publication)
    content = {**made["content"], "futures": msgspec.to_builtins(futures_in(publication))}
    change = kept_change(action, content=content, reason=call.reason, request=request, key=key)
    version = await stored(wiring, lambda: revise_plan(wiring.store, old.plan_id, version=call.version, change=change))
    return plan_answer(version, made["told"], request=request)


async def _moved(request: Request, *, action: str, scope: str) -> Response:
    wiring, key = wiring_of(request.scope), require(request, scope)
    call = await read_body(request, MoveStatus)
    old = await plan_changing(request, version=call.version, action=action)
    change = kept_change(action, content=dict(old.content), reason=call.reason, request=request, key=key)
    version = await stored(wiring, lambda: revise_plan(wiring.store, old.plan_id, version=call.version, change=change))
    publication = msgspec.convert(version.content["futures"], FuturesPublishedIn)
    return json_response(PlanDone(request_id=request.state.request_id, plan=entry_of(version), publication=publication))
