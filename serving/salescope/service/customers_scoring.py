"""``/v1/customers:score``: profiles of 1 to 1,000 customers whose facts come with the call."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.customers_call import read_customer_call
from salescope.service.customers_models import live_customers
from salescope.service.customers_openapi import SCORE_CUSTOMERS
from salescope.service.customers_scores import ScoredCustomers
from salescope.service.customers_scores import score_customers as scored
from salescope.service.operations import Address, router_of
from salescope.service.record_answers import answer_records
from salescope.service.wiring import Wiring

__all__ = ["customer_scoring_routes"]

SCOPE = "customers:score"


def customer_scoring_routes() -> APIRouter:
    """Makes the address that scores customers.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "customers",
        Address(
            path="/v1/customers:score",
            endpoint=score_customers,
            summary="Score customers",
            described=SCORE_CUSTOMERS,
            method="POST",
        ),
    )


async def score_customers(request: Request) -> Response:
    """Answers each record with a whole profile, in the order they were sent."""
    return await answer_records(request, scope=SCOPE, scorer=_scorer)


def _scorer(wiring: Wiring) -> Callable[[object], ScoredCustomers]:
    live = live_customers(wiring.models)
    return lambda body: scored(read_customer_call(body, settings=wiring.settings, now=wiring.clock()), live)
