"""Sample paths: their spread, what belongs together, and that a seed gives them again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.forecasting.calendar import Floats
from salescope.forecasting.sample_paths import sample_paths
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError, OutOfRangeError

TREE = Tree.of(pd.DataFrame({"region": list("NNS"), "rep": list("123")}), levels={"region": ["region"]})
BOTTOM = np.full((3, 4), 50.0)
# The variance of Student's distribution of 30 degrees, and of a mean of 30.
WIDER = np.sqrt(30 / 28 * 31 / 30)


def errors(*, shared: float = 0.0) -> Floats:
    rng = np.random.default_rng(0)
    own = rng.normal(size=(30, 3, 1)) * (1 - shared) + rng.normal(size=(30, 1, 1)) * shared
    return np.stack([TREE.add_up(window) for window in own * np.array([1.0, 1.5, 2.0, 3.0])])


def test_each_step_of_each_series_is_as_uncertain_as_its_backtests() -> None:
    found = sample_paths(BOTTOM, errors=errors(), tree=TREE, paths=4000, seed=1)
    expected = WIDER * np.sqrt((errors()[:, TREE.bottom] ** 2).mean(axis=0))
    np.testing.assert_allclose(found.std(axis=0), expected, rtol=0.07)
    np.testing.assert_allclose(found.mean(axis=0), BOTTOM, atol=0.2)


def test_steps_that_erred_together_do_so_again() -> None:
    found = sample_paths(BOTTOM, errors=errors(), tree=TREE, paths=500, seed=1)
    assert np.corrcoef(found[:, 0, 0], found[:, 0, 3])[0, 1] > 0.99


def test_series_that_erred_together_do_so_again() -> None:
    found = sample_paths(BOTTOM, errors=errors(shared=1.0), tree=TREE, paths=4000, seed=1)
    assert abs(np.corrcoef(found[:, 0, 0], found[:, 2, 0])[0, 1] - 0.9) < 0.05


def test_a_seed_gives_the_same_paths_and_more_begin_with_the_fewer() -> None:
    few = sample_paths(BOTTOM, errors=errors(), tree=TREE, paths=3, seed=7)
    many = sample_paths(BOTTOM, errors=errors(), tree=TREE, paths=5, seed=7)
    np.testing.assert_array_equal(many[:3], few)
    assert not np.array_equal(few, sample_paths(BOTTOM, errors=errors(), tree=TREE, paths=3, seed=8))


def test_floors_and_unknown_errors() -> None:
    known = errors()
    known[::2, TREE.bottom[0]] = np.nan
    known[:, TREE.bottom[1]] = np.nan
    found = sample_paths(BOTTOM * 0, errors=known, tree=TREE, paths=2000, seed=1, floor=np.array([-np.inf, 0.0, 0.0]))
    assert np.isfinite(found).all()
    assert found[:, 1:].min() == 0.0
    expected = WIDER * np.sqrt(np.nanmean(known[:, TREE.bottom[0]] ** 2, axis=0))
    np.testing.assert_allclose(found[:, 0].std(axis=0), expected, rtol=0.07)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(MisalignedError, match="windows of 6 nodes and 4 steps"):
        sample_paths(BOTTOM, errors=errors()[:, :, :2], tree=TREE, paths=1, seed=0)
    with pytest.raises(OutOfRangeError, match="0 is out of range for paths"):
        sample_paths(BOTTOM, errors=errors(), tree=TREE, paths=0, seed=0)
