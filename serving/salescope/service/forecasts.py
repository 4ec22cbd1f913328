"""``/v1/forecasts``: the published forecasts of sales, by node, by level, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.forecast_answers import ForecastNodes, ForecastsTold, forecast_told, published_in
from salescope.service.forecast_call import (
    DEFAULT_LIMIT,
    ForecastCall,
    check_level,
    find_forecasts,
    read_forecast_call,
)
from salescope.service.forecast_openapi import LIST_NODES, READ_FORECASTS, SCOPE
from salescope.service.forecast_table import forecast_csv, supply_csv
from salescope.service.operations import Address, router_of
from salescope.service.query import read_query, whole_in
from salescope.service.wiring import wiring_of
from salescope.store import MOST_NODES_A_PAGE, ForecastPage, Store, forecast_nodes

__all__ = ["forecast_routes"]


def forecast_routes() -> APIRouter:
    """Makes the addresses of published forecasts.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "forecasts",
        Address(path="/v1/forecasts", endpoint=read_forecasts, summary="Read forecasts", described=READ_FORECASTS),
        Address(
            path="/v1/forecasts/nodes",
            endpoint=list_forecast_nodes,
            summary="List nodes with forecasts",
            described=LIST_NODES,
        ),
    )


async def read_forecasts(request: Request) -> Response:
    """Gives the forecast of a node, or of every node of a level, with intervals and how often they held in the past."""
    require(request, SCOPE)
    call = read_forecast_call(request)
    wiring, request_id = wiring_of(request.scope), request.state.request_id
    answer, cursor = await asyncio.get_running_loop().run_in_executor(
        wiring.store_pool, lambda: _answered(wiring.store, call, request_id=request_id)
    )
    _link(answer, request=request, query=call.query, cursor=cursor)
    return answer


async def list_forecast_nodes(request: Request) -> Response:
    """Lists the nodes of the published tree; pages stay within one published table."""
    require(request, SCOPE)
    query = read_query(request, accepted=("level", "limit", "cursor"))
    limit = whole_in(query, "limit", default=DEFAULT_LIMIT, most=MOST_NODES_A_PAGE)
    wiring, level = wiring_of(request.scope), query.get("level")
    page = await asyncio.get_running_loop().run_in_executor(
        wiring.store_pool,
        lambda: forecast_nodes(wiring.store, level=level, after=query.get("cursor"), limit=limit),
    )
    if level is not None and page.publication is not None:
        check_level(level, publication=page.publication)
    told = ForecastNodes.of(
        page.nodes, publication=page.publication, request_id=request.state.request_id, next_cursor=page.cursor
    )
    answer = json_response(told)
    _link(answer, request=request, query=query, cursor=page.cursor)
    return answer


def _answered(store: Store, call: ForecastCall, *, request_id: str) -> tuple[Response, str | None]:
    """Finds and writes a page; in one thread, for a long page takes as long to write as to read."""
    page = find_forecasts(store, call)
    return _written(page, call=call, request_id=request_id), page.cursor


def _written(page: ForecastPage, *, call: ForecastCall, request_id: str) -> Response:
    if call.form != "json":
        text = supply_csv(page) if call.form == "supply" else forecast_csv(page, levels=call.levels)
        named = {"Content-Disposition": f'attachment; filename="forecasts-{call.form}.csv"'}
        return Response(text, headers=named, media_type="text/csv")
    publication = page.publication
    assert publication is not None  # noqa: S101 - a page without one is a problem
    told = [forecast_told(rows, publication=publication, levels=call.levels) for rows in page.nodes]
    where = published_in(publication)
    return json_response(
        ForecastsTold(request_id=request_id, publication=where, forecasts=told, next_cursor=page.cursor)
    )


def _link(answer: Response, *, request: Request, query: Mapping[str, str], cursor: str | None) -> None:
    if cursor is not None:
        following = urlencode({**query, "cursor": cursor})
        answer.headers["link"] = f'<{request.url.path}?{following}>; rel="next"'
