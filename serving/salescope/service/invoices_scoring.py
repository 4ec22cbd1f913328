"""``/v1/invoices:score``: the chance of late payment of 1 to 1,000 invoices, why, and the days until they are paid."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.invoices_call import read_invoice_call
from salescope.service.invoices_openapi import SCORE_INVOICES
from salescope.service.invoices_scores import ScoredInvoices
from salescope.service.invoices_scores import score_invoices as scored
from salescope.service.operations import Address, router_of
from salescope.service.record_answers import answer_records
from salescope.service.wiring import Wiring

__all__ = ["invoice_scoring_routes"]

SCOPE = "invoices:score"


def invoice_scoring_routes() -> APIRouter:
    """Makes the address that scores invoices.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "invoices",
        Address(
            path="/v1/invoices:score",
            endpoint=score_invoices,
            summary="Score invoices",
            described=SCORE_INVOICES,
            method="POST",
        ),
    )


async def score_invoices(request: Request) -> Response:
    """Answers each record with a chance, a score, a grade, reasons and days, in the order they were sent."""
    return await answer_records(request, scope=SCOPE, scorer=_scorer)


def _scorer(wiring: Wiring) -> Callable[[object], ScoredInvoices]:
    live = wiring.models["payments"]
    return lambda body: scored(read_invoice_call(body, settings=wiring.settings, now=wiring.clock()), live)
