"""What calls that send records have in common: their options, their instants, and what any field of a record may be."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nsmallest
from typing import Any

from salescope.frames.nearest import nearest_name
from salescope.scoring.wording import LANGUAGES
from salescope.service.errors import Complaint, InvalidRecordError, RequestShapeError
from salescope.service.settings import ServiceSettings
from salescope.store import LONGEST_SUBJECT_ID

__all__ = [
    "DEFAULT_TOP",
    "INSTANTS_ACCEPTED",
    "INSTANT_PATTERN",
    "LARGEST_WHOLE",
    "LONGEST_NAME_SHOWN",
    "MOST_TOP",
    "CallOptions",
    "check_fields",
    "instant_in",
    "read_options",
    "step_of",
    "subject_in",
]

# One pattern for the reader and for the OpenAPI file, exact to the leap day. It is narrower than what Python reads
# (week dates, dates without hyphens), which other readers of the same API would refuse.
_CENTURY = "(19|20|21)"
_DAYS = (
    f"({_CENTURY}[0-9][0-9]-("
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    f"|({_CENTURY}(0[48]|[2468][048]|[13579][26])|2000)-02-29)"
)
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_OFFSET = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
INSTANT_PATTERN = f"^{_DAYS}([T ]{_CLOCK}{_OFFSET}?)?$"
INSTANTS_ACCEPTED = "A date or instant in ISO 8601 from 1900 to 2199, as 2026-03-01T12:00:00Z, is accepted."

MEMBERS = ("records", "language", "top", "as_of")
MOST_TOP = 20
DEFAULT_TOP = 5
MOST_COMPLAINTS = 5
LARGEST_WHOLE = 2**63 - 1
LONGEST_NAME_SHOWN = 60
SCALARS = (str, bool, int, float, type(None))
_is_instant = re.compile(INSTANT_PATTERN.removesuffix("$") + r"\Z").match


@dataclass(frozen=True, slots=True)
class CallOptions:
    """Says how the records of a call should be answered.

    Parameters
    ----------
    as_of : datetime
        The instant for records that name none, aware.
    language : str
        The language of the reasons.
    top : int
        How many reasons of each direction.
    records : list of object, shape (n_records,)
        As they were sent.
    """

    as_of: datetime
    language: str
    top: int
    records: list[object]


def read_options(body: object, *, settings: ServiceSettings, now: datetime) -> CallOptions:
    """Reads the options of a decoded body, and leaves its records as they are.

    Parameters
    ----------
    body : object
        The body as JSON.
    settings : ServiceSettings
        How much is taken.
    now : datetime
        The ``as_of`` of a call that names none.

    Returns
    -------
    CallOptions

    Raises
    ------
    RequestShapeError
        If the body is no such call at all: no records, too many, an unknown option.
    """
    if not isinstance(body, dict):
        raise RequestShapeError([Complaint("", "An object with the member `records` is accepted.")])
    complaints = [*_unknown_members(body), *_complaints(body, most=settings.max_records)]
    as_of = now if "as_of" not in body else instant_in(body["as_of"])
    if as_of is None:
        complaints.append(Complaint("/as_of", INSTANTS_ACCEPTED))
    if complaints or as_of is None:
        raise RequestShapeError(complaints)
    return CallOptions(as_of, body.get("language", "en"), int(body.get("top", DEFAULT_TOP)), body["records"])


def _unknown_members(body: Mapping[str, Any]) -> list[Complaint]:
    complaints = []
    # A body may have half a million such names; five of them say enough, and looking for near names is slow.
    for name in nsmallest(MOST_COMPLAINTS, body.keys() - set(MEMBERS)):
        near = nearest_name(name[:LONGEST_NAME_SHOWN], MEMBERS)
        hint = f" Did you mean {near!r}?" if near else ""
        accepted = ", ".join(MEMBERS)
        complaints.append(Complaint("/" + step_of(name), f"There is no such member.{hint} Accepted: {accepted}."))
    return complaints


def _complaints(body: Mapping[str, Any], *, most: int) -> list[Complaint]:
    complaints = []
    records = body.get("records")
    if not isinstance(records, list) or not 1 <= len(records) <= most:
        complaints.append(Complaint("/records", f"An array of 1 to {most:,} records is accepted."))
    language = body.get("language", "en")
    if not isinstance(language, str) or language not in LANGUAGES:
        complaints.append(Complaint("/language", f"One of {', '.join(map(repr, LANGUAGES))} is accepted."))
    # JSON has one kind of number, so that 5.0 is a whole one; in Python a boolean would be one too.
    top = body.get("top", DEFAULT_TOP)
    if isinstance(top, bool) or not isinstance(top, int | float) or top not in range(MOST_TOP + 1):
        complaints.append(Complaint("/top", f"A whole number from 0 to {MOST_TOP} is accepted."))
    return complaints


def check_fields(record: Mapping[str, Any], *, lists: Collection[str], settings: ServiceSettings, where: str) -> None:
    """Checks that every field of a record is plain and short enough, but for those that hold lists of facts.

    Parameters
    ----------
    record : mapping
        The record.
    lists : collection of str
        The fields that are read by others.
    settings : ServiceSettings
        How much is taken.
    where : str
        Its place, as a JSON Pointer.

    Raises
    ------
    InvalidRecordError
        If a field is not.
    """
    most = settings.max_string
    for name, value in record.items():
        if len(name) > most or (isinstance(value, str) and len(value) > most):
            detail = f"Names and texts of at most {most:,} characters are accepted."
            raise InvalidRecordError(where, step=step_of(name), detail=detail)
        if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
            detail = "A whole number of at most 64 bits is accepted."
            raise InvalidRecordError(where, step=step_of(name), detail=detail)
        if name not in lists and not isinstance(value, SCALARS):
            raise InvalidRecordError(where, step=step_of(name), detail="A text, number, boolean or null is accepted.")


def subject_in(record: Mapping[str, Any], name: str, *, where: str) -> str | None:
    """Reads the id of whom a record is about.

    Parameters
    ----------
    record : mapping
        The record.
    name : str
        The field, as "lead_id".
    where : str
        The record's place, as a JSON Pointer.

    Returns
    -------
    str or None
        None where it names nobody. Many systems number their subjects; 7 and "7" are the same.

    Raises
    ------
    InvalidRecordError
        If it cannot be an id.
    """
    value = record.get(name)
    if value is None:
        return None
    said = str(value) if type(value) is int and abs(value) <= LARGEST_WHOLE else value
    if not isinstance(said, str) or not 1 <= len(said) <= LONGEST_SUBJECT_ID or "\x00" in said:
        accepted = f"A text of 1 to {LONGEST_SUBJECT_ID} characters without NUL, or a whole number, is accepted."
        raise InvalidRecordError(where, step=name, detail=accepted)
    return said


def instant_in(value: object) -> datetime | None:
    """Reads ISO 8601 as an aware instant; one without an offset is UTC.

    Parameters
    ----------
    value : object
        As it was sent.

    Returns
    -------
    datetime or None
        None where it is no such text.

    Examples
    --------
    >>> instant_in("2026-03-01T12:00:00+08:00").isoformat()
    '2026-03-01T04:00:00+00:00'
    """
    if not isinstance(value, str) or not _is_instant(value):
        return None
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def step_of(name: str) -> str:
    """Writes a member's name as one step of a JSON Pointer, shortened where it is long.

    Parameters
    ----------
    name : str
        The name as it was sent.

    Returns
    -------
    str

    Examples
    --------
    >>> step_of("a/b~c")
    'a~1b~0c'
    """
    shown = name if len(name) <= LONGEST_NAME_SHOWN else name[:LONGEST_NAME_SHOWN] + "…"
    return shown.replace("~", "~0").replace("/", "~1")
