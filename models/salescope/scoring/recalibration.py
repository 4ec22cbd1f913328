"""The affine recalibration of log-odds from out-of-fold scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from salescope.scoring.ensemble import Ensemble
from salescope.scoring.members import Design, Floats, sigmoid

__all__ = ["OutOfFold", "affine_of", "out_of_fold"]

SPREAD_OF_SHIFT, SPREAD_OF_SLOPE = 1.0, 0.5
STEEPEST = 2.5


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Holds log-odds of records by models that did not see them.

    Parameters
    ----------
    log_odds : ndarray of float64, shape (n_scored,)
        The log-odds; every record comes once a repeat.
    y : ndarray of int64, shape (n_scored,)
        The outcomes beside them.
    repeats : int
        How often every record comes.
    weight : ndarray of float64, shape (n_scored,), optional
        How much each counts; all the same by default.
    """

    log_odds: Floats
    y: npt.NDArray[np.int64]
    repeats: int
    weight: Floats | None = None


def out_of_fold(design: Design, *, fit_mean: Callable[[Design], Ensemble]) -> OutOfFold:
    """Scores every record by an ensemble that did not see it.

    Parameters
    ----------
    design : Design
        At least two records of each outcome.
    fit_mean : callable
        Fits an ensemble to a part of the design.

    Returns
    -------
    OutOfFold
        Five shuffled stratified folds, three times over up to 500 records; three folds above 2,000.
    """
    rows = len(design.y)
    repeats = 3 if rows <= 500 else 1
    folds = min(5 if rows <= 2000 else 3, *design.outcomes)
    log_odds: list[Floats] = []
    tested: list[npt.NDArray[np.intp]] = []
    for repeat in range(repeats):
        for train, test in design.folds(folds, seed=design.seed + repeat):
            log_odds.append(fit_mean(design.take(train)).log_odds(design.encoded[test]))
            tested.append(test)
    scored = design.take(np.concatenate(tested))
    return OutOfFold(np.concatenate(log_odds), scored.y, repeats, scored.weight)


def affine_of(unseen: OutOfFold) -> tuple[float, float]:
    """Finds the intercept and slope that make out-of-fold log-odds fit their outcomes.

    Parameters
    ----------
    unseen : OutOfFold

    Returns
    -------
    tuple of float
        Intercept and slope.

    Notes
    -----
    Platt's penalised likelihood with priors: the slope is about 1 (standard deviation 0.5, kept within 0 and 2.5), the
    shift at the mean score about 0 (1.0); with few outcomes the priors hold, with many they vanish. Repeats are not new
    evidence, so the priors sharpen with them.

    Platt, "Probabilistic outputs for support vector machines", 1999.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=20_000)
    >>> y = (rng.random(20_000) < 1 / (1 + np.exp(-truth))).astype(np.int64)
    >>> intercept, slope = affine_of(OutOfFold(2 * truth + 1, y, repeats=1))
    >>> round(intercept, 1), round(slope, 1)
    (-0.5, 0.5)
    """
    centre = float(unseen.log_odds.mean())
    offset = unseen.log_odds - centre
    sign = 1 - 2 * unseen.y
    weight = np.ones(len(unseen.y)) if unseen.weight is None else unseen.weight

    def loss(parameters: Floats) -> tuple[float, Floats]:
        shift, slope = parameters
        margin = sign * (centre + shift + slope * offset)
        pull = weight * sign * sigmoid(margin)
        penalty = (shift / SPREAD_OF_SHIFT) ** 2 + ((slope - 1) / SPREAD_OF_SLOPE) ** 2
        gradient = np.array(
            [
                pull.sum() + unseen.repeats * shift / SPREAD_OF_SHIFT**2,
                (pull * offset).sum() + unseen.repeats * (slope - 1) / SPREAD_OF_SLOPE**2,
            ]
        )
        return float((weight * np.logaddexp(0.0, margin)).sum() + unseen.repeats * penalty / 2), gradient

    found = minimize(loss, [0.0, 1.0], jac=True, bounds=[(-5.0, 5.0), (0.0, STEEPEST)], method="L-BFGS-B")
    shift, slope = (float(value) for value in found.x)
    return centre + shift - slope * centre, slope
