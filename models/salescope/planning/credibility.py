"""Means of few observations, drawn towards what all have in common as far as noise would have made them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salescope.planning.grid import Floats, Ints

__all__ = ["Credible", "credible_means", "shrunk_slope"]


@dataclass(frozen=True)
class Credible:
    """Holds the means of some groups, as they are and as they can be believed.

    Parameters
    ----------
    means : ndarray of float, shape (n_groups,)
        Weighted means; the common mean where a group has no observation.
    believed : ndarray of float, shape (n_groups,)
        Means drawn towards the common mean.
    credibility : ndarray of float, shape (n_groups,)
        How far each group's own mean counts: 0 not at all, 1 alone.
    common : float
        What all have in common.
    """

    means: Floats
    believed: Floats
    credibility: Floats
    common: float


def credible_means(values: Floats, *, groups: Ints, weights: Floats | None = None) -> Credible:
    """Estimates the means of groups by credibility (empirical Bayes): little and noisy evidence counts for little.

    Parameters
    ----------
    values : ndarray of float, shape (n_observations,)
        What was observed, in any unit.
    groups : ndarray of int, shape (n_observations,)
        Position of the group of each observation; there are as many groups as the largest says.
    weights : ndarray of float, shape (n_observations,), or None
        What each observation rests on, as expected money: its variance is taken to be proportional to the inverse.
        Those of weight 0 are left out. None for equal weights.

    Returns
    -------
    Credible

    Notes
    -----
    Bühlmann and Straub, "Glaubwürdigkeit für Schadensätze" (1970): the credibility of a group of weight ``w`` is
    ``w t / (w t + s)``, with ``s`` the variance within groups at weight 1 and ``t`` that between groups, both by
    moments. Where no group has two observations nothing is known of ``s``, and every group is given the common mean.

    Examples
    --------
    Two who each sold much the same in every month are believed; where months scatter more than persons do they are not.

    >>> values, groups = np.array([1.0, 1.1, 0.9, 2.0, 2.1, 1.9]), np.array([0, 0, 0, 1, 1, 1])
    >>> credible_means(values, groups=groups).believed.round(2)
    array([1., 2.])
    >>> credible_means(np.array([0.0, 3.0, 0.0, 3.3]), groups=np.array([0, 0, 1, 1])).believed.round(2)
    array([1.58, 1.58])
    """
    weight = np.ones(len(values)) if weights is None else weights
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    own = np.bincount(groups, weight, minlength=n_groups).astype(np.float64)
    whole = float(own.sum())
    if not whole > 0.0:
        return Credible(np.ones(n_groups), np.ones(n_groups), np.zeros(n_groups), 1.0)
    mean = float(weight @ values) / whole
    sums = np.bincount(groups, weight * values, minlength=n_groups)
    means = np.where(own > 0.0, sums / np.where(own > 0.0, own, 1.0), mean)
    trust = _trust(weight * (values - means[groups]) ** 2, weight > 0.0, groups=groups, own=own, spread=means - mean)
    common = float(trust @ means / trust.sum()) if trust.sum() > 0.0 else mean
    return Credible(means, np.asarray(common + trust * (means - common)), trust, common)


def shrunk_slope(x: Floats, y: Floats, *, groups: Ints) -> float:
    """Estimates how much of `x` is found again in `y`, and draws it towards nothing as far as noise would have made it.

    Parameters
    ----------
    x, y : ndarray of float, shape (n_observations,)
        The signal and what came of it; both about 0.
    groups : ndarray of int, shape (n_observations,)
        Whose observation it is: those of one group are not independent.

    Returns
    -------
    float
        From 0 to 1: the slope through the origin, times one minus its squared standard error over its square (the
        positive part, as James and Stein have it). The standard error is clustered by group.

    Examples
    --------
    >>> x = np.array([-1.0, 1.0, -0.5, 0.5])
    >>> (
    ...     shrunk_slope(x, 0.5 * x, groups=np.arange(4)),
    ...     shrunk_slope(x, np.array([1.0, 1.0, -1.0, -1.0]), groups=np.arange(4)),
    ... )
    (0.5, 0.0)
    """
    power = float(x @ x)
    if power <= 0.0:
        return 0.0
    slope = float(x @ y) / power
    if slope <= 0.0:
        return 0.0
    variance = float((np.bincount(groups, x * (y - slope * x)) ** 2).sum()) / power**2
    return float(np.clip(slope * max(0.0, 1.0 - variance / slope**2), 0.0, 1.0))


def _trust(scatter: Floats, counted: np.ndarray, *, groups: Ints, own: Floats, spread: Floats) -> Floats:
    counts = np.bincount(groups[counted], minlength=len(own))
    free, found = int((counts - 1).clip(0).sum()), int((counts > 0).sum())
    whole = float(own.sum())
    balance = whole - float(own @ own) / whole
    if not free or found < 2 or balance <= 0.0:
        return np.zeros(len(own))
    within = float(scatter.sum()) / free
    between = max((float(own @ spread**2) - (found - 1) * within) / balance, 0.0)
    known = own * between + within
    return np.asarray(own * between / np.where(known > 0.0, known, 1.0), dtype=np.float64)
