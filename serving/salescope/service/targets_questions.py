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
from salescope.service.targets_ask import ask_process, cents_of, current, kept_version, targets_question
from salescope.service.targets_bodies import AskAttainment, AskTargets
from salescope.service.targets_openapi import ASK_ATTAINMENT, READ, RECOMMEND
from salescope.service.targets_reading import read_body
from salescope.service.wiring import wiring_of

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
