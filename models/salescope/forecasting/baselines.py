"""Baselines: what every forecast is compared with, and what short histories get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from salescope.forecasting.calendar import Floats
from salescope.forecasting.member import lengths, recent_level
from salescope.forecasting.panel import Panel

__all__ = ["SeasonalNaive", "SeasonalNaiveGrowth"]

# A growth beyond these is an error or a launch, and repeating it would be a bet.
LEAST_GROWTH, MOST_GROWTH = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """Repeats the last season; a series shorter than one repeats its recent level.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> SeasonalNaive().forecast(monthly([[float(month) for month in range(1, 13)]]), horizon=2)
    array([[1., 2.]])
    """

    name: ClassVar[str] = "seasonal_naive"
    family: ClassVar[str] = "baseline"

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        """Repeats each season.

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
        season, length = panel.frequency.season, panel.values.shape[1]
        level = recent_level(panel, periods=recent_periods(panel))
        answer = np.repeat(level[:, None], horizon, axis=1)
        whole = lengths(panel) >= season
        if whole.any():
            answer[whole] = panel.values[whole][:, length - season + np.arange(horizon) % season]
        return answer


@dataclass(frozen=True, slots=True)
class SeasonalNaiveGrowth:
    """Repeats the last season times how much the whole level has grown since the one before.

    Notes
    -----
    One series' growth is mostly noise, so growth is taken over all series of a level together, of those periods that
    both seasons have; between a half and the double. Less than a year and a quarter of history shows no growth.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> SeasonalNaiveGrowth().forecast(monthly([[10.0] * 12 + [12.0] * 12]), horizon=2)
    array([[14.4, 14.4]])
    """

    name: ClassVar[str] = "seasonal_naive_growth"
    family: ClassVar[str] = "baseline"

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        """Repeats each season times the growth of the level.

        Parameters
        ----------
        panel : Panel
            Histories; ``group`` says what makes a level.
        horizon : int
            How many periods ahead.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
        """
        plain = SeasonalNaive().forecast(panel, horizon=horizon)
        group = np.zeros(len(plain), dtype=np.int64) if panel.group is None else panel.group
        grown = np.array([_growth(panel.values[group == one], panel) for one in np.unique(group)])
        factor = grown[np.unique(group, return_inverse=True)[1]] if len(plain) else np.ones(0)
        seasons = (np.arange(horizon) // panel.frequency.season) + 1
        steady = (lengths(panel) < panel.frequency.season)[:, None]
        return np.where(steady, plain, plain * factor[:, None] ** seasons[None])


def recent_periods(panel: Panel) -> int:
    """Says over how many periods a level is averaged where there is no season yet: a month of days, a quarter else."""
    return {"day": 28, "week": 8, "month": 3, "quarter": 2}[panel.frequency.name]


def _growth(values: Floats, panel: Panel) -> float:
    year, quarter = panel.frequency.year, panel.frequency.quarter
    overlap = min(values.shape[1] - year, year)
    if overlap < quarter:
        return 1.0
    now, then = values[:, -overlap:], values[:, -overlap - year : values.shape[1] - year]
    both = ~np.isnan(then)
    before, after = float(then[both].sum()), float(now[both].sum())
    return float(np.clip(after / before, LEAST_GROWTH, MOST_GROWTH)) if before > 0 else 1.0
