"""What a lead did before a moment: counts, recency and gaps of its events, the same for a frame and for one record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import DAY, NEVER, instant_of, word_of

__all__ = ["KIND_PREFIX", "EventLog", "behaviour_of", "event_kinds"]

WINDOWS = (7, 30, 90)
KIND_PREFIX = "events_of_"

Instants = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EventLog:
    """Holds events beside the rows they belong to.

    Parameters
    ----------
    row : ndarray of int64, shape (n_events,)
        The position of the event's lead among the rows.
    at : ndarray of int64, shape (n_events,)
        When it happened, in nanoseconds since 1970, naive.
    kind, channel : ndarray of str, shape (n_events,)
        What happened and by which way; an empty string is unknown.
    """

    row: Instants
    at: Instants
    kind: npt.NDArray[Any]
    channel: npt.NDArray[Any]

    @classmethod
    def from_frame(cls, events: pd.DataFrame, *, lead_ids: pd.Series) -> EventLog:
        """Reads the table ``lead_events``; events of other leads or without a time are left out.

        Parameters
        ----------
        events : DataFrame, shape (n_events, n_columns)
            With "lead_id" and "at", and "kind" and "channel" where known.
        lead_ids : Series, shape (n_rows,)
            The leads in the order of the rows; each stands there once.

        Returns
        -------
        EventLog
        """
        row = pd.Index(lead_ids).get_indexer(pd.Index(events["lead_id"]))
        at = events["at"].to_numpy(dtype="datetime64[ns]")
        kept = (row >= 0) & ~np.isnat(at)
        words = [
            _words(events[name] if name in events.columns else [None] * len(events))[kept]
            for name in ("kind", "channel")
        ]
        return cls(row[kept].astype(np.int64), at[kept].astype(np.int64), *words)

    @classmethod
    def from_records(cls, histories: Sequence[Iterable[Mapping[str, Any]]]) -> EventLog:
        """Reads each row's own list of events, as a request carries it.

        Parameters
        ----------
        histories : sequence of iterables of mappings, shape (n_rows,)
            Events with "at", and "kind" and "channel" where known.

        Returns
        -------
        EventLog
        """
        listed = [(row, event, instant_of(event.get("at"))) for row, events in enumerate(histories) for event in events]
        timed = [(row, event, at) for row, event, at in listed if at != NEVER]
        return cls(
            np.array([row for row, _, _ in timed], dtype=np.int64),
            np.array([at for _, _, at in timed], dtype=np.int64),
            _words([event.get("kind") for _, event, _ in timed]),
            _words([event.get("channel") for _, event, _ in timed]),
        )

    def before(self, as_of: Instants) -> EventLog:
        """Keeps the events strictly before their row's moment.

        Parameters
        ----------
        as_of : ndarray of int64, shape (n_rows,)
            Nanoseconds since 1970, naive.

        Returns
        -------
        EventLog
        """
        kept = self.at < as_of[self.row]
        return EventLog(self.row[kept], self.at[kept], self.kind[kept], self.channel[kept])


def event_kinds(columns: Iterable[str]) -> tuple[str, ...]:
    """Finds the kinds of event that behaviour columns count.

    Parameters
    ----------
    columns : iterable of str
        Names of columns.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> event_kinds(["source", "events_of_call", "events_7d"])
    ('call',)
    """
    return tuple(name.removeprefix(KIND_PREFIX) for name in columns if name.startswith(KIND_PREFIX))


def behaviour_of(log: EventLog, *, as_of: Instants, kinds: Sequence[str] | None = None) -> dict[str, npt.NDArray[Any]]:
    """Computes the behaviour of every row before its moment.

    Parameters
    ----------
    log : EventLog
        Events of the rows, in any order, later ones too.
    as_of : ndarray of int64, shape (n_rows,)
        The moments, in nanoseconds since 1970; events at or after them are not looked at.
    kinds : sequence of str, optional
        The kinds of event to count; by default those that happened before the moments.

    Returns
    -------
    dict of str to ndarray, shape (n_rows,)
        ``events_total``; ``events_7d``, ``events_30d`` and ``events_90d``, those in the days up to the moment;
        ``event_kinds`` and ``event_channels``, how many different ones; ``days_since_first_event``,
        ``days_since_last_event`` and ``days_between_events``, NaN where there are too few; ``last_event_kind`` and
        ``last_event_channel``, None where there is none; ``events_of_<kind>`` for every kind.
    """
    past = log.before(as_of)
    rows = len(as_of)
    total = _count(past.row, rows)
    columns: dict[str, npt.NDArray[Any]] = {"events_total": total}
    for days in WINDOWS:
        recent = past.at >= as_of[past.row] - days * DAY
        columns[f"events_{days}d"] = _count(past.row[recent], rows)
    columns["event_kinds"] = _different(past.row, past.kind, rows=rows)
    columns["event_channels"] = _different(past.row, past.channel, rows=rows)
    columns |= _recency(past, as_of=as_of, total=total)
    columns["last_event_kind"] = _latest(past, past.kind, rows=rows)
    columns["last_event_channel"] = _latest(past, past.channel, rows=rows)
    for kind in sorted(set(past.kind.tolist()) - {""}) if kinds is None else kinds:
        columns[KIND_PREFIX + kind] = _count(past.row[past.kind == kind], rows)
    return columns


def _words(values: Iterable[object]) -> npt.NDArray[Any]:
    return np.array([word_of(value) or "" for value in values], dtype=object)


def _count(row: Instants, rows: int) -> npt.NDArray[np.float64]:
    return np.bincount(row, minlength=rows).astype(np.float64)


def _different(row: Instants, word: npt.NDArray[Any], *, rows: int) -> npt.NDArray[np.float64]:
    pairs = {(position, said) for position, said in zip(row.tolist(), word.tolist(), strict=True) if said}
    return _count(np.array([position for position, _ in pairs], dtype=np.int64), rows)


def _recency(past: EventLog, *, as_of: Instants, total: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[Any]]:
    first, last = np.full(len(as_of), np.iinfo(np.int64).max), np.full(len(as_of), NEVER)
    np.minimum.at(first, past.row, past.at)
    np.maximum.at(last, past.row, past.at)
    some, several = total > 0, total > 1
    # Differences of whole nanoseconds are exact; one division makes them days.
    since_first = np.where(some, as_of - np.where(some, first, as_of), 0) / DAY
    since_last = np.where(some, as_of - np.where(some, last, as_of), 0) / DAY
    between = np.where(several, last - np.where(several, first, last), 0) / DAY / np.maximum(total - 1, 1)
    return {
        "days_since_first_event": np.where(some, since_first, np.nan),
        "days_since_last_event": np.where(some, since_last, np.nan),
        "days_between_events": np.where(several, between, np.nan),
    }


def _latest(past: EventLog, word: npt.NDArray[Any], *, rows: int) -> npt.NDArray[Any]:
    answer: list[tuple[int, str] | None] = [None] * rows
    for row, at, said in zip(past.row.tolist(), past.at.tolist(), word.tolist(), strict=True):
        # Of events at one instant the last word in the alphabet counts, whatever the order they came in.
        if said and (answer[row] is None or (at, said) > answer[row]):
            answer[row] = (at, said)
    return np.array([found and found[1] for found in answer], dtype=object)
