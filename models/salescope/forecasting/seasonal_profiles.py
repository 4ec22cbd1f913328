"""What the season adds to each series of a tree in the periods ahead, by its history and its ancestors'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.panel import Panel
from salescope.forecasting.tree import Tree

__all__ = ["Profiles", "seasonal_profiles"]

MOST_YEARS = 4
HARMONICS = 4
AT_ONCE = 256
# Of columns that cannot be told apart (every Sunday is closed) the driver is believed, for it costs less than a season.
SEASON_COST, COST = 1e-5, 1e-7
LEAST_LEVEL = 1e-9
LEAST_GROWTH, MOST_GROWTH = 0.5, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """Holds seasonal profiles.

    Parameters
    ----------
    ahead : ndarray of float, shape (n_bottom, horizon)
        What the season adds to the mean of a cycle, in units of sales.
    size : ndarray of float, shape (n_bottom,)
        Mean square of what it adds over a whole cycle.
    """

    ahead: Floats
    size: Floats


def seasonal_profiles(panel: Panel, *, tree: Tree, horizon: int, drivers: bool = False) -> Profiles:
    """Measures the season of the series at the bottom of a tree.

    Parameters
    ----------
    panel : Panel
        Histories of the nodes; the newest four years are read.
    tree : Tree
        Which series add up to which nodes.
    horizon : int
        How many periods ahead.
    drivers : bool, default False
        Whether what drivers did in the past is taken out, so that a yearly event does not pass for a season.

    Returns
    -------
    Profiles

    Notes
    -----
    Least squares of the history on a line, the places of the season (days: weekdays, and of histories of two years four
    waves of a year) and, where asked for, the series' own drivers: the slope is not averaged into the season. A season
    that has grown with its series is carried on, by the slope of what the regression leaves on profile times time, as
    far as that is more than noise. Each profile is then drawn towards that of its nearest ancestor, and that towards
    the total's, by ``1 - expected squared error / squared distance`` (James and Stein 1961, *Estimation with quadratic
    loss*, its positive part): one that is known exactly stays, one that noise has made or that is too short takes the
    ancestor's.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1"]}), levels={"rep": ["rep"]})
    >>> year = np.array([1.0, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3])
    >>> sales = np.tile(year, 4) + 0.5 * np.arange(48)
    >>> seasonal_profiles(monthly([sales, sales]), tree=tree, horizon=7).ahead.round(3)
    array([[-1., -1., -1., -1., -1., -1.,  1.]])
    """
    found = _fitted(_Design.of(panel, horizon=horizon, drivers=drivers), panel=panel)
    total = found.only(np.zeros(1, dtype=np.int64))
    shape = total.relative(total.towards(np.zeros_like(total.profile)))
    above = _nearest_ancestors(tree)
    middle = found.only(above)
    shapes = middle.relative(middle.towards(shape * middle.level[:, None]))
    own = found.only(tree.bottom)
    drawn = own.towards(shapes * own.level[:, None])
    cycle = drawn[:, :-horizon]
    return Profiles(ahead=drawn[:, -horizon:], size=(cycle**2).mean(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Design:
    """Holds what all nodes share: ``columns`` of the window, and the ``season`` at the newest cycle and ahead."""

    columns: Floats
    season: Floats
    time: Floats
    cycle: int
    drivers: bool

    @classmethod
    def of(cls, panel: Panel, *, horizon: int, drivers: bool) -> _Design:
        frequency, periods = panel.frequency, panel.values.shape[1]
        waves = frequency.name == "day" and periods >= 2 * frequency.year
        cycle = frequency.year if waves else frequency.season
        window = np.arange(max(0, periods - MOST_YEARS * frequency.year), periods)
        line = np.stack([np.ones(len(window)), (window - periods) / len(window)], axis=1)
        asked = np.arange(periods - cycle, periods + horizon)
        season = _places(asked, season=frequency.season, waves=waves)
        columns = np.hstack([line, _places(window, season=frequency.season, waves=waves)])
        # A profile is what comes on top of the mean of its cycle.
        return cls(
            columns=columns,
            season=season - season[:cycle].mean(axis=0),
            time=(asked - periods) / len(window),
            cycle=cycle,
            drivers=drivers,
        )


def _places(period: Ints, *, season: int, waves: bool) -> Floats:
    columns = [(period % season == place).astype(np.float64) for place in range(season)]
    if waves:
        turns = [2.0 * np.pi * wave * period / 365.25 for wave in range(1, HARMONICS + 1)]
        columns += [turn for angle in turns for turn in (np.sin(angle), np.cos(angle))]
    return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """Holds the profile of each node at the newest cycle and ahead, its level, and how far it may be off."""

    profile: Floats
    level: Floats
    error: Floats
    cycle: int

    def only(self, rows: Ints) -> _Fit:
        return _Fit(profile=self.profile[rows], level=self.level[rows], error=self.error[rows], cycle=self.cycle)

    def towards(self, prior: Floats) -> Floats:
        """Draws profiles to what they would be if nothing were known of the nodes themselves."""
        apart = ((self.profile - prior)[:, : self.cycle] ** 2).sum(axis=1)
        noise = np.divide(self.error, apart, out=np.ones_like(apart), where=apart > 0)
        own = np.clip(1.0 - noise, 0.0, 1.0)[:, None]
        # Periods that were never seen may have any profile, and none of it is to be carried on.
        return prior + np.where(own > 0, own * (self.profile - prior), 0.0)

    def relative(self, profile: Floats) -> Floats:
        """Divides by the level."""
        usable = self.level != 0
        return np.where(usable[:, None], profile / np.where(usable, self.level, 1.0)[:, None], 0.0)


def _fitted(design: _Design, *, panel: Panel) -> _Fit:
    window = len(design.columns)
    values = panel.values[:, -window:]
    drivers = _standard(panel, window=window) if design.drivers else np.zeros((len(values), window, 0))
    starts = range(0, len(values), AT_ONCE)
    parts = [_solved(design, values[at : at + AT_ONCE], drivers=drivers[at : at + AT_ONCE]) for at in starts]
    seen = ~np.isnan(values)
    count = np.maximum(seen.sum(axis=1), 1)
    level, size = np.nan_to_num(values).sum(axis=1) / count, np.abs(np.nan_to_num(values)).sum(axis=1) / count
    return _Fit(
        profile=np.concatenate([profile for profile, _ in parts]),
        level=np.where(np.abs(level) > LEAST_LEVEL * size, level, 0.0),
        error=np.concatenate([error for _, error in parts]),
        cycle=design.cycle,
    )


def _solved(design: _Design, values: Floats, *, drivers: Floats) -> tuple[Floats, Floats]:
    """Solves the normal equations of many nodes; gives profiles, and their expected squared error over a cycle."""
    seen = ~np.isnan(values)
    shared = np.broadcast_to(design.columns, (len(values), *design.columns.shape))
    table = np.where(seen[:, :, None], np.concatenate([shared, drivers], axis=2), 0.0)
    count = seen.sum(axis=1)
    unit = np.maximum(np.abs(np.nan_to_num(values)).max(axis=1, initial=0.0), np.finfo(float).tiny)[:, None]
    target = np.nan_to_num(values) / unit
    start, stop = 2, design.columns.shape[1]
    cost = np.full(table.shape[2], COST)
    cost[start:stop] = SEASON_COST
    turned = table.transpose(0, 2, 1)
    gram = turned @ table
    inverse = np.linalg.inv(gram + np.diag(cost) * np.maximum(count, 1)[:, None, None])
    found, rest = np.zeros((*inverse.shape[:2], 1)), target[:, :, None]
    # Solved again for what the first solution left, so that costs do not make seasons smaller.
    for _ in range(2):
        found = found + inverse @ (turned @ rest)
        rest = target[:, :, None] - table @ found
    # One column of the season is told by the others and the level.
    free = count - (stop - 1) - (table != 0).any(axis=1)[:, stop:].sum(axis=1)
    variance = np.where(free > 0, (rest[:, :, 0] ** 2).sum(axis=1) / np.maximum(free, 1), np.inf)
    cycle = design.season[: design.cycle]
    covariance = (inverse @ gram @ inverse)[:, start:stop, start:stop]
    spread = np.einsum("nij,ij->n", covariance, cycle.T @ cycle)
    swing = np.where(seen, (shared[:, :, start:stop] @ found[:, start:stop])[:, :, 0], 0.0)
    grown = _growth(design, swing=swing, rest=rest[:, :, 0], variance=variance, seen=seen)
    return found[:, start:stop, 0] @ design.season.T * grown * unit, variance * spread * unit[:, 0] ** 2


def _growth(design: _Design, *, swing: Floats, rest: Floats, variance: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Measures how much larger than on average the season of each node is at the newest cycle and ahead."""
    now = design.columns[:, 1]
    middle = np.where(seen, now, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    swing = swing - swing.sum(axis=1, keepdims=True) / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    larger = np.where(seen, swing * (now - middle[:, None]), 0.0)
    size = (larger**2).sum(axis=1)
    rate = np.divide((larger * rest).sum(axis=1), size, out=np.zeros_like(size), where=size > 0)
    noise = np.divide(variance, size * rate**2, out=np.full_like(size, np.inf), where=size * rate**2 > 0)
    rate *= np.clip(1.0 - noise, 0.0, 1.0)
    grown: Floats = 1.0 + rate[:, None] * (design.time - middle[:, None])
    return np.clip(grown, LEAST_GROWTH, MOST_GROWTH)


def _standard(panel: Panel, *, window: int) -> Floats:
    """Lays each node's drivers of the window side by side, centred and of one size; unknown ones at their mean."""
    periods = panel.values.shape[1]
    columns = [_centred(panel.known.values[name][:, periods - window : periods]) for name in sorted(panel.known.values)]
    return np.stack(columns, axis=2) if columns else np.zeros((len(panel.values), window, 0))


def _centred(values: Floats) -> Floats:
    known = ~np.isnan(values)
    mean = np.nan_to_num(values).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    centred = np.where(known, values - mean[:, None], 0.0)
    size = np.sqrt((centred**2).mean(axis=1))
    moved = size > LEAST_LEVEL * np.maximum(np.abs(mean), 1.0)
    return np.where(moved[:, None], centred / np.where(moved, size, 1.0)[:, None], 0.0)


def _nearest_ancestors(tree: Tree) -> Ints:
    """Finds for each series the node of fewest series that has another one beside it; the total where there is none."""
    sizes = np.diff(tree.sums.indptr)
    cells = tree.sums.tocoo()
    row, series = cells.row, cells.col
    shared = sizes[row] > 1
    row, series = row[shared], series[shared]
    order = np.lexsort((row, sizes[row], series))
    answer: Ints = np.zeros(tree.sums.shape[1], dtype=np.int64)
    first = np.unique(series[order], return_index=True)
    answer[first[0]] = row[order][first[1]]
    return answer
