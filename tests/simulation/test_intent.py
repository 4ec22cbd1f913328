"""Intent: the integral that gives the true chance, against a slow oracle and simple limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from salescope.simulation.intent import (
    COOLING_DAYS,
    DAYS_SCALE,
    KINDS,
    SHORTEST_DAYS,
    WEIGHT,
    Behaviour,
    Evidence,
    draw_outcomes,
    exposure,
    probability_given,
    survival,
)


def evidence(*, base: float, age: float, counts: list[int], opted_in: bool = True) -> Evidence:
    return Evidence(
        base=np.array([base]),
        age=np.array([age]),
        speed=np.array([0.8]),
        opted_in=np.array([opted_in]),
        counts=np.array([counts]),
    )


def slow_probability(facts: Evidence) -> float:
    """Integrates over the intent with an adaptive rule, kind by kind with the Poisson law itself."""
    age, speed = float(facts.age[0]), float(facts.speed[0])
    shown = integrate.quad(lambda a: 1 / (1 + a / COOLING_DAYS), 0, age)[0]

    def joint(z: float, won: int) -> float:
        chance = 1 / (1 + np.exp(-facts.base[0] - WEIGHT * z))
        likelihood = stats.norm.pdf(z) * (chance if won else 1 - chance)
        for kind, count in zip(KINDS, facts.counts[0], strict=True):
            allowed = 1.0 if facts.opted_in[0] or kind.channel != "mail" else 0.12
            likelihood *= stats.poisson.pmf(count, shown * allowed * kind.rate * np.exp(kind.pull * z))
        return likelihood * stats.gamma.sf(age - SHORTEST_DAYS, 2.0, scale=DAYS_SCALE[won] * speed)

    won, lost = (
        integrate.quad(joint, -6, 6, args=(outcome,), epsabs=0, epsrel=1e-9, limit=200)[0] for outcome in (1, 0)
    )
    return won / (won + lost)


@pytest.mark.parametrize(
    ("base", "age", "counts", "opted_in"),
    [
        (-1.0, 0.1, [0, 0, 0, 0, 0, 0, 0, 0], True),
        (-1.0, 30.0, [0, 0, 0, 0, 0, 0, 0, 0], True),
        (-2.5, 12.0, [4, 2, 3, 1, 0, 1, 1, 0], True),
        (0.5, 90.0, [9, 1, 5, 0, 1, 2, 0, 1], False),
    ],
)
def test_the_grid_agrees_with_an_adaptive_integral(base: float, age: float, counts: list[int], opted_in: bool):
    facts = evidence(base=base, age=age, counts=counts, opted_in=opted_in)
    assert probability_given(facts)[0] == pytest.approx(slow_probability(facts), rel=1e-6)


def test_telling_behaviour_raises_the_chance_and_unsubscribing_lowers_it():
    silent = probability_given(evidence(base=-1.0, age=10.0, counts=[0] * 8))[0]
    keen = probability_given(evidence(base=-1.0, age=10.0, counts=[2, 1, 2, 2, 1, 1, 1, 0]))[0]
    gone = probability_given(evidence(base=-1.0, age=10.0, counts=[0, 0, 0, 0, 0, 0, 0, 1]))[0]
    assert gone < silent < keen


def test_a_lead_waiting_long_is_less_likely_won():
    ages = [1.0, 20.0, 60.0, 150.0]
    chances = [probability_given(evidence(base=-1.0, age=age, counts=[0] * 8))[0] for age in ages]
    assert chances == sorted(chances, reverse=True)


def test_chances_do_not_depend_on_the_rows_computed_with_them():
    rng = np.random.default_rng(0)
    n = 9_000
    many = Evidence(
        rng.normal(-1, 1, n), rng.gamma(2, 20, n), np.ones(n), rng.random(n) < 0.5, rng.poisson(1.0, (n, 8))
    )
    last = Evidence(*(getattr(many, name)[-5:] for name in ("base", "age", "speed", "opted_in", "counts")))
    np.testing.assert_allclose(probability_given(many)[-5:], probability_given(last), rtol=1e-12)


def test_exposure_and_survival_have_their_closed_forms():
    assert exposure(np.array([0.0]))[0] == 0.0
    ages = np.array([0.0, 0.25, 10.0, 80.0])
    expected = stats.gamma.sf(ages - SHORTEST_DAYS, 2.0, scale=DAYS_SCALE[1])
    np.testing.assert_allclose(survival(ages, won=1, speed=np.ones(4)), expected, rtol=1e-12)


def test_drawn_days_follow_the_survival_of_their_outcome():
    speed = np.full(20_000, 1.1)
    _, won, days = draw_outcomes(np.full(20_000, -0.5), speed=speed, rng=np.random.default_rng(3))
    for outcome in (0, 1):
        drawn = days[won == bool(outcome)]
        law = stats.gamma(2.0, loc=SHORTEST_DAYS, scale=DAYS_SCALE[outcome] * 1.1)
        assert stats.kstest(drawn, law.cdf).pvalue > 0.001


def test_mail_needs_consent():
    rates = Behaviour.of_all().rates(np.array([True, False]))
    mail = np.array([kind.channel == "mail" for kind in KINDS])
    assert (rates[0] == [kind.rate for kind in KINDS]).all()
    assert (rates[1][mail] < rates[0][mail]).all()
    assert (rates[1][~mail] == rates[0][~mail]).all()
