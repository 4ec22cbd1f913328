"""Forecasts of sales: published as a whole, read by node."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from salescope.store.engine import Store
from salescope.store.errors import HostileValueError
from salescope.store.forecast_about import LONGEST_HORIZON, check_about
from salescope.store.publication import (
    FORECASTS,
    NewPublication,
    Publication,
    begin_publication,
    complete_publication,
    current_publication,
    publication_at,
    write_rows,
)
from salescope.store.tables import FORECAST_ROWS, LONGEST_LEVEL, LONGEST_NODE
from salescope.store.values import (
    LARGEST_VALUE,
    check_day,
    check_instant,
    check_json,
    check_number,
    check_text,
    check_whole,
)

__all__ = [
    "LONGEST_HORIZON",
    "ForecastRow",
    "NodeForecast",
    "current_forecasts",
    "forecast_columns",
    "forecast_row_of",
    "forecasts_of",
    "publish_forecasts",
]

LONGEST_CONTRIBUTIONS = 4_000
LONGEST_RESPONSES = 20_000
# What a column of integers can be compared with.
LARGEST_INTEGER = 2**31 - 1
COLUMNS = ("node", "level", "date", "step", "mean", "lo_95", "hi_95", "responses")
BOUNDS = ("lo_80", "hi_80", "lo_95", "hi_95")
# So that an answer of the service, which needs the same lock on SQLite, never waits long.
ROWS_A_COMMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """Is what one node is forecast to sell in one period.

    Parameters
    ----------
    node : str
        As ``"all"`` or ``"region=North/rep=R-017"``, 1 to 400 characters.
    level : str
        The level of the node in the tree, as ``"region"``, 1 to 120 characters.
    date : date
        The first day of the period.
    step : int
        The period's number, 1 for the first one ahead, at most 1,000.
    mean : float
        The forecast, in the publication's unit.
    lo_80, hi_80, lo_95, hi_95 : float
        Both ends of the intervals.
    baseline : float or None, default None
        What the baseline says.
    contributions : mapping of str to float
        What the forecast is made of, as ``{"trend": 90.0, "season": 10.0}``; empty where it is not told.
    responses : mapping of str to (float, float)
        What events would move it, as ``{"promotion": (0.5, 40.0)}``: the share of the period that each is known to
        fill, and what a whole period of it adds to none; empty where nothing is known to.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged: numbers are plain or float64, integers plain ones; or an interval ends
        before it begins.

    Examples
    --------
    >>> ends = {"lo_80": 8.0, "hi_80": 12.0, "lo_95": 7.0, "hi_95": 13.0}
    >>> ForecastRow(node="all", level="all", date=date(2026, 3, 1), step=0, mean=10.0, **ends)
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for forecasts.step is outside its range. Accepted: ...
    """

    node: str
    level: str
    date: date
    step: int
    mean: float
    lo_80: float
    hi_80: float
    lo_95: float
    hi_95: float
    baseline: float | None = None
    contributions: Mapping[str, float] = field(default_factory=dict)
    responses: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_text(self.node, column="forecasts.node", longest=LONGEST_NODE)
        check_text(self.level, column="forecasts.level", longest=LONGEST_LEVEL)
        check_day(self.date, column="forecasts.date")
        check_whole(self.step, column="forecasts.step", lowest=1, highest=LONGEST_HORIZON)
        for name in ("mean", *BOUNDS, *(("baseline",) if self.baseline is not None else ())):
            value = getattr(self, name)
            check_number(value, column=f"forecasts.{name}", lowest=-LARGEST_VALUE, highest=LARGEST_VALUE)
        for low, high in (BOUNDS[:2], BOUNDS[2:]):
            if getattr(self, low) > getattr(self, high):
                column = f"forecasts.{low}"
                raise HostileValueError(column, problem=f"is above {high}", accepted="an interval")


@dataclass(frozen=True, slots=True)
class NodeForecast:
    """Is the forecast of one node, with the publication that says how old it is.

    Parameters
    ----------
    publication : Publication
        What it was published in; its ``about`` has the frequency, the unit and how often intervals held.
    rows : tuple of ForecastRow, shape (horizon,)
        By step.
    """

    publication: Publication
    rows: tuple[ForecastRow, ...]


def publish_forecasts(
    store: Store, rows: Iterable[ForecastRow], *, of: NewPublication, about: dict[str, Any]
) -> Publication:
    """Publishes the forecast of a whole tree, which becomes current when all of it is written.

    Parameters
    ----------
    store : Store
        Where it goes.
    rows : iterable of ForecastRow
        One a node and period, best node by node; it is read once and never held whole.
    of : NewPublication
        What it is a publication of: named ``FORECASTS``, its ``as_of`` the cutoff.
    about : dict
        ``frequency`` ("day", "week", "month" or "quarter"), ``horizon`` (periods), ``unit`` (as ``"money"`` or
        ``"quantity"``), ``levels`` (the tree's, from ``"all"`` down) and ``coverage``: by level and interval, how often
        it held in the past, as ``{"region": {"80": 0.81, "95": 0.94}}``, None where it was not measured. More is kept.

    Returns
    -------
    Publication
        The current one from now on.

    Raises
    ------
    HostileValueError
        If a node has a period twice, a level or step that `about` does not name, or `about` lacks something.
    OvertakenRunError
        If another run begins to publish the same table meanwhile.
    StoreUnavailableError
        If the database does not answer.

    Notes
    -----
    Written as `publish_profiles` does: in short transactions, of which no reader sees any before the last.
    """
    check_about(about)
    publication_id = begin_publication(store, of, about=about)
    problem, accepted = "is there twice for a node", "each period of a node once"
    twice = HostileValueError("forecasts.step", problem=problem, accepted=accepted)
    for batch in _batches(rows, about=about):
        write_rows(store, batch, table=FORECAST_ROWS, publication_id=publication_id, name=of.name, twice=twice)
    return complete_publication(store, publication_id, name=of.name)


def forecasts_of(
    store: Store, *, node: str, horizon: int | None = None, as_of: datetime | None = None, name: str = FORECASTS
) -> NodeForecast | None:
    """Reads the forecast of a node.

    Parameters
    ----------
    store : Store
        Where forecasts are kept.
    node : str
        The node, as ``"all"``.
    horizon : int, optional
        Only so many periods, at least 1; by default all.
    as_of : datetime, optional
        As it was said at this instant, aware: of the newest publication whose ``as_of`` is not later; by default of the
        current one.
    name : str, default "forecasts"
        The table.

    Returns
    -------
    NodeForecast or None
        None where nothing was published by then, or the publication has no such node.

    Raises
    ------
    HostileValueError
        If no node can have such a name, or an argument cannot be meant.
    StoreUnavailableError
        If the database does not answer.
    """
    check_text(node, column="forecasts.node", longest=LONGEST_NODE)
    steps = (
        LONGEST_HORIZON if horizon is None else check_whole(horizon, column="a horizon", lowest=1, highest=2**31 - 1)
    )
    moment = None if as_of is None else check_instant(as_of, column="an instant of forecasts")
    with store.reading() as connection:
        publication = publication_at(connection, name=name, as_of=moment)
        rows = [] if publication is None else _rows(connection, publication, node=node, steps=steps)
    return None if publication is None or not rows else NodeForecast(publication, tuple(map(forecast_row_of, rows)))


def current_forecasts(store: Store, name: str = FORECASTS) -> Publication | None:
    """Finds the publication of forecasts that is current.

    Parameters
    ----------
    store : Store
        Where forecasts are kept.
    name : str, default "forecasts"
        The table.

    Returns
    -------
    Publication or None
        None before the first.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer.
    """
    with store.reading() as connection:
        return current_publication(connection, name=name)


def forecast_columns(store: Store, publication: Publication, *, names: Sequence[str] = COLUMNS) -> dict[str, list[Any]]:
    """Reads a whole publication, by columns.

    Parameters
    ----------
    store : Store
        Where forecasts are kept.
    publication : Publication
        Which one.

    Returns
    -------
    dict of str to list
        ``node``, ``level``, ``date`` (ISO 8601), ``step``, ``mean``, ``lo_95``, ``hi_95`` and ``responses`` (JSON, None
        where there is none), by node and step; empty lists where it was retired.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer.
    """
    table = FORECAST_ROWS.c
    wanted = select(*(table[name] for name in names)).where(table.publication_id == publication.id)
    with store.reading() as connection:
        rows = connection.execute(wanted.order_by(table.node, table.step)).all()
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return {**columns, "date": [day.isoformat() for day in columns["date"]]}


def forecast_row_of(row: Row[Any]) -> ForecastRow:
    """Reads a forecast from a row that has the columns of its table."""
    values = {name: getattr(row, name) for name in ("node", "level", "date", "step", "mean", *BOUNDS, "baseline")}
    responses = {name: tuple(pair) for name, pair in json.loads(row.responses or "{}").items()}
    return ForecastRow(**values, contributions=json.loads(row.contributions), responses=responses)


def _rows(connection: Connection, publication: Publication, *, node: str, steps: int) -> Sequence[Row[Any]]:
    table = FORECAST_ROWS.c
    wanted = select(FORECAST_ROWS).where(
        table.publication_id == publication.id, table.node == node, table.step <= steps
    )
    return connection.execute(wanted.order_by(table.step)).all()


def _batches(rows: Iterable[ForecastRow], *, about: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    left, levels, horizon = iter(rows), frozenset(about["levels"]), about["horizon"]
    while batch := [_row(row, levels=levels, horizon=horizon) for row in islice(left, ROWS_A_COMMIT)]:
        yield batch


def _row(row: ForecastRow, *, levels: frozenset[str], horizon: int) -> dict[str, Any]:
    if row.level not in levels:
        raise HostileValueError(
            "forecasts.level", problem="is not one of the tree's", accepted="one that `about` names"
        )
    if row.step > horizon:
        raise HostileValueError("forecasts.step", problem="is beyond the horizon", accepted=f"1 to {horizon}")
    values = {name: getattr(row, name) for name in ("node", "level", "date", "step", "mean", *BOUNDS, "baseline")}
    told = check_json(row.contributions, column="forecasts.contributions", longest=LONGEST_CONTRIBUTIONS)
    for part in row.contributions.values():
        check_number(part, column="forecasts.contributions", lowest=-LARGEST_VALUE, highest=LARGEST_VALUE)
    return {**values, "contributions": told, "responses": _responses(row.responses)}


def _responses(told: Mapping[str, tuple[float, float]]) -> str | None:
    column = "forecasts.responses"
    written = check_json(told, column=column, longest=LONGEST_RESPONSES)
    for pair in told.values():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise HostileValueError(column, problem="is no pair", accepted="a share and what a whole period adds")
        for value in pair:
            check_number(value, column=column, lowest=-LARGEST_VALUE, highest=LARGEST_VALUE)
    return written if told else None
