"""What every call passes before it reaches its address, outermost first: frame, key, body."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from salescope.frames.errors import SalescopeError
from salescope.service.answers import problem_response
from salescope.service.errors import (
    BodyTooLargeError,
    HeadersTooLargeError,
    OverloadedError,
    SlowBodyError,
    UnsupportedBodyError,
)
from salescope.service.wiring import wiring_of

__all__ = ["BodyGate", "CallFrame", "KeyGate"]

logger = logging.getLogger("salescope.service.calls")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
MOST_HEADERS = 100
MOST_HEADER_BYTES = 32_768

# Swagger's stylesheet draws its icons from data: addresses; nothing else comes from anywhere but the service itself.
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


class CallFrame:
    """Gives a call its id, its log line and its security headers, and turns every error into a problem.

    Parameters
    ----------
    app : ASGI application
        The next gate.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102  # architecture: allow positional (ASGI)
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {}).update(request_id=request_id, records=None, error=None)
        status = 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _frame(MutableHeaders(scope=message), request_id=request_id)
            await send(message)

        try:
            _check_headers(scope)
            await self.app(scope, receive, send_framed)
        except ClientDisconnect:
            status = 499
        except Exception as error:
            scope["state"]["error"] = type(error).__name__
            if not isinstance(error, SalescopeError):
                logger.exception("call.failed", extra={"fields": {"request_id": request_id}})
            if status:
                raise
            await problem_response(error, request_id=request_id)(scope, receive, send_framed)
        _log(scope, status=status, began=began)


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _frame(headers: MutableHeaders, *, request_id: str) -> None:
    headers["x-request-id"] = request_id
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    # Scores are about people: no proxy and no browser keeps them.
    headers.setdefault("cache-control", "no-store")


def _check_headers(scope: Scope) -> None:
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if size > MOST_HEADER_BYTES or len(scope["headers"]) > MOST_HEADERS:
        raise HeadersTooLargeError(MOST_HEADER_BYTES, most=MOST_HEADERS)


def _log(scope: Scope, *, status: int, began: float) -> None:
    route = scope.get("route")
    fields = {
        "request_id": scope["state"]["request_id"],
        "method": scope["method"],
        # The pattern and not the path: a path may carry an id of a person.
        "route": getattr(route, "path", None),
        "status": status,
        "ms": round((perf_counter() - began) * 1000, 2),
        "records": scope["state"]["records"],
        "error": scope["state"]["error"],
    }
    logger.info("call", extra={"fields": fields})


class KeyGate:
    """Lets through who has an API key, and everybody to the few open addresses.

    Parameters
    ----------
    app : ASGI application
        The next gate.
    open_paths : frozenset of str
        Addresses that need no key.
    open_prefixes : tuple of str
        Beginnings of addresses that need no key, each ending with a slash.
    """

    def __init__(self, app: ASGIApp, *, open_paths: frozenset[str], open_prefixes: tuple[str, ...]) -> None:
        self.app = app
        self.open_paths = open_paths
        self.open_prefixes = open_prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102  # architecture: allow positional (ASGI)
        if scope["type"] == "http" and not self._is_open(scope["path"]):
            # Before anything else is looked at: who has no key learns nothing, not even which addresses there are.
            scope["state"]["key"] = await wiring_of(scope).keys.caller(Headers(scope=scope))
        await self.app(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in self.open_paths or path.startswith(self.open_prefixes)


class BodyGate:
    """Counts a body while it arrives, and the calls that are in work.

    Parameters
    ----------
    app : ASGI application
        The routes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._in_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102  # architecture: allow positional (ASGI)
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        settings = wiring_of(scope).settings
        limited = _limited(Headers(scope=scope), receive, most=settings.max_body, seconds=settings.body_seconds)
        if "key" not in scope["state"]:
            # Open addresses are not counted: however busy the service is, it says that it is alive.
            await self.app(scope, limited, send)
            return
        if self._in_work >= settings.max_waiting:
            raise OverloadedError(settings.max_waiting, what="calls")
        self._in_work += 1
        try:
            await self.app(scope, limited, send)
        finally:
            self._in_work -= 1


def _limited(headers: Headers, receive: Receive, *, most: int, seconds: float) -> Receive:
    if headers.get("content-encoding", "identity").lower() != "identity":
        # A few kilobytes of gzip can be a gigabyte of zeros.
        raise UnsupportedBodyError("Content-Encoding", accepted="none, the body as it is")
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > most:
        raise BodyTooLargeError(most)
    read = 0
    deadline: float | None = None

    async def receive_limited() -> Message:
        nonlocal read, deadline
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds if deadline is None else deadline
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise SlowBodyError(seconds) from None
        read += len(message.get("body", b""))
        if read > most:
            raise BodyTooLargeError(most)
        return message

    return receive_limited
