"""The shapes of the answers of ``/v1/customers:score``; the OpenAPI file is written from them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from salescope.service.lead_answer import AsOf, Identity, LeadReason, Text, Trend
from salescope.service.problems import Problem

__all__ = [
    "AnsweringModel",
    "Churn",
    "CurvePoint",
    "CustomerProblem",
    "CustomerScore",
    "CustomerScores",
    "CustomerWarning",
    "CustomerWorth",
    "NextStep",
    "OfferedProduct",
    "Tier",
]

Fifth = Annotated[Annotated[int, Meta(ge=1, le=5)] | None, Meta(description="5 is best; null where not known.")]
Chance = Annotated[float, Meta(ge=0, le=1)]
Money = Annotated[float | None, Meta(description="In the currency of the orders; null where no order has a price.")]


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """Says where a customer stands by recency, frequency and money."""

    name: Annotated[str, Meta(examples=["at_risk"])]
    label: Text
    recency: Fifth
    frequency: Fifth
    money: Fifth


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """Is the chance to have left by some day."""

    days: Annotated[float, Meta(description="Days after `as_of`.")]
    probability: Annotated[float, Meta(ge=0, le=1)]


class Churn(msgspec.Struct, frozen=True, kw_only=True):
    """Says whether a customer leaves, by when, and why."""

    probability: Annotated[float, Meta(ge=0, le=1, description="The calibrated chance to leave in `outcome_window`.")]
    score: Annotated[int, Meta(ge=1, le=100, description="The percentile among the customers the model learned from.")]
    grade: Annotated[str, Meta(pattern="^[A-D]$", description="A is who is most likely to leave.")]
    outcome_window: Annotated[int | None, Meta(description="Days after `as_of`.")]
    curve: Annotated[list[CurvePoint], Meta(description="Never falling; empty where the model knows no curve.")]
    reasons: Annotated[list[LeadReason], Meta(description="Those that raise, then those that lower; strongest first.")]


class CustomerWorth(msgspec.Struct, frozen=True, kw_only=True):
    """Says what a customer is expected to order and to pay."""

    horizon: Annotated[int, Meta(description="Days after `as_of`.")]
    orders: Annotated[float, Meta(ge=0, description="The expected number of days with an order.")]
    orders_low: float
    orders_high: float
    money: Money
    money_low: Money
    money_high: Money
    level: Annotated[int, Meta(description="Of both intervals, percent.", examples=[80])]
    alive: Annotated[Chance | None, Meta(description="The chance of not having left already.")]
    money_per_order: Money
    next_order_at: Annotated[str | None, Meta(description="The day by which it has ordered again with even chance.")]


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """Says what to do about a customer, or why nothing."""

    step: Annotated[str | None, Meta(examples=["visit"])]
    step_name: str | None
    gain: Annotated[float | None, Meta(description="What the step is expected to bring, in the currency.")]
    rank: Annotated[int | None, Meta(description="With its representative; null here, for the others are not known.")]
    days_overdue: Annotated[float | None, Meta(description="Days since the next contact was due.")]
    reasons: list[str]
    because: Annotated[str | None, Meta(description="Why there is no step.")]
    skipped: Annotated[str | None, Meta(description="Why the customer must not be contacted.")]


class OfferedProduct(msgspec.Struct, frozen=True, kw_only=True):
    """Is a product to offer."""

    product_id: str
    score: Annotated[float, Meta(description="Higher is better; only the order means something.")]
    reason: Text


class CustomerScore(msgspec.Struct, frozen=True, kw_only=True, tag_field="result", tag="score"):
    """Is the answer to one record; a part is null where its model is not served, or has nothing to say."""

    customer_id: Identity
    as_of: AsOf
    tier: Tier | None
    churn: Churn | None
    trend: Annotated[Trend | None, Meta(description="Of the score of `churn`; null where there was none before.")]
    value: CustomerWorth | None
    next: NextStep | None
    products: Annotated[list[OfferedProduct], Meta(description="Empty for those who must not be contacted.")]


class CustomerProblem(msgspec.Struct, frozen=True, kw_only=True, tag_field="result", tag="problem"):
    """Stands in the place of a record that could not be scored."""

    customer_id: Identity
    problem: Problem


class CustomerWarning(msgspec.Struct, frozen=True, kw_only=True):
    """Names something that was scored, but perhaps not as it was meant."""

    type: Annotated[
        str, Meta(description="`unknown-field`, `late-fact` or `unknown-fact-member`.", pattern="^[a-z-]+$")
    ]
    column: Annotated[str | None, Meta(description="The field; null where it is about facts.")]
    records: Annotated[int, Meta(ge=1, description="How many records, or facts, it is about.")]
    detail: str


class AnsweringModel(msgspec.Struct, frozen=True, kw_only=True):
    """Is one of the models that answered."""

    version: Annotated[str, Meta(examples=["7"])]
    digest: Annotated[str, Meta(description="SHA-256 of the manifest of the model's bundle.")]


class CustomerScores(msgspec.Struct, frozen=True, kw_only=True):
    """Is the answer to a call."""

    models: Annotated[dict[str, AnsweringModel], Meta(description="By name: churn, value, segments, products.")]
    as_of: AsOf
    request_id: Annotated[str, Meta(description="Also the header X-Request-Id.")]
    results: Annotated[list[CustomerScore | CustomerProblem], Meta(description="One for each record, in the order.")]
    warnings: list[CustomerWarning]
