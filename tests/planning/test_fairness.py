"""The fairness report: figures against scipy and loops, chance held against chance, and the words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.attained import Attained, seniority_bands
from salescope.planning.fairness import fairness
from salescope.planning.resampling import correlation, difference_by_chance


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1_000), st.integers(8, 60))
def test_figures_are_those_of_scipy_and_of_loops(seed, n):
    rng = np.random.default_rng(seed)
    attainment, growth = rng.normal(1.0, 0.15, n), rng.normal(0.0, 0.1, n)
    region = rng.choice(["North", "South"], n)
    report = fairness(Attained(attainment, growth=growth, groups={"region": region}), draws=50)
    assert report.whole.growth.value == pytest.approx(pearsonr(attainment, growth)[0])
    assert report.whole.within == sum(abs(one - 1.0) <= 0.1 for one in attainment) / n
    for group in report.groups:
        inside = [one for one, name in zip(attainment, region, strict=True) if name == group.name]
        outside = [one for one, name in zip(attainment, region, strict=True) if name != group.name]
        assert group.n == len(inside)
        assert group.mean == pytest.approx(np.mean(inside))
        assert group.apart == pytest.approx(np.mean(inside) - np.mean(outside) if outside else 0.0, abs=1e-12)


def test_the_chance_of_a_correlation_is_that_of_scipy():
    rng = np.random.default_rng(3)
    x = rng.normal(size=30)
    y = 0.35 * x + rng.normal(size=30)
    found = correlation(x, y, draws=4_000, rng=rng)
    assert found.chance == pytest.approx(pearsonr(x, y)[1], abs=0.02)
    assert found.lo < found.value < found.hi


def test_the_chance_of_a_difference_is_that_of_every_order():
    values, member = np.array([1.0, 2.0, 4.0, 9.0]), np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=bool)
    apart, chance = difference_by_chance(values, member, draws=6_000, rng=np.random.default_rng(0))
    # Of the six ways to choose two of four, this one and its mirror are as far apart.
    assert apart == pytest.approx([-5.0, 5.0])
    assert chance == pytest.approx([1 / 3, 1 / 3], abs=0.03)


def test_thirty_groups_have_one_chance_of_a_false_alarm():
    groups, teams = np.repeat(np.arange(30), 4), np.tile(np.arange(3), 40)
    member = np.column_stack([groups[:, None] == np.arange(30), teams[:, None] == np.arange(3)])
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        alarms += difference_by_chance(rng.normal(1.0, 0.1, 120), member, draws=100, rng=rng)[1].min() < 0.05
    assert alarms <= 8  # expected 3; more than 8 has a chance of 0.7 %


def unfair(n=90):
    rng = np.random.default_rng(5)
    growth, size = rng.normal(0.05, 0.15, n), rng.lognormal(4.0, 1.0, n)
    region = np.array(["North", "South", "West"])[np.arange(n) % 3]
    attainment = 1.0 - 0.7 * (growth - 0.05) - 0.1 * (region == "North") + rng.normal(0.0, 0.04, n)
    return {"attainment": attainment, "growth": growth, "potential": size, "groups": {"region": region}}


def test_the_ratchet_and_a_region_apart_are_said():
    report = fairness(Attained(**unfair()), draws=500)
    assert "past growth was punished" in report.said[1]
    assert "as far as can be told" in report.said[2]
    assert report.said[3].startswith("region North (30) is")
    assert "below all others" in report.said[3]
    table = report.table()
    assert table["name"].tolist() == ["all", "North", "South", "West"]
    assert table.shape == (4, 18)


def test_probabilities_are_held_against_their_median():
    facts = unfair()
    facts["attainment"] = facts["attainment"].clip(0.0, 1.0) * 0.6
    report = fairness(Attained(**facts, probability=True), draws=200)
    middle = np.median(facts["attainment"])
    assert report.whole.within == (np.abs(facts["attainment"] - middle) <= 0.1).mean()
    assert "10 points of the median chance" in report.said[0]
    assert "less likely to reach the target" in report.said[1]


def test_few_are_not_judged():
    growth = np.array([0.3, 0.1, -0.1, -0.3, 0.0])
    report = fairness(Attained(1.0 - growth, growth=growth), draws=200)
    assert report.said[1:] == ("That is too few to say whether it is fair: 8 targets are the least.",)


def test_what_is_missing_or_never_varies_is_left_out():
    attainment = np.array([1.0, np.nan, 1.2, 0.9, 1.0, 1.1, 0.8, 1.0, 1.0, 0.7])
    report = fairness(Attained(attainment, growth=np.full(10, 0.1), groups={"team": np.full(10, "one")}), draws=50)
    assert report.whole.n == 9
    assert np.isnan(report.whole.growth.value)
    assert report.whole.growth.chance == 1.0
    assert report.groups[0].apart == 0.0
    assert report.groups[0].chance == 1.0
    assert report.said[1:] == ("No team stands apart by more than chance.",)
    assert np.isnan(fairness(Attained(np.ones(1)), draws=5).whole.spread)


def test_the_same_seed_says_the_same():
    assert fairness(Attained(**unfair()), draws=100) == fairness(Attained(**unfair()), draws=100)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(OutOfRangeError, match="one that is known"):
        fairness(Attained(np.array([np.nan])))
    with pytest.raises(OutOfRangeError, match="tolerance"):
        fairness(Attained(np.ones(3)), tolerance=0.0)
    with pytest.raises(OutOfRangeError, match=r"1\.2"):
        Attained(np.array([0.5, 1.2]), probability=True)
    with pytest.raises(MisalignedError, match="growth"):
        Attained(np.ones(3), growth=np.ones(2))


def test_bands_of_seniority_hold_their_lower_end():
    years = np.array([0.0, 1.0, 2.9, 5.0, 10.0])
    assert seniority_bands(years).tolist() == [
        "under 1 year",
        "1 to 3 years",
        "1 to 3 years",
        "5 to 10 years",
        "10 years and more",
    ]
