"""The shapes of the answers about published customers; the OpenAPI file is written from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

__all__ = ["Customers", "EarlierProfile", "ProductsOfCustomer", "PublishedCustomer", "PublishedIn", "RankedCustomer"]

Who = Annotated[str | None, Meta(description="Who looks after the customer; null where nobody is named.")]
Region = Annotated[str | None, Meta(description="Where the customer is; null where it is not known.")]
Tier = Annotated[str | None, Meta(description="The key of its tier, as `loyal`; null where none was given.")]
Chance = Annotated[
    float | None, Meta(description="The calibrated chance of leaving, 0 to 1; null where no model said one.")
]
Money = Annotated[
    float | None, Meta(description="The expected money, in the currency of the publication; null where none was said.")
]
Score = Annotated[
    float, Meta(description="What customers are ranked by: the expected gain of the next step, in the currency.")
]
Content = Annotated[
    dict[str, Any],
    Meta(description="Everything the models say: tier, churn, value, next, products, models; null where one is away."),
]


class PublishedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Says which published table an answer is from, and how old it is."""

    as_of: Annotated[datetime, Meta(description="The instant the features look back from, UTC.")]
    at: Annotated[datetime, Meta(description="When the table was published, UTC.")]
    currency: Annotated[str, Meta(description="Of every amount, three letters.", examples=["EUR"])]
    versions: Annotated[dict[str, str], Meta(description="The version of each model that answered.")]
    customers: Annotated[int, Meta(ge=0, description="How many customers the table has.")]


class EarlierProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Is what the newest table of an earlier `as_of` said of the same customer, for the trend."""

    publication: PublishedIn
    tier: Tier
    churn_probability: Chance
    expected_money: Money
    rank_score: Score
    profile: Content


class PublishedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Is the published profile of one customer."""

    customer_id: str
    request_id: str
    publication: PublishedIn
    owner: Who
    region: Region
    tier: Tier
    churn_probability: Chance
    expected_money: Money
    rank_score: Score
    profile: Content
    previous: Annotated[
        EarlierProfile | None, Meta(description="What was said before; null where no earlier table has the customer.")
    ]


class RankedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Is one customer in a ranking."""

    customer_id: str
    owner: Who
    region: Region
    tier: Tier
    churn_probability: Chance
    expected_money: Money
    rank_score: Score
    next: Annotated[dict[str, Any] | None, Meta(description="The next step and why; null where there is none.")]


class Customers(msgspec.Struct, frozen=True, kw_only=True):
    """Is one page of the ranking, the highest rank score first."""

    request_id: str
    publication: Annotated[PublishedIn | None, Meta(description="Null before the first table is published.")]
    customers: list[RankedCustomer]
    next_cursor: Annotated[
        str | None,
        Meta(description="Asks for the next page of the same table, also in the header Link; null on the last page."),
    ]


class ProductsOfCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Lists the products that are recommended to one customer."""

    customer_id: str
    request_id: str
    publication: PublishedIn
    products: Annotated[list[dict[str, Any]], Meta(description="The best first; empty where none is recommended.")]
