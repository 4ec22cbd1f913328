"""``/v1/models/{name}/track-record``: how a model's answers came true."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Literal, cast

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import Complaint, RequestShapeError, UnknownModelError
from salescope.service.models import NAME_PARAMETER
from salescope.service.operations import Address, answer_of, operation, router_of
from salescope.service.query import read_query, whole_in
from salescope.service.wiring import wiring_of
from salescope.store.judged_rows import JUDGED_MODELS
from salescope.store.model_record import RecordWish, model_record

__all__ = ["TrackRecord", "track_record_routes"]

SCOPE = "models:read"
PERIODS = ("month", "week", "all")
DEFAULT_DAYS, MOST_DAYS = 365, 3_650

Cells = Annotated[
    list[dict[str, Any]],
    Meta(description="Each with version, period, start, n_rows, figures, and reasons for figures that are null."),
]


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Says how a model's answers came true: calibration, lift, coverage and value."""

    request_id: str
    model: str
    subject: Annotated[str, Meta(description="What the model is about: a lead, a customer or an invoice.")]
    since: str
    until: str
    period: str
    answers: Annotated[int, Meta(ge=0, description="Answers in the ledger about a named subject.")]
    outcomes: Annotated[int, Meta(ge=0, description="Outcomes that were sent of such subjects.")]
    judged: Annotated[int, Meta(ge=0, description="Answers whose truth is known.")]
    missing: Annotated[int, Meta(ge=0, description="Judged answers that calibration still needs.")]
    message: Annotated[str, Meta(description="What there is to judge by, in words.")]
    last_outcome_at: str | None
    next_judged_at: Annotated[str | None, Meta(description="When the next open window closes.")]
    versions: Cells
    cells: Cells
    reliability: Annotated[list[dict[str, float]], Meta(description="Probability against rate, bin by bin.")]
    estimated: Annotated[
        dict[str, Any] | None,
        Meta(description="What the newest answers let expect before any outcome; blind to a change of the concept."),
    ]


EXAMPLE = {
    "request_id": "crm-2026-03-01-0001",
    "model": "churn",
    "subject": "customer",
    "since": "2025-03-01T12:00:00Z",
    "until": "2026-03-01T12:00:00Z",
    "period": "month",
    "answers": 0,
    "outcomes": 0,
    "judged": 0,
    "missing": 10,
    "message": "Nothing to judge yet: no answer about a named subject is in the ledger.",
    "last_outcome_at": None,
    "next_judged_at": None,
    "versions": [],
    "cells": [],
    "reliability": [],
    "estimated": None,
}


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


READ_TRACK_RECORD = operation(
    answer_of("TrackRecord", description="The record, by version and period.", example=EXAMPLE),
    problems=(404, 422),
    scope=SCOPE,
    parameters=[
        NAME_PARAMETER,
        _parameter("period", "How the time is cut.", type="string", enum=list(PERIODS), default="month"),
        _parameter(
            "days",
            "How many days back truths count that came to be known.",
            type="integer",
            minimum=1,
            maximum=MOST_DAYS,
            default=DEFAULT_DAYS,
        ),
    ],
)


def track_record_routes() -> APIRouter:
    """Makes the address of track records.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "models",
        Address(
            path="/v1/models/{name}/track-record",
            endpoint=read_track_record,
            summary="Read a track record",
            described=READ_TRACK_RECORD,
        ),
    )


async def read_track_record(request: Request) -> Response:
    """Compares what a model foretold with what happened, whether or not the model is served now."""
    require(request, SCOPE)
    query = read_query(request, accepted=("period", "days"))
    days = whole_in(query, "days", default=DEFAULT_DAYS, most=MOST_DAYS)
    period = query.get("period", "month")
    if period not in PERIODS:
        raise RequestShapeError([Complaint("/period", f"One of {', '.join(map(repr, PERIODS))} is accepted.")])
    model = request.path_params["name"]
    if model not in JUDGED_MODELS:
        raise UnknownModelError(served=list(JUDGED_MODELS))
    wiring = wiring_of(request.scope)
    now = wiring.clock()
    cut = cast("Literal['month', 'week', 'all']", period)
    wish = RecordWish(model=model, since=now - timedelta(days=days), until=now, period=cut)
    record = await asyncio.get_running_loop().run_in_executor(
        wiring.scoring_pool, lambda: model_record(wiring.store, wish).document()
    )
    return json_response(TrackRecord(request_id=request.state.request_id, **record))
