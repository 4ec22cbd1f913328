"""What was found in sales on the way to a panel: the state of each series, and one sentence a finding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.forecasting.calendar import Ints
from salescope.forecasting.order_sales import period_starts
from salescope.forecasting.panel import Panel
from salescope.forecasting.sales_columns import UNKNOWN

__all__ = ["findings", "states"]


def states(panel: Panel, *, gaps: Ints) -> pd.DataFrame:
    """Describes each series by its history.

    Parameters
    ----------
    panel : Panel
        Histories.
    gaps : ndarray of int, shape (n_series,)
        Periods without a row.

    Returns
    -------
    DataFrame, shape (n_series, 7)
        ``series_id``, ``began``, ``last_sale``, ``periods``, ``gaps``, ``negative`` and ``state``.

    Notes
    -----
    A series is "silent" without any sale; "ended" when its silence has lasted a year, or a quarter and more than twice
    its longest silence before; "new" within its first season, at least a quarter; else "running".

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> panel = monthly([[1.0] * 13, [3.0] * 9 + [0.0] * 4, [np.nan] * 11 + [1.0, 1.0]])
    >>> states(panel, gaps=np.zeros(3, dtype=np.int64))["state"].tolist()
    ['running', 'ended', 'new']
    """
    sold = np.nan_to_num(panel.values) != 0
    last = np.where(sold.any(axis=1), sold.shape[1] - 1 - sold[:, ::-1].argmax(axis=1), -1)
    silence = np.where(last >= 0, sold.shape[1] - 1 - last, 0)
    periods = sold.shape[1] - panel.began
    pace = panel.frequency
    ended = (silence >= pace.year) | ((silence >= pace.quarter) & (silence > 2 * _longest_silence(sold)))
    cases = {"silent": last < 0, "ended": ended, "new": periods < max(pace.season, pace.quarter)}
    dates = panel.dates.append(pd.DatetimeIndex([pd.NaT]))
    return pd.DataFrame(
        {
            "series_id": np.asarray(panel.series, dtype=object),
            "began": dates[panel.began],
            "last_sale": dates[last],
            "periods": periods,
            "gaps": gaps,
            "negative": (np.nan_to_num(panel.values) < 0).sum(axis=1),
            "state": np.select(list(cases.values()), list(cases), default="running").astype(object),
        }
    )


def findings(
    rows: pd.DataFrame,
    *,
    partial: pd.DataFrame,
    refused: pd.DataFrame,
    series: pd.DataFrame,
    panel: Panel,
    moved: int,
) -> pd.DataFrame:
    """Writes down what was found.

    Parameters
    ----------
    rows, partial : DataFrame
        Rows of whole periods, and of those that are not yet whole.
    refused : DataFrame
        Rows that could not be read, with the reason.
    series : DataFrame
        The state of each series.
    panel : Panel
        Histories.
    moved : int
        Series whose attributes changed.

    Returns
    -------
    DataFrame, shape (n_findings, 4)
        ``finding``, ``rows``, ``series`` and ``detail``; what was not found has no row.

    Examples
    --------
    >>> from salescope.forecasting import prepare_sales
    >>> sales = pd.DataFrame({"series_id": "a", "date": ["2026-01-01", "2026-03-01"], "y": [5, -2]})
    >>> prepare_sales(sales, frequency="month").notes[["finding", "rows"]].to_numpy().tolist()
    [['gaps', 1], ['returns', 1], ['new', 0]]
    """
    found = [
        *((f"refused: {reason}", len(part), _count(part), "Left out.") for reason, part in refused.groupby("reason")),
        _partial(partial, panel),
        _first(rows, panel),
        _duplicates(rows),
        _late(rows, panel),
        _thin(panel),
        ("gaps", int(series["gaps"].sum()), int((series["gaps"] > 0).sum()), "Periods without a row are no sales, 0."),
        _returns(rows),
        *((state, 0, int((series["state"] == state).sum()), said) for state, said in _STATES.items()),
        ("moved", 0, moved, "Attributes changed; the newest hold for the whole history."),
        *_unknown(rows),
    ]
    kept = [finding for finding in found if finding[1] or finding[2]]
    return pd.DataFrame(kept, columns=["finding", "rows", "series", "detail"])


_STATES = {
    "new": "Less than a season, or a quarter, of history.",
    "ended": "No sales for long; kept, with zeros.",
    "silent": "No sales at all.",
}
_Finding = tuple[str, int, int, str]


def _count(rows: pd.DataFrame) -> int:
    return int(rows["series_id"].nunique())


def _partial(partial: pd.DataFrame, panel: Panel) -> _Finding:
    after = panel.frequency.starts(panel.dates[-1], count=2)[1]
    return "partial_period", len(partial), _count(partial), f"From {after:%Y-%m-%d} on, not whole yet: left out."


def _first(rows: pd.DataFrame, panel: Panel) -> _Finding:
    first = rows[(rows["date"] < panel.frequency.starts(panel.dates[0], count=2)[1]).to_numpy()]
    began = first["date"].min().normalize()
    count = len(first) if began > panel.dates[0] else 0
    return "partial_first", count, _count(first) if count else 0, f"Sales begin on {began:%Y-%m-%d}, within a period."


def _duplicates(rows: pd.DataFrame) -> _Finding:
    twice = rows.duplicated(["series_id", "date"], keep=False)
    again = rows.loc[twice, ["series_id", "date", "y"]]
    extra = int(again.duplicated(["series_id", "date"]).sum())
    alike = int(again.duplicated().sum())
    return "duplicates", extra, _count(again), f"Rows of one series and date were added up; {alike} repeat the amount."


def _late(rows: pd.DataFrame, panel: Panel) -> _Finding:
    if "posted_at" not in rows:
        return "late_postings", 0, 0, ""
    ends = panel.dates.append(panel.frequency.starts(panel.dates[-1], count=2)[1:])
    place = ends.searchsorted(period_starts(rows["date"], panel.frequency))
    late = rows[(rows["posted_at"] >= ends[place + 1]).to_numpy()]
    share = late["y"].abs().sum() / max(rows["y"].abs().sum(), np.finfo(float).tiny)
    return "late_postings", len(late), _count(late), f"Posted after their period ended: {share:.1%} of all sales."


def _thin(panel: Panel) -> _Finding:
    totals = np.nansum(panel.values, axis=0)
    before = totals[-1 - panel.frequency.year : -1]
    thin = len(before) >= 4 and totals[-1] < 0.5 * before.min()
    said = "The newest period has less than half of the least of the year before: postings may be missing."
    return "thin_last_period", 0, int((panel.began < len(totals)).sum()) if thin else 0, said


def _returns(rows: pd.DataFrame) -> _Finding:
    negative = rows[rows["y"] < 0]
    return "returns", len(negative), _count(negative), f"Negative rows count against sales: {negative['y'].sum():.2f}."


def _unknown(rows: pd.DataFrame) -> list[_Finding]:
    words = list(rows.columns.difference(["series_id", "date", "y", "posted_at"], sort=False))
    masks = {name: (rows[name] == UNKNOWN).to_numpy() for name in words}
    return [
        (f"unknown: {name}", int(mask.sum()), _count(rows[mask]), f"Sales without {name} are under {UNKNOWN!r}.")
        for name, mask in masks.items()
    ]


def _longest_silence(sold: npt.NDArray[np.bool_]) -> Ints:
    row, period = np.nonzero(sold)
    longest = np.zeros(len(sold), dtype=np.int64)
    same = row[1:] == row[:-1]
    np.maximum.at(longest, row[1:][same], (np.diff(period) - 1)[same])
    return longest
