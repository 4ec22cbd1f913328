"""Classifier quality in the words of the glossary: thin names over scikit-learn, and what it does not have."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from salescope.evaluation.delong import Interval, normal_interval, placements
from salescope.evaluation.outcomes import Floats, Ints, aligned_array, outcome_array, probability_array, require_both
from salescope.evaluation.top_tenth import mean_of_top_tenth
from salescope.frames.errors import MisalignedError, TooFewOutcomesError

__all__ = [
    "auc",
    "auc_interval",
    "brier",
    "calibration_error",
    "classifier_metrics",
    "equal_count_bins",
    "lift_at_10",
    "log_loss",
    "pr_auc",
    "row_losses",
    "within_period_auc",
]

SMALLEST_CHANCE = 1e-12


def _ranked(y: ArrayLike, score: ArrayLike) -> tuple[Ints, Floats]:
    outcomes = outcome_array(y)
    require_both(outcomes)
    return outcomes, aligned_array(score, name="p", n_rows=len(outcomes))


def _predicted(y: ArrayLike, p: ArrayLike) -> tuple[Ints, Floats]:
    outcomes = outcome_array(y)
    return outcomes, probability_array(p, n_rows=len(outcomes))


def auc(y: ArrayLike, p: ArrayLike) -> float:
    """Gives the chance that a won row scores above a lost one, ties counted half.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score; higher means more likely won.

    Returns
    -------
    float
        From 0 to 1; 0.5 tells nothing.

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Examples
    --------
    >>> auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9])
    0.875
    >>> auc([1, 1], [0.1, 0.4])
    Traceback (most recent call last):
    salescope.frames.errors.TooFewOutcomesError: Too few outcomes: 2 positive and 0 negative, where 1 of each is ...
    """
    outcomes, score = _ranked(y, p)
    return float(roc_auc_score(outcomes, score))


def pr_auc(y: ArrayLike, p: ArrayLike) -> float:
    """Gives the area under the precision-recall curve as average precision.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score; higher means more likely won.

    Returns
    -------
    float
        From the base rate (tells nothing) to 1.

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Examples
    --------
    >>> pr_auc([0, 1, 0, 1], [0.1, 0.8, 0.4, 0.9])
    1.0
    """
    outcomes, score = _ranked(y, p)
    return float(average_precision_score(outcomes, score))


def log_loss(y: ArrayLike, p: ArrayLike) -> float:
    """Gives the mean negative log-likelihood in nats a row.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities; exact 0 and 1 are moved by one rounding unit, so that the answer is finite.

    Returns
    -------
    float

    Examples
    --------
    >>> round(log_loss([0, 1], [0.5, 0.5]), 4)
    0.6931
    """
    outcomes, chance = _predicted(y, p)
    return float(sklearn_log_loss(outcomes, chance, labels=[0, 1]))


def row_losses(y: Ints, p: Floats) -> Floats:
    """Gives the negative log-likelihood of every row in nats, to compare models row by row.

    Parameters
    ----------
    y : ndarray of int64, shape (n_rows,)
        Outcomes, 0 or 1.
    p : ndarray of float64, shape (n_rows,)
        Probabilities; exact 0 and 1 are moved by 1e-12. NaN where there is none.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        NaN where there is no probability.

    Examples
    --------
    >>> row_losses(np.array([1, 0]), np.array([0.5, 0.5])).round(4)
    array([0.6931, 0.6931])
    """
    told: Floats = np.clip(np.where(y == 1, p, 1 - p), SMALLEST_CHANCE, None)
    return -np.log(told)


def brier(y: ArrayLike, p: ArrayLike) -> float:
    """Gives the mean squared distance of probability and outcome.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> brier([0, 1], [0.5, 0.5])
    0.25
    """
    outcomes, chance = _predicted(y, p)
    return float(brier_score_loss(outcomes, chance, labels=[0, 1]))


def equal_count_bins(p: Floats, *, bins: int = 10) -> Ints:
    """Puts rows into bins of equal count by their probability; equal probabilities share a bin.

    Parameters
    ----------
    p : ndarray of float64, shape (n_rows,)
        Probabilities.
    bins : int, default 10
        How many bins; fewer are filled where many probabilities are equal.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        The bin of every row, from 0.

    Notes
    -----
    Bins follow midranks rather than sorted positions, so that the answer does not depend on the order of the rows.

    Examples
    --------
    >>> equal_count_bins(np.array([0.1, 0.4, 0.2, 0.9]), bins=2)
    array([0, 1, 0, 1])
    """
    share_below: Floats = (rankdata(p) - 0.5) / len(p)
    return np.floor(share_below * bins).astype(np.int64)


def calibration_error(y: ArrayLike, p: ArrayLike, *, bins: int = 10) -> float:
    """Gives the mean distance of probability and rate over bins of equal count.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities.
    bins : int, default 10
        How many bins of equal count.

    Returns
    -------
    float
        Weighted by the rows in each bin. It is never 0 in expectation: see ``calibration_floor``.

    Notes
    -----
    M. Naeini, G. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015,
    with bins of equal count in place of equal width.

    Examples
    --------
    >>> calibration_error([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5])
    0.0
    """
    outcomes, chance = _predicted(y, p)
    surplus = np.bincount(equal_count_bins(chance, bins=bins), weights=chance - outcomes)
    return float(np.abs(surplus).sum() / len(outcomes))


def lift_at_10(y: ArrayLike, p: ArrayLike) -> float:
    """Gives how many times the base rate the best-scored tenth is won.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score; higher means more likely won.

    Returns
    -------
    float
        1 tells nothing. Rows tied at the edge of the tenth count with their mean rate: what shuffling gives on average.

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Examples
    --------
    >>> lift_at_10([1] + [0] * 9, [0.9] + [0.1] * 9)
    10.0
    """
    outcomes, score = _ranked(y, p)
    return mean_of_top_tenth(outcomes, score) / float(outcomes.mean())


def classifier_metrics(y: ArrayLike, p: ArrayLike) -> dict[str, float]:
    """Gives all six figures of a classifier under their glossary names.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities.

    Returns
    -------
    dict of str to float
        auc, pr_auc, log_loss, brier, calibration_error, lift_at_10.

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Examples
    --------
    >>> sorted(classifier_metrics([0, 1], [0.2, 0.7]))
    ['auc', 'brier', 'calibration_error', 'lift_at_10', 'log_loss', 'pr_auc']
    """
    figures = (auc, pr_auc, log_loss, brier, calibration_error, lift_at_10)
    return {figure.__name__: figure(y, p) for figure in figures}


def auc_interval(y: ArrayLike, p: ArrayLike, *, level: float = 95) -> Interval:
    """Gives DeLong's interval of the auc, clipped to 0 to 1.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1; two of each kind at least.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score; higher means more likely won.
    level : float, default 95
        Percent.

    Returns
    -------
    Interval

    Raises
    ------
    TooFewOutcomesError
        If a kind of outcome has fewer than two rows.

    Notes
    -----
    See ``salescope.evaluation.delong.placements`` for the source.

    Examples
    --------
    >>> interval = auc_interval([0, 0, 1, 1, 0, 1], [0.1, 0.5, 0.4, 0.9, 0.3, 0.6])
    >>> round(interval.lo, 3), interval.hi
    (0.581, 1.0)
    """
    outcomes, score = _ranked(y, p)
    require_both(outcomes, needed=2)
    placed = placements(outcomes, score)
    interval = normal_interval(placed.auc, placed.variance, level=level)
    return Interval(max(0.0, interval.lo), min(1.0, interval.hi))


def within_period_auc(y: ArrayLike, p: ArrayLike, *, period: ArrayLike) -> float:
    """Gives the chance that a won row scores above a lost row of the same period.

    A model that only knows that some months go better than others has 0.5 here, however high its plain auc.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities or any score; higher means more likely won.
    period : array_like, shape (n_rows,)
        The period of every row: a month, a block number; any hashable value.

    Returns
    -------
    float
        Weighted by each period's pairs; periods with one kind of outcome have none.

    Raises
    ------
    TooFewOutcomesError
        If no period has both kinds.
    MisalignedError
        If the lengths differ.

    Examples
    --------
    >>> y, score, month = [0, 0, 1, 0, 1, 1], [1, 1, 1, 2, 2, 2], ["may"] * 3 + ["june"] * 3
    >>> auc(y, score), within_period_auc(y, score, period=month)
    (0.6666..., 0.5)
    """
    outcomes, score = _ranked(y, p)
    names = np.asarray(period)
    if names.shape != outcomes.shape:
        raise MisalignedError("period", found=f"shape {names.shape}", accepted=f"one for each of {len(outcomes)} rows")
    codes = np.unique(names, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    pairs = concordant = 0.0
    for rows in np.split(order, np.cumsum(np.bincount(codes))[:-1]):
        won = int(outcomes[rows].sum())
        if 0 < won < len(rows):
            weight = won * (len(rows) - won)
            pairs += weight
            concordant += weight * placements(outcomes[rows], score[rows]).auc
    if pairs == 0:
        raise TooFewOutcomesError(won=int(outcomes.sum()), lost=int((1 - outcomes).sum()), needed=1)
    return concordant / pairs
