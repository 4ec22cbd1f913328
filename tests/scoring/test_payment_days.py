"""The days until payment: equal to sums over every single day, by plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from salescope.features.encoding import Feature
from salescope.scoring.members import Design
from salescope.scoring.payment_days import CERTAIN, Unpaid
from salescope.scoring.settlement import NONE, SettlementCurve, Settlements, fit_settlement

DAILY = 0.2
FAR = 300


def drawn(seed, rows=6, days=8):
    """Draws the chance of each day of payment, the last part of it beyond the days."""
    chance = np.random.default_rng(seed).dirichlet(np.ones(days + 1), rows)
    return Unpaid(1.0 - np.cumsum(chance, axis=1)[:, :-1], DAILY)


def day_by_day(unpaid, row):
    """Lists the chance of payment on each of many days."""
    left = [*unpaid.chance[row]]
    left += [left[-1] * (1 - DAILY) ** number for number in range(1, FAR)]
    return [before - after for before, after in zip([1.0, *left[:-1]], left, strict=True)]


def paid_by(chance, share):
    total = 0.0
    for day, part in enumerate(chance):
        total += part
        if total >= share - 1e-12:
            return day
    raise AssertionError


@pytest.mark.parametrize("seed", range(3))
def test_answers_are_sums_over_days(seed):
    unpaid, due = drawn(seed), np.array([0.0, 3.0, 5.0, 7.0, 9.0, np.nan])
    age = np.array([0.0, 1.0, 6.0, 8.0, 12.0, 2.0])
    found = unpaid.answers(age, due=due, levels=(80.0,))
    for row in range(6):
        chance = day_by_day(unpaid, row)
        waiting = [part if day >= age[row] else 0.0 for day, part in enumerate(chance)]
        waiting = [part / sum(waiting) for part in waiting]
        mean = sum(day * part for day, part in enumerate(waiting))
        start = max(age[row], 0 if math.isnan(due[row]) else due[row])
        overdue = sum(max(day - start, 0) * part for day, part in enumerate(waiting))
        expected = [paid_by(waiting, 0.5), mean, math.nan if math.isnan(due[row]) else overdue]
        expected += [paid_by(waiting, 0.1), paid_by(waiting, 0.9)]
        np.testing.assert_allclose(found[row], expected, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_waiting_weighs_the_chance_by_bayes_rule(seed):
    unpaid, late = drawn(seed), np.full(6, 0.3)
    age, due = np.array([0.0, 1.0, 3.0, 5.0, 6.0, 2.0]), np.array([5.0, 5.0, 5.0, 5.0, 5.0, np.nan])
    anchored = unpaid.anchored(late, due=due)
    np.testing.assert_allclose(anchored.at(np.full(6, 5.0))[:5], 0.3)
    np.testing.assert_array_equal(anchored.chance[5], unpaid.chance[5])
    evidence = anchored.evidence(age, due=due)
    assert evidence[[0, 4, 5]].tolist() == [0.0, CERTAIN, 0.0]
    for row in (1, 2, 3):
        chance = day_by_day(anchored, row)
        still, after = sum(chance[int(age[row]) :]), sum(chance[6:])
        odds = math.exp(math.log(0.3 / 0.7) + evidence[row])
        assert odds / (1 + odds) == pytest.approx(after / still)


def test_who_waited_longer_than_anybody_waits_on_at_a_steady_rate():
    found = drawn(0, rows=1).answers(np.array([50.0]), due=np.array([10.0]), levels=())
    # From the day on, each is the day of payment with the same chance: a geometric distribution from 0.
    np.testing.assert_allclose(found[0], [53.0, 50 + (1 - DAILY) / DAILY, (1 - DAILY) / DAILY])


def learned(settled, watched, *, encoded=None, features=()):
    rows = len(settled)
    encoded = np.zeros((rows, 0)) if encoded is None else encoded
    design = Design(encoded, np.zeros(rows, dtype=np.int64), features, 0)
    return fit_settlement(design, Settlements(np.full(rows, 30.0), np.asarray(watched), np.asarray(settled)))


def test_few_invoices_give_the_share_of_those_open_that_is_paid():
    curve = learned([3.0, 3.0, 8.0, np.nan, np.nan], [9.0, 9.0, 9.0, 9.0, 4.0])
    assert curve.ends == (3, 8)
    # Two of five are paid by day 3; of the two that are watched until day 8 one is paid then; half a payment is added.
    assert curve.pooled == pytest.approx((2.5 / 6, 1.5 / 3))
    assert curve.trees is None
    assert learned([np.nan, np.nan], [9.0, 9.0]) is None


def test_open_invoices_are_neither_lost_nor_taken_for_paid():
    rng = np.random.default_rng(0)
    days, watched = rng.geometric(0.05, 3000) - 1.0, rng.integers(0, 60, 3000).astype(float)
    curve = learned(np.where(days <= watched, days, np.nan), watched)
    told = curve.unpaid(np.zeros((1, 0)), terms=np.array([30.0]))
    np.testing.assert_allclose(told.at(np.array([13.0])), 0.95**14, atol=0.03)
    assert told.mean()[0] == pytest.approx(19.0, rel=0.06)
    assert np.mean(days[days <= watched]) < 15


def test_the_curve_knows_who_pays_when_and_comes_back_from_its_files():
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 2, 300).astype(float)
    days = np.where(kind == 1, 40.0, 10.0) + rng.integers(0, 5, 300)
    features = (Feature("kind", "kind"), Feature("days_to_settle_mean", "days_to_settle_mean"))
    encoded = np.column_stack([kind, np.where(kind == 1, 42.0, 12.0)])
    curve = learned(days, np.full(300, 90.0), encoded=encoded, features=features)
    asked, terms = np.array([[0.0, 12.0], [1.0, 42.0]]), np.full(2, 30.0)
    told = curve.unpaid(asked, terms=terms)
    assert np.abs(told.day_of(0.5) - [12, 42]).max() <= 2
    assert (np.diff(told.chance, axis=1) <= 0).all()
    read = SettlementCurve.from_files(curve.to_files())
    np.testing.assert_array_equal(read.unpaid(asked, terms=terms).chance, told.chance)
    assert read.to_files() == curve.to_files()
    assert SettlementCurve.from_files(NONE) is None
