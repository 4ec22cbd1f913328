"""A look ahead in time: members that lose on the newest records lose their say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from salescope.scoring.ensemble import Ensemble
from salescope.scoring.members import Design, Floats

__all__ = ["forward_weights"]

NEWEST = 0.2
FEWEST_BEFORE, FEWEST_AFTER, FEWEST_IN_ALL = 200, 50, 500
SHARES = (1.0, 0.5, 0.0)
WORTH_IT = 2e-4
SMOOTH = ("ridge", "forest")


def forward_weights(
    design: Design, *, weights: Mapping[str, float], fit_mean: Callable[[Design, Mapping[str, float]], Ensemble]
) -> dict[str, float]:
    """Lowers the weight of ridge and forest in so far as they lose on the newest fifth.

    Parameters
    ----------
    design : Design
        Records with an order; without one, or with few outcomes, the weights stay.
    weights : mapping of str to float
        The weights by number of outcomes.
    fit_mean : callable
        Fits the members to a part of the design.

    Returns
    -------
    dict of str to float
        They sum to 1.

    Notes
    -----
    Where the market drifts, a line through numbers extrapolates and a deep forest remembers; small trees are flat
    outside what they saw. On random folds this cannot be seen, so it is measured forward in time.
    """
    if design.order is None or min(design.y.sum(), len(design.y) - design.y.sum()) < FEWEST_IN_ALL:
        return dict(weights)
    rank = np.argsort(design.order, kind="stable")
    cut = int(len(rank) * (1 - NEWEST))
    before, after = design.take(rank[:cut]), design.take(rank[cut:])
    if _rarer(before) < FEWEST_BEFORE or _rarer(after) < FEWEST_AFTER:
        return dict(weights)
    members = fit_mean(before, weights).members
    scored = {name: member.log_odds(after.encoded) for name, member in members.items()}
    return _best(scored, after, weights)


def _rarer(design: Design) -> int:
    won = int(design.y.sum())
    return min(won, len(design.y) - won)


def _best(scored: Mapping[str, Floats], after: Design, weights: Mapping[str, float]) -> dict[str, float]:
    best, lowest = dict(weights), np.inf
    for share in SHARES:
        tried = {name: weight * (share if name in SMOOTH else 1.0) for name, weight in weights.items()}
        total = sum(tried.values())
        mean = np.sum([tried[name] / total * scored[name] for name in tried], axis=0)
        loss = float(np.logaddexp(0.0, (1 - 2 * after.y) * mean).mean())
        if loss < lowest - WORTH_IT:
            best, lowest = {name: weight / total for name, weight in tried.items() if weight > 0}, loss
    return best
