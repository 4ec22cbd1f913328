"""The recipe: weights by number of outcomes, recalibration, and the look ahead in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import norm

from salescope.features.encoding import Feature
from salescope.frames.errors import MisalignedError
from salescope.scoring.door import recency
from salescope.scoring.ensemble import Ensemble
from salescope.scoring.members import Design, sigmoid
from salescope.scoring.recalibration import OutOfFold, affine_of, out_of_fold
from salescope.scoring.recipe import fit_ensemble, weights_for


@given(st.integers(5, 10**7))
def test_weights_are_a_mean(rarer):
    weights = weights_for(rarer)
    assert sum(weights.values()) == pytest.approx(1)
    assert all(weight > 0 for weight in weights.values())


@given(st.integers(30, 10**6), st.integers(1, 10**6))
def test_boosted_trees_only_gain_with_outcomes(rarer, more):
    def boosted(count: int) -> float:
        return weights_for(count).get("small", 0) + weights_for(count).get("large", 0)

    assert boosted(rarer + more) >= boosted(rarer)


def test_recalibration_finds_the_penalised_optimum():
    rng = np.random.default_rng(0)
    log_odds = rng.normal(-1, 1, 80)
    y = (rng.random(80) < sigmoid(1.7 * log_odds + 0.4)).astype(np.int64)
    centre = log_odds.mean()

    def slow(parameters):
        intercept, slope = parameters
        shift = intercept + slope * centre - centre
        chance = sigmoid(intercept + slope * log_odds)
        likelihood = np.log(np.where(y == 1, chance, 1 - chance)).sum()
        return -likelihood - norm.logpdf(shift, 0, 1.0) - norm.logpdf(slope, 1, 0.5)

    wanted = minimize(slow, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}).x
    np.testing.assert_allclose(affine_of(OutOfFold(log_odds, y, repeats=1)), wanted, atol=1e-3)


def test_repeats_are_no_new_evidence():
    rng = np.random.default_rng(1)
    log_odds = rng.normal(size=60)
    y = (rng.random(60) < sigmoid(log_odds)).astype(np.int64)
    once = affine_of(OutOfFold(log_odds, y, repeats=1))
    thrice = affine_of(OutOfFold(np.tile(log_odds, 3), np.tile(y, 3), repeats=3))
    np.testing.assert_allclose(once, thrice, atol=1e-4)


def test_noise_is_flattened():
    rng = np.random.default_rng(2)
    slope = affine_of(OutOfFold(rng.normal(size=5000), rng.integers(0, 2, 5000), repeats=1))[1]
    assert slope < 0.15


def records(rows: int) -> Design:
    rng = np.random.default_rng(3)
    truth = rng.normal(size=rows)
    return Design(truth[:, None], (rng.random(rows) < sigmoid(truth)).astype(np.int64), (Feature("a", "a"),), 0)


def test_in_time_order_only_boosted_trees_are_asked_once_there_are_enough():
    assert set(weights_for(499, timed=True)) == {"ridge", "forest", "small"}
    assert weights_for(500, timed=True) == {"small": 1.0}
    assert weights_for(10_000, timed=True) == {"small": 0.5, "large": 0.5}


def test_newer_records_count_more():
    weight = recency(pd.date_range("2024-01-01", periods=5), rows=5)
    np.testing.assert_allclose(weight.mean(), 1)
    np.testing.assert_allclose(weight / weight[-1], 0.5 ** (np.arange(5)[::-1] / 4))


@pytest.mark.parametrize("order", [[1, 2], [1, 2, None], [1, 2, 3, 4]])
def test_an_order_that_does_not_fit_is_refused(order):
    with pytest.raises(MisalignedError, match="order"):
        recency(order, rows=3)


def test_every_record_is_scored_unseen_once_a_repeat():
    known = records(300)
    seen = []

    def fit_mean(part):
        seen.append({tuple(row) for row in part.encoded})
        return Ensemble({}, {}, intercept=len(seen))

    unseen = out_of_fold(known, fit_mean=fit_mean)
    assert unseen.repeats == 3
    assert len(unseen.y) == 900
    assert np.unique(unseen.log_odds, return_counts=True)[1].tolist() == [60] * 15
    assert all(len(rows) == 240 for rows in seen)


def test_fewer_than_five_of_a_kind_give_the_prior():
    rng = np.random.default_rng(4)
    y = np.array([1] * 4 + [0] * 46)
    learned = fit_ensemble(Design(rng.normal(size=(50, 1)), y, (Feature("x", "x"),), 0))
    assert not learned.ensemble.members
    np.testing.assert_allclose(sigmoid(learned.log_odds), 4.5 / 51)
