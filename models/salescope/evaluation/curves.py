"""Tables behind the plots of a classifier: ROC, precision and recall, lift."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.metrics import precision_recall_curve, roc_curve

from salescope.evaluation.outcomes import aligned_array, outcome_array, require_both

__all__ = ["lift_table", "precision_recall_table", "roc_table"]


def roc_table(y: ArrayLike, p: ArrayLike) -> pd.DataFrame:
    """Tabulates the ROC curve.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1, both present.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score.

    Returns
    -------
    DataFrame, shape (n_corners, 3)
        threshold, false_positive_rate, true_positive_rate; the first threshold is infinite.

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Examples
    --------
    >>> roc_table([0, 1], [0.2, 0.7])["true_positive_rate"].tolist()
    [0.0, 1.0, 1.0]
    """
    outcomes = outcome_array(y)
    require_both(outcomes)
    false_rate, true_rate, threshold = roc_curve(outcomes, aligned_array(p, name="p", n_rows=len(outcomes)))
    return pd.DataFrame({"threshold": threshold, "false_positive_rate": false_rate, "true_positive_rate": true_rate})


def precision_recall_table(y: ArrayLike, p: ArrayLike) -> pd.DataFrame:
    """Tabulates precision against recall.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1, both present.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score.

    Returns
    -------
    DataFrame, shape (n_thresholds, 3)
        threshold, precision, recall, threshold ascending.

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Examples
    --------
    >>> precision_recall_table([0, 1], [0.2, 0.7])["precision"].tolist()
    [0.5, 1.0]
    """
    outcomes = outcome_array(y)
    require_both(outcomes)
    precision, recall, threshold = precision_recall_curve(outcomes, aligned_array(p, name="p", n_rows=len(outcomes)))
    return pd.DataFrame({"threshold": threshold, "precision": precision[:-1], "recall": recall[:-1]})


def lift_table(y: ArrayLike, p: ArrayLike, *, parts: int = 10) -> pd.DataFrame:
    """Tabulates what contacting the best-scored share first would find.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1, both present.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score.
    parts : int, default 10
        How many shares to cut the rows into.

    Returns
    -------
    DataFrame, shape (parts, 3)
        share (of rows, best first), found (share of all won rows in it), lift (found over share). Tied rows count
        with their mean rate.

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Examples
    --------
    >>> lift_table([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.9], parts=4)["lift"].tolist()
    [4.0, 2.0, 1.333..., 1.0]
    """
    outcomes = outcome_array(y)
    require_both(outcomes)
    score = aligned_array(p, name="p", n_rows=len(outcomes))
    _, inverse, counts = np.unique(-score, return_inverse=True, return_counts=True)
    won = np.bincount(inverse, weights=outcomes)
    share = np.arange(1, parts + 1) / parts
    # Interpolating between the ends of tied groups is what seating the tied rows in random order gives on average.
    ends = np.concatenate(([0.0], np.cumsum(counts) / len(outcomes)))
    found = np.interp(share, ends, np.concatenate(([0.0], np.cumsum(won) / outcomes.sum())))
    return pd.DataFrame({"share": share, "found": found, "lift": found / share})
