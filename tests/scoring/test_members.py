"""Members: additive in log-odds, serialisable, and right in closed-form cases."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.optimize import minimize

from salescope.features.encoding import Feature
from salescope.scoring.ensemble import Ensemble
from salescope.scoring.linear import RidgeLogistic
from salescope.scoring.members import Design, logit, sigmoid
from salescope.scoring.trees import BoostedTrees, LogOddsForest

FEATURES = (Feature("staff", "staff"), Feature("source", "source", levels=4), Feature("age", "age"))
MAKERS = {
    "ridge": RidgeLogistic,
    "forest": lambda: LogOddsForest({"num_iterations": 20}),
    "boosted": lambda: BoostedTrees({"num_iterations": 30}),
}


def design(rows: int = 300, seed: int = 0) -> Design:
    rng = np.random.default_rng(seed)
    encoded = np.column_stack([rng.normal(size=rows), rng.integers(0, 4, rows), rng.lognormal(size=rows)])
    encoded[rng.random(encoded.shape) < 0.1] = np.nan
    log_odds = np.nan_to_num(encoded[:, 0]) + (encoded[:, 1] == 2)
    return Design(encoded, (rng.random(rows) < sigmoid(log_odds)).astype(np.int64), FEATURES, seed)


def odd_rows() -> np.ndarray:
    return np.array([[np.nan] * 3, [1e300, 9.0, -1e300], [0.0, np.nan, 0.0], [-1e300, 3.0, np.nan]])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_contributions_and_base_are_the_log_odds(make):
    member = make().fit(design())
    for encoded in (design(seed=1).encoded, odd_rows()):
        parts = member.contributions(encoded)
        assert parts.shape == (len(encoded), len(FEATURES) + 1)
        np.testing.assert_allclose(parts.sum(axis=1), member.log_odds(encoded), atol=1e-10)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_each_row_by_itself_has_the_same_bits(make):
    member, encoded = make().fit(design()), np.vstack([design(seed=2).encoded, odd_rows()])
    alone = np.concatenate([member.log_odds(encoded[[row]]) for row in range(len(encoded))])
    np.testing.assert_array_equal(alone, member.log_odds(encoded))


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_files_and_pickles_keep_every_bit(make):
    member, encoded = make().fit(design()), design(seed=3).encoded
    for read in (type(member).from_files(member.to_files()), pickle.loads(pickle.dumps(member))):
        np.testing.assert_array_equal(read.log_odds(encoded), member.log_odds(encoded))
        np.testing.assert_array_equal(read.contributions(encoded), member.contributions(encoded))


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_member_learns(make):
    learned = make().fit(design(2000)).log_odds(np.array([[2.0, 2.0, 1.0], [-2.0, 0.0, 1.0]]))
    assert learned[0] - learned[1] > 1.5


def test_every_leaf_of_the_forest_holds_smoothed_log_odds():
    # One tree over all rows and one split: both leaves can be counted by hand.
    encoded = np.repeat([[0.0], [1.0]], 50, axis=0)
    y = np.array([1] * 10 + [0] * 40 + [1] * 45 + [0] * 5)
    whole = {"num_iterations": 1, "num_leaves": 2, "bagging_fraction": 0.999, "feature_fraction_bynode": 1.0}
    forest = LogOddsForest(whole).fit(Design(encoded, y, (Feature("x", "x"),), 0))
    base, smoothing = 0.55, LogOddsForest.SMOOTHING
    wanted = [logit((won + smoothing * base) / (50 + smoothing)) for won in (10, 45)]
    np.testing.assert_allclose(forest.log_odds(np.array([[0.0], [1.0]])), wanted, rtol=1e-12)


def test_ridge_is_the_penalised_optimum_of_its_terms():
    known = design(500)
    member = RidgeLogistic(strength=0.5).fit(known)
    columns = np.column_stack([term.values(known.encoded[:, term.feature]) for term in member._terms])
    np.testing.assert_allclose(columns.mean(axis=0), 0, atol=1e-9)

    def slow(parameters):
        margin = (1 - 2 * known.y) * (parameters[0] + columns @ parameters[1:])
        return np.logaddexp(0, margin).sum() + (parameters[1:] ** 2).sum() / (2 * 0.5)

    wanted = minimize(slow, np.zeros(columns.shape[1] + 1), method="BFGS", options={"gtol": 1e-5}).x
    np.testing.assert_allclose(member.log_odds(known.encoded), wanted[0] + columns @ wanted[1:], atol=2e-3)


def test_ridge_is_flat_beyond_what_it_saw():
    member = RidgeLogistic().fit(design())
    far = member.log_odds(np.array([[1e3, 0.0, 1.0], [1e9, 0.0, 1.0]]))
    assert far[0] == far[1]


def test_ridge_without_terms_is_the_base_rate():
    constant = Design(np.ones((40, 1)), np.array([1] * 10 + [0] * 30), (Feature("x", "x"),), 0)
    np.testing.assert_allclose(RidgeLogistic().fit(constant).log_odds(np.ones((1, 1))), logit(0.25), atol=1e-4)


def test_an_ensemble_is_the_recalibrated_mean():
    known, encoded = design(), design(seed=4).encoded
    members = {"ridge": RidgeLogistic().fit(known), "small": BoostedTrees({"num_iterations": 5}).fit(known)}
    ensemble = Ensemble(members, {"ridge": 0.25, "small": 0.75}, 0.1, 1.2)
    wanted = 0.1 + 1.2 * (0.25 * members["ridge"].log_odds(encoded) + 0.75 * members["small"].log_odds(encoded))
    np.testing.assert_allclose(ensemble.log_odds(encoded), wanted, rtol=1e-12)
    np.testing.assert_allclose(ensemble.contributions(encoded).sum(axis=1), wanted, atol=1e-10)
    read = Ensemble.from_files(ensemble.to_state(), ensemble.to_files())
    np.testing.assert_array_equal(read.log_odds(encoded), ensemble.log_odds(encoded))


def test_sigmoid_has_the_same_bits_alone():
    log_odds = np.random.default_rng(0).normal(scale=20, size=1001)
    alone = np.concatenate([sigmoid(log_odds[[row]]) for row in range(len(log_odds))])
    np.testing.assert_array_equal(alone, sigmoid(log_odds))
    np.testing.assert_array_equal(sigmoid(log_odds[::7]), sigmoid(log_odds)[::7])
