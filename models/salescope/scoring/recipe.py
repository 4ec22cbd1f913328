"""Which members are fitted, with what weights: the learner follows the number of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from salescope.scoring.ensemble import Ensemble
from salescope.scoring.linear import RidgeLogistic
from salescope.scoring.members import Design, Floats, Member, logit
from salescope.scoring.recalibration import affine_of, out_of_fold
from salescope.scoring.trees import BoostedTrees, LogOddsForest, rounds_needed

__all__ = ["Learned", "fit_ensemble", "members_for", "weights_for"]

FEWEST_OUTCOMES = 5
ENOUGH_FOR_TREES = 500
MOST_RECALIBRATED = 10_000
SMALL: Mapping[str, Any] = {
    "num_leaves": 7,
    "learning_rate": 0.045,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
}
LARGE: Mapping[str, Any] = {
    **SMALL,
    "num_iterations": 100,
    "num_leaves": 31,
    "min_child_samples": 50,
    "bagging_fraction": 0.8,
}


@dataclass(frozen=True, slots=True)
class Learned:
    """Holds a fitted ensemble and what it says about records that it did not see, where that was measured.

    Parameters
    ----------
    ensemble : Ensemble
        The fitted members.
    log_odds : ndarray of float64, shape (n_scored,)
        Out-of-fold log-odds; those of evenly spaced training records where there are so many that
        it makes no difference.
    """

    ensemble: Ensemble
    log_odds: Floats


def weights_for(rarer: int, *, timed: bool = False) -> dict[str, float]:
    """Gives the weights of the members for a number of outcomes.

    Parameters
    ----------
    rarer : int
        How often the rarer of the two outcomes was seen.
    timed : bool, default False
        Whether the records have an order in time, so that the model is for what comes after them.

    Returns
    -------
    dict of str to float
        Members with a weight above 0; they sum to 1.

    Notes
    -----
    A ridge regression and a forest at first; boosted trees of 7 leaves grow in from 30 outcomes on and hold half of
    what the ridge leaves at about 600; from 500 on they share with trees of 31 leaves. Averages of families win.

    Of records in time order, from 500 on, only boosted trees are asked: where the market drifts, a line through numbers
    extrapolates and a deep forest remembers, while small trees are flat outside what they saw.

    Examples
    --------
    >>> {name: round(weight, 2) for name, weight in weights_for(20).items()}
    {'ridge': 0.49, 'forest': 0.51}
    >>> {name: round(weight, 2) for name, weight in weights_for(4_000).items()}
    {'ridge': 0.14, 'forest': 0.32, 'small': 0.27, 'large': 0.27}
    """
    ridge = 0.5 / (1 + rarer / 1500)
    boosted = (1 - ridge) * (2 / 3) * rarer / (rarer + 200) if rarer >= 30 else 0.0
    large = 0.5 * float(np.clip(np.log(rarer / 500) / np.log(4), 0.0, 1.0))
    weights = {
        "ridge": ridge,
        "forest": 1 - ridge - boosted,
        "small": boosted * (1 - large),
        "large": boosted * large,
    }
    if timed and rarer >= ENOUGH_FOR_TREES:
        weights = {"small": 1 - large, "large": large}
    return {name: weight for name, weight in weights.items() if weight > 0}


def members_for(
    rarer: int, *, rows: int, rounds: int | None = None, trees: Mapping[str, Any] | None = None
) -> dict[str, Member]:
    """Makes the members, not fitted yet, with the parameters that suit the number of outcomes.

    Parameters
    ----------
    rarer : int
        How often the rarer of the two outcomes was seen.
    rows : int
        How many records there are.
    rounds : int, optional
        How many small trees are boosted; the larger ones are half as many. By default 27 and two for every
        three outcomes of the rarer kind, at most 200.
    trees : mapping, optional
        LightGBM parameters of the small boosted trees over their preset.

    Returns
    -------
    dict of str to Member
    """
    rounds = min(27 + 2 * rarer // 3, 200) if rounds is None else rounds
    few = {"num_iterations": rounds, "min_child_samples": 10 if rarer < 100 else 20}
    forest = {"num_iterations": 100 if rows <= 3000 else 60, "min_child_samples": 5 if rarer < 400 else 20}
    return {
        "ridge": RidgeLogistic(),
        "forest": LogOddsForest(forest),
        "small": BoostedTrees({**SMALL, **few, **(trees or {})}),
        "large": BoostedTrees({**LARGE, "num_iterations": max(rounds // 2, 1)}),
    }


def fit_ensemble(design: Design, *, trees: Mapping[str, Any] | None = None) -> Learned:
    """Fits the members that suit the number of outcomes and recalibrates their mean.

    Parameters
    ----------
    design : Design
        Records of both outcomes; with weights where they have an order in time.
    trees : mapping, optional
        LightGBM parameters of the small boosted trees over their preset, as a search found them.

    Returns
    -------
    Learned
        Without members, the pooled prior, where either outcome is seen less than five times or nothing was learned
        about any column.
    """
    rows, rarer = len(design.y), min(design.outcomes)
    if rarer < FEWEST_OUTCOMES or not design.features:
        # Half a record of each outcome (Jeffreys' prior) keeps the rate away from 0 and 1.
        prior = Ensemble({}, {}, intercept=logit((int(design.y.sum()) + 0.5) / (rows + 1.0)))
        return Learned(prior, prior.log_odds(design.encoded))

    weights = weights_for(rarer, timed=design.weight is not None)
    rounds = rounds_needed(design, SMALL) if rarer >= ENOUGH_FOR_TREES else None

    def fit_mean(part: Design) -> Ensemble:
        makers = members_for(rarer, rows=rows, rounds=rounds, trees=trees)
        return Ensemble({name: makers[name].fit(part) for name in weights}, weights)

    mean = fit_mean(design)
    if rows > MOST_RECALIBRATED:
        # So many records leave nothing to recalibrate that a hold-out could measure.
        # Ten thousand records, evenly spaced in an order by content, tell the percentiles of scores as well as all do.
        return Learned(mean, mean.log_odds(design.encoded[:: -(-rows // MOST_RECALIBRATED)]))
    unseen = out_of_fold(design, fit_mean=fit_mean)
    intercept, slope = affine_of(unseen)
    return Learned(Ensemble(mean.members, weights, intercept, slope), intercept + slope * unseen.log_odds)
