"""Estimates without outcomes agree with what comes when probabilities are true, and are blind when the concept changes."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from salescope.evaluation import auc, brier, log_loss
from salescope.evaluation.estimated_performance import CAVEAT, Estimate, estimated_performance
from salescope.frames.errors import MisalignedError

NAMES = ("base_rate", "accuracy", "log_loss", "brier", "auc")


def realised(y, p):
    """Gives the figures by the metrics themselves."""
    accuracy = float(((p >= 0.5) == (y == 1)).mean())
    return {
        "base_rate": float(y.mean()),
        "accuracy": accuracy,
        "log_loss": log_loss(y, p),
        "brier": brier(y, p),
        "auc": auc(y, p),
    }


def share_within(draws, *, truth_of=lambda p: p, n_rows=250, seed=0):
    """Draws outcomes again and again; gives how often each realised figure lies in its interval."""
    rng = np.random.default_rng(seed)
    inside = dict.fromkeys(NAMES, 0)
    for _ in range(draws):
        p = rng.beta(1, 3, size=n_rows)
        y = (rng.random(n_rows) < truth_of(p)).astype(int)
        expected = estimated_performance(p).figures
        for name, figure in realised(y, p).items():
            inside[name] += expected[name].lo <= figure <= expected[name].hi
    return {name: count / draws for name, count in inside.items()}


class TestTruth:
    def test_true_probabilities_realise_within_the_interval_as_often_as_said(self):
        # 95 % expected; four standard deviations of a binomial of 150 are 7 points.
        assert all(0.88 < share <= 1 for share in share_within(150).values())

    def test_a_change_of_who_is_scored_is_followed(self):
        rng = np.random.default_rng(1)
        for a, b in ((1, 9), (2, 2), (0.3, 0.3)):
            p = rng.beta(a, b, size=20_000)
            y = (rng.random(len(p)) < p).astype(int)
            expected = estimated_performance(p).figures
            for name, figure in realised(y, p).items():
                assert figure == pytest.approx(expected[name].mean, abs=0.012)

    def test_a_change_of_concept_is_not_seen(self):
        """The same probabilities, but the world has turned: the estimate stays and is wrong in every figure."""
        rng = np.random.default_rng(2)
        p = rng.beta(1, 3, size=5000)
        y = (rng.random(len(p)) < expit(-1.0 - 0.2 * logit(p))).astype(int)
        expected, came = estimated_performance(p), realised(y, p)
        assert came["auc"] < 0.5 < 0.75 < expected.figures["auc"].lo
        assert all(not figure.lo <= came[name] <= figure.hi for name, figure in expected.figures.items())
        assert "blind to a change of concept" in expected.caveat
        assert expected.caveat == CAVEAT
        assert "calibrated" in expected.assumption

    def test_miscalibrated_probabilities_miss_their_interval(self):
        shares = share_within(40, truth_of=lambda p: p / 2)
        assert shares["base_rate"] == 0
        # Fewer wins make for a smaller log loss too: a figure may look right for a wrong reason.
        assert shares["log_loss"] > 0.1


class TestOracles:
    @given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.25, 0.5, 0.75, 1.0]), min_size=2, max_size=12))
    def test_the_auc_is_the_expected_pairs_won_over_the_expected_pairs(self, p):
        won = pairs = 0.0
        for i, high in enumerate(p):
            for j, low in enumerate(p):
                if i != j:
                    pairs += high * (1 - low)
                    won += high * (1 - low) * (1.0 if high > low else 0.5 if high == low else 0.0)
        estimate = estimated_performance(p).figures["auc"]
        assert estimate is None if pairs == 0 else estimate.mean == pytest.approx(won / pairs)

    @given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=9))
    def test_means_and_spreads_of_rows_by_all_outcomes_of_each(self, p):
        expected = estimated_performance(p).figures
        losses = {
            "base_rate": lambda y, _: y,
            "accuracy": lambda y, q: float((q >= 0.5) == bool(y)),
            "log_loss": lambda y, q: -math.log(q if y else 1 - q),
            "brier": lambda y, q: (y - q) ** 2,
        }
        for name, loss in losses.items():
            mean = [q * loss(1, q) + (1 - q) * loss(0, q) for q in p]
            variance = [q * (1 - q) * (loss(1, q) - loss(0, q)) ** 2 for q in p]
            half = 1.959963984540054 * math.sqrt(sum(variance)) / len(p)
            assert expected[name].mean == pytest.approx(sum(mean) / len(p))
            assert expected[name].hi - expected[name].mean == pytest.approx(half, abs=1e-9)
            assert expected[name].mean - expected[name].lo == pytest.approx(half, abs=1e-9)

    def test_the_spread_of_the_auc_is_that_of_drawn_outcomes(self):
        rng = np.random.default_rng(3)
        p = rng.beta(1, 4, size=400)
        drawn = [auc((rng.random(400) < p).astype(int), p) for _ in range(300)]
        estimate = estimated_performance(p, level=68.2689).figures["auc"]
        assert estimate.mean == pytest.approx(np.mean(drawn), abs=0.004)
        assert (estimate.hi - estimate.lo) / 2 == pytest.approx(np.std(drawn), rel=0.15)

    def test_equal_probabilities_rank_nothing(self):
        figures = estimated_performance([0.3] * 100).figures
        assert figures["auc"].mean == pytest.approx(0.5)
        assert figures["auc"].lo == pytest.approx(0.5)
        assert figures["log_loss"].mean == pytest.approx(-0.3 * math.log(0.3) - 0.7 * math.log(0.7))

    def test_intervals_are_nested_in_level_and_shrink_with_the_root_of_the_rows(self):
        p = np.random.default_rng(4).random(100)
        narrow, wide = (estimated_performance(p, level=level).figures for level in (80, 95))
        many = estimated_performance(np.tile(p, 4)).figures
        for name in NAMES:
            assert wide[name].lo <= narrow[name].lo <= narrow[name].mean <= narrow[name].hi <= wide[name].hi
            ratio = (wide[name].hi - wide[name].lo) / (many[name].hi - many[name].lo)
            assert ratio == pytest.approx(2, rel=0.02)

    def test_the_order_of_rows_does_not_matter(self):
        p = np.random.default_rng(5).random(50)
        here, there = (estimated_performance(rows).figures for rows in (p, p[::-1]))
        assert {name: asdict(figure) for name, figure in here.items()} == {
            name: pytest.approx(asdict(figure)) for name, figure in there.items()
        }


class TestUndefined:
    @pytest.mark.parametrize(
        ("p", "reason"),
        [
            ([], "there is no record"),
            ([0.4], "a single record cannot be ranked"),
            ([0.0, 0.0], "all probabilities say the same for certain"),
            ([1.0, 1.0, 1.0], "all probabilities say the same for certain"),
        ],
    )
    def test_what_cannot_be_told_has_a_reason(self, p, reason):
        expected = estimated_performance(p)
        assert tuple(expected.figures) == NAMES
        assert expected.figures["auc"] is None
        assert expected.reasons["auc"] == reason
        assert expected.n_rows == len(p)
        json.dumps(asdict(expected), allow_nan=False)

    def test_certainty_has_no_spread(self):
        figures = estimated_performance([0.0, 1.0]).figures
        assert figures["auc"] == Estimate(1.0, 1.0, 1.0)
        assert figures["log_loss"] == Estimate(0.0, 0.0, 0.0)
        assert figures["accuracy"] == Estimate(1.0, 1.0, 1.0)

    @pytest.mark.parametrize("p", [[0.5, 1.1], [np.nan], [[0.5]]])
    def test_what_is_no_probability_is_refused(self, p):
        with pytest.raises(MisalignedError):
            estimated_performance(p)
