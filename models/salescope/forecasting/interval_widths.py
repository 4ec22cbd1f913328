"""How wide intervals are: errors of the past, newer ones first, and a drift that none of them has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from salescope.forecasting.calendar import Floats, Ints

__all__ = ["widths_of"]

# A group of fewer scores at a step pools its steps; one of fewer in all steps borrows from every node.
FEWEST_SCORES = 100
FEWEST_OF_ALL_STEPS = 40
LEAST_DRAWS = 2.0
# An error counts less with every year that has passed since; forecasts drift away from it by so much of its square a
# year; and of that drift the periods of a sum share so much. Chosen on a monthly tree of 555 nodes over six years and
# on made companies, see the room's README.
KEPT_A_YEAR = 0.6
DRIFT_A_YEAR = 0.03
SHARED_DRIFT = 0.7


def widths_of(
    errors: Floats, *, scale: Floats, group: Ints, ages: Floats, levels: Sequence[int], periods: int = 1
) -> Floats:
    """Measures half the width of intervals, in scales of the series.

    Parameters
    ----------
    errors : ndarray of float, shape (n_windows, n_nodes, horizon)
        Actual minus reconciled forecast; NaN where unknown, at least one known.
    scale : ndarray of float, shape (n_nodes,) or (n_windows, n_nodes)
        What each error is measured in.
    group : ndarray of int, shape (n_nodes,)
        From 0 on.
    ages : ndarray of float, shape (n_windows,)
        Years from the cutoff of each window to the one that is forecast from.
    levels : sequence of int
        Per cent.
    periods : int, default 1
        How many periods are one sum.

    Returns
    -------
    ndarray of float, shape (n_levels, n_groups, horizon // periods)
        A step that no window reached is as wide as the widest known one; a higher level is never narrower.
    """
    single = _Scores.of(errors / np.atleast_2d(scale)[:, :, None], ages=ages)
    whole = single.summed(periods)
    found = np.array([
        [_half(single, whole, mine=group == number, level=level, periods=periods) for number in range(group.max() + 1)]
        for level in levels
    ])  # fmt: skip
    order = np.argsort(levels)
    found[order] = np.maximum.accumulate(found[order], axis=0)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """Holds errors in scales, and what those of each window still say."""

    values: Floats
    weight: Floats
    age: float

    @classmethod
    def of(cls, values: Floats, *, ages: Floats) -> _Scores:
        weight = KEPT_A_YEAR**ages
        return cls(values=values, weight=weight, age=float((weight * ages).sum() / weight.sum()))

    @property
    def draws(self) -> float:
        """Is how many windows of one weight would say as much (Kish)."""
        return float(self.weight.sum() ** 2 / (self.weight**2).sum())

    def summed(self, periods: int) -> _Scores:
        windows, nodes, horizon = self.values.shape
        kept = self.values[:, :, : horizon // periods * periods]
        sums = kept.reshape(windows, nodes, horizon // periods, periods).sum(axis=3)
        return _Scores(values=sums, weight=self.weight, age=self.age)

    def pooled(self, mine: NDArray[np.bool_]) -> bool:
        """Says whether a group has too few scores a step to tell its steps apart."""
        known = int(np.isfinite(self.values[:, mine]).sum())
        return known < FEWEST_SCORES * int(self.values.shape[2])

    def quantiles(self, level: int, *, mine: NDArray[np.bool_]) -> Floats:
        """Finds the score of each step that so many per cent do not exceed."""
        steps = self.values.shape[2]
        if not self.pooled(mine):
            found = np.array([self._quantile(level, [self.values[:, mine, step]]) for step in range(steps)])
            return np.where(np.isnan(found), np.nanmax(found), found)
        own = self.values[:, mine]
        few = np.isfinite(own).sum() < FEWEST_OF_ALL_STEPS
        return np.full(steps, self._quantile(level, [own, self.values] if few else [own]))

    def _quantile(self, level: int, parts: Sequence[Floats]) -> float:
        sizes = np.concatenate([np.abs(part).reshape(len(part), -1) for part in parts], axis=1)
        weight, known = np.broadcast_to(self.weight[:, None], sizes.shape), np.isfinite(sizes)
        if not known.any():
            return float("nan")
        share = min(1.0, level / 100 * (1 + 1 / int(known.sum())))
        return float(np.quantile(sizes[known], share, weights=weight[known], method="inverted_cdf"))

    def independent(self, mine: NDArray[np.bool_]) -> float:
        """Counts how many independent draws the scores of a group amount to: windows where all err together."""
        own = self.values[:, mine]
        if self.pooled(mine):
            own = own.reshape(len(own), -1, 1)
        # Nodes that had not begun in any window are no draws.
        own = own[:, np.isfinite(own).any(axis=(0, 2))]
        members = max(1, int(own.shape[1]))
        return max(LEAST_DRAWS, self.draws * members / (1 + (members - 1) * _shared(own)))


def _half(single: _Scores, whole: _Scores, *, mine: NDArray[np.bool_], level: int, periods: int) -> Floats:
    seen = whole.quantiles(level, mine=mine)
    each = seen if periods == 1 else single.quantiles(level, mine=mine)[: len(seen) * periods]
    square = (each**2).reshape(len(seen), periods).mean(axis=1)
    together = periods * (1 + (periods - 1) * SHARED_DRIFT)
    drift = DRIFT_A_YEAR * single.age * together * square * _student(level, draws=max(LEAST_DRAWS, single.draws)) ** 2
    half: Floats = np.sqrt(seen**2 + drift) * _student(level, draws=whole.independent(mine))
    return half


def _shared(values: Floats) -> float:
    """Estimates the intraclass correlation: which share of the variance of errors is that of windows as a whole."""
    between = within = 0.0
    for step in range(values.shape[2]):
        here = values[:, :, step]
        here = here[np.isfinite(here).any(axis=1)]
        here = here[:, np.isfinite(here).all(axis=0)]
        if min(here.shape) >= 2:
            centre = here.mean(axis=1, keepdims=True)
            between += here.shape[1] * float(centre.var(ddof=1))
            within += float(((here - centre) ** 2).sum()) / (here.shape[0] * (here.shape[1] - 1))
    if between + within == 0:
        return 1.0
    nodes = values.shape[1]
    return float(np.clip((between - within) / (between + (nodes - 1) * within), 0.0, 1.0))


def _student(level: int, *, draws: float) -> float:
    """Widens a normal interval whose spread was measured in so few draws."""
    upper = 0.5 + level / 200
    return float(stats.t.ppf(upper, draws) / stats.norm.ppf(upper) * np.sqrt(1 + 1 / draws))
