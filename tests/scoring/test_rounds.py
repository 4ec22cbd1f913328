"""How many trees are boosted follows what still helps on unseen records."""

from __future__ import annotations

import numpy as np

from salescope.features.encoding import Feature
from salescope.scoring.members import Design
from salescope.scoring.recipe import SMALL
from salescope.scoring.trees import FEWEST_ROUNDS, MOST_ROUNDS, rounds_needed


def design(log_odds: np.ndarray, X: np.ndarray) -> Design:
    y = (np.random.default_rng(1).random(len(X)) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)
    return Design(X, y, tuple(Feature(f"x{number}", f"x{number}") for number in range(X.shape[1])), 0)


def test_a_plain_signal_needs_few_and_a_twisted_one_many():
    X = np.random.default_rng(0).normal(size=(4_000, 6))
    plain = rounds_needed(design(X[:, 0], X), SMALL)
    twisted = rounds_needed(design(3 * np.sin(3 * X[:, 0]) * X[:, 1] + 2 * X[:, 2] ** 2, X), SMALL)
    assert FEWEST_ROUNDS <= plain < 267 < twisted <= MOST_ROUNDS


def test_noise_needs_the_fewest():
    X = np.random.default_rng(0).normal(size=(3_000, 4))
    assert rounds_needed(design(np.zeros(3_000), X), SMALL) == FEWEST_ROUNDS


def test_the_same_records_need_the_same_number():
    X = np.random.default_rng(0).normal(size=(3_000, 4))
    assert rounds_needed(design(X[:, 0], X), SMALL) == rounds_needed(design(X[:, 0], X), SMALL)
