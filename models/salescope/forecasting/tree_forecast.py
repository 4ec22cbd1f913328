"""One forecast of a whole tree at one cutoff: members, gate, reconciliation, and the errors intervals come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.combination import BASELINE, MOST_WORSE, Gate, choose_weights, combine, mean_error
from salescope.forecasting.intervals import series_scale
from salescope.forecasting.living import LivingTree, living_series
from salescope.forecasting.origins import Origins
from salescope.forecasting.panel import Panel
from salescope.forecasting.reconciliation import MOST_DENSE_NODES, Method
from salescope.forecasting.tree import Tree
from salescope.forecasting.windows import Windows, fit_cutoffs, windows_in_words

__all__ = ["Reconciler", "TreeForecast", "Windows", "forecast_tree", "level_codes"]

Reconciler = Literal["bottom_up", "wls", "wls_level", "mint_shrink"]
RECONCILERS: tuple[Reconciler, ...] = ("wls", "wls_level", "mint_shrink", "bottom_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeForecast:
    """Holds a coherent forecast of every node, and how it came about.

    Parameters
    ----------
    cutoff : int
        So many periods were history.
    mean : ndarray of float, shape (n_nodes, horizon)
        The forecast; every node is the sum of its series, and one that sells no more or not yet is zero.
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

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
    >>> from salescope.forecasting.examples import monthly
    >>> from salescope.forecasting.history import node_panel
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    >>> panel = node_panel(monthly([[1.0, 2.0] * 18, [3.0, 1.0] * 18]), tree)
    >>> origins = Origins(panel, [SeasonalNaive(), SeasonalNaiveGrowth()], horizon=2)
    >>> found = forecast_tree(origins, tree=tree, cutoff=36, windows=Windows(count=2, step=2))
    >>> found.cutoffs, found.whole_windows, found.measured_on
    ((34, 32), 2, 'measured on 2 windows')
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

    @property
    def whole_windows(self) -> int:
        """Is how many windows it was chosen and measured by that had ended by the cutoff."""
        return sum(one + self.mean.shape[1] <= self.cutoff for one in self.cutoffs)

    @property
    def measured_on(self) -> str:
        """Is the same in words, "measured on 1 window"; said too where there is none, or only a part of one."""
        return windows_in_words(self.cutoffs, end=self.cutoff, horizon=self.mean.shape[1])


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

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
    >>> from salescope.forecasting.examples import monthly
    >>> from salescope.forecasting.history import node_panel
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    >>> panel = node_panel(monthly([[1.0, 2.0] * 18, [3.0, 1.0] * 18]), tree)
    >>> origins = Origins(panel, [SeasonalNaive(), SeasonalNaiveGrowth()], horizon=2)
    >>> found = forecast_tree(origins, tree=tree, cutoff=36, windows=Windows(count=2, step=2))
    >>> found.mean.round(6)
    array([[4., 3.], [1., 2.], [3., 1.]])
    """
    history, season = origins.panel.values[:, :cutoff], origins.panel.frequency.season
    group = level_codes(tree)
    scale = series_scale(history, season=season)
    cutoffs = fit_cutoffs(cutoff, horizon=origins.horizon, season=season, windows=windows)
    past = origins.stacked(cutoffs)
    actual = _actuals(origins, cutoffs, known=cutoff)
    gate = choose_weights(past, actual, members=origins.names, scale=scale, group=group)
    now = origins.stacked([cutoff])[:, 0]
    base = combine(now, gate=gate, group=group)
    before = combine(past, gate=gate, group=group)
    named = list(origins.names).index(BASELINE)
    living = [_living(tree, origins.panel.until(one)) for one in (*cutoffs, cutoff)]
    trial = _Trial(living, before, actual, past[named], scale, group, floor)
    reconciler, adjusted = trial.best()
    return TreeForecast(
        cutoff=cutoff,
        mean=trial.reconciled(base, reconciler),
        baseline=now[named],
        base=base,
        gate=gate,
        reconciler=reconciler,
        cutoffs=tuple(cutoffs),
        errors=actual - adjusted,
        scale=scale,
        scales=np.array([series_scale(history[:, :one], season=season) for one in cutoffs]).reshape(
            len(cutoffs), len(history)
        ),
    )


def level_codes(tree: Tree) -> Ints:
    """Numbers the levels of a tree, from the total down; one code a node.

    Parameters
    ----------
    tree : Tree

    Returns
    -------
    ndarray of int, shape (n_nodes,)

    Examples
    --------
    >>> import pandas as pd
    >>> level_codes(Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]}))
    array([0, 1, 1])
    """
    place = {level: code for code, level in enumerate(tree.levels)}
    return np.array([place[level] for level in tree.level], dtype=np.int64)


def _living(tree: Tree, panel: Panel) -> LivingTree:
    series = living_series(panel.values[tree.bottom], frequency=panel.frequency)
    return LivingTree.of(tree, series=series)


def _actuals(origins: Origins, cutoffs: Sequence[int], *, known: int) -> Floats:
    shape = (len(cutoffs), len(origins.panel.values), origins.horizon)
    return np.array([origins.actual(one, known=known) for one in cutoffs], dtype=np.float64).reshape(shape)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Tries the ways of making forecasts add up on the windows of the past; `living` is of each window and of now."""

    living: Sequence[LivingTree]
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
        living = self.living[-1 if without is None else without]
        return living.reconcile(base, method=method, errors=errors, floor=self.floor)

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
            if reconciler == "mint_shrink" and self.before.shape[1] > MOST_DENSE_NODES:
                continue
            # A window that had a say in the weights would speak for itself.
            adjusted = np.array(
                [self.reconciled(base, reconciler, without=window) for window, base in enumerate(self.before)]
            )
            score = self._score(adjusted)
            # The simpler one, where the other is better by nothing but rounding.
            if score < (least[0], least[1] * (1.0 - 1e-9)):
                found, least = (reconciler, adjusted), score
        assert found is not None  # noqa: S101 - bottom-up always has a score
        return found

    def _score(self, adjusted: Floats) -> tuple[bool, float]:
        seen = ~np.isnan(self.actual).all(axis=(0, 2))
        actual, scale, group = self.actual[:, seen], self.scale[seen], self.group[seen]
        mine = mean_error(adjusted[:, seen], actual, scale=scale)
        base = mean_error(self.baseline[:, seen], actual, scale=scale)
        parts = [(mine[:, group == level], base[:, group == level]) for level in np.unique(group)]
        worse = any(
            np.nanmean(ours) > MOST_WORSE * np.nanmean(theirs)
            for ours, theirs in parts + list(zip(mine, base, strict=True))
            if not np.isnan(theirs).all()
        )
        return worse, float(np.nanmean(mine))
