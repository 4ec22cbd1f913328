"""``/v1/targets``: recommended targets, and how likely targets are as of now; nothing is kept."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import PlanUnavailableError
from salescope.service.operations import Address, router_of
from salescope.service.targets_answers import TargetChances, TargetsRecommended, entry_of, futures_in, told_as
from salescope.service.targets_ask import ask_of_plan, ask_process, cents_of, current, kept_version, targets_question
from salescope.service.targets_bodies import AskAttainment, AskFairness, AskTargets
from salescope.service.targets_changes import AskReplan
from salescope.service.targets_kept import kept_change, plan_changing, stored
from salescope.service.targets_openapi import ASK_ATTAINMENT, READ, RECOMMEND, WRITE
from salescope.service.targets_reading import read_body
from salescope.service.targets_report_openapi import ASK_FAIRNESS, ASK_RE_PLAN, ASK_SCENARIO
from salescope.service.targets_reports import ReplanProposed, ScenariosTold, TargetsFairness
from salescope.service.targets_scenarios import AskScenario
from salescope.service.wiring import wiring_of
from salescope.store import PlanVersion, revise_plan

__all__ = ["target_routes"]


def target_routes() -> APIRouter:
    """Makes the addresses of questions about targets.

    Returns
    -------
    APIRouter
    """
    questions = (
        ("recommend", recommend_targets, "Recommend targets", RECOMMEND),
        ("attainment", ask_attainment, "How likely are targets now", ASK_ATTAINMENT),
        ("re-plan", ask_re_plan, "Propose the smallest re-plan", ASK_RE_PLAN),
        ("scenario", ask_scenario, "What scenarios do to the chances", ASK_SCENARIO),
        ("fairness", ask_fairness, "Are targets fair", ASK_FAIRNESS),
    )
    return router_of(
        "targets",
        *(
            Address(path=f"/v1/targets:{verb}", endpoint=endpoint, summary=summary, described=described, method="POST")
            for verb, endpoint, summary, described in questions
        ),
    )


async def recommend_targets(request: Request) -> Response:
    """Hands a goal down to every node and month, with the chance of each; nothing is kept."""
    require(request, READ)
    call, wiring = await read_body(request, AskTargets), wiring_of(request.scope)
    question, publication = targets_question(call, keep=False), await current(wiring)
    said = await ask_process(wiring, question, publication=publication)
    more = {"request_id": request.state.request_id, "publication": futures_in(publication)}
    return json_response(told_as(TargetsRecommended, said["told"], **more))


async def ask_attainment(request: Request) -> Response:
    """Counts in how many of the newest futures targets are reached: of a plan, or those that are sent."""
    require(request, READ)
    call, wiring = await read_body(request, AskAttainment), wiring_of(request.scope)
    if (call.plan is None) == (not call.targets):
        raise PlanUnavailableError(reason="Either a plan or targets are judged: send one of them.")
    plan = None if call.plan is None else await kept_version(wiring, call.plan, version=call.version)
    publication = await current(wiring)
    question: dict[str, Any] = {
        "ask": "attainment",
        "content": None if plan is None else plan.content,
        "targets": [{"node": it.node, "period": it.period, "cents": cents_of(it.amount)} for it in call.targets],
        "show": msgspec.to_builtins(call.show),
    }
    said = await ask_process(wiring, question, publication=publication)
    more = {
        "request_id": request.state.request_id,
        "publication": futures_in(publication),
        "plan": None if plan is None else entry_of(plan),
    }
    return json_response(told_as(TargetChances, said["told"], **more))


async def ask_re_plan(request: Request) -> Response:
    """Proposes the smallest change that brings chances back; with `keep`, as the next version of the plan."""
    # Who may write a plan may ask what would be written.
    require(request, WRITE if request.state.key.allows(WRITE) else READ)
    call, wiring = await read_body(request, AskReplan), wiring_of(request.scope)
    old = await (_to_keep(request, call) if call.keep else kept_version(wiring, call.plan, version=call.version))
    publication = await current(wiring)
    question = {**msgspec.to_builtins(call), "ask": "re-plan", "content": old.content}
    said = await ask_process(wiring, question, publication=publication)
    kept = None
    if call.keep and said["content"] is not None:
        content = {**said["content"], "futures": msgspec.to_builtins(futures_in(publication))}
        key = require(request, WRITE)
        change = kept_change("re-plan", content=content, reason=call.reason, request=request, key=key)
        kept = await stored(wiring, lambda: revise_plan(wiring.store, old.plan_id, version=old.version, change=change))
    more = {
        "request_id": request.state.request_id,
        "publication": futures_in(publication),
        "plan": entry_of(old),
        "kept": None if kept is None else entry_of(kept),
    }
    return json_response(told_as(ReplanProposed, said["told"], **more))


async def _to_keep(request: Request, call: AskReplan) -> PlanVersion:
    require(request, WRITE)
    if call.version is None:
        raise PlanUnavailableError(reason="What is to be kept names the version that it is made of: send `version`.")
    return await plan_changing(request, plan_id=call.plan, version=call.version, action="re-plan")


async def ask_scenario(request: Request) -> Response:
    """Says what scenarios do to the chances of a plan, each in the very same futures; nothing is kept."""
    require(request, READ)
    call = await read_body(request, AskScenario)
    more = {"scenarios": msgspec.to_builtins(call.scenarios), "show": msgspec.to_builtins(call.show)}
    return json_response(told_as(ScenariosTold, **await ask_of_plan(request, call, ask="scenario", **more)))


async def ask_fairness(request: Request) -> Response:
    """Says whether the targets of a plan are as likely for everyone, and whether they punish those who grew."""
    require(request, READ)
    call = await read_body(request, AskFairness)
    return json_response(told_as(TargetsFairness, **await ask_of_plan(request, call, ask="fairness")))
