"""The door of long sales: what is handled on the way to a panel is written down, and nothing is filled in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Frequency, Ints, frequency_named
from salescope.forecasting.order_sales import Measure, period_starts, sales_of_orders
from salescope.forecasting.panel import Panel
from salescope.forecasting.sales_columns import UNKNOWN, exact_sums, local
from salescope.forecasting.sales_notes import findings, states
from salescope.forecasting.sales_rows import SalesRows
from salescope.frames.errors import OutcomeError, OutOfRangeError

__all__ = ["UNKNOWN", "Measure", "PreparedSales", "prepare_sales", "sales_of_orders"]

# A date that was mistyped makes a calendar of a century: what it would take is told instead of taken.
_MOST_CELLS = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSales:
    """Holds sales that models can read, and what was done to make them so.

    Parameters
    ----------
    panel : Panel
        One history a series, sorted by its name.
    keys : DataFrame, shape (n_series, n_attributes)
        The attributes of each series, for `Tree.of`; with ``series_id`` where they do not tell series apart.
    series : DataFrame, shape (n_series, 7)
        ``series_id``, ``began`` and ``last_sale`` (first days of periods), ``periods`` since it began, ``gaps``
        (periods without a row), ``negative`` (periods below zero) and ``state``: "running", "new", "ended" or "silent".
    notes : DataFrame, shape (n_findings, 4)
        ``finding``, ``rows`` and ``series`` (how many) and ``detail``, a sentence.
    refused : DataFrame, shape (n_refused, 5)
        Rows that were left out, with the reason.

    Examples
    --------
    >>> sales = pd.DataFrame({"series_id": "a", "date": ["2026-01-01", "2026-03-01"], "y": [5, -2]})
    >>> ready = prepare_sales(sales, frequency="month")
    >>> ready.floor, ready.series["gaps"].tolist()
    (array([-inf]), [1])
    """

    panel: Panel
    keys: pd.DataFrame
    series: pd.DataFrame
    notes: pd.DataFrame
    refused: pd.DataFrame

    @property
    def floor(self) -> Floats:
        """Is what no forecast of a series may fall below: 0, or minus infinity where the history is negative."""
        return np.where(self.series["negative"].to_numpy() > 0, -np.inf, 0.0)


def prepare_sales(
    sales: pd.DataFrame,
    *,
    frequency: str,
    as_of: pd.Timestamp | None = None,
    attributes: Sequence[str] = (),
    late_periods: int = 0,
) -> PreparedSales:
    """Makes long sales into histories on one calendar.

    Parameters
    ----------
    sales : DataFrame, shape (n_rows, n_columns)
        ``series_id, date, y`` or ``unique_id, ds, y``, the attributes, and ``posted_at`` where rows become known late.
        Without an identifier, what has the same attributes is a series.
    frequency : {"day", "week", "month", "quarter"}
        The periods.
    as_of : Timestamp, optional
        Only rows before it are seen, whose ``posted_at`` is before it too. By default the end of the last period where
        every date is the first day of a period, else the day after the last date.
    attributes : sequence of str
        Columns that say what a series is; the newest word holds.
    late_periods : int
        So many of the newest whole periods are left out as well, for postings are still to come.

    Returns
    -------
    PreparedSales
        Periods without a row are no sales, 0, and are counted; the period that contains `as_of` is left out.

    Raises
    ------
    MissingColumnError
        If a column is not there.
    MisalignedError
        If times have a time zone, or are numbers.
    OutOfRangeError
        If `late_periods` is negative, or the first date lies so far back that the histories do not fit into memory.
    OutcomeError
        If no row is left.

    Examples
    --------
    >>> sales = pd.DataFrame(
    ...     {"series_id": "a", "date": ["2026-01-05", "2026-03-02", "2026-03-09", "2026-04-01"], "y": [5, 2, -1, 9]}
    ... )
    >>> ready = prepare_sales(sales, frequency="month")
    >>> ready.panel.values
    array([[5., 0., 1.]])
    >>> ready.notes["finding"].tolist()
    ['partial_period', 'partial_first', 'gaps', 'returns', 'new']
    """
    pace = frequency_named(frequency)
    if late_periods < 0:
        raise OutOfRangeError(late_periods, name="late_periods", where="prepare_sales", least=0)
    read = SalesRows.read(sales, attributes=attributes)
    until = _default_as_of(read.rows, pace) if as_of is None else local(as_of)
    known = read.before(until)
    starts = period_starts(known.rows["date"], pace)
    end = pace.floor(pd.DatetimeIndex([until]))[0]
    end = pd.date_range(end=end, periods=late_periods + 1, freq=pace.alias)[0]
    whole = np.asarray(starts < end)
    if not whole.any():
        problem = f"No whole {frequency} of sales is known before {until}"
        raise OutcomeError(problem, remedy="Give earlier sales.")
    rows = known.rows[whole].assign(series_id=known.rows["series_id"][whole].cat.remove_unused_categories())
    panel, gaps = _panel(rows, starts=starts[whole], end=end, frequency=pace)
    keys, moved = _keys(rows, attributes=attributes)
    series = states(panel, gaps=gaps)
    notes = findings(rows, partial=known.rows[~whole], refused=known.refused, series=series, panel=panel, moved=moved)
    refused = known.refused.reset_index(drop=True)
    return PreparedSales(panel=panel, keys=keys, series=series, notes=notes, refused=refused)


def _default_as_of(rows: pd.DataFrame, frequency: Frequency) -> pd.Timestamp:
    if rows.empty:
        raise OutcomeError("No row of the sales can be read", remedy="Give rows with series_id, date and y.")
    last = pd.Timestamp(rows["date"].max())
    starts = period_starts(rows["date"], frequency)
    if (starts == pd.DatetimeIndex(rows["date"])).all():
        return frequency.starts(last, count=2)[1]
    return last.normalize() + pd.Timedelta(days=1)


def _panel(
    rows: pd.DataFrame, *, starts: pd.DatetimeIndex, end: pd.Timestamp, frequency: Frequency
) -> tuple[Panel, Ints]:
    dates = pd.date_range(starts.min(), end, freq=frequency.alias, inclusive="left", unit="ns")
    names = tuple(rows["series_id"].cat.categories)
    if len(names) * len(dates) > _MOST_CELLS:
        first, least = (f"{day:%Y-%m-%d}" for day in (dates[0], dates[-max(_MOST_CELLS // len(names), 1)]))
        raise OutOfRangeError(first, name="the first date", where="long sales", least=least)
    cell = rows["series_id"].cat.codes.to_numpy(dtype=np.int64) * len(dates) + dates.searchsorted(starts)
    found, sums = exact_sums(cell, rows["y"].to_numpy())
    values = np.zeros((len(names), len(dates)))
    filled = np.zeros(values.shape, dtype=bool)
    values.flat[found], filled.flat[found] = sums, True
    begun = np.maximum.accumulate(filled, axis=1)
    panel = Panel(series=names, values=np.where(begun, values, np.nan), dates=dates, frequency=frequency)
    return panel, (begun & ~filled).sum(axis=1).astype(np.int64)


def _keys(rows: pd.DataFrame, *, attributes: Sequence[str]) -> tuple[pd.DataFrame, int]:
    names = rows["series_id"].cat.categories
    if not attributes:
        return pd.DataFrame({"series_id": names.astype(object)}), 0
    width = [len(rows[name].cat.categories) for name in attributes]
    place = np.zeros(len(rows), dtype=np.int64)
    for name, size in zip(attributes, width, strict=True):
        place = place * size + rows[name].cat.codes.to_numpy(dtype=np.int64)
    frame = pd.DataFrame({"series": rows["series_id"].cat.codes.to_numpy(), "place": place, "date": rows["date"]})
    newest = frame.groupby(["series", "place"], sort=True)["date"].max().reset_index()
    newest = newest.sort_values(["series", "date", "place"], kind="stable")
    moved = int((newest.groupby("series").size() > 1).sum())
    left = newest.groupby("series")["place"].last().to_numpy()
    keys = {}
    for name, size in reversed(list(zip(attributes, width, strict=True))):
        left, code = np.divmod(left, size)
        keys[name] = rows[name].cat.categories.to_numpy(dtype=object)[code]
    said = pd.DataFrame({name: keys[name] for name in attributes})
    return (said.assign(series_id=names.astype(object)) if said.duplicated().any() else said), moved
