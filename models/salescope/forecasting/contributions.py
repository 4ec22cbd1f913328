"""What a forecast is made of: trend, season, events, price and the rest, at every node."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats
from salescope.forecasting.driver_effects import DriverEffects
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.seasonal_profiles import Profiles, seasonal_profiles
from salescope.forecasting.tree import Tree

__all__ = ["Explained", "Parts", "contributions"]

# A profile larger than this many times the forecast comes of an accident in the history.
MOST_SEASON = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Holds what each forecast is made of; all are in units of sales and of one shape, (n_rows, horizon).

    Parameters
    ----------
    trend : ndarray of float
        The straight line through the forecast without its season and drivers: its level and where it is heading.
    season : ndarray of float
        More or less than that, by the time of the year or week.
    events : ndarray of float
        What events add to a forecast without any.
    price : ndarray of float
        What prices add to a forecast at the usual ones.
    other : ndarray of float
        What is left: bends of the trend, a season unlike the history's, drivers that are neither events nor prices.
    """

    trend: Floats
    season: Floats
    events: Floats
    price: Floats
    other: Floats

    def added_up(self, tree: Tree) -> Parts:
        """Adds the parts of series up to every node.

        Parameters
        ----------
        tree : Tree
            Which series add up to which nodes.

        Returns
        -------
        Parts
            Of every node.
        """
        return Parts(**{name: tree.add_up(part) for name, part in self.columns().items()})

    def columns(self) -> dict[str, Floats]:
        """Lists the parts by name.

        Returns
        -------
        dict of str to ndarray of float
        """
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Holds a forecast with what it is made of, ready to be asked what would be if.

    Parameters
    ----------
    forecaster : SalesForecaster
        Fitted.
    effects : DriverEffects
        What its members learned from drivers.
    parts : Parts
        Of the series at the bottom, in the order of ``tree_.bottom``.
    """

    forecaster: SalesForecaster
    effects: DriverEffects
    parts: Parts

    @classmethod
    def of(cls, forecaster: SalesForecaster) -> Explained:
        """Explains a forecast.

        Parameters
        ----------
        forecaster : SalesForecaster
            Fitted.

        Returns
        -------
        Explained

        Raises
        ------
        NotFittedModelError
            Before the forecaster's `fit`.

        Notes
        -----
        The series at the bottom are taken apart, and their parts added up: whatever the shape of the tree, parts add
        up to the forecast and those of children to those of their parents.

        Events and prices are what `DriverEffects` measures; a driver that no member with a share in the forecast
        has learned from explains nothing of it, and has no part. The season is that of the history, larger or smaller
        as it is in the forecast: line and factor are fitted to the forecast together, with one period's weight on the
        factor being 1, for a few steps cannot tell a slope from a season.
        """
        effects = DriverEffects.of(forecaster)
        events, price = effects.from_rest()
        rest = forecaster.fitted_.mean[forecaster.tree_.bottom] - events - price
        trend, season = _line_and_season(rest, profile=_profile(forecaster, share=effects.share))
        parts = Parts(trend=trend, season=season, events=events, price=price, other=rest - trend - season)
        return cls(forecaster=forecaster, effects=effects, parts=parts)

    def table(self) -> pd.DataFrame:
        """Lists the forecast of every node with its parts.

        Returns
        -------
        DataFrame, shape (n_nodes * horizon, 11 + 2 * n_levels)
            The columns of the forecaster's ``predict``, then ``trend``, ``season``, ``events``, ``price``, ``other``.
        """
        parts = self.parts.added_up(self.forecaster.tree_)
        return self.forecaster.predict().assign(**{name: part.ravel() for name, part in parts.columns().items()})


def contributions(forecaster: SalesForecaster) -> pd.DataFrame:
    """Lists a forecast with what it is made of; see `Explained`.

    Parameters
    ----------
    forecaster : SalesForecaster
        Fitted.

    Returns
    -------
    DataFrame, shape (n_nodes * horizon, 11 + 2 * n_levels)
        The columns of the forecaster's ``predict``, then ``trend``, ``season``, ``events``, ``price``, ``other``, which
        add up to ``mean``.

    Raises
    ------
    NotFittedModelError
        Before the forecaster's `fit`.

    Examples
    --------
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> dates = pd.date_range("2022-01-01", periods=12, freq="QS")
    >>> sales = pd.DataFrame({"rep": "1", "date": dates, "y": [80.0, 90, 110, 120] * 3})
    >>> forecaster = SalesForecaster(
    ...     4, frequency="quarter", hierarchy={"rep": ["rep"]}, members=[SeasonalNaiveGrowth()]
    ... )
    >>> told = contributions(forecaster.fit(sales))
    >>> told.loc[told["node"] == "rep=1", ["mean", "trend", "season", "events"]].round(3).head(2)
       mean  trend  season  events
    4  80.0  100.0   -20.0     0.0
    5  90.0  100.0   -10.0     0.0
    >>> contributions(SalesForecaster())
    Traceback (most recent call last):
    ...
    salescope.frames.errors.NotFittedModelError: ...
    """
    return Explained.of(forecaster).table()


def _profile(forecaster: SalesForecaster, *, share: float) -> Profiles:
    """Measures the season as the members see it: those that know of drivers do not take a yearly event for one."""
    panel, tree, horizon = forecaster.panel_, forecaster.tree_, forecaster.horizon
    seen = [(one, drivers) for one, drivers in ((share, True), (1.0 - share, False)) if one > 0]
    found = [(one, seasonal_profiles(panel, tree=tree, horizon=horizon, drivers=drivers)) for one, drivers in seen]
    ahead: Floats = np.sum([one * profile.ahead for one, profile in found], axis=0)
    size: Floats = np.sum([one * profile.size for one, profile in found], axis=0)
    return Profiles(ahead=ahead, size=size)


def _line_and_season(rest: Floats, *, profile: Profiles) -> tuple[Floats, Floats]:
    """Fits a line and a factor of the profile to each row."""
    steps = np.arange(rest.shape[1], dtype=np.float64)
    line = np.stack([np.ones_like(steps), steps - steps.mean()], axis=1)
    through = line @ np.linalg.pinv(line)
    ahead = profile.ahead
    bent = ahead - ahead @ through
    told = (bent * bent).sum(axis=1) + profile.size
    factor = np.divide((bent * rest).sum(axis=1) + profile.size, told, out=np.zeros_like(told), where=told > 0)
    largest, most = np.abs(ahead).max(axis=1, initial=0.0), MOST_SEASON * np.abs(rest).max(axis=1, initial=0.0)
    most = np.divide(most, largest, out=np.zeros_like(most), where=largest > 0)
    season = ahead * np.clip(factor, 0.0, most)[:, None]
    return (rest - season) @ through, season
