"""The application: every part of the service put together by one function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from salescope.service.access import KeyRing
from salescope.service.answers import on_http_exception, on_validation_error
from salescope.service.customers_scoring import customer_scoring_routes
from salescope.service.errors import PublicWithoutKeyError
from salescope.service.forecasts import forecast_routes
from salescope.service.gates import BodyGate, CallFrame, KeyGate
from salescope.service.health import health_routes
from salescope.service.invoices_scoring import invoice_scoring_routes
from salescope.service.leads import lead_routes
from salescope.service.ledger import LedgerWriter
from salescope.service.live_models import LOADERS, LiveModels
from salescope.service.models import model_routes
from salescope.service.outcomes import outcome_routes
from salescope.service.pages import (
    DOCS_PATHS,
    DOCS_PREFIXES,
    PROBLEM_PATHS,
    PROBLEM_PREFIXES,
    docs_assets,
    page_routes,
)
from salescope.service.profiles import profile_routes
from salescope.service.resources import resource_routes
from salescope.service.schemas import component_schemas
from salescope.service.settings import ServiceSettings
from salescope.service.targets_plans import plan_routes
from salescope.service.targets_process import TargetsProcess
from salescope.service.targets_questions import target_routes
from salescope.service.track_records import track_record_routes
from salescope.service.what_if import what_if_routes
from salescope.service.what_if_process import WhatIfProcess
from salescope.service.wiring import Wiring, utc_now
from salescope.store import Store, list_keys, open_store

__all__ = ["Extension", "check_start", "create_app"]

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
STORE_THREADS = 2

DESCRIPTION = """Scores leads, customers and invoices with their reasons, forecasts sales, plans targets with
their chances, says which model did, and takes what happened.

Every address but the two of health needs an API key, sent as `Authorization: Bearer ss_…`. Every answer carries its
request id in `X-Request-Id`; what is no answer is a problem (RFC 9457) whose `type` leads to what to do about it.
"""
API_KEY = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "ss_<id>_<secret>",
    "description": "Made with `salescope keys create NAME --scope leads:score`, and shown once.",
}


class Extension(Protocol):
    """Describes addresses that another package owns, such as the console's pages.

    A protocol and not a class, because such a package stands below the service and cannot import it. Its addresses find
    the parts of the running service, a `salescope.service.wiring.Wiring`, as ``request.app.state.wiring``.
    """

    @property
    def router(self) -> APIRouter:
        """Holds the addresses."""

    @property
    def open_paths(self) -> frozenset[str]:
        """Names those that need no API key, because they guard themselves or show nothing."""

    @property
    def open_prefixes(self) -> tuple[str, ...]:
        """Names whole branches that need none, each ending with a slash."""


def create_app(
    settings: ServiceSettings, *, extensions: Sequence[Extension] = (), clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    """Makes the application; nothing is opened before it starts.

    Parameters
    ----------
    settings : ServiceSettings
        Where its models and store are, and how much it takes.
    extensions : sequence of Extension
        What else it should serve.
    clock : callable
        Gives now, an aware instant.

    Returns
    -------
    FastAPI

    Notes
    -----
    Starting it opens the store and loads the promoted bundles. Without any it starts all the same and says on
    ``/readyz`` what to do; without a store it does not, for no answer could be written down.
    """
    app = FastAPI(
        title="Salescope",
        version=version("salescope"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan(settings, clock),
        middleware=_gates(settings, extensions),
        exception_handlers={HTTPException: on_http_exception, RequestValidationError: on_validation_error},
        # Spans and logs of the framework would carry exception texts, which may quote a value.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    routers = (
        lead_routes(),
        customer_scoring_routes(),
        invoice_scoring_routes(),
        profile_routes(),
        forecast_routes(),
        what_if_routes(),
        plan_routes(),
        target_routes(),
        resource_routes(),
        outcome_routes(),
        model_routes(),
        track_record_routes(),
        health_routes(),
        page_routes(),
    )
    for router in (*routers, *(it.router for it in extensions)):
        app.include_router(router)
    app.mount("/docs/assets", docs_assets(), name="docs_assets")
    app.state.methods = _methods(routers)
    _describe(app, routers)
    return app


def _gates(settings: ServiceSettings, extensions: Sequence[Extension]) -> list[Middleware]:
    open_paths = HEALTH_PATHS | PROBLEM_PATHS | frozenset().union(*(it.open_paths for it in extensions))
    open_prefixes = (*PROBLEM_PREFIXES, *(prefix for it in extensions for prefix in it.open_prefixes))
    if settings.docs_open:
        open_paths, open_prefixes = open_paths | DOCS_PATHS, (*open_prefixes, *DOCS_PREFIXES)
    return [
        Middleware(CallFrame),
        Middleware(KeyGate, open_paths=open_paths, open_prefixes=open_prefixes),
        Middleware(BodyGate),
    ]


def _methods(routers: Sequence[APIRouter]) -> dict[str, str]:
    """Lists the methods of each address, as the header ``Allow`` has them."""
    found: dict[str, set[str]] = {}
    for route in (route for router in routers for route in router.routes if isinstance(route, APIRoute)):
        found.setdefault(route.path, set()).update(route.methods or ())
    return {path: ", ".join(sorted(methods)) for path, methods in found.items()}


def _describe(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Adds the schemas that our own encoder writes by, which FastAPI does not see, and examples with their nulls."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = generate()
            components = described.setdefault("components", {})
            components["schemas"] = component_schemas()
            components["securitySchemes"] = {"apiKey": API_KEY}
            _restore(described, routers)
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _restore(described: dict[str, Any], routers: Sequence[APIRouter]) -> None:
    """Describes each address as it was written: FastAPI leaves out whatever is null, also of an example."""
    for route in (route for router in routers for route in router.routes if isinstance(route, APIRoute)):
        if route.openapi_extra and route.include_in_schema:
            for method in route.methods or ():
                described["paths"][route.path][method.lower()].update(route.openapi_extra)


def _lifespan(settings: ServiceSettings, clock: Callable[[], datetime]) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.wiring = await _wire(settings, stack, clock=clock)
            yield

    return lifespan


async def _wire(settings: ServiceSettings, stack: AsyncExitStack, *, clock: Callable[[], datetime]) -> Wiring:
    """Starts the parts in the order they need each other; the stack stops them in the reverse."""
    store_pool = stack.enter_context(ThreadPoolExecutor(STORE_THREADS, thread_name_prefix="salescope-store"))
    scoring_pool = stack.enter_context(
        ThreadPoolExecutor(settings.scoring_threads, thread_name_prefix="salescope-scoring")
    )
    loop = asyncio.get_running_loop()
    store = await loop.run_in_executor(store_pool, open_store, settings.store_url.get_secret_value())
    stack.callback(store.close)
    await loop.run_in_executor(store_pool, lambda: _check_binding(settings, store, now=clock()))
    ledger = LedgerWriter(store, max_rows=settings.max_ledger_rows)
    ledger.start()
    stack.callback(ledger.stop)
    # A pool of its own: while a new bundle loads, no call waits behind it.
    loading_pool = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="salescope-loading"))
    models = LiveModels(settings.published, pool=loading_pool, loaders=LOADERS)
    await models.check()
    watching = asyncio.create_task(models.watch(every=settings.watch_seconds), name="salescope-watcher")
    stack.push_async_callback(_cancel, watching)
    keys = KeyRing(store, pool=store_pool, clock=clock, seconds=settings.key_seconds)
    what_if = WhatIfProcess(seconds=settings.what_if_seconds)
    stack.callback(what_if.stop)
    targets = TargetsProcess(seconds=settings.targets_seconds)
    stack.callback(targets.stop)
    return Wiring(settings, clock, store, store_pool, scoring_pool, keys, ledger, models, what_if, targets)


def check_start(settings: ServiceSettings, *, now: datetime) -> None:
    """Checks what would keep the service from starting, so that the reason is raised and not logged by the server.

    Parameters
    ----------
    settings : ServiceSettings
        Of the service that is to start.
    now : datetime
        An aware instant, for keys that expire.

    Raises
    ------
    StoreError
        If the store cannot be opened.
    PublicWithoutKeyError
        If everybody could reach the service, and there is no active key.
    """
    store = open_store(settings.store_url.get_secret_value())
    try:
        _check_binding(settings, store, now=now)
    finally:
        store.close()


def _check_binding(settings: ServiceSettings, store: Store, *, now: datetime) -> None:
    if not settings.is_loopback and not any(key.is_active(now) for key in list_keys(store)):
        raise PublicWithoutKeyError(settings.host)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
