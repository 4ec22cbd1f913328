"""Verdict and comparison: noise is called noise, and a worse model never takes the place of a better one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from salescope.evaluation.metrics import auc, log_loss
from salescope.evaluation.verdict import PromotionRule, compare, judge
from salescope.frames.errors import MisalignedError, TooFewOutcomesError


def drawn(n_rows, *, seed, strength=1.0):
    rng = np.random.default_rng(seed)
    fact = rng.normal(size=n_rows)
    p = expit(strength * fact - 1)
    return (rng.random(n_rows) < p).astype(int), p


def test_a_model_that_tells_something_has_signal():
    y, p = drawn(1000, seed=0)
    verdict = judge(y, p, baseline=y.mean())
    assert verdict.signal
    assert 0.5 < verdict.lo_95 < verdict.auc < verdict.hi_95
    assert verdict.message.startswith("Signal")


def test_noise_is_called_no_signal_nearly_always():
    rng = np.random.default_rng(0)
    called = sum(judge(rng.random(300) < 0.3, rng.random(300)).signal for _ in range(200))
    # One side of a 95 % interval is left by 2.5 % of noise: 5 expected, and 14 are four standard deviations more.
    assert called <= 14


def test_the_interval_is_in_the_message():
    rng = np.random.default_rng(3)
    verdict = judge(rng.random(400) < 0.4, np.full(400, 0.4))
    assert not verdict.signal
    assert "cannot be told apart (AUC 0.500, 95 % interval 0.500 to 0.500)" in verdict.message


def test_ranking_without_better_probabilities_is_no_signal():
    y, p = drawn(1000, seed=0)
    verdict = judge(y, np.clip(p + 0.6, 0, 0.999), baseline=np.full(1000, y.mean()))
    assert not verdict.signal
    assert "no better than the baseline" in verdict.message


def test_few_outcomes_are_never_signal():
    verdict = judge([1] * 9 + [0] * 500, [0.9] * 9 + [0.1] * 500)
    assert not verdict.signal
    assert "9 positive and 500 negative" in verdict.message
    assert np.isnan(verdict.auc)


def test_the_better_challenger_is_promoted_and_the_worse_is_not():
    y, p = drawn(2000, seed=1)
    blurred = np.clip(p + np.random.default_rng(2).normal(0, 0.15, 2000), 0.01, 0.99)
    better, worse = compare(y, champion=blurred, challenger=p), compare(y, champion=p, challenger=blurred)
    assert better.promote
    assert better.message.startswith("Promote")
    assert not worse.promote
    assert worse.message.startswith("Keep the champion")
    assert better.auc_difference_95.lo == pytest.approx(-worse.auc_difference_95.hi)
    assert better.log_loss_difference_95.hi < 0 < worse.log_loss_difference_95.lo


def test_an_equal_challenger_is_promoted_only_where_it_need_not_improve():
    y, p = drawn(500, seed=4)
    assert compare(y, champion=p, challenger=p).promote
    assert not compare(y, champion=p, challenger=p, rule=PromotionRule(must="improve")).promote


def test_a_challenger_that_ranks_far_worse_is_kept_out_whatever_its_log_loss():
    y, p = drawn(3000, seed=5, strength=2.0)
    constant = np.full(3000, y.mean())
    off = np.clip(p + 0.45, 0, 0.9999)
    assert log_loss(y, constant) < log_loss(y, off)
    assert not compare(y, champion=off, challenger=constant).promote
    assert compare(y, champion=off, challenger=constant, rule=PromotionRule(least_auc_share=0.0)).promote


def test_paired_interval_agrees_with_the_paired_bootstrap():
    y, p = drawn(600, seed=6)
    other = np.clip(p + np.random.default_rng(7).normal(0, 0.1, 600), 0.01, 0.99)
    found = compare(y, champion=p, challenger=other)
    rows = np.random.default_rng(8).integers(0, 600, (300, 600))
    draws = [[metric(y[r], other[r]) - metric(y[r], p[r]) for metric in (auc, log_loss)] for r in rows]
    spread = 2 * 1.96 * np.std(draws, axis=0)
    ours = [found.auc_difference_95, found.log_loss_difference_95]
    assert [interval.hi - interval.lo for interval in ours] == pytest.approx(spread, rel=0.15)


def test_pairing_is_sharper_than_two_intervals():
    y, p = drawn(1000, seed=9)
    near = np.clip(p + 0.01 * np.random.default_rng(1).normal(size=1000), 0.001, 0.999)
    paired = compare(y, champion=p, challenger=near).auc_difference_95
    alone = judge(y, p)
    assert paired.hi - paired.lo < 0.2 * (alone.hi_95 - alone.lo_95)


def test_what_cannot_be_compared_is_said():
    with pytest.raises(TooFewOutcomesError):
        compare([0, 1], champion=[0.1, 0.2], challenger=[0.1, 0.2])
    with pytest.raises(MisalignedError, match="challenger"):
        compare([0, 1, 0, 1], champion=[0.1] * 4, challenger=[0.1] * 3)


@pytest.mark.parametrize("options", [{"must": "win"}, {"least_auc_share": 1.5}])
def test_a_rule_checks_itself(options):
    with pytest.raises(MisalignedError):
        PromotionRule(**options)
