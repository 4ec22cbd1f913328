"""``/v1/leads:score``: scores, grades and reasons for 1 to 1,000 leads."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.lead_call import read_lead_call
from salescope.service.lead_openapi import SCORE_LEADS
from salescope.service.lead_scores import ScoredCall, score_call
from salescope.service.operations import Address, router_of
from salescope.service.record_answers import answer_records
from salescope.service.wiring import Wiring

__all__ = ["lead_routes"]

SCOPE = "leads:score"


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
    return await answer_records(request, scope=SCOPE, scorer=_scorer)


def _scorer(wiring: Wiring) -> Callable[[object], ScoredCall]:
    model = wiring.models["leads"]
    return lambda body: score_call(read_lead_call(body, settings=wiring.settings, now=wiring.clock()), model)
