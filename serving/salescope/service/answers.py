"""Writing answers: JSON for results, problem details for everything else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.errors import (
    BodyTooLargeError,
    InvalidKeyError,
    MissingKeyError,
    MissingScopeError,
    OverloadedError,
    SlowBodyError,
)
from salescope.service.problems import HTTP_PROBLEMS, INTERNAL, PROBLEM_JSON, Problem, problem_of
from salescope.store import StoreUnavailableError

__all__ = ["json_response", "on_http_exception", "on_validation_error", "problem_response"]

REALM = 'Bearer realm="salescope"'


def json_response(value: Any) -> Response:  # noqa: ANN401
    """Writes a result.

    Parameters
    ----------
    value : object
        Anything msgspec encodes.

    Returns
    -------
    Response
        200, as JSON.
    """
    return Response(msgspec.json.encode(value), media_type="application/json")


def problem_response(error: Exception, *, request_id: str) -> Response:
    """Writes an error as problem details, with the headers that belong to its status.

    Parameters
    ----------
    error : Exception
        What was raised.
    request_id : str
        The call's id.

    Returns
    -------
    Response
    """
    problem = problem_of(error, request_id=request_id)
    return _written(problem, headers=_headers_of(error))


def _headers_of(error: Exception) -> dict[str, str]:
    match error:
        case MissingKeyError():
            return {"WWW-Authenticate": REALM}
        case InvalidKeyError():
            return {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
        case MissingScopeError():
            return {"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{error.needed}"'}
        case OverloadedError() | StoreUnavailableError():
            return {"Retry-After": "1"}
        case BodyTooLargeError() | SlowBodyError():
            # What is left of the body would be read as the next call.
            return {"Connection": "close"}
    return {}


def _written(problem: Problem, *, headers: dict[str, str]) -> Response:
    return Response(msgspec.json.encode(problem), status_code=problem.status, headers=headers, media_type=PROBLEM_JSON)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Writes what the router itself refuses: an unknown address, another method."""
    status = error.status_code if isinstance(error, HTTPException) else INTERNAL.status
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        # The router names the methods of the first route of an address alone, and some have one for each method.
        path = getattr(request.scope.get("route"), "path", None)
        headers["Allow"] = request.app.state.methods.get(path, headers.get("Allow", ""))
    kind = HTTP_PROBLEMS.get(status, HTTP_PROBLEMS[400] if status < INTERNAL.status else INTERNAL)
    problem = Problem(
        type=kind.uri,
        title=kind.title,
        status=status,
        detail=kind.remedy,
        request_id=request.state.request_id,
    )
    return _written(problem, headers=headers)


async def on_validation_error(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Writes what FastAPI's own validation refuses; its report quotes the input and is not used."""
    kind = HTTP_PROBLEMS[422]
    problem = Problem(
        type=kind.uri, title=kind.title, status=422, detail=kind.remedy, request_id=request.state.request_id
    )
    return _written(problem, headers={})
