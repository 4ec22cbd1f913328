"""``/healthz`` and ``/readyz``: is the process alive, and would it answer."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.answers import json_response
from salescope.service.operations import Address, answer_of, operation, router_of
from salescope.service.wiring import wiring_of

__all__ = ["Alive", "Ready", "health_routes"]


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """Says that the process answers."""

    status: Annotated[str, Meta(examples=["alive"])]
    request_id: str


class LoadedModel(msgspec.Struct, frozen=True, kw_only=True):
    """Says which version of a model is loaded."""

    name: Annotated[str, Meta(examples=["leads"])]
    version: str
    as_of: Annotated[str | None, Meta(description="Until when the model has learned.")]


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Says that a model is loaded and the store answers; model, version and as_of are those of the first model."""

    status: Annotated[str, Meta(examples=["ready"])]
    model: Annotated[str, Meta(examples=["leads"])]
    version: str
    as_of: Annotated[str | None, Meta(description="Until when the model has learned.")]
    models: Annotated[list[LoadedModel], Meta(description="All models that are loaded.")]
    request_id: str
    warnings: Annotated[
        list[str], Meta(description="What somebody should look at, as a new bundle that could not be loaded.")
    ]


IS_ALIVE = operation(
    answer_of(
        "Alive",
        description="The process is alive.",
        example={"status": "alive", "request_id": "crm-2026-03-01-0001"},
    ),
    problems=(),
    scope=None,
)
IS_READY = operation(
    answer_of(
        "Ready",
        description="Scores can be asked for.",
        example={
            "status": "ready",
            "model": "leads",
            "version": "7",
            "as_of": "2026-02-28",
            "models": [{"name": "leads", "version": "7", "as_of": "2026-02-28"}],
            "request_id": "crm-2026-03-01-0001",
            "warnings": [],
        },
    ),
    problems=(503,),
    scope=None,
)


def health_routes() -> APIRouter:
    """Makes the two addresses that need no key.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "health",
        Address(path="/healthz", endpoint=is_alive, summary="Is the process alive", described=IS_ALIVE),
        Address(path="/readyz", endpoint=is_ready, summary="Would it answer", described=IS_READY),
    )


async def is_alive(request: Request) -> Response:
    """Answers as long as the process does; it looks at nothing else, so that a restart is never the wrong cure."""
    return json_response(Alive(status="alive", request_id=request.state.request_id))


async def is_ready(request: Request) -> Response:
    """Answers 503 with what to do while no model is loaded or the store is down."""
    wiring = wiring_of(request.scope)
    first = wiring.models.first
    await asyncio.get_running_loop().run_in_executor(wiring.store_pool, wiring.store.ping)
    loaded = wiring.models.loaded.values()
    return json_response(
        Ready(
            status="ready",
            model=first.name,
            version=first.version,
            as_of=first.as_of,
            models=[LoadedModel(name=model.name, version=model.version, as_of=model.as_of) for model in loaded],
            request_id=request.state.request_id,
            warnings=wiring.models.warnings,
        )
    )
