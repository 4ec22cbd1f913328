"""Which members are fitted, with what weights: the learner follows the number of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from salescope.scoring.ensemble import Ensemble
from salescope.scoring.linear import RidgeLogistic
from salescope.scoring.members import Design, Member, logit
from salescope.scoring.trees import BoostedTrees, LogOddsForest

__all__ = ["fit_ensemble", "weights_for"]

FEWEST_OUTCOMES = 5
FEW, MANY = 400.0, 3000.0


def weights_for(n_rows: int) -> dict[str, float]:
    """Gives the weights of the members for a number of closed records.

    Parameters
    ----------
    n_rows : int
        Closed records in training.

    Returns
    -------
    dict of str to float
        The weights; they sum to 1.

    Notes
    -----
    Up to 400 records a forest and a ridge regression, from 3,000 on mostly boosted trees, and between them a mean that
    moves with the logarithm of the number.

    Examples
    --------
    >>> weights_for(100)
    {'forest': 0.7, 'ridge': 0.3}
    >>> weights_for(50_000)
    {'boosted': 0.7, 'ridge': 0.3}
    """
    many = float(np.clip(np.log(n_rows / FEW) / np.log(MANY / FEW), 0.0, 1.0))
    weights = {"boosted": 0.7 * many, "forest": 0.7 * (1 - many), "ridge": 0.3}
    return {name: weight for name, weight in weights.items() if weight > 0}


def fit_ensemble(design: Design, *, trees: Mapping[str, Any] | None = None) -> Ensemble:
    """Fits the members that suit the number of outcomes.

    Parameters
    ----------
    design : Design
        Records of both outcomes.
    trees : mapping, optional
        LightGBM parameters for the boosted member over its preset, as a search found them.

    Returns
    -------
    Ensemble
        Without members, the pooled prior, where either outcome is seen less than five times or nothing was learned
        about any column.
    """
    won, rows = int(design.y.sum()), len(design.y)
    if min(won, rows - won) < FEWEST_OUTCOMES or not design.features:
        # Half a record of each outcome (Jeffreys' prior) keeps the rate away from 0 and 1.
        return Ensemble({}, {}, intercept=logit((won + 0.5) / (rows + 1.0)))
    makers: dict[str, Member] = {
        "boosted": BoostedTrees(trees),
        "forest": LogOddsForest(),
        "ridge": RidgeLogistic(),
    }
    weights = weights_for(rows)
    return Ensemble({name: makers[name].fit(design) for name in weights}, weights)
