"""Change points of the level of series, by penalised least squares."""

from __future__ import annotations

import numpy as np

from salescope.forecasting.calendar import Floats, Ints

__all__ = ["noise_variance", "segments"]


def segments(values: Floats, *, least: int, penalty: float = 3.0, weights: Floats | None = None) -> list[Ints]:
    """Finds where the level of each series shifts.

    Parameters
    ----------
    values : ndarray of float, shape (n_series, n_periods)
        Without season; NaN before a series began.
    least : int
        Periods of the shortest segment.
    penalty : float
        What a change point must save, in noise variances times log(n_periods).
    weights : ndarray of float, shape (n_series, n_periods), optional
        What each period counts: one over its variance, up to a factor.

    Returns
    -------
    list of ndarray of int, shape (n_series,)
        The first period of each segment after the first.

    Notes
    -----
    The sum of squares around the segments' means plus the penalties is least, exactly, by dynamic programming over the
    last change point (B. Jackson et al., "An algorithm for optimal partitioning of data on an interval", 2005;
    R. Killick et al., "Optimal detection of changepoints with a linear computational cost", 2012, whose pruning is not
    needed at these lengths), all series at once. A penalty of 3 log n is that of the modified criterion of N. R. Zhang
    and D. O. Siegmund (Biometrics, 2007), up to its term for the lengths.

    Examples
    --------
    >>> segments(np.array([[1.0] * 6 + [5.0] * 6, [2.0] * 12]), least=2)
    [array([6]), array([], dtype=int64)]
    """
    n_series, periods = values.shape
    known = ~np.isnan(values)
    weight = np.where(known, 1.0 if weights is None else weights, 0.0)
    price = penalty * np.log(max(periods, 2)) * noise_variance(values, weights=weight)
    middle = (weight * np.nan_to_num(values)).sum(axis=1) / np.maximum(weight.sum(axis=1), np.finfo(np.float64).tiny)
    centred = np.where(known, values - middle[:, None], 0.0)
    parts = (known.astype(np.float64), weight, weight * centred, weight * centred**2)
    count, mass, total, square = (_running(part) for part in parts)
    best = np.full((n_series, periods + 1), np.inf)
    best[:, 0] = -price
    last = np.zeros((n_series, periods + 1), dtype=np.int64)
    for end in range(1, periods + 1):
        size, heavy = count[:, [end]] - count[:, :end], mass[:, [end]] - mass[:, :end]
        around = (total[:, [end]] - total[:, :end]) ** 2 / np.where(size > 0, heavy, 1.0)
        cost = best[:, :end] + np.maximum(square[:, [end]] - square[:, :end] - around, 0.0) + price[:, None]
        cost[size < least] = np.inf
        last[:, end] = cost.argmin(axis=1)
        best[:, end] = cost.min(axis=1)
    return [_traced(row, periods) for row in last]


def noise_variance(values: Floats, *, weights: Floats | None = None) -> Floats:
    """Measures how much a period of weight 1 varies around the level, whatever the level does.

    Parameters
    ----------
    values : ndarray of float, shape (n_series, n_periods)
        NaN before a series began.
    weights : ndarray of float, shape (n_series, n_periods), optional
        One over the variance of each period, up to a factor.

    Returns
    -------
    ndarray of float, shape (n_series,)
        Above zero.

    Notes
    -----
    By the mean absolute difference of neighbours, as of a normal distribution: a level shift is one difference of many
    (J. von Neumann et al., "The mean square successive difference", 1941, takes squares instead).

    Examples
    --------
    >>> noise_variance(np.array([[0.0, 1.0] * 20, [3.0] * 40])).round(6)
    array([0.785398, 0.      ])
    """
    weight = np.ones(values.shape) if weights is None else weights
    steps = np.diff(values, axis=1)
    known = ~np.isnan(steps)
    inverse = 1.0 / np.where(weight > 0, weight, 1.0)
    scaled = np.where(known, np.abs(np.nan_to_num(steps)) / np.sqrt(inverse[:, 1:] + inverse[:, :-1]), 0.0)
    mean = scaled.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    # Rounding of equal sales is no level shift.
    rounding = 1e-18 * (np.nan_to_num(values) ** 2).max(axis=1, initial=0.0)
    return np.asarray(np.maximum.reduce([mean**2 * np.pi / 2, rounding, np.full(len(mean), 1e-300)]))


def _running(part: Floats) -> Floats:
    return np.concatenate([np.zeros((len(part), 1)), np.cumsum(part, axis=1)], axis=1)


def _traced(last: Ints, periods: int) -> Ints:
    found, place = [], periods
    while last[place] > 0:
        place = int(last[place])
        found.append(place)
    return np.array(found[::-1], dtype=np.int64)
