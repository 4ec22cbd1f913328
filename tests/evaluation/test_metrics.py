"""Metrics: against slow oracles, closed forms and what must not change them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from salescope.evaluation import metrics
from salescope.evaluation.delong import Interval, placements
from salescope.frames.errors import MisalignedError, TooFewOutcomesError


@st.composite
def judged(draw, *, fewest=1):
    """Draws outcomes and coarse probabilities, so that ties are common."""
    won = draw(st.integers(fewest, 20))
    lost = draw(st.integers(fewest, 20))
    p = draw(st.lists(st.integers(0, 8), min_size=won + lost, max_size=won + lost))
    y = draw(st.permutations([1] * won + [0] * lost))
    return np.array(y), np.array(p) / 8


def slow_auc(y, p):
    pairs = [(a > b) + 0.5 * (a == b) for a, b in itertools.product(p[y == 1], p[y == 0])]
    return sum(pairs) / len(pairs)


def slow_delong_variance(y, p):
    """Evaluates DeLong's formula by its definition: n_won × n_lost comparisons."""
    wins = np.array([[(a > b) + 0.5 * (a == b) for b in p[y == 0]] for a in p[y == 1]])
    return wins.mean(axis=1).var(ddof=1) / wins.shape[0] + wins.mean(axis=0).var(ddof=1) / wins.shape[1]


@given(judged())
def test_auc_is_the_share_of_pairs_in_the_right_order(case):
    y, p = case
    assert metrics.auc(y, p) == pytest.approx(slow_auc(y, p))
    assert placements(y, p).auc == pytest.approx(slow_auc(y, p))


@given(judged(fewest=2))
def test_delong_by_midranks_equals_delong_by_all_pairs(case):
    y, p = case
    assert placements(y, p).variance == pytest.approx(slow_delong_variance(y, p), abs=1e-12)


def test_delong_agrees_with_the_bootstrap():
    rng = np.random.default_rng(0)
    y = (rng.random(600) < 0.3).astype(int)
    score = rng.normal(size=600) + y
    drawn = [slow_by_ranks(y[rows], score[rows]) for rows in rng.integers(0, 600, (600, 600))]
    assert np.sqrt(placements(y, score).variance) == pytest.approx(np.std(drawn), rel=0.12)


def slow_by_ranks(y, score):
    return placements(y, score).auc


def test_delong_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    truth = norm.cdf(1 / np.sqrt(2))
    covered = 0
    for _ in range(400):
        y = np.repeat([0, 1], [120, 60])
        covered += truth in metrics.auc_interval(y, rng.normal(size=180) + y, level=90)
    # 360 expected; four standard deviations of a binomial are 24.
    assert abs(covered - 360) <= 24


def test_interval_is_nested_in_level_and_clipped():
    y, p = [0, 0, 1, 1, 0, 1], [0.1, 0.5, 0.4, 0.9, 0.3, 0.6]
    narrow, wide = metrics.auc_interval(y, p, level=80), metrics.auc_interval(y, p, level=95)
    assert wide.lo < narrow.lo < narrow.hi <= wide.hi == 1.0
    assert metrics.auc_interval([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]) == Interval(1.0, 1.0)


@given(judged(), st.integers(0, 99))
def test_no_metric_depends_on_the_order_of_rows(case, seed):
    y, p = case
    rows = np.random.default_rng(seed).permutation(len(y))
    assert metrics.classifier_metrics(y[rows], p[rows]) == pytest.approx(metrics.classifier_metrics(y, p))


@given(judged())
def test_lift_is_the_mean_over_all_ways_to_break_ties(case):
    y, p = case
    rng = np.random.default_rng(0)
    seats = 0.1 * len(y)
    whole, part = int(seats), seats - int(seats)
    draws = []
    for _ in range(300):
        ranked = y[np.lexsort((rng.random(len(y)), -p))]
        draws.append((ranked[:whole].sum() + part * ranked[whole]) / seats / y.mean())
    noise = 5 * np.std(draws) / np.sqrt(300) + 1e-9
    assert metrics.lift_at_10(y, p) == pytest.approx(np.mean(draws), abs=noise)


def test_lift_in_closed_form():
    y = np.repeat([1, 0], [10, 90])
    assert metrics.lift_at_10(y, y) == pytest.approx(10.0)
    assert metrics.lift_at_10(y, np.full(100, 0.3)) == pytest.approx(1.0)


def test_calibration_error_in_closed_form():
    y, p = np.repeat([0, 1, 0, 1], [30, 10, 10, 30]), np.repeat([0.2, 0.8], [40, 40])
    assert metrics.calibration_error(y, p, bins=2) == pytest.approx(0.05)
    assert metrics.calibration_error(y, np.repeat([0.25, 0.75], [40, 40]), bins=2) == pytest.approx(0.0)


@given(judged())
def test_calibration_error_equals_a_plain_loop_over_bins(case):
    y, p = case
    bins = metrics.equal_count_bins(p)
    expected = sum(abs(p[bins == b].mean() - y[bins == b].mean()) * (bins == b).sum() for b in set(bins)) / len(y)
    assert metrics.calibration_error(y, p) == pytest.approx(expected)


@given(judged())
def test_bins_are_of_equal_count_where_nothing_is_tied(case):
    y, _ = case
    distinct = np.linspace(0, 1, len(y))
    counts = np.bincount(metrics.equal_count_bins(distinct), minlength=10)
    assert counts.max() - counts.min() <= 1


def test_proper_scores_in_closed_form():
    assert metrics.log_loss([1, 0], [0.25, 0.25]) == pytest.approx((np.log(4) + np.log(4 / 3)) / 2)
    assert metrics.brier([1, 0], [0.25, 0.25]) == pytest.approx((0.75**2 + 0.25**2) / 2)
    assert np.isfinite(metrics.log_loss([1, 0], [0.0, 1.0]))
    assert metrics.log_loss([1, 1], [0.5, 0.5]) == pytest.approx(np.log(2))


@given(judged())
@settings(max_examples=50)
def test_within_one_period_it_is_the_plain_auc(case):
    y, p = case
    assert metrics.within_period_auc(y, p, period=np.zeros(len(y))) == pytest.approx(metrics.auc(y, p))


@given(judged(), st.integers(0, 99))
@settings(max_examples=50)
def test_within_period_counts_only_pairs_of_the_same_period(case, seed):
    y, p = case
    month = np.random.default_rng(seed).choice(["may", "june", "july"], len(y))
    pairs = [
        (a > b) + 0.5 * (a == b)
        for name in ("may", "june", "july")
        for a, b in itertools.product(p[(y == 1) & (month == name)], p[(y == 0) & (month == name)])
    ]
    if pairs:
        assert metrics.within_period_auc(y, p, period=month) == pytest.approx(np.mean(pairs))
    else:
        with pytest.raises(TooFewOutcomesError):
            metrics.within_period_auc(y, p, period=month)


def test_knowing_only_the_season_tells_nothing_within_it():
    y = np.concatenate([np.arange(100) % 10 == 0, np.arange(100) % 2 == 0]).astype(int)
    season = np.repeat([0.1, 0.5], 100)
    assert metrics.auc(y, season) > 0.7
    assert metrics.within_period_auc(y, season, period=season) == 0.5


@pytest.mark.parametrize("figure", [metrics.auc, metrics.pr_auc, metrics.lift_at_10, metrics.auc_interval])
def test_one_kind_of_outcome_cannot_be_ranked(figure):
    with pytest.raises(TooFewOutcomesError, match="3 positive and 0 negative"):
        figure([1, 1, 1], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("y", "p", "found"),
    [
        ([0, 1], [0.1], "shape"),
        ([0, 1], [0.1, np.nan], "the value nan in row 1"),
        ([0, 1], [0.1, 1.2], "the value 1.2 in row 1"),
        ([0, 3], [0.1, 0.2], "the value 3.0"),
        ([], [], "shape"),
        ([[0, 1]], [0.1, 0.2], "shape"),
    ],
)
def test_what_does_not_fit_is_said(y, p, found):
    with pytest.raises(MisalignedError, match=found):
        metrics.log_loss(y, p)


def test_periods_must_fit():
    with pytest.raises(MisalignedError, match="period"):
        metrics.within_period_auc([0, 1], [0.1, 0.2], period=["may"])
