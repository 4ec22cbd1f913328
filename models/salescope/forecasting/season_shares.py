"""Sums over many periods: how much a series' share of the total goes back to what it was over the years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from salescope.forecasting.calendar import Floats
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import TreeForecast

__all__ = ["SeasonShares", "season_shares"]

# Averages over so many seasons, each twice as long as the one before; the last is all of history.
MEMORIES = (2, 4, 8, 1_000)
FORECAST = "forecast"
# Weights learned from fewer windows would be those of one or two years.
FEWEST_WINDOWS = 3
EQUALITY = 1e4
# A smaller part of the total is as good as nothing, and no ratio to it is worth having.
LEAST_SHARE = 1e-12


@dataclass(frozen=True, kw_only=True)
class SeasonShares:
    """Moves the sum of a forecast over its steps to a weighted mean of itself and of averages over past seasons.

    Parameters
    ----------
    weights : mapping of str to float
        How much ``forecast`` and averages over ``2 seasons`` … ``all seasons`` weigh; they add up to 1.
    season, horizon : int
        Periods of a season, and steps that are summed.

    Examples
    --------
    Two series sold alike for years; one has had a good season, and half of that is luck.

    >>> shares = SeasonShares(weights={"forecast": 0.5, "2 seasons": 0.5}, season=2, horizon=2)
    >>> history = np.array([[10.0, 10.0, 16.0, 16.0], [10.0, 10.0, 8.0, 8.0]])
    >>> shares.corrected(np.array([[16.0, 16.0], [8.0, 8.0]]), history=history).round(2)
    array([[15.09, 15.09],
           [ 8.91,  8.91]])
    """

    weights: Mapping[str, float]
    season: int
    horizon: int

    def corrected(self, forecast: Floats, *, history: Floats) -> Floats:
        """Moves the sums, and keeps their total and how a series' sum is spread over its steps.

        Parameters
        ----------
        forecast : ndarray of float, shape (n_series, horizon)
            Coherent forecasts of the series.
        history : ndarray of float, shape (n_series, n_periods)
            What they sold before; NaN before they began.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
            What is forecast to sell nothing still sells nothing.
        """
        said = forecast.sum(axis=1)
        mixed = np.zeros(len(said))
        for (name, weight), years in zip(self.weights.items(), (0, *MEMORIES), strict=False):
            if weight:
                mixed += weight * (said if name == FORECAST else self._average(said, history=history, years=years))
        ratio = np.divide(mixed, said, out=np.ones_like(said), where=_sells(said))
        return np.asarray(forecast * ratio[:, None], dtype=np.float64)

    def averages(self, said: Floats, *, history: Floats) -> list[Floats]:
        """Computes every average, scaled to the total.

        Parameters
        ----------
        said : ndarray of float, shape (n_series,)
            Sums of the forecast.
        history : ndarray of float, shape (n_series, n_periods)
            What was sold before.

        Returns
        -------
        list of ndarray of float, each of shape (n_series,)
        """
        return [self._average(said, history=history, years=years) for years in MEMORIES]

    def _average(self, said: Floats, *, history: Floats, years: int) -> Floats:
        """Averages the sums of the same steps of past seasons; a series that had none keeps its forecast."""
        whole = min(years, history.shape[1] // self.season)
        recent = history[:, history.shape[1] - whole * self.season :].reshape(len(history), whole, self.season)
        known = np.isfinite(recent)
        seen = np.asarray(known.any(axis=1), dtype=np.bool_).all(axis=1) & _sells(said)
        profile = np.nan_to_num(recent).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        average = np.maximum(profile[:, np.arange(self.horizon) % self.season].sum(axis=1), 0.0)
        told, whole_average = float(said[seen].sum()), float(average[seen].sum())
        return np.where(seen, average * (told / whole_average), said) if whole_average > 0.0 else said


def _sells(said: Floats) -> NDArray[np.bool_]:
    return np.asarray((said > 0.0) & (said >= LEAST_SHARE * said.sum()), dtype=np.bool_)


def season_shares(fit: TreeForecast, *, history: Floats, tree: Tree, season: int, horizon: int) -> SeasonShares:
    """Learns from the windows of a fit how much the sums of series go back to their averages.

    Parameters
    ----------
    fit : TreeForecast
        A coherent forecast and its errors in windows of the past.
    history : ndarray of float, shape (n_nodes, n_periods)
        Sales of every node before the cutoff of the fit.
    tree : Tree
        Which series add up to which nodes.
    season : int
        Periods of a season.
    horizon : int
        Steps that are summed.

    Returns
    -------
    SeasonShares
        Of fewer than three whole windows, the forecast alone.

    Notes
    -----
    Nonnegative least squares over the sums of all nodes and windows, each in the scale of its node, with weights that
    add up to one: a forecast combined with longer memories, at the frequency of the sum (Athanasopoulos et al. 2017,
    *Forecasting with temporal hierarchies*). One set of weights for all nodes keeps the answer coherent.
    """
    names = (FORECAST, *[f"{years} seasons" for years in MEMORIES[:-1]], "all seasons")
    plain = SeasonShares(weights={FORECAST: 1.0}, season=season, horizon=horizon)
    rows = [_rows(fit, plain, history=history, tree=tree, window=window) for window in range(len(fit.cutoffs))]
    told = [row for row in rows if row is not None]
    if len(told) < FEWEST_WINDOWS:
        return plain
    found = _weights(np.concatenate([row[:, :-1] for row in told]), np.concatenate([row[:, -1] for row in told]))
    return SeasonShares(weights=dict(zip(names, found.tolist(), strict=True)), season=season, horizon=horizon)


def _rows(fit: TreeForecast, shares: SeasonShares, *, history: Floats, tree: Tree, window: int) -> Floats | None:
    """Lays forecast, averages and actual sums of the nodes of one window side by side, in scales."""
    cutoff = fit.cutoffs[window]
    errors = fit.errors[window, :, : shares.horizon]
    if cutoff + shares.horizon > history.shape[1] or cutoff < 2 * shares.season:
        return None
    whole = np.isfinite(errors).all(axis=1)
    actual = history[:, cutoff : cutoff + shares.horizon]
    said = np.where(whole, (actual - errors).sum(axis=1), 0.0)
    averages = shares.averages(said[tree.bottom], history=history[tree.bottom, :cutoff])
    columns = [said, *[np.asarray(tree.sums @ average) for average in averages], actual.sum(axis=1)]
    return np.asarray(np.column_stack(columns)[whole] / fit.scales[window, whole, None], dtype=np.float64)


def _weights(parts: Floats, actual: Floats) -> Floats:
    """Solves least squares with weights of at least 0 that add up to 1 (Lawson and Hanson 1974, chapter 22)."""
    heavy = EQUALITY * float(np.sqrt((parts**2).sum()) or 1.0)
    system = np.vstack([parts, np.full((1, parts.shape[1]), heavy)])
    found = nnls(system, np.append(actual, heavy))[0]
    return np.asarray(found / found.sum(), dtype=np.float64)
