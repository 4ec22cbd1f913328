"""The track record: what was foretold beside what happened, as rows that monitoring judges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, exists, func, or_, select

from salescope.store.engine import Store
from salescope.store.outcomes import OUTCOME_KINDS, check_known
from salescope.store.tables import OUTCOMES, PREDICTIONS
from salescope.store.values import check_instant, check_text

__all__ = ["TRACK_COLUMNS", "TrackWish", "predictions_with_outcomes"]

FORETOLD = (
    "subject_id",
    "version",
    "at",
    "as_of",
    "probability",
    "score",
    "value",
    "value_low",
    "value_high",
    "horizon_days",
    "outcome_window_days",
)
TRACK_COLUMNS = ("prediction_id", *FORETOLD, "known_at", "outcome", "happened_at", "outcomes", "amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackWish:
    """Says which answers are to be judged, and by what.

    Parameters
    ----------
    model : str
        Whose answers.
    subject_kind : {"lead", "customer", "invoice"}
        What the model is about.
    kinds : sequence of str, default ()
        Only these outcomes count, as ``("ordered",)``; empty for every kind that the subject has.
    since, until : datetime
        The period in which the truth came to be known, aware; the end is not in it and lies in the past.
    version : str or None, default None
        Only answers of this version; None asks for all.

    Raises
    ------
    HostileValueError
        If there is no such subject or kind, or an instant is naive.

    Examples
    --------
    >>> january, march = (datetime.fromisoformat(day) for day in ("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"))
    >>> TrackWish(model="churn", subject_kind="customer", since=january, until=march).kinds
    ('ordered', 'left')
    """

    model: str
    subject_kind: str
    kinds: Sequence[str] = ()
    since: datetime
    until: datetime
    version: str | None = None

    def __post_init__(self) -> None:
        check_text(self.model, column="predictions.model", longest=120)
        if self.version is not None:
            check_text(self.version, column="predictions.version", longest=120)
        check_known(self.subject_kind, column="outcomes.subject_kind", accepted=OUTCOME_KINDS)
        for kind in self.kinds:
            check_known(kind, column="outcomes.kind", accepted=OUTCOME_KINDS[self.subject_kind])
        object.__setattr__(self, "kinds", tuple(self.kinds) or OUTCOME_KINDS[self.subject_kind])
        for name in ("since", "until"):
            object.__setattr__(self, name, check_instant(getattr(self, name), column=f"the track record's {name}"))


def predictions_with_outcomes(store: Store, wish: TrackWish, *, rows: int = 10_000) -> Iterator[dict[str, list[Any]]]:
    """Reads answers whose truth came to be known in a period, each with what happened.

    Parameters
    ----------
    store : Store
        Where the ledger and the outcomes are.
    wish : TrackWish
        Which are wanted.
    rows : int, default 10,000
        At most so many in a batch.

    Yields
    ------
    dict of str to list, shape (n_rows,) each
        `TRACK_COLUMNS`, ready for ``DataFrame(batch)`` or ``pyarrow.table(batch)``: first the answers with a window,
        then those without, each in the order in which the truth came to be known. ``known_at`` is when; ``outcome``
        and ``happened_at`` are of the first outcome that counts, None where nothing happened; ``outcomes`` is how many
        count, and ``amount`` their sum, None where none of them says one.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer.

    Notes
    -----
    **An answer with a window** (``outcome_window_days``, or else ``horizon_days``) is about [as_of, as_of + days): the
    outcomes count that happened in it. That nothing happened is known when it closes; open windows are left out. Of a
    subject with several answers whose windows close in the period the newest counts, so that nobody weighs more for
    being scored more often. An answer that was given after a tenth of its window is left out whatever happened: it may
    have known.

    **An answer without one** is about what comes next of its subject: it counts for the first outcome after it was
    given (after ``at``, and not before ``as_of``), and of several answers before that outcome the newest counts. A
    subject to which nothing has happened yet is open, and left out.

    So every truth is in one period only, and a period that has passed changes only by outcomes that arrive late.
    """
    parts = ((_windows(wish), _by_window), (_events(wish), _by_event))
    with store.reading() as connection:
        for query, told_by in parts:
            with connection.execute(query, execution_options={"yield_per": rows}) as result:
                told = told_by(result)
                while batch := list(islice(told, rows)):
                    yield dict(zip(TRACK_COLUMNS, map(list, zip(*batch, strict=True)), strict=True))


def _by_window(rows: Iterable[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    for _, group in groupby(rows, key=attrgetter("prediction_id")):
        pairs = list(group)
        yield _told(pairs[0], [pair for pair in pairs if pair.outcome is not None], known_at=pairs[0].judged_at)


def _by_event(rows: Iterable[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield _told(row, [row], known_at=row.happened_at)


def _told(foretold: Row[Any], happened: Sequence[Row[Any]], *, known_at: datetime) -> tuple[Any, ...]:
    first = happened[0] if happened else foretold
    amounts = [row.amount for row in happened if row.amount is not None]
    # Summed here and exactly: the sums of two databases differ in the last bit with the order that they add in.
    amount = math.fsum(amounts) if amounts or not happened else None
    said = (getattr(foretold, name) for name in FORETOLD)
    return (foretold.prediction_id, *said, known_at, first.outcome, first.happened_at, len(happened), amount)


def _windows(wish: TrackWish) -> Select[Any]:
    table = PREDICTIONS.c
    newest = func.row_number().over(
        partition_by=table.subject_id, order_by=(table.as_of.desc(), table.at.desc(), table.id.desc())
    )
    closed = (
        select(*_foretold(), table.judged_at, newest.label("place"))
        .where(*_asked(table, wish), table.judged_at >= wish.since, table.judged_at < wish.until)
        .subquery()
    )
    happened = OUTCOMES.c
    within = and_(
        *_counting(happened, wish),
        happened.subject_id == closed.c.subject_id,
        happened.happened_at >= closed.c.as_of,
        happened.happened_at < closed.c.judged_at,
    )
    return (
        select(closed, *_happened())
        .select_from(closed.outerjoin(OUTCOMES, within))
        .where(closed.c.place == 1)
        .order_by(closed.c.judged_at, closed.c.prediction_id, happened.happened_at, happened.id)
    )


def _events(wish: TrackWish) -> Select[Any]:
    happened = OUTCOMES.c
    answers = PREDICTIONS.alias("answers")
    last = (
        select(answers.c.id)
        .where(*_asked(answers.c, wish), answers.c.subject_id == happened.subject_id)
        .where(answers.c.outcome_window_days.is_(None), answers.c.horizon_days.is_(None))
        .where(answers.c.at < happened.happened_at, answers.c.as_of <= happened.happened_at)
        .where(~_settled(answers, wish))
        .order_by(answers.c.at.desc(), answers.c.id.desc())
        .limit(1)
        .correlate(OUTCOMES)
        .scalar_subquery()
    )
    return (
        select(*_foretold(), *_happened())
        .select_from(OUTCOMES.join(PREDICTIONS, PREDICTIONS.c.id == last))
        .where(*_counting(happened, wish))
        .where(happened.happened_at >= wish.since, happened.happened_at < wish.until)
        .order_by(happened.happened_at, happened.id)
    )


def _settled(answers: FromClause, wish: TrackWish) -> ColumnElement[bool]:
    """Says whether an earlier outcome than the one looked at is what an answer counts for."""
    happened, earlier = OUTCOMES.c, OUTCOMES.alias("earlier")
    is_earlier = or_(
        earlier.c.happened_at < happened.happened_at,
        and_(earlier.c.happened_at == happened.happened_at, earlier.c.id < happened.id),
    )
    return (
        exists()
        .where(*_counting(earlier.c, wish), earlier.c.subject_id == happened.subject_id, is_earlier)
        .where(earlier.c.happened_at > answers.c.at, earlier.c.happened_at >= answers.c.as_of)
        .correlate(OUTCOMES, answers)
    )


def _foretold() -> list[ColumnElement[Any]]:
    return [PREDICTIONS.c.id.label("prediction_id"), *(PREDICTIONS.c[name] for name in FORETOLD)]


def _happened() -> list[ColumnElement[Any]]:
    return [OUTCOMES.c.kind.label("outcome"), OUTCOMES.c.happened_at, OUTCOMES.c.amount]


def _asked(table: Any, wish: TrackWish) -> Iterable[ColumnElement[bool]]:  # noqa: ANN401
    yield table.model == wish.model
    if wish.version is not None:
        yield table.version == wish.version


def _counting(table: Any, wish: TrackWish) -> Iterable[ColumnElement[bool]]:  # noqa: ANN401
    yield table.subject_kind == wish.subject_kind
    yield table.kind.in_(wish.kinds)
