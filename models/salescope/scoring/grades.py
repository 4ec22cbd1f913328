"""From a probability to what people read: a score of 1 to 100 and a grade A to D."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from salescope.frames.errors import GradeThresholdsError
from salescope.scoring.members import Floats

__all__ = ["GRADES", "checked_grades", "cuts_of", "grade_of", "score_of"]

GRADES: Mapping[str, int] = {"A": 80, "B": 50, "C": 20}


def cuts_of(probability: Floats) -> Floats:
    """Finds the 99 percentiles of the training records' probabilities.

    Parameters
    ----------
    probability : ndarray of float64, shape (n_rows,)

    Returns
    -------
    ndarray of float64, shape (99,)
        In rising order.
    """
    return np.asarray(np.quantile(probability, np.arange(1, 100) / 100, method="inverted_cdf"))


def score_of(probability: npt.ArrayLike, *, cuts: Floats) -> npt.NDArray[np.int64]:
    """Turns probabilities into scores: the percentile among the records the model learned from.

    Parameters
    ----------
    probability : array-like of float, shape (n_rows,)
    cuts : ndarray of float64, shape (99,)
        The percentiles kept in the model, see `cuts_of`.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        1 to 100, rising with the probability.

    Notes
    -----
    A score of 80 says "better than 80 in 100 of the leads we learned from"; the cuts are stored in the bundle, so the
    same lead keeps its score until another model is published. Probabilities tied with several cuts get their middle,
    so a model that cannot tell leads apart says 50 to all of them.

    Examples
    --------
    >>> score_of([0.0, 0.5, 1.0], cuts=np.arange(1, 100) / 100)
    array([  1,  50, 100])
    >>> score_of([0.3], cuts=np.full(99, 0.3))
    array([50])
    """
    low = np.searchsorted(cuts, probability, side="left")
    high = np.searchsorted(cuts, probability, side="right")
    return np.asarray(1 + (low + high) // 2, dtype=np.int64)


def grade_of(score: int, thresholds: Mapping[str, int] = GRADES) -> str:
    """Gives the grade of a score.

    Parameters
    ----------
    score : int
        1 to 100.
    thresholds : mapping of str to int, default {"A": 80, "B": 50, "C": 20}
        The lowest score of each grade; below the last it is "D".

    Returns
    -------
    {"A", "B", "C", "D"}

    Examples
    --------
    >>> [grade_of(score) for score in (80, 79, 20, 1)]
    ['A', 'B', 'C', 'D']
    """
    return next((grade for grade, lowest in thresholds.items() if score >= lowest), "D")


def checked_grades(thresholds: Mapping[str, int] | None) -> dict[str, int]:
    """Checks grade thresholds.

    Parameters
    ----------
    thresholds : mapping of str to int, optional
        The lowest score of A, B and C; None gives the usual ones.

    Returns
    -------
    dict of str to int
        In the order A, B, C.

    Raises
    ------
    GradeThresholdsError
        When they are not three falling whole numbers from 1 to 100.

    Examples
    --------
    >>> checked_grades({"A": 50, "B": 60, "C": 20})
    Traceback (most recent call last):
        ...
    salescope.frames.errors.GradeThresholdsError: Grade thresholds {'A': 50, 'B': 60, 'C': 20} ...
    """
    given = dict(GRADES if thresholds is None else thresholds)
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in given.values())
    if set(given) != set(GRADES) or not whole or not 100 >= given["A"] > given["B"] > given["C"] >= 1:
        raise GradeThresholdsError(given)
    return {grade: given[grade] for grade in GRADES}
