"""``/v1/leads:score``: scores, grades and reasons for 1 to 1,000 leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import UnsupportedBodyError
from salescope.service.json_body import decode_body
from salescope.service.lead_call import read_lead_call
from salescope.service.lead_model import LiveLeads
from salescope.service.lead_openapi import SCORE_LEADS
from salescope.service.lead_scores import ScoredCall, score_call
from salescope.service.operations import Address, router_of
from salescope.service.wiring import Wiring, wiring_of

__all__ = ["lead_routes"]

SCOPE = "leads:score"
LONGEST_SHORT_BODY = 65_536

T = TypeVar("T")


def lead_routes() -> APIRouter:
    """Makes the addresses about leads.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "leads",
        Address(
            path="/v1/leads:score",
            endpoint=score_leads,
            summary="Score leads",
            described=SCORE_LEADS,
            method="POST",
        ),
    )


async def score_leads(request: Request) -> Response:
    """Answers each record with a probability, a score, a grade, a trend and reasons, in the order they were sent."""
    require(request, SCOPE)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedBodyError("Content-Type", accepted="application/json")
    wiring = wiring_of(request.scope)
    # Taken once: should the model be swapped meanwhile, this call is still answered by one model.
    model = wiring.models["leads"]
    body = await request.body()
    is_short = len(body) <= LONGEST_SHORT_BODY and body.count(b"{") <= wiring.settings.inline_objects
    pool = None if is_short else wiring.scoring_pool
    scored = await _run(pool, lambda: _score(body, model, wiring=wiring))
    request.state.records = len(scored.call.leads)
    request_id = request.state.request_id
    lines = await _run(pool, lambda: scored.predictions(request_id=request_id, at=wiring.clock()))
    before = await wiring.ledger.record(lines)
    return await _run(pool, lambda: json_response(scored.answer(before, request_id=request_id)))


def _score(body: bytes, model: LiveLeads, *, wiring: Wiring) -> ScoredCall:
    decoded = decode_body(body, max_depth=wiring.settings.max_depth)
    return score_call(read_lead_call(decoded, settings=wiring.settings, now=wiring.clock()), model)


async def _run(pool: Executor | None, work: Callable[[], T]) -> T:
    if pool is None:
        return work()
    return await asyncio.get_running_loop().run_in_executor(pool, work)
