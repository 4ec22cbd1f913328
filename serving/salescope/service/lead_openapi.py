"""How ``/v1/leads:score`` is described in the OpenAPI file."""

from __future__ import annotations

from typing import Any

from salescope.service.operations import answer_of, operation
from salescope.service.record_call import DEFAULT_TOP, INSTANT_PATTERN, MOST_TOP

__all__ = ["LEADS_TO_SCORE", "LEAD_RECORD", "REQUEST_EXAMPLE", "SCORE_LEADS"]

INSTANT = {
    "type": "string",
    "pattern": INSTANT_PATTERN,
    "description": "ISO 8601, 1900 to 2199; without an offset it is UTC. Features use only what lies strictly before.",
    "examples": ["2026-03-01T12:00:00Z"],
}

LEAD_RECORD: dict[str, Any] = {
    "type": "object",
    "title": "LeadRecord",
    "description": (
        "A lead: its fields by the names the model learned, see GET /v1/models/leads. A field that is left out is "
        "missing; one the model does not know is ignored and named in the warnings."
    ),
    "properties": {
        "lead_id": {
            "type": ["string", "integer", "null"],
            "description": "Your id, 1 to 200 characters; scores of the same id are compared over time.",
        },
        "as_of": {**INSTANT, "type": ["string", "null"], "description": "Overrides `as_of` of the call for this lead."},
        "created_at": {"description": "When the lead was created, ISO 8601."},
        "events": {
            "type": ["array", "null"],
            "description": "What the lead did; events at or after `as_of` are not looked at.",
            "items": {
                "type": "object",
                "required": ["at"],
                "properties": {
                    "at": INSTANT,
                    "kind": {"type": ["string", "null"], "examples": ["email_opened"]},
                    "channel": {"type": ["string", "null"], "examples": ["email"]},
                },
            },
        },
    },
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}

REQUEST_EXAMPLE: dict[str, Any] = {
    "records": [
        {
            "lead_id": "lead-1001",
            "source": "web",
            "region": "North",
            "employees": 120,
            "events": [{"at": "2026-02-27T09:30:00Z", "kind": "call", "channel": "phone"}],
        },
        {"lead_id": "lead-1002", "source": ["fair", "web"], "region": "South"},
    ],
    "language": "en",
    "top": 3,
    "as_of": "2026-03-01T12:00:00Z",
}

LEADS_TO_SCORE: dict[str, Any] = {
    "type": "object",
    "title": "LeadsToScore",
    "description": "A call: 1 to 1,000 records and how they should be answered.",
    "required": ["records"],
    "additionalProperties": False,
    "properties": {
        "records": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            # One wrong record must not cost the caller the others, so that any item is taken here.
            "items": {
                "anyOf": [
                    {"$ref": "#/components/schemas/LeadRecord"},
                    {"description": "Anything else gets a problem in its place; the other records are answered."},
                ]
            },
        },
        "language": {"type": "string", "enum": ["en", "zh"], "default": "en", "description": "Of the reasons."},
        "top": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_TOP,
            "default": DEFAULT_TOP,
            "description": "At most so many reasons that raise, and so many that lower; 0 is the quickest.",
        },
        "as_of": INSTANT,
    },
    "examples": [REQUEST_EXAMPLE],
}

ANSWER_EXAMPLE: dict[str, Any] = {
    "model": "leads",
    "version": "7",
    "digest": "3f0c9a1b22de4c5f8a90b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f60",
    "as_of": "2026-03-01T12:00:00Z",
    "request_id": "crm-2026-03-01-0001",
    "results": [
        {
            "result": "score",
            "lead_id": "lead-1001",
            "as_of": "2026-03-01T12:00:00Z",
            "probability": 0.62,
            "score": 91,
            "grade": "A",
            "trend": {"previous_score": 84, "change": 7, "direction": "up"},
            "base": -0.85,
            "rest": 0.03,
            "reasons": [
                {
                    "column": "source",
                    "label": "Source",
                    "value": "web",
                    "contribution": 1.31,
                    "direction": "raises",
                    "text": "Source is 'web' – raises the chance",
                }
            ],
        },
        {
            "result": "problem",
            "lead_id": "lead-1002",
            "problem": {
                "type": "/problems/invalid-lead",
                "title": "A record cannot be scored",
                "status": 422,
                "detail": "A text, number, boolean or null is accepted.",
                "pointer": "/records/1/source",
            },
        },
    ],
    "warnings": [
        {
            "type": "unknown-field",
            "column": "employes",
            "records": 1,
            "detail": (
                "The model does not know this field, and it was ignored. GET /v1/models/leads lists those it knows."
            ),
        }
    ],
}

SCORE_LEADS: dict[str, Any] = {
    **operation(
        answer_of(
            "LeadScores",
            description="One result for each record, in the order sent; the second record of the example was wrong.",
            example=ANSWER_EXAMPLE,
        ),
        problems=(400, 408, 413, 415, 422),
        scope="leads:score",
    ),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/LeadsToScore"},
                "example": REQUEST_EXAMPLE,
            }
        },
    },
}
