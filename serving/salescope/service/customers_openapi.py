"""How ``/v1/customers:score`` is described in the OpenAPI file."""

from __future__ import annotations

from typing import Any

from salescope.service.customers_call import FACTS
from salescope.service.facts import FactKind
from salescope.service.operations import answer_of, operation
from salescope.service.record_call import DEFAULT_TOP, INSTANT_PATTERN, MOST_TOP

__all__ = ["CUSTOMERS_TO_SCORE", "CUSTOMER_ANSWER", "CUSTOMER_RECORD", "CUSTOMER_REQUEST", "SCORE_CUSTOMERS"]

INSTANT = {
    "type": "string",
    "pattern": INSTANT_PATTERN,
    "description": "ISO 8601, 1900 to 2199; without an offset it is UTC. Features use only what lies strictly before.",
    "examples": ["2026-03-01T12:00:00Z"],
}
SAID = {
    "orders": "Order lines; a return has a negative quantity. Left out: not known; empty: there was none.",
    "contacts": "Visits, calls, complaints; left out: not known.",
    "invoices": "Invoices; left out: not known.",
}


def _fact(kind: FactKind) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [kind.at],
        "properties": {
            kind.at: INSTANT,
            **{name: {**INSTANT, "type": ["string", "null"]} for name in kind.instants},
            **{name: {"type": ["number", "null"]} for name in kind.numbers},
            **{name: {"type": ["string", "integer", "null"]} for name in kind.words},
        },
    }


CUSTOMER_RECORD: dict[str, Any] = {
    "type": "object",
    "title": "CustomerRecord",
    "description": (
        "A customer: its attributes by the names the models learned, see GET /v1/models/churn, and its facts. A field "
        "that is left out is missing; one that no model uses is ignored and named in the warnings."
    ),
    "properties": {
        "customer_id": {
            "type": ["string", "integer", "null"],
            "description": "Your id, 1 to 200 characters; scores of the same id are compared over time.",
        },
        "as_of": {**INSTANT, "type": ["string", "null"], "description": "Overrides `as_of` of the call."},
        **{
            name: {"type": ["array", "null"], "description": SAID[name], "items": _fact(kind)}
            for name, kind in FACTS.items()
        },
    },
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}

CUSTOMER_REQUEST: dict[str, Any] = {
    "records": [
        {
            "customer_id": "C-000042",
            "region": "North",
            "segment": "industry",
            "owner": "R-004",
            "orders": [
                {"ordered_at": "2025-09-14T10:00:00Z", "product_id": "P-003", "quantity": 10, "unit_price": 19.5},
                {"ordered_at": "2025-12-02T10:00:00Z", "product_id": "P-007", "quantity": 2, "unit_price": 80.0},
            ],
            "contacts": [{"at": "2025-11-20T09:00:00Z", "kind": "visit"}],
            "invoices": [{"issued_at": "2025-12-03", "due_at": "2026-01-02", "paid_at": None, "amount": 160.0}],
        },
        {"customer_id": "C-000043", "orders": "many"},
    ],
    "language": "en",
    "top": 1,
    "as_of": "2026-03-01T12:00:00Z",
}

CUSTOMERS_TO_SCORE: dict[str, Any] = {
    "type": "object",
    "title": "CustomersToScore",
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
                    {"$ref": "#/components/schemas/CustomerRecord"},
                    {"description": "Anything else gets a problem in its place; the other records are answered."},
                ]
            },
        },
        "language": {"type": "string", "enum": ["en", "zh"], "default": "en", "description": "Of names and reasons."},
        "top": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_TOP,
            "default": DEFAULT_TOP,
            "description": "At most so many reasons that raise, so many that lower, and so many products.",
        },
        "as_of": INSTANT,
    },
    "examples": [CUSTOMER_REQUEST],
}

CUSTOMER_ANSWER: dict[str, Any] = {
    "models": {"churn": {"version": "7", "digest": "3f0c9a1b22de4c5f8a90b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f60"}},
    "as_of": "2026-03-01T12:00:00Z",
    "request_id": "crm-2026-03-01-0001",
    "results": [
        {
            "result": "score",
            "customer_id": "C-000042",
            "as_of": "2026-03-01T12:00:00Z",
            "tier": {"name": "at_risk", "label": "At risk", "recency": 2, "frequency": 3, "money": 4},
            "churn": {
                "probability": 0.62,
                "score": 91,
                "grade": "A",
                "outcome_window": 90,
                "curve": [{"days": 90.0, "probability": 0.62}, {"days": 120.0, "probability": 0.7}],
                "reasons": [
                    {
                        "column": "overdue_ratio",
                        "label": "Days since the last order, in usual times between orders",
                        "value": 3.1,
                        "contribution": 0.8,
                        "direction": "raises",
                        "text": "Days since the last order, in usual times between orders is 3.1 – raises the chance",
                    }
                ],
            },
            "trend": {"previous_score": 84, "change": 7, "direction": "up"},
            "value": {
                "horizon": 365,
                "orders": 1.4,
                "orders_low": 0.0,
                "orders_high": 3.0,
                "money": 310.0,
                "money_low": 0.0,
                "money_high": 720.0,
                "level": 80,
                "alive": 0.71,
                "money_per_order": 221.0,
                "next_order_at": "2026-04-12",
            },
            "next": {
                "step": "visit",
                "step_name": "Visit",
                "gain": 19.2,
                "rank": None,
                "days_overdue": 12.0,
                "reasons": ["12 days overdue: last contact 194 days ago, due every 182 (At risk)"],
                "because": None,
                "skipped": None,
            },
            "products": [{"product_id": "P-003", "score": 1.7, "reason": "bought once, 168 days ago"}],
        },
        {
            "result": "problem",
            "customer_id": "C-000043",
            "problem": {
                "type": "/problems/invalid-record",
                "title": "A record cannot be scored",
                "status": 422,
                "detail": "An array of at most 1,000 objects is accepted.",
                "pointer": "/records/1/orders",
            },
        },
    ],
    "warnings": [
        {
            "type": "late-fact",
            "column": None,
            "records": 2,
            "detail": "Orders, contacts and invoices at or after as_of are not looked at.",
        }
    ],
}

SCORE_CUSTOMERS: dict[str, Any] = {
    **operation(
        answer_of(
            "CustomerScores",
            description="One result for each record, in the order sent; the second record of the example was wrong.",
            example=CUSTOMER_ANSWER,
        ),
        problems=(400, 408, 413, 415, 422),
        scope="customers:score",
    ),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/CustomersToScore"},
                "example": CUSTOMER_REQUEST,
            }
        },
    },
}
