"""Holidays, tables of events and tables of drivers as shares and means of every node's periods."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats
from salescope.forecasting.day_axis import DAY, DayAxis
from salescope.forecasting.holiday_calendar import HOLIDAY, MADE_UP, holiday_days
from salescope.frames.errors import MissingColumnError, OutcomeError, UnknownNameError

__all__ = ["NEAR", "driver_values", "event_shares", "holiday_shares"]

EVENTS, DRIVERS = "the table of events", "the table of drivers"
KINDS = ("driver", "price")
# Days before and after a holiday that feel it.
NEAR = 7


def holiday_shares(axis: DayAxis, *, country: str) -> Iterator[tuple[str, Floats]]:
    """Describes periods by the holidays in them.

    Parameters
    ----------
    axis : DayAxis
        The days of the periods.
    country : str
        As of `holiday_days`.

    Yields
    ------
    name, values : str, ndarray of float of shape (n_nodes, n_periods)
        Shares of the days of each period: ``holiday``, ``made_up_workday`` where there are any, one ``holiday_…`` a
        feast and, of days, how near a holiday is: ``before_holiday``, ``after_holiday``.

    Examples
    --------
    >>> from salescope.forecasting import Tree, frequency_named
    >>> tree = Tree.of(pd.DataFrame({"shop": ["a"]}), levels={"shop": ["shop"]})
    >>> month = frequency_named("month")
    >>> axis = DayAxis.of(tree, dates=month.starts(pd.Timestamp("2026-05-01"), count=2), frequency=month)
    >>> [(name, round(float(31 * value[0, 0]))) for name, value in holiday_shares(axis, country="DE")]
    [('holiday', 3), ('holiday_ascension_day', 1), ('holiday_labor_day', 1), ('holiday_pentecost_monday', 1)]
    """
    found = holiday_days(country, first=axis.days[0] - NEAR * DAY, last=axis.days[-1] + NEAR * DAY)
    off, made_up = found[found["kind"] == HOLIDAY], found.loc[found["kind"] == MADE_UP, "day"]
    yield HOLIDAY, axis.everywhere(_on(axis, off["day"]))
    if axis.days.isin(made_up).any():
        yield MADE_UP, axis.everywhere(_on(axis, made_up))
    for name, rows in off[off["day"].isin(axis.days)].groupby("name", sort=True):
        yield _slug(str(name)), axis.everywhere(_on(axis, rows["day"]))
    if axis.daily:
        yield "before_holiday", axis.everywhere(_nearness(axis, off["day"], side=1))
        yield "after_holiday", axis.everywhere(_nearness(axis, off["day"], side=-1))


def event_shares(axis: DayAxis, table: pd.DataFrame) -> Iterator[tuple[str, Floats]]:
    """Describes periods by the events of a table.

    Parameters
    ----------
    axis : DayAxis
        The days of the periods.
    table : DataFrame, shape (n_events, n_columns)
        ``event``, ``start``, and where there are any ``end`` and ``node``.

    Yields
    ------
    name, values : str, ndarray of float of shape (n_nodes, n_periods)
        The share of each period's days and of each node's series that an event of that name fills.

    Raises
    ------
    MissingColumnError
        If the table lacks a column.
    UnknownNameError
        If the tree has no such node.
    OutcomeError
        If a date is none, or an event ends before it starts.
    """
    _check_columns(table, ["event", "start"], where=EVENTS)
    start = _days(table["start"], where=EVENTS)
    end = _days(table["end"].fillna(table["start"]), where=EVENTS) if "end" in table else start
    wrong = np.flatnonzero(end < start)
    if len(wrong):
        first = str(table["event"].iloc[int(wrong[0])])
        problem = f"Event {first!r} ends before it starts"
        raise OutcomeError(problem, remedy="Swap its start and end.")
    names = table["event"].astype(str).to_numpy()
    rows = pd.DataFrame({"event": names, "start": start, "end": end, "node": axis.nodes(table)})
    for name, alike in rows.groupby("event", sort=True):
        shares = axis.blank(0.0)
        for node in sorted(alike["node"].unique()):
            shares[axis.series(int(node))] += axis.per_period(_filled(axis, alike[alike["node"] == node]))
        yield str(name), axis.averaged(np.minimum(shares, 1.0))


def driver_values(axis: DayAxis, table: pd.DataFrame) -> Iterator[tuple[str, str, Floats]]:
    """Describes periods by the prices and macro series of a table.

    Parameters
    ----------
    axis : DayAxis
        The days of the periods.
    table : DataFrame, shape (n_values, n_columns)
        ``driver``, ``date``, ``value``, and where there are any ``kind`` and ``node``.

    Yields
    ------
    name, kind, values : str, str, ndarray of float of shape (n_nodes, n_periods)
        The mean of the days and series where a value holds; NaN before the first.

    Raises
    ------
    MissingColumnError
        If the table lacks a column.
    UnknownNameError
        If there is no such node or kind.
    OutcomeError
        If a date is none, or a value no finite number.
    """
    _check_columns(table, ["driver", "date", "value"], where=DRIVERS)
    kind = table["kind"].fillna(KINDS[0]) if "kind" in table else pd.Series(KINDS[0], index=table.index)
    for one in kind[~kind.isin(KINDS)]:
        raise UnknownNameError(str(one), what="kind", where=DRIVERS, accepted=KINDS)
    value = pd.to_numeric(table["value"], errors="coerce").to_numpy(dtype=np.float64)
    if not np.isfinite(value).all():
        problem = f"{DRIVERS.capitalize()} lacks values"
        raise OutcomeError(problem, remedy="Leave out rows without a finite number.")
    columns = {"driver": table["driver"].astype(str).to_numpy(), "kind": kind.to_numpy(), "value": value}
    rows = pd.DataFrame({**columns, "date": _days(table["date"], where=DRIVERS), "node": axis.nodes(table)})
    for driver, alike in rows.groupby("driver", sort=True):
        bottom = axis.blank(np.nan)
        # Nodes are numbered from the total down, so that the deeper one has the last word.
        for node in sorted(alike["node"].unique()):
            bottom[axis.series(int(node))] = axis.per_period(_held(axis, alike[alike["node"] == node]))
        yield str(driver), str(alike["kind"].min()), axis.averaged(bottom)


def _on(axis: DayAxis, days: pd.Series) -> Floats:
    return np.asarray(axis.days.isin(days), dtype=np.float64)


def _nearness(axis: DayAxis, holidays: pd.Series, *, side: int) -> Floats:
    near = np.zeros(len(axis.days))
    for apart in range(NEAR, 0, -1):
        near[axis.days.isin(holidays - side * apart * DAY)] = 1 - apart / (NEAR + 1)
    near[axis.days.isin(holidays)] = 0.0
    return near


def _filled(axis: DayAxis, spans: pd.DataFrame) -> Floats:
    change = np.zeros(len(axis.days) + 1)
    np.add.at(change, axis.days.searchsorted(spans["start"], side="left"), 1.0)
    np.add.at(change, axis.days.searchsorted(spans["end"], side="right"), -1.0)
    return np.asarray(np.cumsum(change)[:-1] > 0, dtype=np.float64)


def _held(axis: DayAxis, rows: pd.DataFrame) -> Floats:
    values = rows.sort_values("value").groupby("date", sort=True)["value"].mean()
    place = values.index.searchsorted(axis.days, side="right") - 1
    return np.where(place >= 0, values.to_numpy(dtype=np.float64)[np.maximum(place, 0)], np.nan)


def _check_columns(table: pd.DataFrame, wanted: list[str], *, where: str) -> None:
    missing = [column for column in wanted if column not in table]
    if missing:
        raise MissingColumnError(missing, where=where, present=[str(column) for column in table.columns])


def _days(column: pd.Series, *, where: str) -> pd.DatetimeIndex:
    found = pd.DatetimeIndex(pd.to_datetime(column, errors="coerce"))
    if found.isna().any() or found.tz is not None:
        problem = f"{where.capitalize()} has dates that are none"
        raise OutcomeError(problem, remedy="Give days as 2026-11-25, without a time zone.")
    return found.normalize().as_unit("ns")


def _slug(name: str) -> str:
    return f"{HOLIDAY}_{re.sub(r'[^0-9a-z]+', '_', name.lower().replace(chr(39), '')).strip('_')}"
