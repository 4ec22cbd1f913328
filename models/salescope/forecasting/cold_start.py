"""Cold start: the forecast of a series with less than a season of its own history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.panel import Panel
from salescope.forecasting.seasonal_shape import seasonal_shapes
from salescope.frames.errors import MisalignedError

__all__ = ["ColdStart", "cold_start"]

_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """Holds forecasts of new series, and what they stand on.

    Parameters
    ----------
    rows : ndarray of int, shape (n_new,)
        Positions of the new series in the panel.
    forecast : ndarray of float, shape (n_new, horizon)
        In the unit of the sales.
    level : ndarray of float, shape (n_new,)
        Sales of a mean period of the season.
    trust : ndarray of float, shape (n_new,)
        The share of `level` that comes from own sales, 0 to 1; the rest is the median of the look-alikes.
    look_alikes : ndarray of int, shape (n_new,)
        How many series the shape and the median come from; 0 when there was none.
    shared : ndarray of int, shape (n_new,)
        How many attributes each of them shares at least.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> panel = monthly([[1.0] * 6 + [3.0] * 6, [np.nan] * 11 + [6.0]])
    >>> new = cold_start(panel, keys=pd.DataFrame({"category": ["tools", "tools"]}), horizon=3)
    >>> new.rows, new.look_alikes
    (array([1]), array([1]))
    """

    rows: Ints
    forecast: Floats
    level: Floats
    trust: Floats
    look_alikes: Ints
    shared: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Donors:
    """Series with a whole season: their words, shapes, levels and how much one of their periods varies."""

    words: Ints
    shapes: Floats
    level: Floats
    variance: Floats


def cold_start(panel: Panel, *, keys: pd.DataFrame, horizon: int, rows: Ints | None = None) -> ColdStart:
    """Forecasts new series by series that are like them.

    Parameters
    ----------
    panel : Panel
        Histories of new and of other series.
    keys : DataFrame, shape (n_series, n_attributes)
        The attributes of each.
    horizon : int
        How many periods ahead.
    rows : ndarray of int, optional
        The new series; by default those with less than a season of history.

    Returns
    -------
    ColdStart

    Raises
    ------
    MisalignedError
        If there are not as many keys as series.

    Notes
    -----
    The shape is the mean seasonal index of the series that share most attributes, at least three of them where there
    are. The scale is the own level, sales over the sum of the index so far, drawn to the median level of the same
    series by credibility: own periods count n / (n + k), k being the variance of one period within a series over the
    variance of levels between series (H. Bühlmann, "Experience rating and credibility", ASTIN Bulletin, 1967), both by
    medians; with fewer than three series to learn from, levels are taken to spread as widely as they are high. Without
    one, the own mean goes on.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> year = [1.0] * 6 + [3.0] * 6
    >>> panel = monthly([year, [2 * sale for sale in year], year, [np.nan] * 10 + [9.0, 9.0]])
    >>> keys = pd.DataFrame({"category": ["tools"] * 4})
    >>> cold_start(panel, keys=keys, horizon=8).forecast.round(1)
    array([[2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 8.7, 8.7]])
    """
    if len(keys) != len(panel.series):
        raise MisalignedError("keys", found=f"{len(keys)} rows", accepted=f"one for each of {len(panel.series)} series")
    season, values = panel.frequency.season, panel.values  # noqa: PD011 - an array
    periods = values.shape[1]
    new = np.flatnonzero(periods - panel.began < season) if rows is None else np.asarray(rows, dtype=np.int64)
    words = np.column_stack([pd.factorize(keys[name])[0] for name in keys]).astype(np.int64)
    donors = _donors(panel, words=words, new=new)
    ahead = np.arange(periods, periods + horizon) % season
    answers = [_one(words[row], values[row], donors=donors, season=season) for row in new]
    shape = np.array([answer[0] for answer in answers]).reshape(len(new), season)
    level, trust, count, shared = np.array([answer[1:] for answer in answers]).reshape(len(new), 4).T
    return ColdStart(
        rows=new,
        forecast=level[:, None] * shape[:, ahead],
        level=level,
        trust=trust,
        look_alikes=count.astype(np.int64),
        shared=shared.astype(np.int64),
    )


def _donors(panel: Panel, *, words: Ints, new: Ints) -> _Donors:
    season, values = panel.frequency.season, panel.values  # noqa: PD011 - an array
    shapes = seasonal_shapes(values, season=season)
    old = ~np.isin(np.arange(len(values)), new)
    usable = old & ~np.isnan(shapes).any(axis=1) & ~np.isnan(values[:, -season:]).any(axis=1)
    newest, shapes = values[usable][:, -season:], shapes[usable]
    level = newest.mean(axis=1)
    place = np.arange(values.shape[1] - newest.shape[1], values.shape[1]) % season
    left = newest - level[:, None] * shapes[:, place]
    # One season fits its own shape exactly: the differences of neighbours bound what is left from above.
    steps = np.diff(newest, axis=1)
    several = values.shape[1] - panel.began[usable] >= 2 * season
    variance = np.where(several, (left**2).mean(axis=1), (steps**2).mean(axis=1) / 2 if season > 1 else 0.0)
    return _Donors(words=words[usable], shapes=shapes, level=level, variance=variance)


def _one(words: Ints, own: Floats, *, donors: _Donors, season: int) -> tuple[Floats, float, float, int, int]:
    seen = np.flatnonzero(~np.isnan(own))
    if not len(donors.level):
        mean = float(own[seen].mean()) if len(seen) else 0.0
        return np.ones(season), mean, float(len(seen) > 0), 0, 0
    alike = (donors.words == words).sum(axis=1)
    enough = np.sort(alike)[::-1][min(_FEWEST, len(alike)) - 1]
    near = alike >= enough
    shape, median = donors.shapes[near].mean(axis=0), float(np.median(donors.level[near]))
    between = _between(donors.level[near], median=median)
    within = float(np.median(donors.variance[near]))
    heard = max(float(shape[seen % season].sum()), 0.0)
    level = float(own[seen].sum()) / heard if heard > 0 else 0.0
    both = heard * between + within
    trust = heard * between / both if both > 0 else float(heard > 0)
    return shape, trust * level + (1 - trust) * median, trust, int(near.sum()), int(enough)


def _between(level: Floats, *, median: float) -> float:
    """The variance of levels: by the median deviation, else the mean square; their own size where they are few."""
    if len(level) < _FEWEST:
        return median**2
    spread = (1.4826 * float(np.median(np.abs(level - median)))) ** 2
    return spread if spread > 0 else float(np.mean((level - median) ** 2))
