"""Reading a call of ``/v1/leads:score``: its records one by one, with what leads did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salescope.service.errors import InvalidLeadError, InvalidRecordError
from salescope.service.record_call import INSTANTS_ACCEPTED, check_fields, instant_in, read_options, subject_in
from salescope.service.settings import ServiceSettings

__all__ = ["Lead", "LeadCall", "read_lead_call"]

EVENT_MEMBERS = frozenset({"at", "kind", "channel"})


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
    options = read_options(body, settings=settings, now=now)
    call = LeadCall(options.as_of, options.language, options.top, [])
    reader = _RecordReader(settings, options.as_of, call.counts)
    call.leads.extend(reader.read(record, at=position) for position, record in enumerate(options.records))
    return call


@dataclass(frozen=True, slots=True)
class _RecordReader:
    settings: ServiceSettings
    as_of: datetime
    counts: Counter[str]

    def read(self, record: object, *, at: int) -> Lead | InvalidLeadError:
        try:
            return self._lead(record, where=f"/records/{at}")
        except InvalidRecordError as error:
            refused = InvalidLeadError(error.pointer, detail=error.detail)
            refused.subject_id = _known_id(record)
            return refused

    def _lead(self, record: object, *, where: str) -> Lead:
        if not isinstance(record, dict):
            raise InvalidRecordError(where, detail="An object with the lead's fields is accepted.")
        if len(record) > self.settings.max_fields:
            raise InvalidRecordError(where, detail=f"At most {self.settings.max_fields} fields are accepted.")
        lead_id = subject_in(record, "lead_id", where=where)
        as_of = self.as_of if record.get("as_of") is None else instant_in(record["as_of"])
        if as_of is None:
            raise InvalidRecordError(where, step="as_of", detail=INSTANTS_ACCEPTED)
        values = dict(record)
        values["as_of"] = as_of.replace(tzinfo=None)
        if values.get("events") is not None:
            values["events"] = self._events(values["events"], as_of=as_of, where=f"{where}/events")
        check_fields(record, lists=("events",), settings=self.settings, where=where)
        return Lead(lead_id, as_of, values)

    def _events(self, events: object, *, as_of: datetime, where: str) -> list[dict[str, Any]]:
        most = self.settings.max_events
        if not isinstance(events, list) or len(events) > most:
            raise InvalidRecordError(where, detail=f"An array of at most {most:,} events is accepted.")
        read = [self._event(event, where=f"{where}/{position}") for position, event in enumerate(events)]
        self.counts["late_events"] += sum(event["at"] >= as_of.replace(tzinfo=None) for event in read)
        return read

    def _event(self, event: object, *, where: str) -> dict[str, Any]:
        if not isinstance(event, dict):
            raise InvalidRecordError(where, detail="An object with `at`, `kind` and `channel` is accepted.")
        at = instant_in(event.get("at"))
        if at is None:
            raise InvalidRecordError(where, step="at", detail=INSTANTS_ACCEPTED)
        for name in ("kind", "channel"):
            value = event.get(name)
            if value is not None and (not isinstance(value, str) or len(value) > self.settings.max_string):
                raise InvalidRecordError(where, step=name, detail="A text or null is accepted.")
        self.counts["unknown_event_members"] += len(event.keys() - EVENT_MEMBERS)
        return {"at": at.replace(tzinfo=None), "kind": event.get("kind"), "channel": event.get("channel")}


def _known_id(record: object) -> str | None:
    """Gives the id of a record that was refused, so that its problem can be told from the others'."""
    try:
        return subject_in(record, "lead_id", where="") if isinstance(record, dict) else None
    except InvalidRecordError:
        return None
