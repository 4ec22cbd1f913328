"""What the tenth with the highest scores is like."""

from __future__ import annotations

import numpy as np

from salescope.evaluation.outcomes import Floats, Ints

__all__ = ["mean_of_top_tenth"]

TOP_SHARE = 0.10


def mean_of_top_tenth(values: Floats | Ints, score: Floats) -> float:
    """Gives the mean over the tenth with the highest scores.

    Parameters
    ----------
    values : ndarray of float64 or int64, shape (n_rows,)
        What is averaged.
    score : ndarray of float64, shape (n_rows,)
        What says who belongs to the tenth.

    Returns
    -------
    float
        Rows tied at the edge of the tenth count with their mean: what shuffling gives on average.

    Examples
    --------
    >>> mean_of_top_tenth(np.array([5.0, 1.0, 3.0]), np.array([0.5, 0.1, 0.5]))
    4.0
    """
    _, inverse, counts = np.unique(-score, return_inverse=True, return_counts=True)
    totals = np.bincount(inverse, weights=values)
    seats = TOP_SHARE * len(values)
    seated = np.clip(seats - (np.cumsum(counts) - counts), 0.0, counts)
    return float((totals / counts * seated).sum() / seats)
