"""Row 6: the scorer is of use from the first 80 closed records."""

from __future__ import annotations

import numpy as np
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import Labelled, folder, judge_splits, telco_churn

from salescope.evaluation.splits import Split

DRAWS = 8


def cold_start(data: Labelled, *, closed: int, draws: int = DRAWS) -> tuple[float, float]:
    """Gives the mean AUC and log loss on all other records after learning from a few, drawn at the natural base rate."""
    figures = []
    for draw in range(draws):
        # The draws of the reference figures, so that the same few records are compared.
        mixed = np.random.RandomState(draw).permutation(len(data.y))
        judged = judge_splits(data, [Split(mixed[:closed], mixed[closed:])])
        figures.append((judged.auc, judged.log_loss))
    auc, log_loss = np.mean(figures, axis=0)
    return float(auc), float(log_loss)


def run() -> Outcome:
    """Judges the scorer after 80 and after 200 closed records."""
    data = telco_churn(folder())
    few, some = (cold_start(data, closed=closed) for closed in (80, 200))
    figure = (
        f"telco-churn, {DRAWS} draws: 80 closed records AUC {few[0]:.4f}, log loss {few[1]:.4f}; "
        f"200 closed records AUC {some[0]:.4f}, log loss {some[1]:.4f}"
    )
    return Outcome(figure, few[0] >= 0.80 and few[1] <= 0.47 and some[0] >= 0.83 and some[1] <= 0.44)
