"""A model's track record from the ledger: one reading and one JSON shape for the service, the console and the CLI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from salescope.store.engine import Store
from salescope.store.judged_rows import (
    JUDGED_MODELS,
    LedgerCounts,
    judged_rows,
    ledger_counts,
    track_wish,
    waiting_chances,
)

if TYPE_CHECKING:
    from salescope.evaluation import EstimatedPerformance, TrackCell

__all__ = ["FEWEST_OUTCOMES", "LOOK_BACK", "ModelRecord", "RecordWish", "model_record"]

FEWEST_OUTCOMES = 10
LOOK_BACK = timedelta(days=365)
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWish:
    """Says which track record is wanted.

    Parameters
    ----------
    model : {"leads", "churn", "value", "payments"}
        Whose answers.
    since, until : datetime
        The period in which the truth came to be known, aware; ``until`` is now.
    period : {"month", "week", "all"}, default "month"
        How the time is cut.
    """

    model: str
    since: datetime
    until: datetime
    period: Literal["month", "week", "all"] = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """Holds how a model's answers came true.

    Parameters
    ----------
    wish : RecordWish
        What was asked.
    counts : LedgerCounts
        What there is to judge it by.
    judged : int
        Answers whose truth is known.
    cells : tuple of TrackCell
        By version and period.
    versions : tuple of TrackCell
        By version, all periods in one.
    bins : tuple of mapping
        Probability against rate over all judged answers, see `salescope.evaluation.reliability`.
    estimated_version : str or None
        The version that answered last.
    estimated : EstimatedPerformance or None
        What its newest answers let expect before any outcome; None where it told no probability in the last 30 days.
    """

    wish: RecordWish
    counts: LedgerCounts
    judged: int
    cells: tuple[TrackCell, ...]
    versions: tuple[TrackCell, ...]
    bins: tuple[Mapping[str, float], ...]
    estimated_version: str | None
    estimated: EstimatedPerformance | None

    @property
    def missing(self) -> int:
        """Counts the judged answers that are missing until calibration can be told."""
        return max(0, FEWEST_OUTCOMES - self.judged)

    @property
    def message(self) -> str:
        """Says in words what there is to judge by."""
        if not self.missing:
            return f"{self.judged:,} answers are judged by what happened."
        if not self.counts.answers:
            return "Nothing to judge yet: no answer about a named subject is in the ledger."
        told = (
            f"{'Little' if self.judged else 'Nothing'} to judge yet: of {self.counts.answers:,} answers in the ledger"
        )
        needed = f"the truth of {self.judged} is known, and of {self.missing} more it is needed."
        return f"{told} {needed} {self._remedy()}"

    def _remedy(self) -> str:
        if self.counts.last_outcome_at is None:
            return f"No outcome of any {JUDGED_MODELS[self.wish.model]} was sent: POST /v1/outcomes takes them."
        if self.counts.next_judged_at is None:
            return "POST /v1/outcomes takes what happened."
        if self.counts.next_judged_at > self.wish.until:
            return f"The next window closes on {self.counts.next_judged_at:%Y-%m-%d}."
        newest = f"the newest outcome that was sent is of {self.counts.last_outcome_at:%Y-%m-%d}"
        return f"Windows have closed since, but {newest}: send newer ones."

    def document(self) -> dict[str, Any]:
        """Gives the record as JSON values.

        Returns
        -------
        dict
            model, subject, since, until, period, answers, outcomes, judged, missing, message, last_outcome_at,
            next_judged_at, versions and cells (each version, period, start, n_rows, figures, reasons), reliability, and
            estimated (version, n_rows, level, figures, reasons, assumption, caveat) or None. Instants are ISO 8601 in
            UTC; a figure that cannot be told is None, and ``reasons`` says why.
        """
        estimated = None if self.estimated is None else {"version": self.estimated_version, **asdict(self.estimated)}
        return {
            "model": self.wish.model,
            "subject": JUDGED_MODELS[self.wish.model],
            "since": _iso(self.wish.since),
            "until": _iso(self.wish.until),
            "period": self.wish.period,
            "answers": self.counts.answers,
            "outcomes": self.counts.outcomes,
            "judged": self.judged,
            "missing": self.missing,
            "message": self.message,
            "last_outcome_at": _iso(self.counts.last_outcome_at),
            "next_judged_at": _iso(self.counts.next_judged_at),
            "versions": [_cell(cell) for cell in self.versions],
            "cells": [_cell(cell) for cell in self.cells],
            "reliability": [dict(row) for row in self.bins],
            "estimated": estimated,
        }


def model_record(store: Store, wish: RecordWish) -> ModelRecord:
    """Judges a model's answers by the outcomes that were sent.

    Parameters
    ----------
    store : Store
        Has the ledger and the outcomes.
    wish : RecordWish
        Which model, and which period.

    Returns
    -------
    ModelRecord

    Raises
    ------
    UnknownNameError
        If the model foretells nothing that an outcome could judge, or there is no such period.
    StoreUnavailableError
        If the database does not answer.

    Notes
    -----
    The baseline of the first answers is unknown until an outcome is, so their skill is, too. Each part is one query;
    an outcome that arrives between two of them may be in the counts and not among the rows.
    """
    # A service that nobody asks for a track record need not carry statsmodels.
    from salescope.evaluation import estimated_performance, track_record  # noqa: PLC0415

    asked = track_wish(store, model=wish.model, since=wish.since, until=wish.until)
    counts = ledger_counts(store, asked)
    rows = judged_rows(store, asked, counts=counts)
    recent = track_wish(store, model=wish.model, since=max(wish.since, wish.until - RECENT), until=wish.until)
    version, chances = waiting_chances(store, recent)
    return ModelRecord(
        wish=wish,
        counts=counts,
        judged=len(rows),
        cells=track_record(rows, period=wish.period) if len(rows) else (),
        versions=track_record(rows, period="all") if len(rows) else (),
        bins=_bins(rows),
        estimated_version=version,
        estimated=estimated_performance(chances) if len(chances) else None,
    )


def _bins(rows: pd.DataFrame) -> tuple[Mapping[str, float], ...]:
    from salescope.evaluation import reliability  # noqa: PLC0415

    known = rows[["probability", "y"]].dropna() if "y" in rows else pd.DataFrame()
    if not len(known):
        return ()
    table = reliability(known["y"].to_numpy(dtype=np.int64), known["probability"])
    return tuple({str(name): float(number) for name, number in row.items()} for row in table.to_dict("records"))


def _cell(cell: TrackCell) -> dict[str, Any]:
    told = asdict(cell)
    del told["model"]
    return told


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
