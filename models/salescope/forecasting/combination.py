"""The gate: which members are averaged at which level, as backtests decide."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from salescope.forecasting.calendar import Floats, Ints

__all__ = ["BASELINE", "MOST_WORSE", "Gate", "choose_weights", "combine", "mean_error"]

BASELINE = "seasonal_naive_growth"
# No combination may be worse than the baseline by more, in any window over the levels that decide together, or at any
# level over all windows: one series in one window says too little to forbid anything.
MOST_WORSE = 1.02
MOST_MEMBERS = 3
# Errors within this of the least are not told apart: their combinations are averaged.
EQUAL = 1.01
# Levels of fewer nodes than this decide together, for a few histories show little.
FEWEST_NODES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Says what each level averages.

    Parameters
    ----------
    members : tuple of str, shape (n_members,)
        Their names.
    weights : ndarray of float, shape (n_levels, n_members)
        Shares of the members; each row sums to 1.
    skill : ndarray of float, shape (n_levels,)
        Share of the baseline's error that the combination saves in the windows it was chosen by; NaN without windows.

    Examples
    --------
    >>> gate = Gate(members=("a", "b"), weights=np.array([[1.0, 0.0], [0.5, 0.5]]), skill=np.array([0.0, 0.1]))
    >>> combine(np.array([[[1.0], [1.0]], [[3.0], [3.0]]]), gate=gate, group=np.array([0, 1])).ravel()
    array([1., 2.])
    """

    members: tuple[str, ...]
    weights: Floats
    skill: Floats


def combine(forecasts: Floats, *, gate: Gate, group: Ints) -> Floats:
    """Averages members.

    Parameters
    ----------
    forecasts : ndarray of float, shape (n_members, ..., n_series, horizon)
        Of each member.
    gate : Gate
        What each level averages.
    group : ndarray of int, shape (n_series,)
        The level of each series.

    Returns
    -------
    ndarray of float, shape (..., n_series, horizon)

    Examples
    --------
    >>> gate = Gate(members=("a", "b"), weights=np.array([[0.5, 0.5]]), skill=np.array([0.0]))
    >>> combine(np.array([[[1.0]], [[3.0]]]), gate=gate, group=np.array([0]))
    array([[2.]])
    """
    shares = gate.weights[group].T[:, :, None]
    found: Floats = np.zeros(forecasts.shape[1:])
    # Member by member: a product of matrices would add up in an order that depends on how many series there are.
    for share, one in zip(shares, forecasts, strict=True):
        found += share * one
    return found


def mean_error(forecast: Floats, actual: Floats, *, scale: Floats) -> Floats:
    """Computes each series' mean absolute scaled error.

    Parameters
    ----------
    forecast, actual : ndarray of float, shape (..., n_series, horizon)
        NaN in `actual` where nothing is known.
    scale : ndarray of float, shape (n_series,)
        What errors are divided by.

    Returns
    -------
    ndarray of float, shape (..., n_series)
        NaN where nothing is known.

    Examples
    --------
    >>> mean_error(np.array([[1.0, 2.0]]), np.array([[3.0, np.nan]]), scale=np.array([2.0]))
    array([1.])
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(np.abs(forecast - actual), axis=-1) / scale, dtype=np.float64)


def choose_weights(
    forecasts: Floats, actual: Floats, *, members: Sequence[str], scale: Floats, group: Ints, baseline: str = BASELINE
) -> Gate:
    """Chooses what each level averages.

    Parameters
    ----------
    forecasts : ndarray of float, shape (n_members, n_windows, n_series, horizon)
        Of each member in each window.
    actual : ndarray of float, shape (n_windows, n_series, horizon)
        What followed; NaN where unknown.
    members : sequence of str, shape (n_members,)
        Their names.
    scale : ndarray of float, shape (n_series,)
        What errors are divided by.
    group : ndarray of int, shape (n_series,)
        The level of each series, 0 to n_levels - 1.
    baseline : str, default "seasonal_naive_growth"
        The member that nothing may be worse than.

    Returns
    -------
    Gate
        Plain means of up to three members, and the mean of those means where several err alike. Without windows, or
        where everything is worse than the baseline, the baseline.

    Notes
    -----
    Plain means need no weights to be learned, and are hard to beat (Clemen 1989, *Combining forecasts*). Small levels
    choose together.

    Examples
    --------
    >>> actual = np.array([[[10.0, 12.0]], [[11.0, 13.0]]])
    >>> said = np.array([actual + 2.0, actual + 0.5])
    >>> names = ["seasonal_naive_growth", "theta"]
    >>> choose_weights(said, actual, members=names, scale=np.ones(1), group=np.array([0]))
    Gate(members=('seasonal_naive_growth', 'theta'), weights=array([[0., 1.]]), skill=array([0.75]))
    """
    shares = _candidates(len(members))
    levels = int(group.max()) + 1 if len(group) else 0
    alone = np.eye(len(members))[list(members).index(baseline)]
    weights = np.tile(alone, (levels, 1))
    skill = np.full(levels, np.nan)
    if not actual.shape[0] or np.isnan(actual).all():
        return Gate(members=tuple(members), weights=weights, skill=skill)
    # What has not been seen yet neither counts nor changes the order in which errors are added up.
    seen = ~np.isnan(actual).all(axis=(0, 2))
    forecasts, actual, scale, group = forecasts[:, :, seen], actual[:, seen], scale[seen], group[seen]
    errors = np.array([mean_error(np.tensordot(share, forecasts, 1), actual, scale=scale) for share in shares])
    base = mean_error(np.tensordot(alone, forecasts, 1), actual, scale=scale)
    for rows, deciding in _deciding(group, levels=levels):
        level_errors, level_base = _means(errors, group, levels=deciding), _means(base[None], group, levels=deciding)[0]
        chosen = _chosen(level_errors, level_base, shares=shares)
        if chosen is not None:
            weights[rows] = chosen
    for level in np.unique(group):
        of_level = np.tensordot(weights[level], forecasts, 1)
        mine = np.nanmean(mean_error(of_level, actual, scale=scale)[:, group == level])
        skill[level] = 1.0 - mine / max(float(np.nanmean(base[:, group == level])), 1e-300)
    return Gate(members=tuple(members), weights=weights, skill=skill)


def _candidates(members: int) -> Floats:
    """Lists plain means of up to three members."""
    sets = [chosen for size in range(1, MOST_MEMBERS + 1) for chosen in combinations(range(members), size)]
    shares: Floats = np.zeros((len(sets), members))
    for row, chosen in enumerate(sets):
        shares[row, list(chosen)] = 1.0 / len(chosen)
    return shares


def _deciding(group: Ints, *, levels: int) -> list[tuple[list[int], list[int]]]:
    """Lists the levels that decide together: each large one on its own, the small ones as one."""
    sizes = np.bincount(group, minlength=levels)
    small = [level for level in range(levels) if sizes[level] < FEWEST_NODES]
    alone = [([level], [level]) for level in range(levels) if sizes[level] >= FEWEST_NODES]
    return [*alone, *([(small, small)] if small else [])]


def _means(errors: Floats, group: Ints, *, levels: list[int]) -> Floats:
    """Averages errors over the nodes of each level; shape (n_candidates, n_windows, n_levels)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.stack([np.nanmean(errors[..., group == level], axis=-1) for level in levels], axis=-1)


def _chosen(errors: Floats, base: Floats, *, shares: Floats) -> Floats | None:
    """Averages the candidates that err least, of those that are nowhere worse than the baseline; None for itself."""
    safe = _nowhere_worse(errors, base, across=1) & _nowhere_worse(errors, base, across=2)
    if not safe.any():
        return None
    score = np.array([np.nanmean(one) for one in errors])
    best = score[safe].min()
    if best >= np.nanmean(base) * (1.0 - 1e-9):
        return None
    return np.asarray(shares[safe & (score <= best * EQUAL)].mean(axis=0), dtype=np.float64)


def _nowhere_worse(errors: Floats, base: Floats, *, across: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Says which are worse than the baseline at no level over all windows, or in no window over all levels."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        mine, theirs = np.nanmean(errors, axis=across), np.nanmean(base, axis=across - 1)
    return np.asarray((np.isnan(theirs) | (mine <= MOST_WORSE * theirs)).all(axis=1), dtype=np.bool_)
