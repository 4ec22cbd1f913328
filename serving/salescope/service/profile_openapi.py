"""How the addresses of published customers are described in the OpenAPI file."""

from __future__ import annotations

from typing import Any

from salescope.service.errors import UnknownCustomerError
from salescope.service.operations import answer_of, operation
from salescope.store import LONGEST_SUBJECT_ID, MOST_A_PAGE, UnknownCursorError

__all__ = ["DEFAULT_LIMIT", "FILTERS", "LIST_CUSTOMERS", "READ_CUSTOMER", "READ_PRODUCTS", "SCOPE"]

SCOPE = "customers:read"
DEFAULT_LIMIT = 50
FILTERS = ("region", "tier", "owner")
NO_NUL = r"^[^\x00]+$"

PUBLICATION = {
    "as_of": "2026-03-01T00:00:00Z",
    "at": "2026-03-01T02:10:00Z",
    "currency": "EUR",
    "versions": {"churn": "7", "value": "3"},
    "customers": 4200,
}
NEXT = {"step": "visit", "gain": 120.5, "rank": 1, "days_overdue": 12}
RANKED = {
    "customer_id": "C-1001",
    "owner": "Lin",
    "region": "North",
    "tier": "loyal",
    "churn_probability": 0.31,
    "expected_money": 820.0,
    "rank_score": 120.5,
}
PRODUCTS = [{"product_id": "P-7", "score": 0.42, "reason": "bought by many who bought P-3"}]
PROFILE = {"customer_id": "C-1001", "churn": {"probability": 0.31, "grade": "B"}, "next": NEXT, "products": PRODUCTS}
EARLIER = {
    "publication": {**PUBLICATION, "as_of": "2026-02-28T00:00:00Z", "at": "2026-02-28T02:10:00Z"},
    "tier": "loyal",
    "churn_probability": 0.24,
    "expected_money": 860.0,
    "rank_score": 98.0,
    "profile": {"customer_id": "C-1001", "churn": {"probability": 0.24, "grade": "B"}},
}
ASKED = {"request_id": "crm-2026-03-01-0001", "publication": PUBLICATION}
ID_PARAMETER = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The customer's id, percent-encoded; an id with a slash cannot be asked for by address.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_SUBJECT_ID},
    "example": "C-1001",
}


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _text(name: str, description: str, *, longest: int) -> dict[str, Any]:
    return _parameter(name, description, type="string", minLength=1, maxLength=longest, pattern=NO_NUL)


LIST_CUSTOMERS = operation(
    answer_of(
        "Customers",
        description="A page; the header `Link` names the next one (`rel=next`) where there is one.",
        example={**ASKED, "customers": [{**RANKED, "next": NEXT}], "next_cursor": "WzEsMTIwLjUsIkMtMTAwMSJd"},
    ),
    problems=(UnknownCursorError, 422),
    scope=SCOPE,
    parameters=[
        *(_text(name, f"Only customers of exactly this {name}.", longest=LONGEST_SUBJECT_ID) for name in FILTERS),
        _parameter(
            "limit",
            "At most so many on the page.",
            type="integer",
            minimum=1,
            maximum=MOST_A_PAGE,
            default=DEFAULT_LIMIT,
        ),
        _text("cursor", "The `next_cursor` of the page before, sent with the same filters.", longest=2_000),
    ],
)
READ_CUSTOMER = operation(
    answer_of(
        "PublishedCustomer",
        description="The profile in the current table, and the one before.",
        example={**ASKED, **RANKED, "profile": PROFILE, "previous": EARLIER},
    ),
    problems=(UnknownCustomerError, 422),
    scope=SCOPE,
    parameters=[ID_PARAMETER],
)
READ_PRODUCTS = operation(
    answer_of(
        "ProductsOfCustomer",
        description="The products of the customer's profile.",
        example={**ASKED, "customer_id": "C-1001", "products": PRODUCTS},
    ),
    problems=(UnknownCustomerError, 422),
    scope=SCOPE,
    parameters=[ID_PARAMETER],
)
