"""Several records of one customer: they stay on one side of a fold, and count as one outcome."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.features.encoding import Feature
from salescope.scoring.members import Design
from salescope.scoring.recipe import FEWEST_OUTCOMES, SMALL, fit_ensemble
from salescope.scoring.trees import rounds_needed


def design(y: np.ndarray, group: np.ndarray | None, encoded: np.ndarray | None = None) -> Design:
    encoded = np.arange(len(y), dtype=float)[:, None] if encoded is None else encoded
    features = tuple(Feature(f"x{place}", f"x{place}") for place in range(encoded.shape[1]))
    return Design(encoded, y, features, 0, None, group)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(5, 60), st.floats(0.02, 0.98), st.integers(3, 5))
def test_nobody_is_on_both_sides_and_every_training_part_has_both_outcomes(seed, owners, rate, n_folds):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, owners, 4 * owners)
    made = design((rng.random(len(group)) < rate).astype(np.int64), group)
    if min(made.outcomes) < FEWEST_OUTCOMES:
        return
    tested = []
    for train, test in made.folds(n_folds, seed=seed):
        assert not set(group[train]) & set(group[test])
        assert set(made.y[train]) == {0, 1}
        tested.extend(test)
    assert sorted(tested) == list(range(len(group)))


def test_outcomes_count_customers():
    y, group = np.array([1, 1, 1, 0, 0, 1]), np.array([7, 7, 7, 7, 8, 9])
    assert design(y, group).outcomes == (2, 2)
    assert design(y, None).outcomes == (4, 2)


def test_what_is_remembered_of_customers_grows_no_trees():
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(400), 8)
    # Who a customer is says everything about it and nothing about others.
    y = rng.integers(0, 2, 400)[group]
    encoded = rng.normal(size=(400, 3))[group] + rng.normal(size=(3200, 3)) * 0.01
    assert rounds_needed(design(y, group, encoded), SMALL) < rounds_needed(design(y, None, encoded), SMALL)


def test_the_order_of_records_is_irrelevant():
    rng = np.random.default_rng(1)
    group, encoded = rng.integers(0, 120, 600), rng.integers(0, 3, (600, 2)).astype(float)
    y = (rng.random(600) < 0.2 + 0.2 * encoded[:, 0]).astype(np.int64)
    mixed = rng.permutation(600)
    files = [
        fit_ensemble(made.sorted()).ensemble.to_files()
        for made in (design(y, group, encoded), design(y[mixed], group[mixed], encoded[mixed]))
    ]
    assert files[0] == files[1]


@pytest.mark.parametrize("copies", [1, 30])
def test_copies_of_few_customers_are_no_more_outcomes(copies):
    y = np.array([1, 1, 1] + [0] * 57)
    made = design(np.tile(y, copies), np.tile(np.arange(60), copies))
    assert not fit_ensemble(made).ensemble.members
