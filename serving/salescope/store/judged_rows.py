"""Answers of one model with what came of them, as the frame that the track record judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, func, select

from salescope.frames.errors import UnknownNameError
from salescope.store.engine import Store
from salescope.store.tables import OUTCOMES, PREDICTIONS
from salescope.store.track import TrackWish, predictions_with_outcomes

__all__ = ["JUDGED_MODELS", "LedgerCounts", "judged_rows", "ledger_counts", "track_wish", "waiting_chances"]

JUDGED_MODELS: Mapping[str, str] = {"leads": "lead", "churn": "customer", "value": "customer", "payments": "invoice"}
ORDERED, LEFT = ("ordered",), ("left",)
DAY = np.timedelta64(1, "D")
MEANINGS = ("probability", "value", "value_low", "value_high")
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCounts:
    """Says what there is to judge a model by.

    Parameters
    ----------
    answers : int
        Answers in the ledger about a named subject.
    outcomes : int
        Outcomes that were sent of such subjects and count for the model.
    last_outcome_at : datetime or None
        When the newest outcome of any kind happened to such a subject, aware.
    next_judged_at : datetime or None
        When the next window closes of which the truth is not known yet, aware; None where no window is open.
    """

    answers: int
    outcomes: int
    last_outcome_at: datetime | None
    next_judged_at: datetime | None


def track_wish(store: Store, *, model: str, since: datetime, until: datetime) -> TrackWish:
    """Says which outcomes judge a model.

    Parameters
    ----------
    store : Store
        Has the outcomes that were sent.
    model : {"leads", "churn", "value", "payments"}
        Whose answers.
    since, until : datetime
        The period in which the truth came to be known, aware.

    Returns
    -------
    TrackWish

    Raises
    ------
    UnknownNameError
        If what the model says is no forecast that an outcome could judge.

    Notes
    -----
    Who sends that customers left has contracts, and then only that says who left; else no order within the window does.
    """
    if model not in JUDGED_MODELS:
        raise UnknownNameError(model, what="model", where="the track record", accepted=list(JUDGED_MODELS))
    subject_kind = JUDGED_MODELS[model]
    wish = TrackWish(model=model, subject_kind=subject_kind, since=since, until=until)
    if subject_kind != "customer":
        return wish
    with store.reading() as connection:
        query = select(OUTCOMES.c.id).where(OUTCOMES.c.subject_kind == "customer", OUTCOMES.c.kind == "left")
        contractual = model == "churn" and connection.execute(query.limit(1)).first() is not None
    return replace(wish, kinds=LEFT if contractual else ORDERED)


def ledger_counts(store: Store, wish: TrackWish) -> LedgerCounts:
    """Counts what there is to judge a model by, whatever the period.

    Parameters
    ----------
    store : Store
        Has the ledger and the outcomes.
    wish : TrackWish
        From `track_wish`.

    Returns
    -------
    LedgerCounts
    """
    told, happened = PREDICTIONS.c, OUTCOMES.c
    of_subject = happened.subject_kind == wish.subject_kind
    with store.reading() as connection:
        last = connection.execute(select(func.max(happened.happened_at)).where(of_subject)).scalar_one()
        counting = select(func.count()).where(of_subject, happened.kind.in_(wish.kinds))
        still_open = [told.judged_at > last] if last is not None else []
        closing = select(func.min(told.judged_at)).where(told.model == wish.model, *still_open)
        return LedgerCounts(
            answers=connection.execute(select(func.count()).where(*_named(wish))).scalar_one(),
            outcomes=connection.execute(counting).scalar_one(),
            last_outcome_at=last,
            next_judged_at=connection.execute(closing).scalar_one(),
        )


def judged_rows(store: Store, wish: TrackWish, *, counts: LedgerCounts) -> pd.DataFrame:
    """Reads answers with what came of them.

    Parameters
    ----------
    store : Store
        Has the ledger and the outcomes.
    wish : TrackWish
        From `track_wish`.
    counts : LedgerCounts
        From `ledger_counts`.

    Returns
    -------
    DataFrame, shape (n_answers, n_columns)
        For `salescope.evaluation.track_record`: model, version, as_of, known_at, and where answers had them probability
        with y (0, 1 or NaN), value with actual, value_low and value_high.

    Notes
    -----
    ``y`` is 1 for a lead that was won, a customer that left (see `track_wish`; for ``value``, one that ordered), an
    invoice that was not paid within its window. ``actual`` is the money of a lead that was won, the money that a
    customer ordered within the window, the days from ``as_of`` to the payment of an invoice.

    **Silence is a truth only as far as outcomes reach**: a window that closed after the newest outcome that was sent
    of any such subject is left out, for its outcomes may not have been sent yet.
    """
    frames = [pd.DataFrame(columns=["version", "as_of", "known_at", *MEANINGS])]
    if counts.last_outcome_at is not None:
        known = replace(wish, until=min(wish.until, counts.last_outcome_at + INSTANT))
        frames = [pd.DataFrame(batch) for batch in predictions_with_outcomes(store, known)] or frames
    rows = pd.concat(frames, ignore_index=True)
    told = rows[["version", "as_of", "known_at"]].assign(model=wish.model)
    for name in MEANINGS:
        if rows[name].notna().any():
            told[name] = rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
    if "probability" in told:
        told["y"] = _happened(rows, wish)
    if "value" in told:
        told["actual"] = _amounts(rows, wish)
    return told


def waiting_chances(store: Store, wish: TrackWish) -> tuple[str | None, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Gives the newest probabilities of the version that answered last, whose truth is not looked at.

    Parameters
    ----------
    store : Store
        Has the ledger.
    wish : TrackWish
        Whose answers, and since when they were given.

    Returns
    -------
    version : str or None
        None where no probability was told since.
    probabilities : ndarray of float64, shape (n_subjects,)
        The last one of each subject, by subject.
    """
    table = PREDICTIONS.c
    told = (*_named(wish), table.probability.is_not(None), table.at >= wish.since, table.at < wish.until)
    newest = func.row_number().over(partition_by=table.subject_id, order_by=(table.at.desc(), table.id.desc()))
    with store.reading() as connection:
        last = select(table.version).where(*told).order_by(table.at.desc(), table.id.desc()).limit(1)
        version = connection.execute(last).scalar_one_or_none()
        ranked = select(table.subject_id, table.probability, newest.label("place"))
        ranked_rows = ranked.where(*told, table.version == (version or "")).subquery()
        query = select(ranked_rows.c.probability).where(ranked_rows.c.place == 1).order_by(ranked_rows.c.subject_id)
        return version, np.fromiter(connection.execute(query).scalars(), dtype=np.float64)


def _named(wish: TrackWish) -> tuple[ColumnElement[bool], ...]:
    return PREDICTIONS.c.model == wish.model, PREDICTIONS.c.subject_id.is_not(None)


def _happened(rows: pd.DataFrame, wish: TrackWish) -> pd.Series:
    if wish.model == "leads":
        happened = rows["outcome"].eq("won")
    elif wish.model == "value" or wish.kinds == LEFT:
        happened = rows["outcome"].notna()
    else:
        happened = rows["outcome"].isna()
    # What has no window and is judged by its only event tells nothing of whether that comes.
    has_window = rows["outcome_window_days"].notna() | rows["horizon_days"].notna()
    return happened.astype(np.float64).where(has_window | (wish.model == "leads"))


def _amounts(rows: pd.DataFrame, wish: TrackWish) -> pd.Series:
    if wish.model == "payments":
        has_window = rows["outcome_window_days"].notna() | rows["horizon_days"].notna()
        days = (pd.to_datetime(rows["happened_at"], utc=True) - pd.to_datetime(rows["as_of"], utc=True)) / DAY
        # Within a window only what was paid in time has a day: their mean would be too short.
        return days.where(~has_window)
    amounts = pd.Series(rows["amount"].to_numpy(dtype=np.float64, na_value=np.nan), index=rows.index)
    return amounts.mask(rows["outcome"].eq("lost"), 0.0)
