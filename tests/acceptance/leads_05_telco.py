"""Row 5: the same learner on the churn of a telephone company."""

from __future__ import annotations

from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import folder, judge_splits, telco_churn

from salescope.evaluation.splits import random_folds


def run() -> Outcome:
    """Judges the scorer on five random folds."""
    data = telco_churn(folder())
    judged = judge_splits(data, random_folds(data.y, seed=0))
    good = judged.auc >= 0.849 and judged.log_loss <= 0.4115 and judged.calibration_error <= 0.014
    return Outcome(f"telco-churn, 5 folds: {judged}", good)
