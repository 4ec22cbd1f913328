"""How ``/v1/invoices:score`` is described in the OpenAPI file."""

from __future__ import annotations

from typing import Any

from salescope.service.lead_openapi import INSTANT, LEADS_TO_SCORE
from salescope.service.operations import answer_of, operation

__all__ = ["INVOICES_TO_SCORE", "INVOICE_ANSWER", "INVOICE_RECORD", "INVOICE_REQUEST", "SCORE_INVOICES"]

OPTIONAL_INSTANT = {**INSTANT, "type": ["string", "null"]}
BILLED: dict[str, Any] = {
    "invoice_id": {"type": ["string", "integer", "null"], "description": "Your id, 1 to 200 characters."},
    "customer_id": {"type": ["string", "integer", "null"], "description": "Who owes it."},
    "issued_at": {**INSTANT, "description": "When it was issued, ISO 8601."},
    "due_at": {**OPTIONAL_INSTANT, "description": "When it is due, ISO 8601."},
    "amount": {"type": ["number", "null"], "description": "What is owed."},
}

INVOICE_RECORD: dict[str, Any] = {
    "type": "object",
    "title": "InvoiceRecord",
    "description": (
        "An unpaid invoice: the contract's columns, and attributes by the names the model learned, see "
        "GET /v1/models/payments. A field the model does not use is ignored and named in the warnings."
    ),
    "required": ["issued_at"],
    "properties": {
        **BILLED,
        "as_of": {**OPTIONAL_INSTANT, "description": "Overrides `as_of` of the call for this invoice."},
        "invoices": {
            "type": ["array", "null"],
            "description": "The customer's other invoices; left out: not known. Empty: there were none.",
            "items": {
                "type": "object",
                "required": ["issued_at"],
                "properties": {**BILLED, "paid_at": {**OPTIONAL_INSTANT, "description": "Null while it is owed."}},
            },
        },
    },
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}

INVOICE_REQUEST: dict[str, Any] = {
    "records": [
        {
            "invoice_id": "I-1042",
            "customer_id": "C-000042",
            "issued_at": "2026-02-10",
            "due_at": "2026-03-12",
            "amount": 480.0,
            "invoices": [
                {"issued_at": "2025-11-03", "due_at": "2025-12-03", "paid_at": "2025-12-20", "amount": 160.0},
                {"issued_at": "2026-01-12", "due_at": "2026-02-11", "paid_at": None, "amount": 220.0},
            ],
        },
        {"invoice_id": "I-1043", "issued_at": "soon"},
    ],
    "language": "en",
    "top": 1,
    "as_of": "2026-03-01T12:00:00Z",
}

INVOICES_TO_SCORE: dict[str, Any] = {
    **LEADS_TO_SCORE,
    "title": "InvoicesToScore",
    "properties": {
        **LEADS_TO_SCORE["properties"],
        "records": {
            **LEADS_TO_SCORE["properties"]["records"],
            # One wrong record must not cost the caller the others, so that any item is taken here.
            "items": {
                "anyOf": [
                    {"$ref": "#/components/schemas/InvoiceRecord"},
                    {"description": "Anything else gets a problem in its place; the other records are answered."},
                ]
            },
        },
    },
    "examples": [INVOICE_REQUEST],
}

INVOICE_ANSWER: dict[str, Any] = {
    "model": "payments",
    "version": "7",
    "digest": "3f0c9a1b22de4c5f8a90b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f60",
    "as_of": "2026-03-01T12:00:00Z",
    "request_id": "erp-2026-03-01-0001",
    "results": [
        {
            "result": "score",
            "invoice_id": "I-1042",
            "as_of": "2026-03-01T12:00:00Z",
            "probability": 0.81,
            "score": 93,
            "grade": "A",
            "trend": {"previous_score": 88, "change": 5, "direction": "up"},
            "days": {"median": 44.0, "mean": 46.3, "low": 31.0, "high": 63.0, "level": 80, "overdue": 15.2},
            "reasons": [
                {
                    "column": "days_late_mean",
                    "label": "Days late on average",
                    "value": 17.5,
                    "contribution": 0.92,
                    "direction": "raises",
                    "text": "Days late on average is 17.5 – raises the risk",
                }
            ],
        },
        {
            "result": "problem",
            "invoice_id": "I-1043",
            "problem": {
                "type": "/problems/invalid-record",
                "title": "A record cannot be scored",
                "status": 422,
                "detail": "A date or instant in ISO 8601 from 1900 to 2199, as 2026-03-01T12:00:00Z, is accepted.",
                "pointer": "/records/1/issued_at",
            },
        },
    ],
    "warnings": [],
}

SCORE_INVOICES: dict[str, Any] = {
    **operation(
        answer_of(
            "InvoiceScores",
            description="One result for each record, in the order sent; the second record of the example was wrong.",
            example=INVOICE_ANSWER,
        ),
        problems=(400, 408, 413, 415, 422),
        scope="invoices:score",
    ),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/InvoicesToScore"},
                "example": INVOICE_REQUEST,
            }
        },
    },
}
