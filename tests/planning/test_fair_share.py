"""Fair shares and rules: closed forms, and what cannot be meant."""

from __future__ import annotations

import numpy as np
import pytest

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning import Rule, fair_share


def test_a_share_is_the_product_of_its_factors():
    ramp = np.array([[0.5, 1.0], [1.0, 1.0]])
    found = fair_share(np.array([2.0, 4.0]), season=np.array([3.0, 1.0]), capacity=np.array([1.0, 0.5]), ramp_up=ramp)
    slow = [[2 * 0.75 * 0.5, 2 * 0.25], [4 * 0.5 * 0.75, 4 * 0.5 * 0.25]]
    assert found == pytest.approx(np.array(slow) / np.sum(slow))


def test_a_season_of_each_leaf_is_its_own_proportions():
    found = fair_share(np.array([1.0, 1.0]), season=np.array([[1.0, 0.0], [10.0, 30.0]]))
    assert found == pytest.approx(np.array([[0.5, 0.0], [0.125, 0.375]]))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"potential": np.array([1.0, -1.0])}, OutOfRangeError),
        ({"potential": np.zeros(2)}, OutOfRangeError),
        ({"season": np.array([1.0, np.nan])}, OutOfRangeError),
        ({"capacity": np.ones(3)}, MisalignedError),
        ({"ramp_up": np.ones((2, 3))}, MisalignedError),
    ],
)
def test_factors_that_cannot_be_meant_are_refused(change, error):
    given = {"potential": np.ones(2), "season": np.ones(2), **change}
    with pytest.raises(error):
        fair_share(given.pop("potential"), **given)


def test_growth_rounds_its_ends_inwards_and_never_past_a_round_number():
    assert (
        Rule.growth("all", last=333, least=-0.1, most=0.1).least,
        Rule.growth("all", last=333, least=0, most=0.1).most,
    ) == (300, 366)
    assert Rule.growth("all", last=100_000, least=0.1, most=0.1).said == "growth of 'all' in 'plan' (1,100.00)"


def test_rules_that_cannot_be_meant_are_refused():
    with pytest.raises(OutOfRangeError):
        Rule.floor("all", cents=-1)
    with pytest.raises(OutOfRangeError):
        Rule.growth("all", last=100, least=0.1, most=0.0)
    with pytest.raises(OutOfRangeError):
        Rule.override("all", cents=1, reason="")
