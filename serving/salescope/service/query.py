"""Reading what a call says after the question mark, each name once and only those that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from salescope.frames.nearest import nearest_name
from salescope.service.errors import Complaint, RequestShapeError

__all__ = ["read_query", "whole_in"]

MOST_COMPLAINTS = 5
LONGEST_SHOWN = 60
MOST_DIGITS = 9


def read_query(request: Request, *, accepted: Sequence[str], longest: int = 2_000) -> dict[str, str]:
    """Reads the query of a call.

    Parameters
    ----------
    request : Request
        The call.
    accepted : sequence of str
        The names it may have.
    longest : int, default 2,000
        The most characters of a value.

    Returns
    -------
    dict of str to str
        What was sent, each at least one character without NUL.

    Raises
    ------
    RequestShapeError
        If a name is unknown or there twice, or a value is empty or too long.
    """
    found: dict[str, str] = {}
    complaints: list[Complaint] = []
    for name, value in request.query_params.multi_items():
        detail = _complaint(name, value, found=found, accepted=accepted, longest=longest)
        if detail:
            complaints.append(Complaint("/" + name[:LONGEST_SHOWN].replace("~", "~0").replace("/", "~1"), detail))
        found[name] = value
        if len(complaints) == MOST_COMPLAINTS:
            break
    if complaints:
        raise RequestShapeError(complaints)
    return found


def _complaint(name: str, value: str, *, found: Mapping[str, str], accepted: Sequence[str], longest: int) -> str | None:
    if name not in accepted:
        near = nearest_name(name[:LONGEST_SHOWN], accepted)
        hint = f" Did you mean {near!r}?" if near else ""
        return f"There is no such parameter.{hint} Accepted: {', '.join(accepted)}."
    if name in found:
        return "Each parameter is accepted once."
    if not 1 <= len(value) <= longest or "\x00" in value:
        return f"A text of 1 to {longest:,} characters without NUL is accepted."
    return None


def whole_in(query: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    """Reads a whole number from 1 on.

    Parameters
    ----------
    query : mapping of str to str
        From `read_query`.
    name : str
        The parameter.
    default : int
        What it is where it was not sent.
    most : int
        The largest that is accepted.

    Returns
    -------
    int

    Raises
    ------
    RequestShapeError
        If it is no such number.

    Examples
    --------
    >>> whole_in({"limit": "20"}, "limit", default=50, most=1_000)
    20
    """
    said = query.get(name, str(default))
    if said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS and 1 <= int(said) <= most:
        return int(said)
    raise RequestShapeError([Complaint(f"/{name}", f"A whole number from 1 to {most:,} is accepted.")])
