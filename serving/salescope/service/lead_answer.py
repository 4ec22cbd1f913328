"""The shapes of the answers of ``/v1/leads:score``; the OpenAPI file is written from them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from salescope.service.problems import Problem

__all__ = ["LeadProblem", "LeadReason", "LeadScore", "LeadScores", "LeadWarning", "Trend"]

Text = Annotated[str, Meta(description="In the language that was asked for.")]
Identity = Annotated[str | None, Meta(description="The id that was sent; null where there was none.")]
AsOf = Annotated[
    str, Meta(description="The instant the features look back from, UTC.", examples=["2026-03-01T12:00:00Z"])
]


class LeadReason(msgspec.Struct, frozen=True, kw_only=True):
    """Says what one column of a lead does to its score."""

    column: Annotated[str, Meta(description="The field of the record.", examples=["source"])]
    label: Annotated[str, Meta(description="The field as people say it.", examples=["Source"])]
    value: Annotated[str | float | bool | None, Meta(description="Its value; null where it is missing.")]
    contribution: Annotated[float, Meta(description="What it adds to the log-odds, against `base`.")]
    direction: Annotated[str, Meta(description="`raises` or `lowers`.", pattern="^(raises|lowers)$")]
    text: Text


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """Compares a score with the last one this service gave the same lead."""

    previous_score: Annotated[int, Meta(ge=1, le=100)]
    change: Annotated[int, Meta(ge=-99, le=99, description="This score less the previous one.")]
    direction: Annotated[str, Meta(description="`up`, `down` or `same`.", pattern="^(up|down|same)$")]


class LeadScore(msgspec.Struct, frozen=True, kw_only=True, tag_field="result", tag="score"):
    """Is the answer to one record."""

    lead_id: Identity
    as_of: AsOf
    probability: Annotated[float, Meta(ge=0, le=1, description="The calibrated chance that the lead is won.")]
    score: Annotated[int, Meta(ge=1, le=100, description="The percentile among the leads the model learned from.")]
    grade: Annotated[str, Meta(pattern="^[A-D]$", description="A is best.")]
    trend: Annotated[Trend | None, Meta(description="Null where the lead has no id or was never scored before.")]
    base: Annotated[float, Meta(description="The log-odds of the average record.")]
    rest: Annotated[
        float,
        Meta(description="What the fields without a reason add: base + rest + contributions = the log-odds."),
    ]
    reasons: Annotated[list[LeadReason], Meta(description="Those that raise, then those that lower; strongest first.")]


class LeadProblem(msgspec.Struct, frozen=True, kw_only=True, tag_field="result", tag="problem"):
    """Stands in the place of a record that could not be scored."""

    lead_id: Identity
    problem: Problem


class LeadWarning(msgspec.Struct, frozen=True, kw_only=True):
    """Names something that was scored, but perhaps not as it was meant."""

    type: Annotated[
        str,
        Meta(
            description="`unknown-field`, `unused-field`, `unknown-category`, `late-event` or `unknown-event-member`.",
            pattern="^[a-z-]+$",
        ),
    ]
    column: Annotated[str | None, Meta(description="The field; null where it is about events.")]
    records: Annotated[int, Meta(ge=1, description="How many records, or events, it is about.")]
    detail: str


class LeadScores(msgspec.Struct, frozen=True, kw_only=True):
    """Is the answer to a call."""

    model: Annotated[str, Meta(examples=["leads"])]
    version: Annotated[str, Meta(examples=["7"])]
    digest: Annotated[str, Meta(description="SHA-256 of the manifest of the model's bundle.")]
    as_of: AsOf
    request_id: Annotated[str, Meta(description="Also the header X-Request-Id.")]
    results: Annotated[list[LeadScore | LeadProblem], Meta(description="One for each record, in the order sent.")]
    warnings: list[LeadWarning]
