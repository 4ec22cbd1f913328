"""Reading a call of ``/v1/leads:score``: its options, and its records one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import nsmallest
from typing import Any

from salescope.frames.nearest import nearest_name
from salescope.scoring.wording import LANGUAGES
from salescope.service.errors import Complaint, InvalidLeadError, RequestShapeError
from salescope.service.settings import ServiceSettings
from salescope.store import LONGEST_SUBJECT_ID

__all__ = ["DEFAULT_TOP", "INSTANT_PATTERN", "LONGEST_NAME_SHOWN", "MOST_TOP", "Lead", "LeadCall", "read_lead_call"]

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
EVENT_MEMBERS = frozenset({"at", "kind", "channel"})
MOST_TOP = 20
DEFAULT_TOP = 5
MOST_COMPLAINTS = 5
LARGEST_WHOLE = 2**63 - 1
LONGEST_NAME_SHOWN = 60
SCALARS = (str, bool, int, float, type(None))
_is_instant = re.compile(INSTANT_PATTERN.removesuffix("$") + r"\Z").match


@dataclass(frozen=True, slots=True)
class Lead:
    """Is one record that can be scored.

    Parameters
    ----------
    lead_id : str or None
        The caller's id.
    as_of : datetime
        The instant its features look back from, aware.
    values : dict
        What the scorer reads: attributes, "events" where given, and "as_of" as naive UTC.
    """

    lead_id: str | None
    as_of: datetime
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LeadCall:
    """Is one call, as far as it could be read.

    Parameters
    ----------
    as_of : datetime
        The instant for records that name none, aware.
    language : str
        The language of the reasons.
    top : int
        How many reasons of each direction.
    leads : list of Lead or InvalidLeadError, shape (n_records,)
        In the order they were sent.
    counts : Counter
        ``late_events`` at or after their lead's ``as_of``, and ``unknown_event_members``.
    """

    as_of: datetime
    language: str
    top: int
    leads: list[Lead | InvalidLeadError]
    counts: Counter[str] = field(default_factory=Counter)


def read_lead_call(body: object, *, settings: ServiceSettings, now: datetime) -> LeadCall:
    """Reads a decoded body; a record that cannot be scored becomes an error in its place.

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
    LeadCall

    Raises
    ------
    RequestShapeError
        If the body is no such call at all: no records, too many, an unknown option.
    """
    if not isinstance(body, dict):
        raise RequestShapeError([Complaint("", "An object with the member `records` is accepted.")])
    complaints = [*_unknown_members(body), *_complaints(body, most=settings.max_records)]
    as_of = now if "as_of" not in body else _instant(body["as_of"])
    if as_of is None:
        complaints.append(Complaint("/as_of", INSTANTS_ACCEPTED))
    if complaints or as_of is None:
        raise RequestShapeError(complaints)
    call = LeadCall(as_of, body.get("language", "en"), int(body.get("top", DEFAULT_TOP)), [])
    reader = _RecordReader(settings, as_of, call.counts)
    call.leads.extend(reader.read(record, at=position) for position, record in enumerate(body["records"]))
    return call


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


@dataclass(frozen=True, slots=True)
class _RecordReader:
    settings: ServiceSettings
    as_of: datetime
    counts: Counter[str]

    def read(self, record: object, *, at: int) -> Lead | InvalidLeadError:
        try:
            return self._lead(record, where=f"/records/{at}")
        except InvalidLeadError as error:
            error.lead_id = _known_id(record)
            return error

    def _lead(self, record: object, *, where: str) -> Lead:
        if not isinstance(record, dict):
            raise InvalidLeadError(where, detail="An object with the lead's fields is accepted.")
        if len(record) > self.settings.max_fields:
            raise InvalidLeadError(where, detail=f"At most {self.settings.max_fields} fields are accepted.")
        lead_id = _lead_id(record.get("lead_id"), where=where)
        as_of = self.as_of if record.get("as_of") is None else _instant(record["as_of"])
        if as_of is None:
            raise InvalidLeadError(where, step="as_of", detail=INSTANTS_ACCEPTED)
        values = dict(record)
        values["as_of"] = as_of.replace(tzinfo=None)
        if values.get("events") is not None:
            values["events"] = self._events(values["events"], as_of=as_of, where=f"{where}/events")
        for name, value in record.items():
            self._check_field(name, value, where=where)
        return Lead(lead_id, as_of, values)

    def _check_field(self, name: str, value: object, *, where: str) -> None:
        most = self.settings.max_string
        if len(name) > most or (isinstance(value, str) and len(value) > most):
            detail = f"Names and texts of at most {most:,} characters are accepted."
            raise InvalidLeadError(where, step=step_of(name), detail=detail)
        if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
            raise InvalidLeadError(where, step=step_of(name), detail="A whole number of at most 64 bits is accepted.")
        if name != "events" and not isinstance(value, SCALARS):
            raise InvalidLeadError(where, step=step_of(name), detail="A text, number, boolean or null is accepted.")

    def _events(self, events: object, *, as_of: datetime, where: str) -> list[dict[str, Any]]:
        most = self.settings.max_events
        if not isinstance(events, list) or len(events) > most:
            raise InvalidLeadError(where, detail=f"An array of at most {most:,} events is accepted.")
        read = [self._event(event, where=f"{where}/{position}") for position, event in enumerate(events)]
        self.counts["late_events"] += sum(event["at"] >= as_of.replace(tzinfo=None) for event in read)
        return read

    def _event(self, event: object, *, where: str) -> dict[str, Any]:
        if not isinstance(event, dict):
            raise InvalidLeadError(where, detail="An object with `at`, `kind` and `channel` is accepted.")
        at = _instant(event.get("at"))
        if at is None:
            raise InvalidLeadError(where, step="at", detail=INSTANTS_ACCEPTED)
        for name in ("kind", "channel"):
            value = event.get(name)
            if value is not None and (not isinstance(value, str) or len(value) > self.settings.max_string):
                raise InvalidLeadError(where, step=name, detail="A text or null is accepted.")
        self.counts["unknown_event_members"] += len(event.keys() - EVENT_MEMBERS)
        return {"at": at.replace(tzinfo=None), "kind": event.get("kind"), "channel": event.get("channel")}


def _lead_id(value: object, *, where: str) -> str | None:
    if value is None:
        return None
    # Many systems number their leads; 7 and "7" are the same lead.
    said = str(value) if type(value) is int and abs(value) <= LARGEST_WHOLE else value
    if not isinstance(said, str) or not 1 <= len(said) <= LONGEST_SUBJECT_ID or "\x00" in said:
        accepted = f"A text of 1 to {LONGEST_SUBJECT_ID} characters without NUL, or a whole number, is accepted."
        raise InvalidLeadError(where, step="lead_id", detail=accepted)
    return said


def _known_id(record: object) -> str | None:
    """Gives the id of a record that was refused, so that its problem can be told from the others'."""
    try:
        return _lead_id(record.get("lead_id"), where="") if isinstance(record, dict) else None
    except InvalidLeadError:
        return None


def _instant(value: object) -> datetime | None:
    """Reads ISO 8601 as an aware instant; one without an offset is UTC."""
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
