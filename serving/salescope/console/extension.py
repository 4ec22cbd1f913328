"""The console as an extension of the service, which finds the service's parts when a call comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from salescope.console.calls import PREFIX
from salescope.console.ledger import MODEL, LedgerData
from salescope.console.pages import console_routes, utc_now
from salescope.store import Store

__all__ = ["ConsoleExtension", "console_extension"]


class Settings(Protocol):
    """Is what the console needs of the service's settings."""

    @property
    def published(self) -> Path:
        """Is the folder of promoted bundles, one folder a model."""


class Parts(Protocol):
    """Is what the console needs of a running service; it stands above us, so only its shape is known here."""

    @property
    def store(self) -> Store:
        """Is the service's database."""

    @property
    def settings(self) -> Settings:
        """Are its settings."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives now, an aware instant."""


@dataclass(frozen=True, slots=True)
class ConsoleExtension:
    """Adds the console to the service.

    Parameters
    ----------
    router : APIRouter
        Its addresses.
    open_paths : frozenset of str
        Those that need no API key in a header: they ask for a session themselves.
    open_prefixes : tuple of str
        Whole branches of the same kind.
    """

    router: APIRouter
    open_paths: frozenset[str] = frozenset({"/", PREFIX})
    open_prefixes: tuple[str, ...] = (f"{PREFIX}/",)


def console_extension(*, clock: Callable[[], datetime] = utc_now) -> ConsoleExtension:
    """Makes the console for one application.

    Parameters
    ----------
    clock : callable, optional
        Gives now, an aware instant; sessions end by it.

    Returns
    -------
    ConsoleExtension
        With the pages under ``/console``, and ``/`` leading there.

    Examples
    --------
    >>> sorted(console_extension().open_paths)
    ['/', '/console']
    """

    def find(request: Request) -> LedgerData:
        parts = cast("Parts", request.app.state.wiring)
        return LedgerData(parts.store, parts.settings.published / MODEL, parts.clock)

    router = APIRouter(include_in_schema=False)
    router.include_router(console_routes(find, clock=clock))
    router.add_api_route("/", to_console, methods=["GET"])
    return ConsoleExtension(router)


async def to_console(request: Request) -> Response:
    """Leads from the service's own address to the pages."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{PREFIX}", status_code=307)
