"""Reading the body of a call into the class of what it sends."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from starlette.requests import Request

from salescope.service.errors import Complaint, RequestShapeError, UnsupportedBodyError
from salescope.service.json_body import decode_body
from salescope.service.record_call import LONGEST_NAME_SHOWN
from salescope.service.targets_bodies import Sent
from salescope.service.wiring import wiring_of

__all__ = ["converted", "read_body"]

LARGEST_WHOLE = 2.0**53
Body = TypeVar("Body", bound=Sent)


async def read_body(request: Request, kind: type[Body]) -> Body:
    """Reads the body of a call.

    Parameters
    ----------
    request : Request
        The call.
    kind : type
        What it sends.

    Returns
    -------
    Body

    Raises
    ------
    UnsupportedBodyError
        If it is not declared as JSON.
    MalformedJsonError
        If it is not JSON that has one meaning.
    RequestShapeError
        If it has another shape.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedBodyError("Content-Type", accepted="application/json")
    body, settings = await request.body(), wiring_of(request.scope).settings
    return converted(decode_body(body, max_depth=settings.max_depth), kind)


def converted(body: object, kind: type[Body]) -> Body:
    """Reads a decoded body.

    Parameters
    ----------
    body : object
        The body as JSON.
    kind : type
        What it sends.

    Returns
    -------
    Body

    Raises
    ------
    RequestShapeError
        If it has another shape: with the place, and what is accepted there.

    Examples
    --------
    >>> from salescope.service.targets_bodies import MoveStatus
    >>> converted({"version": 3, "reason": "board meeting"}, MoveStatus).version
    3
    >>> converted({"version": "3"}, MoveStatus)
    Traceback (most recent call last):
        ...
    salescope.service.errors.RequestShapeError: At /version: Expected `int`, got `str`.
    """
    try:
        return msgspec.convert(_whole(body), kind)
    except (msgspec.ValidationError, OverflowError) as error:
        raise RequestShapeError([_complaint(str(error))]) from None


def _whole(body: object) -> object:
    # JSON has one kind of number, so that 5.0 is a whole one; what reads it here would take it for none.
    if isinstance(body, dict):
        return {name: _whole(member) for name, member in body.items()}
    if isinstance(body, list):
        return [_whole(item) for item in body]
    return int(body) if isinstance(body, float) and body.is_integer() and abs(body) < LARGEST_WHOLE else body


def _complaint(said: str) -> Complaint:
    """Writes what the reader says with a JSON Pointer, and without any value: it quotes names of members at most."""
    detail, _, place = said.partition(" - at `")
    pointer = re.sub(r"\[(\d+|\.\.\.)\]", r"/\1", place.rstrip("`").removeprefix("$").removeprefix("key` in `$"))
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", detail, re.DOTALL)
    if unknown:
        name = unknown[1]
        shown = name if len(name) <= LONGEST_NAME_SHOWN else name[:LONGEST_NAME_SHOWN] + "…"
        detail = f"There is no member {shown!r}"
    elif detail.startswith("Invalid "):
        detail = "One of the words that the documentation lists is accepted"
    return Complaint(pointer.replace(".", "/")[:400], detail[:400] + ".")
