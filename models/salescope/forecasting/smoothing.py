"""Seasonal exponential smoothing of thousands of series at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar

import numpy as np

from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.member import lengths
from salescope.forecasting.panel import Panel

__all__ = ["Smoothing"]

LEVEL = (0.02, 0.05, 0.1, 0.2, 0.35, 0.6)
SEASON = (0.02, 0.05, 0.1, 0.2, 0.4)
TREND = (0.0, 0.05, 0.2)
DAMPING = 0.98
FIRST_SEASONS = 3
# How sharply parameters that erred more are left out: 3 % more squared error weigh e^-1.
SHARPNESS = 30.0


@dataclass(frozen=True, slots=True)
class Smoothing:
    """Smooths level, damped trend and season, averaged over many parameters by how well each one did.

    Parameters
    ----------
    root : bool, default False
        Whether square roots of the sales are smoothed.

    Notes
    -----
    Holt and Winters' additive method (Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 8.3), with
    ninety sets of parameters run over all series side by side, and each series' forecast their mean, weighted by
    ``exp(-30 * (squared error / least squared error - 1))`` of its one-step forecasts. It costs a hundredth of a search
    of forms and parameters, series by series.

    Square roots make errors of large and small sales alike (Bartlett 1936, *The square root transformation in analysis
    of variance*); squared back, they give a median rather than a mean, and a season that grows with its level. Series
    with returns have the root of the size, with its sign.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> year = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]
    >>> Smoothing().forecast(monthly([year * 4]), horizon=3).round(2)
    array([[1., 2., 3.]])
    """

    root: bool = False
    family: ClassVar[str] = "statistical"

    @property
    def name(self) -> str:
        """Is "smoothing" or "root_smoothing"."""
        return "root_smoothing" if self.root else "smoothing"

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        """Smooths each series, or repeats its season where there are fewer than two.

        Parameters
        ----------
        panel : Panel
            Histories.
        horizon : int
            How many periods ahead.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
        """
        answer = SeasonalNaiveGrowth().forecast(panel, horizon=horizon)
        rows = np.flatnonzero(lengths(panel) >= 2 * panel.frequency.season)
        if len(rows):
            chosen = panel.only(rows)
            if self.root:
                answer[rows] = squared(_averaged(replace(chosen, values=rooted(chosen.values)), horizon=horizon))
            else:
                answer[rows] = _averaged(chosen, horizon=horizon)
        return answer


def rooted(values: Floats) -> Floats:
    """Takes the square root of the size and keeps the sign."""
    return np.asarray(np.sign(values) * np.sqrt(np.abs(values)), dtype=np.float64)


def squared(roots: Floats) -> Floats:
    """Undoes `rooted`."""
    return np.asarray(roots * np.abs(roots), dtype=np.float64)


def _averaged(panel: Panel, *, horizon: int) -> Floats:
    runs = [
        _run(panel, alpha=level, gamma=season, beta=trend) for level, season, trend in product(LEVEL, SEASON, TREND)
    ]
    erred = np.array([run.erred for run in runs])
    least = erred.min(axis=0)
    excess = np.divide(erred, least, out=np.ones_like(erred), where=least > 0) - 1.0
    weight = np.exp(-SHARPNESS * excess)
    weight /= weight.sum(axis=0)
    answer: Floats = np.zeros((len(panel.values), horizon))
    for share, run in zip(weight, runs, strict=True):
        answer += share[:, None] * run.ahead(horizon)
    return answer


@dataclass(frozen=True, slots=True)
class _State:
    """Is where a smoothing stands after the last period, with the squared error of the way."""

    level: Floats
    trend: Floats
    season: Floats
    next_season: int
    erred: Floats

    def ahead(self, horizon: int) -> Floats:
        steps = np.arange(horizon)
        damped = np.cumsum(DAMPING ** (steps + 1.0))
        place = (self.next_season + steps) % self.season.shape[1]
        answer: Floats = self.level[:, None] + damped[None] * self.trend[:, None] + self.season[:, place]
        return answer


def _run(panel: Panel, *, alpha: float, gamma: float, beta: float) -> _State:
    values, began, season = panel.values, panel.began, panel.frequency.season
    level, seasonal = _start(values, began, season=season)
    trend = np.zeros(len(values))
    erred = np.zeros(len(values))
    # The periods that gave the first season judge nothing.
    judged = began + season
    for period in range(int(began.min()), values.shape[1]):
        place = period % season
        before = level + DAMPING * trend
        error = np.where(period >= began, np.nan_to_num(values[:, period]) - before - seasonal[:, place], 0.0)
        running = period >= began
        level = np.where(running, before + alpha * error, level)
        trend = np.where(running, DAMPING * trend + alpha * beta * error, trend)
        seasonal[:, place] += gamma * (1.0 - alpha) * error
        erred += np.where(period >= judged, error**2, 0.0)
    return _State(level, trend, seasonal, values.shape[1] % season, erred)


def _start(values: Floats, began: Ints, *, season: int) -> tuple[Floats, Floats]:
    """Averages the first whole seasons of each series: its first level, and what each place in the season adds."""
    length = values.shape[1]
    level = np.zeros(len(values))
    seasonal = np.zeros((len(values), season))
    for first in np.unique(began):
        rows = began == first
        seasons = min(FIRST_SEASONS, int(length - first) // season)
        block = values[rows, first : first + seasons * season].reshape(int(rows.sum()), seasons, season)
        level[rows] = block.mean(axis=(1, 2))
        place = (first + np.arange(season)) % season
        seasonal[np.ix_(rows, place)] = block.mean(axis=1) - level[rows, None]
    return level, seasonal
