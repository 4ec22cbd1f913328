"""The ledger: every answer that a model gave, and what it last said about the same subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select

from salescope.store.engine import Store
from salescope.store.errors import HostileValueError
from salescope.store.reasons import LONGEST_REASONS
from salescope.store.tables import LONGEST_ID, PREDICTIONS
from salescope.store.values import LARGEST_VALUE, check_instant, check_number, check_text, check_whole

__all__ = ["LONGEST_SUBJECT_ID", "Prediction", "latest_scores", "record_predictions"]

LONGEST_SUBJECT_ID = LONGEST_ID
MOST_DAYS = 36_500
# SQLite counts at most 32,766 variables in a statement.
MOST_IDS_A_QUERY = 10_000
# An answer that came later into its window than this part of it may have known what it foretold.
LATEST = 10
VALUES = ("value", "value_low", "value_high")
DAYS = ("horizon_days", "outcome_window_days")
NO_VALUE = (None,) * 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Is one line of the ledger: what one model said about one lead, customer or invoice.

    Parameters
    ----------
    subject_id : str or None
        The lead, customer or invoice, as the model is about: 1 to 200 characters; None where the caller named none.
    model, version, digest : str
        The registered model, its version and the SHA-256 of its bundle's manifest.
    probability : float or None
        The calibrated chance, 0 to 1; None only beside a value.
    score : int or None
        1 to 100.
    grade : str or None
        A to D.
    value : float or None, default None
        The expected money, orders or days, as the model says it.
    value_low, value_high : float or None, default None
        Its interval; both or neither. The value may lie outside: a mean does where few customers bring most.
    horizon_days : int or None, default None
        The days after ``as_of`` that the value is expected in.
    outcome_window_days : int or None, default None
        The days after ``as_of`` that the chance is about; None where it is about whatever comes of the subject.
    as_of : datetime
        The instant the features look back from, aware.
    request_id : str
        The call that it was the answer to.
    at : datetime
        The instant of the answer, aware.
    reasons : str or None, default None
        Its strongest reasons as `encode_reasons` writes them; None where the caller asked for none.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged, or the line answers nothing.

    Examples
    --------
    >>> noon = datetime.fromisoformat("2026-03-01T12:00:00Z")
    >>> line = Prediction(
    ...     subject_id="C-7",
    ...     model="value",
    ...     version="3",
    ...     digest="ab" * 32,
    ...     value=410.0,
    ...     value_low=90.0,
    ...     value_high=820.0,
    ...     horizon_days=365,
    ...     as_of=noon,
    ...     request_id="night",
    ...     at=noon,
    ... )
    >>> line.judged_at.isoformat()
    '2027-03-01T12:00:00+00:00'
    """

    subject_id: str | None
    model: str
    version: str
    digest: str
    probability: float | None = None
    score: int | None = None
    grade: str | None = None
    value: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    horizon_days: int | None = None
    outcome_window_days: int | None = None
    as_of: datetime
    request_id: str
    at: datetime
    reasons: str | None = None

    def __post_init__(self) -> None:
        if self.subject_id is not None:
            check_text(self.subject_id, column="predictions.subject_id", longest=LONGEST_SUBJECT_ID)
        check_text(self.model, column="predictions.model", longest=120)
        check_text(self.version, column="predictions.version", longest=120)
        check_text(self.digest, column="predictions.digest", longest=64)
        check_text(self.request_id, column="predictions.request_id", longest=64)
        if self.reasons is not None:
            check_text(self.reasons, column="predictions.reasons", longest=LONGEST_REASONS)
        object.__setattr__(self, "as_of", check_instant(self.as_of, column="predictions.as_of"))
        object.__setattr__(self, "at", check_instant(self.at, column="predictions.at"))
        self._check_chance()
        # A lead's line has none of these, and there are a thousand of them in a call.
        told = (self.value, self.value_low, self.value_high, self.horizon_days, self.outcome_window_days)
        if told != NO_VALUE:
            self._check_value()

    @property
    def judged_at(self) -> datetime | None:
        """Is the instant from which its window has closed.

        None where that never comes: it has no window, no subject to look for, or it was given so late in its window
        (after a tenth of it) that it may have known what happened; nor does the year 10000 come.
        """
        days = self.horizon_days if self.outcome_window_days is None else self.outcome_window_days
        if days is None or self.subject_id is None:
            return None
        window = timedelta(days=days)
        try:
            return self.as_of + window if self.at <= self.as_of + window / LATEST else None
        except OverflowError:
            return None

    def _check_chance(self) -> None:
        if self.probability is not None:
            check_number(self.probability, column="predictions.probability", lowest=0, highest=1)
        elif self.value is None:
            raise HostileValueError(
                "predictions.probability", problem="is missing", accepted="a probability or a value"
            )
        if self.score is not None:
            check_whole(self.score, column="predictions.score", lowest=1, highest=100)
        if self.grade is not None:
            check_text(self.grade, column="predictions.grade", longest=1)

    def _check_value(self) -> None:
        for name in VALUES:
            number = getattr(self, name)
            if number is not None:
                check_number(number, column=f"predictions.{name}", lowest=-LARGEST_VALUE, highest=LARGEST_VALUE)
        for name in DAYS:
            days = getattr(self, name)
            if days is not None:
                check_whole(days, column=f"predictions.{name}", lowest=1, highest=MOST_DAYS)
        self._check_interval()

    def _check_interval(self) -> None:
        low, high = self.value_low, self.value_high
        if (low is None) != (high is None) or (low is not None and high is not None and low > high):
            raise HostileValueError(
                "predictions.value_low", problem="does not fit to value_high", accepted="both ends or neither, in order"
            )


SOMETIMES = (*VALUES, *DAYS, "judged_at")
ALWAYS = tuple(field.name for field in fields(Prediction) if field.name not in SOMETIMES)


def latest_scores(connection: Connection, subject_ids: Iterable[str], *, model: str) -> dict[str, int]:
    """Looks up the newest score of each subject.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        From `Store.reading` or `Store.writing`.
    subject_ids : iterable of str
        The leads, customers or invoices; repeats are looked up once.
    model : str
        Only this model's answers count: scores of different models are not comparable.

    Returns
    -------
    dict of str to int
        Subjects that were never scored are absent.
    """
    wanted = sorted(set(subject_ids))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), MOST_IDS_A_QUERY):
        found |= _newest(connection, wanted[start : start + MOST_IDS_A_QUERY], model=model)
    return found


def _newest(connection: Connection, subject_ids: Sequence[str], *, model: str) -> dict[str, int]:
    table = PREDICTIONS.c
    newest_first = func.row_number().over(partition_by=table.subject_id, order_by=(table.at.desc(), table.id.desc()))
    ranked = (
        select(table.subject_id, table.score, newest_first.label("place"))
        .where(table.model == model, table.subject_id.in_(subject_ids), table.score.is_not(None))
        .subquery()
    )
    rows = connection.execute(select(ranked.c.subject_id, ranked.c.score).where(ranked.c.place == 1))
    return {row.subject_id: row.score for row in rows}


def record_predictions(store: Store, batches: Sequence[Sequence[Prediction]]) -> list[dict[str, int]]:
    """Writes several calls' answers in one commit.

    Parameters
    ----------
    store : Store
        Where the ledger is.
    batches : sequence of sequence of Prediction
        One batch a call, in the order the calls were answered; a batch is of one model.

    Returns
    -------
    list of dict of str to int, shape (n_batches,)
        For each call the score each of its subjects had before that call; subjects never scored are absent.

    Raises
    ------
    StoreUnavailableError
        If the database does not take them; then none is kept.
    """
    lines = [line for batch in batches for line in batch]
    # Of a thousand leads none has a value or a window: what no line has need not go through the driver.
    columns = [*ALWAYS, *(name for name in SOMETIMES if any(getattr(line, name) is not None for line in lines))]
    with store.writing() as connection:
        before = _scores_before(connection, batches)
        if lines:
            # Not asdict: it copies every value deeply, which costs more than the database does.
            rows = [{name: getattr(line, name) for name in columns} for line in lines]
            connection.execute(insert(PREDICTIONS), rows)
    return before


def _scores_before(connection: Connection, batches: Sequence[Sequence[Prediction]]) -> list[dict[str, int]]:
    wanted: dict[str, set[str]] = {}
    for line in (line for batch in batches for line in batch):
        if line.subject_id is not None and line.score is not None:
            wanted.setdefault(line.model, set()).add(line.subject_id)
    known = {model: latest_scores(connection, ids, model=model) for model, ids in wanted.items()}
    answers = []
    for batch in batches:
        scored = [
            (line.model, line.subject_id, line.score)
            for line in batch
            if line.subject_id is not None and line.score is not None
        ]
        answers.append({subject: known[model][subject] for model, subject, _ in scored if subject in known[model]})
        # A later call of the same commit must see this one's answer, as it would have after a commit of its own.
        for model, subject, score in scored:
            known[model][subject] = score
    return answers
