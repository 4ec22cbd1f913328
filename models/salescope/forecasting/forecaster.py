"""The forecaster of a tree of sales, in scikit-learn's manner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from salescope.forecasting.calendar import Floats
from salescope.forecasting.history import History, KnownOf, node_panel
from salescope.forecasting.intervals import Conformal
from salescope.forecasting.member import Member
from salescope.forecasting.members import default_members
from salescope.forecasting.origins import Origins
from salescope.forecasting.panel import Panel
from salescope.forecasting.sales import PreparedSales, prepare_sales
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import TreeForecast, Windows, forecast_tree, level_codes
from salescope.frames.errors import NotFittedModelError, OutOfRangeError

__all__ = ["SalesForecaster"]

LONGEST_HORIZON = 1_000


class SalesForecaster(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Forecasts every node of a tree of sales: coherent, with intervals that were measured on the past.

    Parameters
    ----------
    horizon : int, default 12
        How many periods ahead, 1 to 1,000.
    frequency : {"day", "week", "month", "quarter"}, default "month"
        The periods.
    hierarchy : mapping of str to sequence of str, optional
        The columns that make each level below the total; by default the series alone.
    levels : sequence of int, default (80, 95)
        Prediction intervals, in percent.
    windows : int, default 6
        By how many windows of the past members and reconciliation are chosen, and intervals measured.
    step : int, optional
        Periods from one window to the next; by default the horizon, so that they do not overlap.
    members : sequence of Member, optional
        Who forecasts; by default the baselines, two smoothings, Theta and boosted trees.
    seed : int, default 0
        Of everything drawn.

    Attributes
    ----------
    tree_ : Tree
        Of every node.
    panel_ : Panel
        Their histories.
    prepared_ : PreparedSales
        What was done with the rows, in words.
    fitted_ : TreeForecast
        The forecast and how it came about.
    intervals_ : Conformal
        What intervals are made of.

    Notes
    -----
    Members forecast every node; what each level averages, and how forecasts are made to add up, is what erred least in
    windows of the past and was nowhere worse than the baseline. The total stays what its own forecast says. Intervals
    are quantiles of the errors in those windows, after adding up, scaled and pooled by level and step.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> dates = pd.date_range("2022-01-01", periods=48, freq="MS")
    >>> sales = pd.concat(
    ...     pd.DataFrame({"series_id": rep, "region": rep[0], "date": dates, "y": 100.0 + rng.normal(size=48)})
    ...     for rep in ("N1", "N2", "S1")
    ... )
    >>> from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
    >>> from salescope.forecasting.smoothing import Smoothing
    >>> forecaster = SalesForecaster(
    ...     horizon=3, hierarchy={"region": ["region"]}, members=[SeasonalNaiveGrowth(), Smoothing()]
    ... )
    >>> answer = forecaster.fit(sales).predict()
    >>> first = answer[answer["step"] == 1].set_index("node")
    >>> bool(abs(first.loc["all", "mean"] - first.loc[["region=N", "region=S"], "mean"].sum()) < 1e-9)
    True
    """

    def __init__(
        self,
        horizon: int = 12,
        *,
        frequency: str = "month",
        hierarchy: Mapping[str, Sequence[str]] | None = None,
        levels: Sequence[int] = (80, 95),
        windows: int = 6,
        step: int | None = None,
        members: Sequence[Member] | None = None,
        seed: int = 0,
    ) -> None:
        self.horizon = horizon
        self.frequency = frequency
        self.hierarchy = hierarchy
        self.levels = levels
        self.windows = windows
        self.step = step
        self.members = members
        self.seed = seed

    def fit(
        self,
        sales: pd.DataFrame,
        *,
        as_of: pd.Timestamp | None = None,
        known: KnownOf | None = None,
        tell: Callable[[int, str], None] | None = None,
    ) -> SalesForecaster:
        """Learns from sales before a moment and forecasts what follows.

        Parameters
        ----------
        sales : DataFrame, shape (n_rows, n_columns)
            ``series_id, date, y`` (or ``unique_id, ds, y``) and the columns of the hierarchy.
        as_of : Timestamp, optional
            Only earlier rows count, and the period that contains it is left out; by default all whole periods.
        known : callable, optional
            Says what is known ahead of each node: events, prices.
        tell : callable, optional
            Is told the cutoff and the member before each forecast.

        Returns
        -------
        SalesForecaster

        Raises
        ------
        MissingColumnError
            If a column is not there.
        OutOfRangeError
            If an argument cannot be meant.
        OutcomeError
            If no whole period of sales is left.
        """
        history = self.read(sales, as_of=as_of, known=known, tell=tell)
        return self.fit_history(history)

    def read(
        self,
        sales: pd.DataFrame,
        *,
        as_of: pd.Timestamp | None = None,
        known: KnownOf | None = None,
        tell: Callable[[int, str], None] | None = None,
    ) -> History:
        """Reads sales for a fit and a backtest to share.

        Parameters
        ----------
        sales, as_of, known, tell
            As of `fit`.

        Returns
        -------
        History
        """
        self._check()
        levels = self.hierarchy or {}
        attributes = list(dict.fromkeys(column for columns in levels.values() for column in columns))
        prepared = prepare_sales(sales, frequency=self.frequency, as_of=as_of, attributes=attributes)
        tree = Tree.of(prepared.keys, levels=levels)
        panel = node_panel(prepared.panel, tree)
        panel = panel if known is None else replace(panel, known=known(tree, panel))
        origins = Origins(panel, self.chosen_members(), horizon=self.horizon, tell=tell)
        return History(prepared=prepared, tree=tree, origins=origins)

    def fit_history(self, history: History) -> SalesForecaster:
        """Forecasts what follows sales that were read.

        Parameters
        ----------
        history : History
            As `read` gives it.

        Returns
        -------
        SalesForecaster
        """
        self.prepared_: PreparedSales = history.prepared
        end = history.end
        return self.fit_tree(history.origins, tree=history.tree, cutoff=end, floor=history.floor(end))

    def fit_tree(self, origins: Origins, *, tree: Tree, cutoff: int, floor: Floats | None = None) -> SalesForecaster:
        """Forecasts the nodes of a tree from members' forecasts that may be shared with other cutoffs.

        Parameters
        ----------
        origins : Origins
            Members over the histories of the nodes.
        tree : Tree
            Which series add up to which nodes.
        cutoff : int
            So many periods are history.
        floor : ndarray of float, shape (n_bottom,), optional
            What no series may fall under.

        Returns
        -------
        SalesForecaster
        """
        self._check()
        windows = self._windows()
        self.tree_, self.panel_ = tree, origins.panel.until(cutoff)
        self.fitted_: TreeForecast = forecast_tree(origins, tree=tree, cutoff=cutoff, windows=windows, floor=floor)
        self.floor_ = np.full(tree.sums.shape[1], -np.inf) if floor is None else floor
        errors, scales, ages = measured_errors(self.fitted_, self.panel_)
        self.intervals_: Conformal = Conformal.of(
            errors, scale=scales, group=level_codes(tree), ages=ages, levels=tuple(self.levels)
        )
        return self

    def predict(self, levels: Sequence[int] | None = None) -> pd.DataFrame:
        """Lists the forecast of every node.

        Parameters
        ----------
        levels : sequence of int, optional
            Which intervals; by default those of the forecaster, and no others.

        Returns
        -------
        DataFrame, shape (n_nodes * horizon, 6 + 2 * n_levels)
            ``node``, ``level``, ``date`` (first day of the period), ``step`` (1 to horizon), ``mean``, ``baseline``,
            and ``lo_80``, ``hi_80`` … of every interval.

        Raises
        ------
        NotFittedModelError
            Before `fit`.
        OutOfRangeError
            If an interval was not measured.
        """
        self._check_fitted()
        wanted = tuple(self.levels) if levels is None else tuple(levels)
        for level in wanted:
            if level not in self.levels:
                raise OutOfRangeError(level, name="levels", where="predict", least=f"one of {list(self.levels)}")
        bands = self.intervals_.intervals(self.fitted_.mean, scale=self.fitted_.scale, floor=self._node_floor())
        return forecast_frame(self, {level: bands[level] for level in wanted})

    def predict_sums(self, periods: int) -> pd.DataFrame:
        """Lists what every node is forecast to sell in quarters or years, with intervals of their own.

        Parameters
        ----------
        periods : int
            How many periods are one sum, from the first step on; what is left over at the end is left out.

        Returns
        -------
        DataFrame, shape (n_nodes * n_sums, 5 + 2 * n_levels)
            ``node``, ``level``, ``date`` (first day of the sum), ``periods``, ``mean`` and the intervals.

        Raises
        ------
        NotFittedModelError
            Before `fit`.
        OutOfRangeError
            If the horizon has not so many periods.

        Notes
        -----
        Periods err together, so that neither the widths of periods nor their root of squares add up to that of a sum:
        it is measured on sums of the past.
        """
        self._check_fitted()
        errors, scales, ages = measured_errors(self.fitted_, self.panel_)
        intervals = Conformal.for_sums(
            errors,
            scale=scales,
            group=level_codes(self.tree_),
            periods=periods,
            ages=ages,
            levels=tuple(self.levels),
        )
        sums = self.horizon // periods
        mean = self.fitted_.mean[:, : sums * periods].reshape(-1, sums, periods).sum(axis=2)
        bands = intervals.intervals(mean, scale=self.fitted_.scale, floor=self._node_floor())
        columns: dict[str, Any] = {
            "node": np.repeat(np.asarray(self.tree_.nodes, dtype=object), sums),
            "level": np.repeat(np.asarray(self.tree_.level, dtype=object), sums),
            "date": np.tile(self.dates_ahead()[: sums * periods : periods], len(mean)),
            "periods": periods,
            "mean": mean.ravel(),
        }
        return pd.DataFrame(columns | banded(bands))

    def dates_ahead(self) -> pd.DatetimeIndex:
        """Lists the first days of the periods ahead.

        Returns
        -------
        DatetimeIndex, shape (horizon,)
        """
        return self.panel_.frequency.starts(self.panel_.dates[-1], count=self.horizon + 1)[1:]

    def chosen_members(self) -> list[Member]:
        """Lists who forecasts.

        Returns
        -------
        list of Member
        """
        return default_members(seed=self.seed) if self.members is None else list(self.members)

    def _windows(self) -> Windows:
        return Windows(count=self.windows, step=self.step or self.horizon)

    def _check_fitted(self) -> None:
        if not hasattr(self, "fitted_"):
            raise NotFittedModelError(type(self).__name__)

    def _node_floor(self) -> Floats:
        return np.where((np.nan_to_num(self.panel_.values) < 0).any(axis=1), -np.inf, 0.0)

    def _check(self) -> None:
        if not 1 <= self.horizon <= LONGEST_HORIZON:
            raise OutOfRangeError(self.horizon, name="horizon", where="SalesForecaster", least=1)
        if self.windows < 1:
            raise OutOfRangeError(self.windows, name="windows", where="SalesForecaster", least=1)
        for level in self.levels:
            if not 1 <= level <= 99:
                raise OutOfRangeError(level, name="levels", where="SalesForecaster", least=1)


def measured_errors(fitted: TreeForecast, panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Collects the errors that intervals are made of, and says how long ago they were.

    Parameters
    ----------
    fitted : TreeForecast
        With the errors of its windows.
    panel : Panel
        Histories of the nodes.

    Returns
    -------
    errors : ndarray of float, shape (n_windows, n_nodes, horizon)
        Steps that no window has seen get the error of the last one seen; without any window, how far the newest
        periods were from the mean of the earlier ones.
    scales : ndarray of float, shape (n_windows, n_nodes)
        What they are measured in.
    ages : ndarray of float, shape (n_windows,)
        Years from the cutoff of each window to that of the forecast.
    """
    horizon, year = fitted.mean.shape[1], panel.frequency.year
    if np.isfinite(fitted.errors).any():
        errors = fitted.errors.copy()
        for step in range(1, horizon):
            if not np.isfinite(errors[:, :, step]).any():
                errors[:, :, step] = errors[:, :, step - 1]
        return errors, fitted.scales, (fitted.cutoff - np.asarray(fitted.cutoffs, dtype=np.float64)) / year
    # A period in which a node had not begun is missing: it is no error of nought.
    values = np.asarray(panel.values)
    length = values.shape[1]
    newest = list(range(max(1, length - 3), length))
    apart = [values[:, place] - np.nan_to_num(values[:, :place]).mean(axis=1) for place in newest] or [values[:, -1]]
    scales = np.repeat(fitted.scale[None], len(apart), axis=0)
    ages = (length - np.asarray(newest or [0], dtype=np.float64)) / year
    return np.repeat(np.asarray(apart)[:, :, None], horizon, axis=2), scales, ages


def forecast_frame(forecaster: SalesForecaster, bands: Mapping[int, tuple[Floats, Floats]]) -> pd.DataFrame:
    """Writes a forecast as a long table."""
    tree, fitted, horizon = forecaster.tree_, forecaster.fitted_, forecaster.horizon
    count = len(tree.nodes)
    columns: dict[str, Any] = {
        "node": np.repeat(np.asarray(tree.nodes, dtype=object), horizon),
        "level": np.repeat(np.asarray(tree.level, dtype=object), horizon),
        "date": np.tile(forecaster.dates_ahead(), count),
        "step": np.tile(np.arange(1, horizon + 1), count),
        "mean": fitted.mean.ravel(),
        "baseline": fitted.baseline.ravel(),
    }
    return pd.DataFrame(columns | banded(bands))


def banded(bands: Mapping[int, tuple[Floats, Floats]]) -> dict[str, Floats]:
    """Names the ends of intervals as columns."""
    ends = ((level, low, high) for level, (low, high) in bands.items())
    return {
        name: end.ravel() for level, low, high in ends for name, end in ((f"lo_{level}", low), (f"hi_{level}", high))
    }
