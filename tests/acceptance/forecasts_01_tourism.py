"""Row 1: error over all nodes and of the total, against AutoETS reconciled by MinT-shrink in the same run."""

from __future__ import annotations

import numpy as np
from hierarchicalforecast.methods import MinTrace
from statsforecast.models import AutoETS
from tests.acceptance.outcome import Outcome
from tests.acceptance.tourism import CUTOFFS, HORIZON, mase, tourism

from salescope.forecasting import Panel, SalesForecaster, Tree
from salescope.forecasting.calendar import Floats
from salescope.forecasting.origins import Origins

MOST_OF_PEER, MOST_OF_BASE = 0.97, 1.00
# So much is rounding where the total is the base's.
ROUNDING = 1e-9


def run() -> Outcome:
    """Forecasts a year from each of four cutoffs."""
    panel, tree = tourism()
    forecaster = SalesForecaster(HORIZON)
    origins = Origins(panel, forecaster.chosen_members(), horizon=HORIZON)
    ours, total, base, theirs = [], [], [], []
    for cutoff in CUTOFFS:
        floor = np.zeros(tree.sums.shape[1])
        fitted = forecaster.fit_tree(origins, tree=tree, cutoff=cutoff, floor=floor).fitted_
        error = mase(fitted.mean, panel, cutoff=cutoff)
        ours.append(error.mean())
        total.append(error[0])
        base.append(mase(fitted.base, panel, cutoff=cutoff)[0])
        theirs.append(mase(peer(panel, tree, cutoff=cutoff), panel, cutoff=cutoff))
    peers, peers_total = float(np.mean(theirs)), float(np.mean([one[0] for one in theirs]))
    ratio, of_base = float(np.mean(ours)) / peers, float(np.mean(total)) / float(np.mean(base))
    figure = (
        f"tourism, {len(tree.nodes)} nodes, four cutoffs: mean MASE {np.mean(ours):.4f}, AutoETS + MinT-shrink {peers:.4f}, "
        f"ratio {ratio:.3f}; total {np.mean(total):.4f}, {of_base:.3f} of its own base (theirs {peers_total:.4f})"
    )
    return Outcome(figure, ratio <= MOST_OF_PEER and of_base <= MOST_OF_BASE + ROUNDING)


def peer(panel: Panel, tree: Tree, *, cutoff: int) -> Floats:
    """Reconciles AutoETS as the library's documentation does, by the errors within the history."""
    history = panel.values[:, :cutoff]
    found = [AutoETS(season_length=12).forecast(one, HORIZON, fitted=True) for one in history]
    reconciled = MinTrace("mint_shrink").fit_predict(
        S=tree.sums.toarray(),
        y_hat=np.array([one["mean"] for one in found]),
        y_insample=history,
        y_hat_insample=np.array([one["fitted"] for one in found]),
    )
    return np.asarray(reconciled["mean"], dtype=np.float64)
