"""The shape of a season: how much more or less than its mean is sold in each period of it."""

from __future__ import annotations

import numpy as np

from salescope.forecasting.calendar import Floats

__all__ = ["seasonal_shapes"]


def seasonal_shapes(values: Floats, *, season: int, most: int = 3) -> Floats:
    """Measures the seasonal index of series.

    Parameters
    ----------
    values : ndarray of float, shape (n_series, n_periods)
        Sales; NaN before a series began.
    season : int
        Periods of a season.
    most : int
        At most so many of the newest whole seasons are read.

    Returns
    -------
    ndarray of float, shape (n_series, season)
        By position, period modulo season, with mean 1; NaN without a whole season of sales above zero.

    Notes
    -----
    Each season is divided by its own mean, so that a growing series does not tilt it, and the median of the seasons is
    taken (W. M. Persons, "Indices of business conditions", 1919, in its plainest form).

    Examples
    --------
    >>> seasonal_shapes(np.array([[1.0, 3.0, 2.0, 6.0]]), season=2)
    array([[0.5, 1.5]])
    """
    n_series, periods = values.shape
    count = min(periods // season, most)
    if count == 0:
        return np.full((n_series, season), np.nan)
    newest = values[:, periods - count * season :].reshape(n_series, count, season)
    mean = newest.sum(axis=2, keepdims=True) / season
    usable = np.nan_to_num(mean) > 0
    ratio = np.where(usable, newest / np.where(usable, mean, 1.0), np.nan)
    shape = np.full((n_series, season), np.nan)
    some = usable.any(axis=(1, 2))
    shape[some] = np.nanmedian(ratio[some], axis=1)
    average = shape.mean(axis=1, keepdims=True)
    shape = np.where(average > 0, shape / np.where(average > 0, average, 1.0), np.where(some[:, None], 1.0, np.nan))
    return np.roll(shape, periods % season, axis=1)
