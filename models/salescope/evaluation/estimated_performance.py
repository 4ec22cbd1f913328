"""How good a model would be if its probabilities were right: performance before any outcome is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr, logit

from salescope.evaluation.delong import normal_interval
from salescope.evaluation.outcomes import Floats, probability_array

__all__ = ["ASSUMPTION", "CAVEAT", "Estimate", "EstimatedPerformance", "estimated_performance"]

ASSUMPTION = (
    "It is assumed that the probabilities are calibrated for these records: of those with a probability of 30 %, "
    "30 % turn out so."
)
CAVEAT = (
    "No outcome is looked at. The estimate follows a change of who is scored, but is blind to a change of concept: "
    "where records that look the same now turn out differently, it goes on saying what it said before. Only outcomes "
    "show that; believe the track record where the two differ."
)
SMALLEST_CHANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """Holds an expected figure with the interval in which the realised one is expected.

    Parameters
    ----------
    mean : float
        What is expected.
    lo, hi : float
        The ends of the interval.
    """

    mean: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedPerformance:
    """Holds what can be expected of probabilities whose outcomes are not known.

    Parameters
    ----------
    n_rows : int
        How many probabilities.
    level : float
        Of the intervals, in percent.
    figures : mapping of str to Estimate or None
        auc, log_loss, brier, accuracy (at a probability of one half) and base_rate; None where one cannot be told.
    reasons : mapping of str to str
        Why, for each figure that is None.
    assumption : str
        What must hold for the estimate to be right.
    caveat : str
        What it cannot see; to be shown wherever the figures are.
    """

    n_rows: int
    level: float
    figures: Mapping[str, Estimate | None]
    reasons: Mapping[str, str]
    assumption: str = ASSUMPTION
    caveat: str = CAVEAT


def estimated_performance(p: ArrayLike, *, level: float = 95) -> EstimatedPerformance:
    """Estimates the figures of probabilities from the probabilities alone.

    It is **blind to a change of concept**: where the same records turn out differently than before, the probabilities
    are wrong, and so is every figure here (see the caveat that comes with it).

    Parameters
    ----------
    p : array_like of float, shape (n_rows,)
        Probabilities that are assumed to be calibrated.
    level : float, default 95
        Percent of the intervals.

    Returns
    -------
    EstimatedPerformance

    Raises
    ------
    MisalignedError
        If a value is no probability.

    Notes
    -----
    Confidence-based performance estimation: outcomes are independent draws from the probabilities, so each figure has
    a known mean and spread over them (J. Kivimäki, J. Białek, W. Kuberski, J. Nurminen, "Performance estimation in
    binary classification using calibrated confidence", arXiv 2505.05295, 2025; for the accuracy their "Confidence-based
    estimators for predictive performance in model monitoring", arXiv 2407.08649, 2024). Log loss, Brier score, accuracy
    and base rate are means of independent rows: mean and variance are exact. The AUC is a ratio of two sums over pairs:
    its mean is the ratio of their means, its variance the first-order one. The intervals are normal and hold the chance
    of the outcomes only, not the doubt whether the probabilities are calibrated.

    Examples
    --------
    >>> expected = estimated_performance([0.1, 0.2, 0.7, 0.9] * 100)
    >>> {name: round(figure.mean, 3) for name, figure in expected.figures.items()}
    {'base_rate': 0.475, 'accuracy': 0.825, 'log_loss': 0.44, 'brier': 0.138, 'auc': 0.864}
    >>> estimated_performance([0.4]).reasons
    {'auc': 'a single record cannot be ranked'}
    """
    chance = probability_array(p, n_rows=np.size(p))
    if len(chance) == 0:
        names = ("base_rate", "accuracy", "log_loss", "brier", "auc")
        none = dict.fromkeys(names, "there is no record")
        return EstimatedPerformance(n_rows=0, level=level, figures=dict.fromkeys(names), reasons=none)
    figures: dict[str, Estimate | None] = _means_of_rows(chance, level=level)
    figures["auc"], reason = _auc(chance, level=level)
    reasons = {} if reason is None else {"auc": reason}
    return EstimatedPerformance(n_rows=len(chance), level=level, figures=figures, reasons=reasons)


def _means_of_rows(p: Floats, *, level: float) -> dict[str, Estimate | None]:
    """Estimates figures that are means over rows, from each row's mean and its difference between the outcomes."""
    odds = logit(np.clip(p, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE))
    rows = {
        "base_rate": (p, np.ones_like(p)),
        "accuracy": (np.maximum(p, 1 - p), np.ones_like(p)),
        "log_loss": (entr(p) + entr(1 - p), odds),
        "brier": (p * (1 - p), 1 - 2 * p),
    }
    chance = p * (1 - p)
    return {
        name: _estimate(float(mean.mean()), float((chance * step**2).sum()) / len(p) ** 2, level=level)
        for name, (mean, step) in rows.items()
    }


def _auc(p: Floats, *, level: float) -> tuple[Estimate | None, str | None]:
    n_rows, total, chance = len(p), p.sum(), p * (1 - p)
    if n_rows == 1:
        return None, "a single record cannot be ranked"
    pairs = float(total * (n_rows - total) - chance.sum())
    if pairs <= 0:
        return None, "all probabilities say the same for certain"
    below, above = _neighbours(p)
    expected = float((p * below).sum()) / pairs
    # What one outcome more would change: the pairs it wins, less those it loses, less its share of all pairs.
    step = (below - above - expected * (n_rows - 1 - 2 * (total - p))) / pairs
    estimate = _estimate(expected, float((chance * step**2).sum()), level=level)
    return Estimate(estimate.mean, max(0.0, estimate.lo), min(1.0, estimate.hi)), None


def _neighbours(p: Floats) -> tuple[Floats, Floats]:
    """Counts for every row the expected negatives below it and the expected positives above it, ties half."""
    values, place, count = np.unique(p, return_inverse=True, return_counts=True)
    positive, negative = values * count, (1 - values) * count
    below = (np.cumsum(negative) - negative / 2)[place] - (1 - p) / 2
    above = (positive.sum() - np.cumsum(positive) + positive / 2)[place] - p / 2
    return below, above


def _estimate(mean: float, variance: float, *, level: float) -> Estimate:
    interval = normal_interval(mean, variance, level=level)
    return Estimate(mean, interval.lo, interval.hi)
