"""Point-in-time features of leads, and the snapshots a scorer learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.behaviour import EventLog, behaviour_of
from salescope.features.cells import DAY, NEVER, instant_of
from salescope.frames.errors import MissingColumnError

__all__ = ["lead_features", "lead_snapshots", "record_features"]

Moment = datetime | pd.Timestamp | str
# Known only after the outcome, as the contract says.
OUTCOME = ("outcome", "outcome_at", "amount")


def lead_features(
    leads: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    as_of: Moment | pd.Series,
    kinds: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Describes leads as they were known at a moment: their attributes and what they did strictly before it.

    Parameters
    ----------
    leads : DataFrame, shape (n_rows, n_columns)
        The contract's table ``leads``; it is not changed.
    events : DataFrame, shape (n_events, n_columns), optional
        The contract's table ``lead_events``, in any order, later events too.
    as_of : datetime, str or Series of shape (n_rows,)
        The moment, naive; or one a lead, in the order of ``leads``.
    kinds : sequence of str, optional
        The kinds of event to count; by default those seen before the moments. Give those of training when scoring.

    Returns
    -------
    DataFrame, shape (n_rows, n_features)
        The attributes without the outcome, "as_of", "days_since_created", and with ``events`` the columns of
        `salescope.features.behaviour.behaviour_of`; the index is that of ``leads``.

    Raises
    ------
    MissingColumnError
        When there are events but no "lead_id".

    Notes
    -----
    Attributes are taken as the table has them: a field that is filled in when the lead closes is a leak that no clock
    can see, and the leakage audit's to find.

    Examples
    --------
    >>> leads = pd.DataFrame({"lead_id": ["a"], "created_at": pd.to_datetime(["2024-01-01"]), "outcome": ["won"]})
    >>> events = pd.DataFrame({"lead_id": "a", "at": pd.to_datetime(["2024-01-02", "2024-01-09"]), "kind": "call"})
    >>> lead_features(leads, events, as_of="2024-01-09")[["events_total", "days_since_last_event"]].iloc[0].tolist()
    [1.0, 7.0]
    """
    answer = leads.drop(columns=[name for name in OUTCOME if name in leads.columns])
    moments = _moments(as_of, rows=len(leads))
    answer["as_of"] = moments.view("datetime64[ns]")
    if "created_at" in leads.columns:
        created = pd.to_datetime(leads["created_at"]).to_numpy(dtype="datetime64[ns]")
        age = (moments - created.view(np.int64)) / DAY
        answer["days_since_created"] = np.where(np.isnat(created) | (age < 0), np.nan, age)
    if events is None:
        return answer
    if "lead_id" not in leads.columns:
        raise MissingColumnError(["lead_id"], where="leads", present=[str(name) for name in leads.columns])
    log = EventLog.from_frame(events, lead_ids=leads["lead_id"])
    behaviour = pd.DataFrame(behaviour_of(log, as_of=moments, kinds=kinds), index=leads.index)
    return pd.concat([answer, behaviour], axis="columns")


def _moments(as_of: Moment | pd.Series, *, rows: int) -> npt.NDArray[np.int64]:
    if isinstance(as_of, pd.Series):
        return pd.to_datetime(as_of).to_numpy(dtype="datetime64[ns]").view(np.int64)
    return np.full(rows, instant_of(as_of), dtype=np.int64)


def record_features(
    records: Sequence[Mapping[str, Any]], *, as_of: Moment | None = None, kinds: Sequence[str]
) -> list[dict[str, Any]]:
    """Describes leads that come as records, each with its own list of events; the same definition, without a frame.

    Parameters
    ----------
    records : sequence of mappings, shape (n_rows,)
        Leads; "events" may hold mappings with "at", "kind" and "channel". Without "events" the behaviour is missing.
    as_of : datetime or str, optional
        The moment, naive; by default each record's own "as_of".
    kinds : sequence of str
        The kinds of event the scorer counts.

    Returns
    -------
    list of dict, shape (n_rows,)
        The records with "as_of", "days_since_created" and the behaviour.

    Examples
    --------
    >>> record = {"created_at": "2024-01-01", "events": [{"at": "2024-01-02", "kind": "call"}]}
    >>> record_features([record], as_of="2024-01-09", kinds=["call"])[0]["events_of_call"]
    1.0
    """
    moments = [record.get("as_of") if as_of is None else as_of for record in records]
    instants = np.array([instant_of(moment) for moment in moments], dtype=np.int64)
    behaviour = behaviour_of(
        EventLog.from_records([record.get("events") or () for record in records]), as_of=instants, kinds=kinds
    )
    lists = {name: values.tolist() for name, values in behaviour.items()}
    answer = []
    for row, record in enumerate(records):
        told = {name: values[row] for name, values in lists.items()} if record.get("events") is not None else {}
        answer.append({**record, "as_of": moments[row], **_age(record, int(instants[row])), **told})
    return answer


def _age(record: Mapping[str, Any], moment: int) -> dict[str, float]:
    created = instant_of(record.get("created_at"))
    if NEVER in {created, moment} or created > moment:
        return {}
    return {"days_since_created": (moment - created) / DAY}


def lead_snapshots(
    leads: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    as_of: Moment,
    seed: int,
    outcome_window: timedelta | None = None,
) -> pd.DataFrame:
    """Looks at every lead at most once, at an age drawn by chance, beside the outcome that followed.

    Parameters
    ----------
    leads : DataFrame, shape (n_rows, n_columns)
        The contract's table ``leads`` with "lead_id", "created_at", "outcome" and "outcome_at".
    events : DataFrame, shape (n_events, n_columns), optional
        The contract's table ``lead_events``.
    as_of : datetime or str
        The moment of training, naive; nothing at or after it is known.
    seed : int
        With the lead's id, where its moment comes from.
    outcome_window : timedelta, optional
        Ask "won within this time?" instead of "won in the end?"; then open leads count too.

    Returns
    -------
    DataFrame, shape (n_snapshots, n_features)
        `lead_features` at the drawn moments, with "as_of" the moment and "y" 1 where the lead was won.

    Raises
    ------
    MissingColumnError
        When a column is missing.

    Notes
    -----
    A lead gives at most one snapshot, at an age drawn from the ages that leads of this company reach, and none where it
    had closed by then. The draw must not know the lead's own end: a moment uniform over each lead's own life would meet
    quick leads more often than they are found open at that age, and what is learned about open leads would be biased.
    One snapshot a day would count slow leads many times (length bias). The draw hangs on the lead's id and the seed,
    and on what was known at ``as_of``.

    Without a window the newest leads are known only when they closed quickly; where quick leads are won more often,
    give ``outcome_window``: moments then lie at least a window before ``as_of``, and every label is complete.
    """
    needed = ["lead_id", "created_at", "outcome", "outcome_at"]
    missing = [name for name in needed if name not in leads.columns]
    if missing:
        raise MissingColumnError(missing, where="leads", present=[str(name) for name in leads.columns])
    now = instant_of(as_of)
    created = leads["created_at"].to_numpy(dtype="datetime64[ns]").view(np.int64)
    closed_at = leads["outcome_at"].to_numpy(dtype="datetime64[ns]").view(np.int64)
    closed = leads["outcome"].isin(["won", "lost"]).to_numpy() & (closed_at != NEVER) & (closed_at < now)
    window = None if outcome_window is None else pd.Timedelta(outcome_window).as_unit("ns").value
    moment = created + _drawn_ages(
        leads["lead_id"], seed=seed, lives=(closed_at - created)[closed & (created != NEVER)]
    )
    # A lead without an end is watched up to the last moment whose window is over.
    end = np.where(closed, closed_at, now if window is None else now - window)
    told = closed if window is None else moment <= now - window
    kept = np.flatnonzero(told & (created != NEVER) & (moment <= end))
    moment = moment[kept]
    won = closed[kept] & leads["outcome"].eq("won").to_numpy(dtype=bool, na_value=False)[kept]
    if window is not None:
        won &= closed_at[kept] <= moment + window
    rows = leads.iloc[kept].reset_index(drop=True)
    return lead_features(rows, events, as_of=pd.Series(moment.view("datetime64[ns]"))).assign(y=won.astype(np.int64))


def _drawn_ages(lead_ids: pd.Series, *, seed: int, lives: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Draws an age for every lead from its own generator: a share of a life that some closed lead had."""
    lived = np.sort(lives[lives > 0])
    if not len(lived):
        return np.ones(len(lead_ids), dtype=np.int64)
    keys = pd.util.hash_array(lead_ids.astype(str).to_numpy(dtype=object))
    chance = np.array([np.random.default_rng([seed, int(key)]).random(2) for key in keys]).reshape(-1, 2)
    life = lived[(chance[:, 0] * len(lived)).astype(np.int64)]
    ages: npt.NDArray[np.int64] = np.maximum(np.ceil(chance[:, 1] * life), 1).astype(np.int64)
    return ages
