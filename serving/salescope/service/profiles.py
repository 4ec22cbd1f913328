"""``/v1/customers``: the published profiles, ranked or by id."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import UnknownCustomerError
from salescope.service.operations import Address, router_of
from salescope.service.profile_answers import (
    Customers,
    EarlierProfile,
    ProductsOfCustomer,
    PublishedCustomer,
    PublishedIn,
    RankedCustomer,
)
from salescope.service.profile_openapi import (
    DEFAULT_LIMIT,
    FILTERS,
    LIST_CUSTOMERS,
    READ_CUSTOMER,
    READ_PRODUCTS,
    SCOPE,
)
from salescope.service.query import read_query, whole_in
from salescope.service.wiring import wiring_of
from salescope.store import (
    MOST_A_PAGE,
    Page,
    Profile,
    ProfileWish,
    Publication,
    PublishedProfile,
    profile_of,
    ranked_profiles,
)

__all__ = ["profile_routes"]


def profile_routes() -> APIRouter:
    """Makes the addresses of published customers.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "customers",
        Address(path="/v1/customers", endpoint=list_customers, summary="Rank customers", described=LIST_CUSTOMERS),
        Address(path="/v1/customers/{id}", endpoint=read_customer, summary="Read a customer", described=READ_CUSTOMER),
        Address(
            path="/v1/customers/{id}/products",
            endpoint=read_products,
            summary="Read recommended products",
            described=READ_PRODUCTS,
        ),
    )


async def list_customers(request: Request) -> Response:
    """Ranks the published customers by the expected gain of the next step; pages stay within one published table."""
    require(request, SCOPE)
    query = read_query(request, accepted=(*FILTERS, "limit", "cursor"))
    size = whole_in(query, "limit", default=DEFAULT_LIMIT, most=MOST_A_PAGE)
    wish = ProfileWish(size=size, cursor=query.get("cursor"), **{name: query.get(name) for name in FILTERS})
    wiring = wiring_of(request.scope)
    page = await asyncio.get_running_loop().run_in_executor(
        wiring.store_pool, lambda: ranked_profiles(wiring.store, wish)
    )
    answer = json_response(_page(page, request_id=request.state.request_id))
    if page.cursor is not None:
        following = urlencode({**query, "cursor": page.cursor})
        answer.headers["link"] = f'<{request.url.path}?{following}>; rel="next"'
    return answer


async def read_customer(request: Request) -> Response:
    """Gives what the current table says of a customer, how old that is, and what was said before."""
    found = await _find(request)
    profile, previous = found.profile, found.previous
    return json_response(
        PublishedCustomer(
            customer_id=profile.customer_id,
            request_id=request.state.request_id,
            publication=_publication(found.publication),
            owner=profile.owner,
            region=profile.region,
            tier=profile.tier,
            churn_probability=profile.churn_probability,
            expected_money=profile.expected_money,
            rank_score=profile.rank_score,
            profile=profile.content,
            previous=None if previous is None else _earlier(previous),
        )
    )


async def read_products(request: Request) -> Response:
    """Gives the products that the current table recommends to a customer."""
    found = await _find(request)
    return json_response(
        ProductsOfCustomer(
            customer_id=found.profile.customer_id,
            request_id=request.state.request_id,
            publication=_publication(found.publication),
            products=found.profile.content.get("products") or [],
        )
    )


async def _find(request: Request) -> PublishedProfile:
    require(request, SCOPE)
    read_query(request, accepted=())
    wiring, customer_id = wiring_of(request.scope), request.path_params["id"]
    found = await asyncio.get_running_loop().run_in_executor(
        wiring.store_pool, lambda: profile_of(wiring.store, customer_id)
    )
    if found is None:
        raise UnknownCustomerError
    return found


def _publication(publication: Publication) -> PublishedIn:
    return PublishedIn(
        as_of=publication.as_of,
        at=publication.at,
        currency=publication.currency,
        versions=dict(publication.versions),
        customers=publication.row_count,
    )


def _earlier(previous: PublishedProfile) -> EarlierProfile:
    profile = previous.profile
    return EarlierProfile(
        publication=_publication(previous.publication),
        tier=profile.tier,
        churn_probability=profile.churn_probability,
        expected_money=profile.expected_money,
        rank_score=profile.rank_score,
        profile=profile.content,
    )


def _page(page: Page, *, request_id: str) -> Customers:
    return Customers(
        request_id=request_id,
        publication=None if page.publication is None else _publication(page.publication),
        customers=[_ranked(profile) for profile in page.profiles],
        next_cursor=page.cursor,
    )


def _ranked(profile: Profile) -> RankedCustomer:
    following = profile.content.get("next")
    return RankedCustomer(
        customer_id=profile.customer_id,
        owner=profile.owner,
        region=profile.region,
        tier=profile.tier,
        churn_probability=profile.churn_probability,
        expected_money=profile.expected_money,
        rank_score=profile.rank_score,
        next=following if isinstance(following, dict) else None,
    )
