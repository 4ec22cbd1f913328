"""Row 7: the churn of a telephone company through the churn scorer has the figures of the leads' learner."""

from __future__ import annotations

import numpy as np
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import folder, telco_churn

from salescope.evaluation import classifier_metrics, random_folds
from salescope.scoring import ChurnScorer


def run() -> Outcome:
    """Judges the scorer on five random folds."""
    data = telco_churn(folder())
    chance = np.empty(len(data.y))
    for fold in random_folds(data.y, seed=0):
        scorer = ChurnScorer().fit(data.frame.iloc[fold.train], data.y[fold.train])
        chance[fold.test] = scorer.predict_proba(data.frame.iloc[fold.test])[:, 1]
    found = classifier_metrics(data.y, chance)
    good = found["auc"] >= 0.849 and found["log_loss"] <= 0.4115 and found["calibration_error"] <= 0.014
    figure = (
        f"telco-churn through ChurnScorer, 5 folds: AUC {found['auc']:.4f}, log loss {found['log_loss']:.4f}, "
        f"calibration error {found['calibration_error']:.4f}"
    )
    return Outcome(figure, good)
