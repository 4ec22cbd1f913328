"""What boosted trees learn from: cutoffs of the past, the steps asked at each, and the series that are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salescope.forecasting.boosted_features import features
from salescope.forecasting.boosted_history import BoostedHistory
from salescope.forecasting.calendar import Floats, Ints

__all__ = ["RECIPES", "Recipe", "TrainingRows", "drawn_series", "training_cutoffs", "training_rows"]

YEARS_BACK = 5
MOST_WEIGHT = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Says how trees grow at a frequency: days bring more rows, and events that take more leaves to tell apart.

    Parameters
    ----------
    trees, leaves, least : int
        How many trees, leaves of one, and rows in a leaf.
    rows : int
        About so many rows are learned from; with more, steps and then series are drawn.
    first : int
        The earliest cutoff learned from, in periods.
    stride : int
        Periods between two cutoffs.
    cutoffs : int
        How many cutoffs there are to be before steps of each are left out.
    """

    trees: int
    leaves: int
    least: int
    rows: int
    first: int
    stride: int
    cutoffs: int


RECIPES = {
    "day": Recipe(trees=150, leaves=31, least=100, rows=300_000, first=98, stride=4, cutoffs=150),
    "week": Recipe(trees=80, leaves=15, least=40, rows=150_000, first=104, stride=5, cutoffs=6),
    "month": Recipe(trees=80, leaves=15, least=40, rows=150_000, first=24, stride=3, cutoffs=6),
    "quarter": Recipe(trees=80, leaves=15, least=40, rows=150_000, first=8, stride=1, cutoffs=6),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRows:
    """Holds one row a series, cutoff and step.

    Parameters
    ----------
    inputs : ndarray of float, shape (n_rows, n_features)
        What was known at the cutoff.
    target : ndarray of float, shape (n_rows,)
        Signed root of what was sold over the level at the cutoff.
    weight : ndarray of float, shape (n_rows,)
        How much each counts.
    """

    inputs: NDArray[np.float32]
    target: Floats
    weight: Floats


def drawn_series(group: Ints, *, most: int, seed: int) -> Ints:
    """Draws series to learn from where there are more than can be afforded; small levels of a tree stay whole.

    Parameters
    ----------
    group : ndarray of int, shape (n_series,)
        The level of each series, sorted by content so that the draw does not depend on the order they were given in.
    most : int
        How many are drawn.
    seed : int
        Of the draw.

    Returns
    -------
    ndarray of int, shape (n_drawn,)
        Positions, ascending; all where there are no more than `most`.

    Examples
    --------
    >>> drawn = drawn_series(np.array([0] + [1] * 99), most=10, seed=0)
    >>> len(drawn), int(drawn[0])
    (10, 0)
    """
    if len(group) <= most:
        return np.arange(len(group), dtype=np.int64)
    draw, left, kept = np.random.default_rng(seed), most, []
    codes, sizes = np.unique(group, return_counts=True)
    for done, place in enumerate(np.argsort(sizes, kind="stable")):
        # Each level may have an even share of what smaller ones left.
        share = max(1, left // (len(codes) - done))
        rows = np.flatnonzero(group == codes[place])
        kept.append(draw.permutation(rows)[:share])
        left -= len(kept[-1])
    return np.sort(np.concatenate(kept)).astype(np.int64)


def training_cutoffs(history: BoostedHistory, *, horizon: int, seed: int) -> list[tuple[int, Ints]]:
    """Chooses cutoffs whose horizon had passed, the newest first, and the steps to learn at each.

    Parameters
    ----------
    history : BoostedHistory
        Of the series that are learned from.
    horizon : int
        How many steps there are.
    seed : int
        Of the steps that are drawn.

    Returns
    -------
    list of (int, ndarray of int)
        Periods of history, and ascending steps from 1 on: all of them, or as many as the recipe's rows allow; all
        cutoffs together ask every step.
    """
    frequency, (count, length) = history.panel.frequency, history.values.shape
    recipe = RECIPES[frequency.name]
    last = length - horizon
    first = max(recipe.first, last - YEARS_BACK * frequency.year)
    thin = min(-(-count * horizon * recipe.cutoffs // recipe.rows), recipe.cutoffs)
    most = max(recipe.cutoffs, recipe.rows * thin // max(1, count * horizon))
    stride = max(recipe.stride, -(-max(0, last - first + 1) // most))
    cutoffs = range(last, first - 1, -stride)
    each = -(-horizon // max(1, min(thin, len(cutoffs))))
    # Dealt from shuffled decks: a fixed pattern may meet one weekday at every cutoff, single draws may miss a step.
    draw = np.random.default_rng(seed)
    decks = max(1, -(-len(cutoffs) * each // horizon))
    dealt = np.concatenate([draw.permutation(horizon) for _ in range(decks)]).astype(np.int64) + 1
    return [(cutoff, np.unique(dealt[place * each : (place + 1) * each])) for place, cutoff in enumerate(cutoffs)]


def training_rows(history: BoostedHistory, cutoffs: list[tuple[int, Ints]]) -> TrainingRows | None:
    """Lays the rows of all cutoffs together.

    Parameters
    ----------
    history : BoostedHistory
        Of the series that are learned from.
    cutoffs : list of (int, ndarray of int)
        As of `training_cutoffs`.

    Returns
    -------
    TrainingRows or None
        None where there are none. A row weighs as its error will: level over the mean seasonal difference, squared and
        capped.
    """
    parts = [_rows(history, steps, cutoff=cutoff) for cutoff, steps in cutoffs]
    if not sum(len(target) for _, target, _ in parts):
        return None
    inputs, target, weight = (list(column) for column in zip(*parts, strict=True))
    weights = np.concatenate(weight)
    capped = np.minimum(weights, np.quantile(weights, MOST_WEIGHT))
    return TrainingRows(inputs=np.concatenate(inputs), target=np.concatenate(target), weight=capped)


def _rows(history: BoostedHistory, steps: Ints, *, cutoff: int) -> tuple[NDArray[np.float32], Floats, Floats]:
    level, season = history.level(cutoff), history.season
    apart = np.abs(history.values[:, season:cutoff] - history.values[:, : cutoff - season])
    seen = ~np.isnan(apart)
    scale = np.nan_to_num(apart).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    usable = (level > 0) & (seen.sum(axis=1) >= season)
    # A closed day is missing here: it has nothing to teach, for its forecast is nought.
    ratio = history.values[:, cutoff + steps - 1] / np.where(usable, level, 1.0)[:, None]
    good = usable[:, None] & np.isfinite(ratio)
    found = features(history, cutoff=cutoff, steps=steps)
    table = np.stack([value[good] for value in found.values()], axis=1).astype(np.float32)
    weight = np.minimum(np.where(usable, level, 0.0) / np.maximum(scale, 1e-6), 1e6) ** 2
    target = np.sign(ratio[good]) * np.sqrt(np.abs(ratio[good]))
    return table, target, np.broadcast_to(weight[:, None], ratio.shape)[good]
