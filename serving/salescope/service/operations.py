"""How an address is described in the OpenAPI file: its answer, its problems, its headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.frames.errors import SalescopeError
from salescope.service.problems import HTTP_PROBLEMS, INTERNAL, PROBLEM_JSON, PROBLEMS, ProblemType

__all__ = ["REQUEST_ID_PARAMETER", "Address", "answer_of", "operation", "problems_of", "router_of"]

REQUEST_ID_PARAMETER = {
    "name": "X-Request-Id",
    "in": "header",
    "required": False,
    "description": "An id of yours for this call, 1 to 64 of `A-Za-z0-9._-`; otherwise one is made.",
    "schema": {"type": "string"},
    "example": "crm-2026-03-01-0001",
}
REQUEST_ID_HEADER = {
    "X-Request-Id": {"description": "The call's id, also in the log.", "schema": {"type": "string"}, "required": True}
}
EVERYWHERE = (431, 500)


def answer_of(schema: str, *, description: str, example: Mapping[str, Any]) -> dict[str, Any]:
    """Describes the answer 200.

    Parameters
    ----------
    schema : str
        The name of its schema.
    description : str
        What it is.
    example : mapping
        A whole body.

    Returns
    -------
    dict
    """
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": dict(example)}
    return {"description": description, "headers": REQUEST_ID_HEADER, "content": {"application/json": content}}


def problems_of(problems: Iterable[int | type[SalescopeError]]) -> dict[str, Any]:
    """Describes the problems that an address may answer with.

    Parameters
    ----------
    problems : iterable of int or type
        Their statuses, or the class of error that is shown for its status; 431 and 500 are added.

    Returns
    -------
    dict of str to dict
        By status, each with the kinds of problem that have it and an example of one.
    """
    given = tuple(problems)
    named = [PROBLEMS[kind] for kind in given if isinstance(kind, type)]
    statuses = {*(kind.status for kind in named), *(kind for kind in given if isinstance(kind, int))}
    by_status: dict[int, list[ProblemType]] = {}
    for kind in (*named, *PROBLEMS.values(), *HTTP_PROBLEMS.values()):
        if kind not in by_status.setdefault(kind.status, []):
            by_status[kind.status].append(kind)
    return {str(status): _problem(by_status[status]) for status in sorted({*statuses, *EVERYWHERE})}


def _problem(kinds: list[ProblemType]) -> dict[str, Any]:
    first = kinds[0]
    example = {"type": first.uri, "title": first.title, "status": first.status, "detail": first.remedy}
    headers: dict[str, Any] = dict(REQUEST_ID_HEADER)
    if first.status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}, "required": True}
    return {
        "description": f"{first.title}: see `{first.uri}`." if first is not INTERNAL else INTERNAL.title + ".",
        "headers": headers,
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {**example, "request_id": "crm-2026-03-01-0001"},
            }
        },
    }


def operation(
    answer: Mapping[str, Any],
    *,
    problems: Iterable[int | type[SalescopeError]],
    scope: str | None,
    parameters: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Describes an address.

    Parameters
    ----------
    answer : mapping
        From `answer_of`.
    problems : iterable of int or type
        The statuses of the problems it may answer with, or the class of error that is shown for its status.
    scope : str or None
        The scope a key needs; None where no key is needed.
    parameters : iterable of mapping
        Further parameters.

    Returns
    -------
    dict
    """
    needs_key = {} if scope is None else {"security": [{"apiKey": []}], "x-scope": scope}
    statuses = {*problems} if scope is None else {*problems, 401, 403, 503}
    return {
        "parameters": [*map(dict, parameters), REQUEST_ID_PARAMETER],
        "responses": {"200": dict(answer), **problems_of(statuses)},
        **(needs_key or {"security": []}),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Holds one address of the service and what answers it.

    Parameters
    ----------
    path : str
        As ``/v1/models/{name}``.
    endpoint : callable
        Takes the request and gives the answer; its name becomes the operation's id.
    summary : str
        What it does, in a few words.
    described : mapping
        From `operation`.
    method : {"GET", "POST"}, default "GET"
        How it is called.
    """

    path: str
    endpoint: Callable[[Request], Awaitable[Response]]
    summary: str
    described: Mapping[str, Any]
    method: Literal["GET", "POST"] = "GET"


def router_of(tag: str, *addresses: Address) -> APIRouter:
    """Makes a router whose endpoints read the request and write the answer themselves.

    Parameters
    ----------
    tag : str
        The noun that the addresses are about.
    *addresses : Address
        The addresses.

    Returns
    -------
    APIRouter
    """
    router = APIRouter(tags=[tag])
    for address in addresses:
        router.add_api_route(
            address.path,
            address.endpoint,
            methods=[address.method],
            operation_id=address.endpoint.__name__,
            summary=address.summary,
            openapi_extra=dict(address.described),
            response_class=Response,
            response_model=None,
        )
    return router
