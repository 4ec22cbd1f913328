"""Capacity against plain loops and closed forms, and against made forces whose truth is known."""

from __future__ import annotations

import calendar
import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError
from salescope.planning.capacity import capacity_of
from salescope.planning.ramp import Ramp, fitted_ramp, tenure_of

PLAN = [f"2027-{month:02}" for month in range(1, 13)]
PAST = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)]


@settings(deadline=None, max_examples=25)
@given(
    st.dates(dt.date(2025, 6, 1), dt.date(2028, 3, 1)), st.floats(0.0, 30.0), st.floats(0.0, 1.0), st.floats(0.5, 12.0)
)
def test_ramp_up_is_that_of_plain_days(first, seniority, missing, speed):
    ramp = Ramp(missing=missing, months=speed)
    force = pd.DataFrame({"rep_id": ["R1"], "since": pd.to_datetime([first]), "seniority": [seniority]})
    found = capacity_of(force, months=PLAN, ramp=ramp).ramp_up[0]
    before = max(seniority - max((dt.date(2027, 1, 1) - first).days, 0) / 365.25, 0.0)
    for month, got in enumerate(found, start=1):
        length = calendar.monthrange(2027, month)[1]
        there = [day for day in range(1, length + 1) if dt.date(2027, month, day) >= first]
        if not there:
            assert got == 0.0
            continue
        middle = (dt.date(2027, month, there[0]) - first).days + len(there) / 2
        gap = missing * math.exp(-middle / 30.4375 / speed) / 2 ** (before / 10)
        assert got == pytest.approx(len(there) / length * (1 - gap))


def made_force(*, seed=0, n=40, ramp=None, noise=0.4):
    """Draws a force in two regions whose sales have a season, a market, a skill each, and a curve of learning."""
    rng = np.random.default_rng(seed)
    late = np.arange(n) % 3 == 0
    days = np.where(late, rng.integers(0, 700, n), -rng.integers(400, 3000, n))
    force = pd.DataFrame(
        {
            "rep_id": [f"R{place:03}" for place in range(n)],
            "region": np.where(np.arange(n) % 2, "North", "South"),
            "capacity": rng.integers(40, 81, n),
            "seniority": 0.0,
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D"),
        }
    )
    skill = rng.lognormal(0.0, 0.25, n)
    tenure, present = tenure_of(force["since"], months=PAST)
    market = np.where(force["region"] == "North", 3.0, 1.0)[:, None]
    season = 1.0 + 0.4 * np.sin(np.arange(36) * np.pi / 6.0)
    effort = (
        force["capacity"].to_numpy()[:, None] / 60.0 * present * (ramp or Ramp()).at(tenure, seniority=np.zeros((n, 1)))
    )
    money = 100.0 * market * season * effort * skill[:, None] * rng.lognormal(0.0, noise, (n, 36))
    sales = pd.DataFrame(np.where(present > 0.0, money, np.nan), index=force["rep_id"], columns=PAST)
    return force, sales, skill


def test_productivity_is_nearer_to_the_truth_than_raw_sales_and_than_the_average():
    closer = []
    for seed in range(6):
        force, sales, skill = made_force(seed=seed, n=30, noise=0.7)
        sales = sales.iloc[:, 24:]
        found = capacity_of(force, months=PLAN, sales=sales, ramp=Ramp())
        raw = sales.mean(axis=1).to_numpy() / found.selling_time
        for region in ("North", "South"):
            own = (force["region"] == region).to_numpy()
            truth = skill[own] / skill[own].mean()
            errors = [
                np.abs(values[own] / values[own].mean() - truth).mean()
                for values in (found.productivity, raw, np.ones(len(raw)))
            ]
            closer.append(errors)
    ours, raw, average = np.mean(closer, axis=0)
    assert ours < 0.9 * raw
    assert ours < 0.9 * average


def test_the_curve_of_learning_is_found_again():
    truth = Ramp(missing=0.8, months=6.0)
    force, sales, _ = made_force(n=90, ramp=truth, noise=0.2)
    found = capacity_of(force, months=PLAN, sales=sales).ramp
    assert found.missing == pytest.approx(0.8, abs=0.12)
    assert 4.0 <= found.months <= 9.0


def test_a_force_without_newcomers_or_without_sales_has_the_default():
    force, sales, _ = made_force(n=12)
    force["since"] = pd.Timestamp("2015-01-01")
    assert capacity_of(force, months=PLAN, sales=sales).ramp == Ramp()
    bare = capacity_of(force[["rep_id"]], months=PLAN)
    assert bare.ramp == Ramp()
    assert (bare.ramp_up == 1.0).all()
    assert (bare.productivity == 1.0).all()
    assert (bare.selling_time == 1.0).all()


def test_the_fewer_newcomers_the_nearer_to_the_default():
    truth = Ramp(missing=0.95, months=4.0)
    tenure = np.arange(24.0)[None, :] + 0.5
    rng = np.random.default_rng(4)

    def found(n):
        brought = truth.at(np.tile(tenure, (n, 1)), seniority=np.zeros((n, 1))) + rng.normal(0.0, 0.4, (n, 24))
        return fitted_ramp(brought, tenure=np.tile(tenure, (n, 1)), seniority=np.zeros(n)).missing

    few, many = [np.mean([abs(found(n) - 0.95) for _ in range(15)]) for n in (2, 60)]
    assert many < 0.1 < few
    assert found(1) == Ramp().missing


def test_productivity_is_that_of_plain_loops():
    force, sales, _ = made_force(n=9)
    sales = sales.iloc[:, 33:]
    found = capacity_of(force, months=PLAN, sales=sales, ramp=Ramp())
    tenure, present = tenure_of(force["since"], months=PAST[33:])
    brings = present * Ramp().at(tenure, seniority=np.zeros((9, 1))) * found.selling_time[:, None]
    ratios, weights = np.zeros((9, 3)), np.zeros((9, 3))
    for rep in range(9):
        for month in range(3):
            peers = [other for other in range(9) if force["region"][other] == force["region"][rep]]
            rate = sum(sales.iloc[k, month] for k in peers) / sum(brings[k, month] for k in peers)
            weights[rep, month] = brings[rep, month] * rate
            ratios[rep, month] = min(sales.iloc[rep, month] / weights[rep, month], 3.0)
    own = weights.sum(axis=1)
    mean = (ratios * weights).sum(axis=1) / own
    within = (weights * (ratios - mean[:, None]) ** 2).sum() / 18
    middle = own @ mean / own.sum()
    between = max((own @ (mean - middle) ** 2 - 8 * within) / (own.sum() - own @ own / own.sum()), 0.0)
    trust = own * between / (own * between + within)
    common = trust @ mean / trust.sum()
    assert found.credibility == pytest.approx(trust)
    assert found.productivity == pytest.approx(common + trust * (mean - common))


def test_somebody_without_peers_or_sales_is_the_average():
    force, sales, _ = made_force(n=11)
    force.loc[10, "region"] = "West"
    found = capacity_of(force, months=PLAN, sales=sales.drop(index="R004"), ramp=Ramp())
    assert found.credibility[[4, 10]].tolist() == [0.0, 0.0]
    assert found.productivity[4] == found.productivity[10]
    assert found.productivity[4] == pytest.approx(1.0, abs=0.1)


def test_a_rich_territory_is_not_taken_for_skill():
    force, sales, skill = made_force(n=30)
    rich = np.random.default_rng(2).lognormal(0.0, 0.5, 30)
    market = force["capacity"].to_numpy() * rich
    own = (force["region"] == "North").to_numpy()

    def likeness(found):
        return np.corrcoef(found.productivity[own], skill[own])[0, 1]

    blind = capacity_of(force, months=PLAN, sales=sales.mul(rich, axis=0))
    seeing = capacity_of(force.assign(potential=market), months=PLAN, sales=sales.mul(rich, axis=0))
    assert likeness(seeing) > 0.9 > 0.7 > likeness(blind)
    assert (seeing.selling_time == blind.selling_time).all()


def test_neither_the_order_of_rows_nor_the_unit_of_money_matters():
    force, sales, _ = made_force(n=15)
    straight = capacity_of(force, months=PLAN, sales=sales)
    order = np.random.default_rng(0).permutation(15)
    turned = capacity_of(force.iloc[order], months=PLAN, sales=sales.sample(frac=1.0, random_state=1) * 7.0)
    assert turned.productivity == pytest.approx(straight.productivity[order])
    assert turned.ramp_up == pytest.approx(straight.ramp_up[order])


def test_newcomers_are_told_of():
    force = pd.DataFrame(
        {"rep_id": ["R1", "R2"], "since": pd.to_datetime(["2015-01-01", "2027-01-01"]), "capacity": [60, None]}
    )
    found = capacity_of(force, months=PLAN)
    assert found.said == ("R2 brings 56 % in 2027-01 and 97 % in 2027-12 of what the trained do, 84 % over the plan.",)
    assert found.table()["ramp_up"].round(2).tolist() == [1.0, 0.84]


def test_what_cannot_be_meant_is_refused():
    force, sales, _ = made_force(n=4)
    with pytest.raises(MissingColumnError, match="rep_id"):
        capacity_of(force.drop(columns="rep_id"), months=PLAN)
    with pytest.raises(MisalignedError, match="'R000' twice"):
        capacity_of(pd.concat([force, force]), months=PLAN)
    with pytest.raises(MisalignedError, match="'2026-12'"):
        capacity_of(force, months=["2026-12"], sales=sales)
    with pytest.raises(MisalignedError, match="'R000' twice"):
        capacity_of(force, months=PLAN, sales=pd.concat([sales, sales]))
    with pytest.raises(OutOfRangeError, match="months"):
        capacity_of(force, months=[])
    with pytest.raises(OutOfRangeError, match="capacity"):
        capacity_of(force.assign(capacity=0.0), months=PLAN)
    with pytest.raises(OutOfRangeError, match="potential"):
        capacity_of(force.assign(potential=[1.0, np.nan, 1.0, 1.0]), months=PLAN)
    with pytest.raises(OutOfRangeError, match="missing"):
        Ramp(missing=1.5)
    with pytest.raises(OutOfRangeError, match="experience"):
        Ramp(experience=0.0)
