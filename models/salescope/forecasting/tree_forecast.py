"""One forecast of a whole tree at one cutoff: members, gate, reconciliation, and the errors intervals come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.combination import BASELINE, MOST_WORSE, Gate, choose_weights, combine, mean_error
from salescope.forecasting.intervals import series_scale
from salescope.forecasting.origins import Origins, cutoffs_before
from salescope.forecasting.reconciliation import MOST_DENSE_NODES, Method, reconcile
from salescope.forecasting.tree import Tree

__all__ = ["Reconciler", "TreeForecast", "Windows", "forecast_tree", "level_codes"]

Reconciler = Literal["bottom_up", "wls", "wls_level", "mint_shrink"]
RECONCILERS: tuple[Reconciler, ...] = ("wls", "wls_level", "mint_shrink", "bottom_up")
FEWEST_PERIODS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Says by which windows of the past a forecast is chosen and its intervals are measured.

    Parameters
    ----------
    count : int
        At most so many.
    step : int
        Periods from one cutoff to the next.
    """

    count: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeForecast:
    """Holds a coherent forecast of every node, and how it came about.

    Parameters
    ----------
    cutoff : int
        So many periods were history.
    mean : ndarray of float, shape (n_nodes, horizon)
        The forecast; every node is the sum of its series.
    baseline : ndarray of float, shape (n_nodes, horizon)
        What the baseline says of each node.
    base : ndarray of float, shape (n_nodes, horizon)
        The combination before reconciliation.
    gate : Gate
        What each level averages.
    reconciler : {"bottom_up", "wls", "wls_level", "mint_shrink"}
        How forecasts were made to add up.
    cutoffs : tuple of int, shape (n_windows,)
        The windows, the newest first.
    errors : ndarray of float, shape (n_windows, n_nodes, horizon)
        Actual minus reconciled forecast in each; NaN where unknown.
    scale : ndarray of float, shape (n_nodes,)
        Mean absolute error of the seasonal naive forecast within the history.
    scales : ndarray of float, shape (n_windows, n_nodes)
        The same of the history before each window.
    """

    cutoff: int
    mean: Floats
    baseline: Floats
    base: Floats
    gate: Gate
    reconciler: Reconciler
    cutoffs: tuple[int, ...]
    errors: Floats
    scale: Floats
    scales: Floats


def forecast_tree(
    origins: Origins, *, tree: Tree, cutoff: int, windows: Windows, floor: Floats | None = None
) -> TreeForecast:
    """Forecasts every node from what happened before a cutoff.

    Parameters
    ----------
    origins : Origins
        Members over the histories of the tree's nodes.
    tree : Tree
        Which series add up to which nodes.
    cutoff : int
        So many periods are history; nothing later is looked at.
    windows : Windows
        The windows before the cutoff.
    floor : ndarray of float, shape (n_bottom,), optional
        What no series may fall under.

    Returns
    -------
    TreeForecast
    """
    history = origins.panel.values[:, :cutoff]
    group = level_codes(tree)
    scale = series_scale(history, season=origins.panel.frequency.season)
    least = max(2 * origins.panel.frequency.season, FEWEST_PERIODS)
    cutoffs = _cutoffs(cutoff, horizon=origins.horizon, windows=windows, least=least)
    past = origins.stacked(cutoffs)
    actual = _actuals(origins, cutoffs, known=cutoff)
    gate = choose_weights(past, actual, members=origins.names, scale=scale, group=group)
    now = origins.stacked([cutoff])[:, 0]
    base = combine(now, gate=gate, group=group)
    before = combine(past, gate=gate, group=group)
    named = list(origins.names).index(BASELINE)
    trial = _Trial(tree, before, actual, past[named], scale, group, floor)
    reconciler, adjusted = trial.best()
    ended = _ended(history, season=origins.panel.frequency.season)
    return TreeForecast(
        cutoff=cutoff,
        mean=trial.reconciled(np.where(ended[:, None], 0.0, base), reconciler),
        baseline=now[named],
        base=base,
        gate=gate,
        reconciler=reconciler,
        cutoffs=tuple(cutoffs),
        errors=actual - adjusted,
        scale=scale,
        scales=np.array(
            [series_scale(history[:, :one], season=origins.panel.frequency.season) for one in cutoffs]
        ).reshape(len(cutoffs), len(history)),
    )


def level_codes(tree: Tree) -> Ints:
    """Numbers the levels of a tree, from the total down; one code a node."""
    place = {level: code for code, level in enumerate(tree.levels)}
    return np.array([place[level] for level in tree.level], dtype=np.int64)


def _cutoffs(cutoff: int, *, horizon: int, windows: Windows, least: int) -> list[int]:
    found = cutoffs_before(cutoff, horizon=horizon, windows=windows.count, step=windows.step, least=least)
    if len(found) >= 2:
        return found
    # Under two windows after two whole seasons, shorter histories have to do.
    least = max(FEWEST_PERIODS, min(least // 2, cutoff // 2))
    return cutoffs_before(cutoff, horizon=horizon, windows=windows.count, step=windows.step, least=least)


def _actuals(origins: Origins, cutoffs: Sequence[int], *, known: int) -> Floats:
    shape = (len(cutoffs), len(origins.panel.values), origins.horizon)
    return np.array([origins.actual(one, known=known) for one in cutoffs], dtype=np.float64).reshape(shape)


def _ended(history: Floats, *, season: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Finds what has sold nothing for a whole season after it once did."""
    newest = history[:, -season:]
    return np.asarray((np.nan_to_num(newest) == 0).all(axis=1) & (history.shape[1] > season), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Tries the ways of making forecasts add up on the windows of the past."""

    tree: Tree
    before: Floats
    actual: Floats
    baseline: Floats
    scale: Floats
    group: Ints
    floor: Floats | None

    def reconciled(self, base: Floats, reconciler: Reconciler, *, without: int | None = None) -> Floats:
        """Makes a forecast add up by what was seen in the windows, all of them or all but one."""
        method: Method = "wls" if reconciler == "wls_level" else reconciler
        errors = None if reconciler == "wls_level" else self._errors(without)
        if errors is None and method == "mint_shrink":
            method = "wls"
        return reconcile(base, tree=self.tree, method=method, errors=errors, pin_total=True, floor=self.floor)

    def _errors(self, without: int | None) -> Floats | None:
        kept = [window for window in range(len(self.before)) if window != without]
        if not kept:
            return None
        seen = self.actual[kept] - self.before[kept]
        return seen.transpose(1, 0, 2).reshape(seen.shape[1], -1)

    def best(self) -> tuple[Reconciler, Floats]:
        """Chooses the way that errs least, of those that no level is worse under than under the baseline."""
        if not self.actual.shape[0]:
            return "wls_level", self.before
        found, least = None, (True, np.inf)
        for reconciler in RECONCILERS:
            if reconciler == "mint_shrink" and len(self.tree.nodes) > MOST_DENSE_NODES:
                continue
            # A window that had a say in the weights would speak for itself.
            adjusted = np.array(
                [self.reconciled(base, reconciler, without=window) for window, base in enumerate(self.before)]
            )
            score = self._score(adjusted)
            if score < least:
                found, least = (reconciler, adjusted), score
        assert found is not None  # noqa: S101 - bottom-up always has a score
        return found

    def _score(self, adjusted: Floats) -> tuple[bool, float]:
        mine = mean_error(adjusted, self.actual, scale=self.scale)
        base = mean_error(self.baseline, self.actual, scale=self.scale)
        levels = [self.group == level for level in range(int(self.group.max()) + 1)]
        parts = [(mine[:, rows], base[:, rows]) for rows in levels] + list(zip(mine, base, strict=True))
        worse = any(
            np.nanmean(ours) > MOST_WORSE * np.nanmean(theirs) for ours, theirs in parts if not np.isnan(theirs).all()
        )
        return worse, float(np.nanmean(mine))
