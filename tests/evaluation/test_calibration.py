"""Calibration: perfect probabilities pass, wrong ones fail, the floor is what simulation says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from salescope.evaluation.calibration import calibration_floor, check_calibration, cox_fit, reliability
from salescope.evaluation.metrics import calibration_error
from salescope.frames.errors import TooFewOutcomesError


def drawn(n_rows, *, seed):
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 5, n_rows)
    return (rng.random(n_rows) < p).astype(int), p


def test_the_floor_of_one_bin_has_a_closed_form():
    # One bin of n rows: the error is |mean - p|, half-normal with mean sqrt(2 p q / (pi n)).
    floor = calibration_floor(np.full(4000, 0.3), draws=2000)
    assert floor.mean == pytest.approx(np.sqrt(2 * 0.3 * 0.7 / (np.pi * 4000)), rel=0.06)
    assert floor.p95 == pytest.approx(1.96 * np.sqrt(0.3 * 0.7 / 4000), rel=0.06)


def test_the_floor_equals_a_plain_simulation_by_the_metric_itself():
    _, p = drawn(300, seed=0)
    rng = np.random.default_rng(5)
    slow = [calibration_error(rng.random(300) < p, p) for _ in range(200)]
    floor = calibration_floor(p, seed=5)
    assert floor.mean == pytest.approx(np.mean(slow))
    assert floor.p95 == pytest.approx(np.percentile(slow, 95))


def test_the_floor_sinks_with_the_root_of_the_rows():
    _, p = drawn(8000, seed=0)
    assert calibration_floor(p[:500]).mean / calibration_floor(p).mean == pytest.approx(4, rel=0.15)


def test_nineteen_of_twenty_perfect_models_pass():
    passed = sum(check_calibration(*drawn(400, seed=seed), seed=seed).passed for seed in range(120))
    # 114 expected; four standard deviations of a binomial are 10.
    assert 104 <= passed <= 120


@pytest.mark.parametrize("wrong", [lambda p: p**2, lambda p: p + 0.08, lambda p: expit(2 * logit(p))])
def test_wrong_probabilities_fail(wrong):
    y, p = drawn(5000, seed=0)
    check = check_calibration(y, np.clip(wrong(p), 0, 1))
    assert not check.passed
    assert check.error > check.p95 > check.floor
    assert "beyond" in check.message


def test_the_check_repeats_with_its_seed():
    y, p = drawn(300, seed=3)
    assert check_calibration(y, p, seed=1) == check_calibration(y, p, seed=1)


def test_reliability_holds_every_row_and_its_intervals_hold_the_rate():
    y, p = drawn(1003, seed=1)
    table = reliability(y, p)
    assert table["n_rows"].sum() == 1003
    assert (table["n_rows"] * table["rate"]).sum() == pytest.approx(y.sum())
    assert table["probability"].is_monotonic_increasing
    assert (table["lo_95"] <= table["rate"]).all()
    assert (table["rate"] <= table["hi_95"]).all()


def test_wilson_interval_in_closed_form():
    row = reliability(np.repeat([0, 1], [10, 0]), np.full(10, 0.2)).iloc[0]
    z2 = 1.959964**2
    assert row["lo_95"] == pytest.approx(0.0, abs=1e-12)
    assert row["hi_95"] == pytest.approx(z2 / (10 + z2), rel=1e-5)


def test_calibration_line_is_found():
    y, p = drawn(20_000, seed=2)
    fit = cox_fit(y, p)
    assert 0 in fit.intercept_95
    assert 1 in fit.slope_95
    stretched = cox_fit(y, expit(2 * logit(p) + 1))
    assert stretched.slope == pytest.approx(fit.slope / 2)
    assert stretched.intercept == pytest.approx(fit.intercept - fit.slope / 2)


def test_one_kind_of_outcome_has_no_calibration_line():
    with pytest.raises(TooFewOutcomesError):
        cox_fit([1, 1], [0.2, 0.3])
