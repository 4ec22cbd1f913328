"""``/v1/forecasts:what-if``: the published forecast under other events and with nodes held, everything else moved."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.frames.errors import listed
from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import NoForecastError, UnsupportedBodyError, WhatIfUnavailableError
from salescope.service.forecast_answers import published_in
from salescope.service.forecast_call import NOTHING_YET, unknown_node
from salescope.service.forecast_openapi import SCOPE
from salescope.service.json_body import decode_body
from salescope.service.operations import Address, router_of
from salescope.service.what_if_call import WhatIfCall, read_what_if_call
from salescope.service.what_if_openapi import ASK_WHAT_IF, WhatIfNode, WhatIfPeriod, WhatIfTold
from salescope.service.wiring import Wiring, wiring_of
from salescope.store import Publication, Store, current_forecasts, forecast_columns

__all__ = ["what_if_routes"]


def what_if_routes() -> APIRouter:
    """Makes the address of what-ifs.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "forecasts",
        Address(
            path="/v1/forecasts:what-if",
            endpoint=ask_what_if,
            summary="Ask what if",
            described=ASK_WHAT_IF,
            method="POST",
        ),
    )


async def ask_what_if(request: Request) -> Response:
    """Changes events, holds nodes at a number and says what all would be, moved as little as possible; none is kept."""
    require(request, SCOPE)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedBodyError("Content-Type", accepted="application/json")
    wiring, body = wiring_of(request.scope), await request.body()
    loop = asyncio.get_running_loop()
    call = await loop.run_in_executor(wiring.scoring_pool, _read, body, wiring.settings.max_depth)
    publication = await loop.run_in_executor(wiring.store_pool, current_forecasts, wiring.store)
    if publication is None:
        raise NoForecastError(problem=NOTHING_YET)
    said = await _ask(call, publication, wiring=wiring)
    if said.get("unknown") == "node":
        name = said["name"]
        raise await loop.run_in_executor(
            wiring.store_pool, lambda: unknown_node(wiring.store, name, publication=publication)
        )
    if said.get("unknown") == "driver":
        raise WhatIfUnavailableError(reason=_without_responses(said))
    if "unknown" in said:
        problem = f"A lock or change names a day that begins no published period; those that do are {said['name']}."
        raise NoForecastError(problem=problem)
    if "refused" in said:
        raise WhatIfUnavailableError(reason=said["refused"])
    return json_response(_told(said, call=call, publication=publication, request_id=request.state.request_id))


async def _ask(call: WhatIfCall, publication: Publication, *, wiring: Wiring) -> dict[str, Any]:
    most = wiring.settings.max_what_if_rows
    if publication.row_count > most:
        reason = f"The published forecast has {publication.row_count:,} rows, and a what-if takes {most:,} at most."
        raise WhatIfUnavailableError(reason=reason)
    question = {"publication": publication.id, "locks": call.locks, "changes": call.changes, "nodes": call.nodes}
    return await wiring.what_if.ask(question, table=lambda: _table(wiring.store, publication))


def _read(body: bytes, max_depth: int) -> WhatIfCall:
    return read_what_if_call(decode_body(body, max_depth=max_depth))


def _table(store: Store, publication: Publication) -> Mapping[str, list[Any]]:
    columns = forecast_columns(store, publication)
    if len(columns["step"]) != publication.row_count:
        raise WhatIfUnavailableError(reason="A newer forecast was published meanwhile. Send the call again.")
    return columns


def _without_responses(said: Mapping[str, Any]) -> str:
    accepted = listed(said["accepted"]) if said["accepted"] else "none"
    return f"Nothing is published that says what driver {said['name']!r} does; drivers that can be changed: {accepted}."


def _told(said: Mapping[str, Any], *, call: WhatIfCall, publication: Publication, request_id: str) -> WhatIfTold:
    nodes = [
        WhatIfNode(
            node=node["node"],
            level=node["level"],
            locked=node["node"] in call.locks,
            periods=[
                WhatIfPeriod(
                    date=date.fromisoformat(day), step=step, published=published, mean=mean, by_drivers=by_drivers
                )
                for step, (day, published, mean, by_drivers) in enumerate(
                    zip(node["date"], node["published"], node["mean"], node["by_drivers"], strict=True), 1
                )
            ],
        )
        for node in said["nodes"]
    ]
    return WhatIfTold(request_id=request_id, publication=published_in(publication), moved=said["moved"], nodes=nodes)
