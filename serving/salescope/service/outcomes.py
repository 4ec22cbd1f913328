"""``/v1/outcomes``: what really happened, each kept once however often it is sent."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import UnsupportedBodyError
from salescope.service.json_body import decode_body
from salescope.service.operations import Address, answer_of, operation, router_of
from salescope.service.outcome_call import MOST_OUTCOMES, OutcomeResults, read_outcome_call, result_of
from salescope.service.record_call import INSTANT_PATTERN
from salescope.service.wiring import wiring_of
from salescope.store import LONGEST_SUBJECT_ID, OUTCOME_KINDS, Outcome

__all__ = ["OUTCOMES_TO_KEEP", "outcome_routes"]

SCOPE = "outcomes:write"

REQUEST_EXAMPLE = {
    "outcomes": [
        {
            "key": "crm-17",
            "subject_kind": "customer",
            "subject_id": "C-1001",
            "kind": "ordered",
            "happened_at": "2026-03-01T12:00:00Z",
            "amount": 120.5,
        }
    ]
}
TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_SUBJECT_ID, "pattern": "^[^\\u0000]+$"}
OUTCOME = {
    "type": "object",
    "required": ["key", "subject_kind", "subject_id", "kind", "happened_at"],
    "additionalProperties": False,
    "anyOf": [
        {"properties": {"subject_kind": {"const": subject}, "kind": {"enum": list(kinds)}}}
        for subject, kinds in OUTCOME_KINDS.items()
    ],
    "properties": {
        "key": {**TEXT, "description": "Your own name for this outcome: sent again with it, it is kept once."},
        "subject_kind": {"type": "string", "enum": list(OUTCOME_KINDS)},
        "subject_id": {**TEXT, "description": "Which lead, customer or invoice."},
        "kind": {
            "type": "string",
            "enum": [kind for kinds in OUTCOME_KINDS.values() for kind in kinds],
            "description": "`won` or `lost` of a lead, `ordered` or `left` of a customer, `paid` of an invoice.",
        },
        "happened_at": {
            "type": "string",
            "pattern": INSTANT_PATTERN,
            "description": "ISO 8601; without an offset it is UTC.",
        },
        "amount": {
            "type": ["number", "null"],
            "minimum": -1e13,
            "maximum": 1e13,
            "description": "The money in it, in the workspace's currency.",
        },
    },
}
OUTCOMES_TO_KEEP: dict[str, Any] = {
    "type": "object",
    "title": "OutcomesToKeep",
    "description": "A call: 1 to 1,000 outcomes; if one of them cannot be kept as it is, none is.",
    "required": ["outcomes"],
    "additionalProperties": False,
    "properties": {
        "outcomes": {"type": "array", "minItems": 1, "maxItems": MOST_OUTCOMES, "items": OUTCOME},
    },
    "examples": [REQUEST_EXAMPLE],
}
ANSWER_EXAMPLE = {
    "request_id": "crm-2026-03-01-0001",
    "results": [{"key": "crm-17", "state": "recorded", "problem": None}],
}
KEEP_OUTCOMES = {
    **operation(
        answer_of("OutcomeResults", description="One result for each outcome, in order.", example=ANSWER_EXAMPLE),
        problems=(400, 408, 413, 415, 422),
        scope=SCOPE,
    ),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/OutcomesToKeep"},
                "example": REQUEST_EXAMPLE,
            }
        },
    },
}


def outcome_routes() -> APIRouter:
    """Makes the address that takes outcomes.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "outcomes",
        Address(
            path="/v1/outcomes",
            endpoint=keep_outcomes,
            summary="Keep outcomes",
            described=KEEP_OUTCOMES,
            method="POST",
        ),
    )


async def keep_outcomes(request: Request) -> Response:
    """Keeps what happened, each key once; it answers after the outcomes are on the disk."""
    require(request, SCOPE)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedBodyError("Content-Type", accepted="application/json")
    wiring, request_id = wiring_of(request.scope), request.state.request_id
    body = await request.body()

    def read() -> list[Outcome]:
        decoded = decode_body(body, max_depth=wiring.settings.max_depth)
        return read_outcome_call(decoded, now=wiring.clock(), request_id=request_id)

    is_short = body.count(b"{") <= wiring.settings.inline_objects
    outcomes = read() if is_short else await asyncio.get_running_loop().run_in_executor(wiring.scoring_pool, read)
    request.state.records = len(outcomes)
    kept = await wiring.ledger.record_outcomes(outcomes)
    return json_response(OutcomeResults(request_id=request_id, results=[result_of(answer) for answer in kept]))
