"""The gates: signal, then calibration, then the champion."""

from __future__ import annotations

import numpy as np
import pytest

from salescope.evaluation import check_calibration, classifier_metrics, compare, judge
from salescope.evaluation.splits import Split
from salescope.training import Calibration, Judgement
from salescope.training.comparing import Against
from salescope.training.decision import decide

ROWS = 2_000


def outcomes(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 3, size=ROWS)
    return (rng.random(ROWS) < p).astype(int), p


def judgement(y, p) -> Judgement:
    figures = classifier_metrics(y, p)
    return Judgement(
        split=Split(np.arange(1), np.arange(ROWS)), newest=p, figures=figures, auc_95=None, within_period=None, folds=p,
        random=figures, windows=(), verdict=judge(y, p), drift=check_calibration(y, p),
    )  # fmt: skip


def calibration(y, p) -> Calibration:
    return Calibration(intercept=0.0, slope=1.0, probabilities=p, check=check_calibration(y, p))


def test_the_first_scorer_that_tells_something_true_is_promoted():
    y, p = outcomes(0)
    decision = decide(judgement(y, p), calibration(y, p), against=None)
    assert (decision.promote, decision.ground) == (True, "first")


def test_without_signal_nothing_is_promoted():
    y, _ = outcomes(0)
    chance = np.random.default_rng(5).uniform(0.2, 0.3, size=ROWS)
    decision = decide(judgement(y, chance), calibration(y, chance), against=None)
    assert (decision.promote, decision.ground) == (False, "signal")
    assert decision.message.startswith("No signal")
    assert "95 % interval" in decision.message


def test_probabilities_beyond_the_noise_floor_are_refused():
    y, p = outcomes(0)
    boastful = p**0.5
    decision = decide(judgement(y, boastful), calibration(y, boastful), against=None)
    assert (decision.promote, decision.ground) == (False, "calibration")
    assert "beyond the noise" in decision.message


@pytest.mark.parametrize(("better", "ground"), [(True, "better"), (False, "champion")])
def test_the_champion_yields_to_what_is_not_worse(better, ground):
    y, p = outcomes(0)
    worse = 0.5 * p + 0.5 * p.mean()
    new, old = (p, worse) if better else (worse, p)
    against = Against(version="3", basis="as served", comparison=compare(y, champion=old, challenger=new))
    decision = decide(judgement(y, new), calibration(y, p), against=against)
    assert (decision.promote, decision.ground) == (better, ground)
    assert f"Judged on {ROWS} outcomes (as served)" in decision.message
