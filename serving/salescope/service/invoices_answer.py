"""The shapes of the answers of ``/v1/invoices:score``; the OpenAPI file is written from them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from salescope.service.lead_answer import Identity, LeadReason, Trend
from salescope.service.problems import Problem

__all__ = ["DaysToPayment", "InvoiceProblem", "InvoiceScore", "InvoiceScores", "InvoiceWarning"]

Moment = Annotated[
    str, Meta(description="The instant on the day of which it is unpaid, UTC.", examples=["2026-03-01T12:00:00Z"])
]


class DaysToPayment(msgspec.Struct, frozen=True, kw_only=True):
    """Says when an invoice will be paid, in days after its issue."""

    median: Annotated[float, Meta(description="Paid by then with even chance.")]
    mean: float
    low: float
    high: float
    level: Annotated[int, Meta(description="Of the interval, percent.", examples=[80])]
    overdue: Annotated[float | None, Meta(description="Days it is expected to be overdue; null without a day due.")]


class InvoiceScore(msgspec.Struct, frozen=True, kw_only=True, tag_field="result", tag="score"):
    """Is the answer to one record."""

    invoice_id: Identity
    as_of: Moment
    probability: Annotated[float, Meta(ge=0, le=1, description="The calibrated chance that it is paid late.")]
    score: Annotated[int, Meta(ge=1, le=100, description="The percentile among the invoices the model learned from.")]
    grade: Annotated[str, Meta(pattern="^[A-D]$", description="A is what is most likely to be paid late.")]
    trend: Annotated[Trend | None, Meta(description="Null where it has no id or was never scored before.")]
    days: Annotated[DaysToPayment | None, Meta(description="Null where the model knows no days.")]
    reasons: Annotated[list[LeadReason], Meta(description="Those that raise, then those that lower; strongest first.")]


class InvoiceProblem(msgspec.Struct, frozen=True, kw_only=True, tag_field="result", tag="problem"):
    """Stands in the place of a record that could not be scored."""

    invoice_id: Identity
    problem: Problem


class InvoiceWarning(msgspec.Struct, frozen=True, kw_only=True):
    """Names something that was scored, but perhaps not as it was meant."""

    type: Annotated[
        str, Meta(description="`unknown-field`, `late-fact` or `unknown-fact-member`.", pattern="^[a-z-]+$")
    ]
    column: Annotated[str | None, Meta(description="The field; null where it is about facts.")]
    records: Annotated[int, Meta(ge=1, description="How many records, or facts, it is about.")]
    detail: str


class InvoiceScores(msgspec.Struct, frozen=True, kw_only=True):
    """Is the answer to a call."""

    model: Annotated[str, Meta(examples=["payments"])]
    version: Annotated[str, Meta(examples=["7"])]
    digest: Annotated[str, Meta(description="SHA-256 of the manifest of the model's bundle.")]
    as_of: Moment
    request_id: Annotated[str, Meta(description="Also the header X-Request-Id.")]
    results: Annotated[list[InvoiceScore | InvoiceProblem], Meta(description="One for each record, in the order sent.")]
    warnings: list[InvoiceWarning]
