"""Payouts against loops in exact fractions: tiers, thresholds, caps, teams, sums, chances and kinks."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError, UnknownNameError
from salescope.planning import BonusPlan, Futures, PlanGrid, simulate_bonus
from salescope.planning.payees import Payees

KEYS = pd.DataFrame({"region": ["N", "N", "S"], "rep": ["1", "2", "3"]})
MONTHS = ["2027-02", "2027-03", "2027-04"]
GRID = PlanGrid.of(KEYS, months=MONTHS)
QUARTERS = {"2027-Q1": [0, 1], "2027-Q2": [2]}


def exact(number: float) -> Fraction:
    return Fraction(str(number))


def paid_share(plan: BonusPlan, *, sales: int, target: int) -> Fraction:
    """Walks up the tiers one by one."""
    base = exact(plan.guarantee)
    if target == 0:
        return base
    attainment = Fraction(sales, target)
    if attainment < exact(plan.threshold):
        return base
    share = Fraction(0)
    for place, (start, rate) in enumerate(plan.tiers):
        if attainment < exact(start):
            break
        if plan.kind == "steps":
            share = exact(rate)
        else:
            ends = [exact(plan.tiers[place + 1][0])] if place + 1 < len(plan.tiers) else []
            share += exact(rate) * (min([attainment, *ends]) - exact(start))
    share = max(base, share)
    return share if plan.cap is None else min(exact(plan.cap), share)


def tenths(most: int) -> st.SearchStrategy[float]:
    return st.integers(0, most).map(lambda whole: whole / 20)


@st.composite
def bonus_plans(draw: st.DrawFn) -> BonusPlan:
    starts = sorted(draw(st.sets(tenths(30), min_size=1, max_size=4)))
    rates = draw(st.lists(tenths(60), min_size=len(starts), max_size=len(starts)))
    kind = draw(st.sampled_from(["steps", "accelerators"]))
    guarantee = draw(st.sampled_from([0.0, 0.0, 0.3]))
    return BonusPlan(
        tiers=list(zip(starts, sorted(rates) if kind == "steps" else rates, strict=True)),
        at_target={"region=N/rep=1": 1_000.01, "region=N/rep=2": 500.0, "region=S/rep=3": 33.33},
        kind=kind,
        threshold=draw(st.sampled_from([0.0, 0.7, 1.0])),
        guarantee=guarantee,
        cap=draw(st.sampled_from([None, 0.3, 1.5])),
        team_share=draw(st.sampled_from([0.0, 0.25, 1.0])),
    )


@given(plan=bonus_plans(), seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_everybody_is_paid_what_a_loop_in_fractions_says(plan: BonusPlan, seed: int) -> None:
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 3, (3, 3)) * rng.choice([10_000, 12_345], (3, 3))
    # Many futures stand exactly at a tier, one cent before it, or beneath zero.
    sold = np.rint(targets * rng.choice([-0.1, 0.35, 0.7, 1.0, 1.1, 1.55], (6, 3, 3))) + rng.integers(-1, 2, (6, 3, 3))
    found = simulate_bonus(plan, targets=targets, futures=Futures(grid=GRID, paths=sold / 100.0))
    amounts = [100_001, 50_000, 3_333]
    teams = [[0, 1], [0, 1], [2]]
    for path in range(6):
        for place, months in enumerate(QUARTERS.values()):
            asked = [int(targets[leaf, months].sum()) for leaf in range(3)]
            sales = [int(sold[path, leaf, months].sum()) for leaf in range(3)]
            for leaf in range(3):
                own = paid_share(plan, sales=sales[leaf], target=asked[leaf])
                team = paid_share(
                    plan, sales=sum(sales[one] for one in teams[leaf]), target=sum(asked[one] for one in teams[leaf])
                )
                whole = (1 - exact(plan.team_share)) * own + exact(plan.team_share) * team
                assert found.payouts[path, leaf, place] == math.floor(whole * amounts[leaf] + Fraction(1, 2))


def made(*, paths: int = 400, shared: float = 0.2, alone: float = 0.1, seed: int = 0) -> Futures:
    rng = np.random.default_rng(seed)
    level = 1.0 + shared * rng.normal(size=(paths, 1, 1)) + alone * rng.normal(size=(paths, 3, 3))
    return Futures(grid=GRID, paths=1_000.0 * level)


TARGETS = np.full((3, 3), 100_000)
PLAN = BonusPlan(tiers=[(0, 1), (1, 2)], at_target=1_000, threshold=0.8, cap=1.5, team_share=0.2)


def test_nodes_add_up_to_the_cent_and_are_what_loops_say():
    found = simulate_bonus(PLAN, targets=TARGETS, futures=made())
    table = found.nodes.set_index(["node", "period"])
    for node, leaves in {"all": [0, 1, 2], "region=N": [0, 1], "region=S/rep=3": [2]}.items():
        for period, places in {"2027-Q1": [0], "2027-Q2": [1], "plan": [0, 1]}.items():
            cents = [sum(int(path[leaf, one]) for leaf in leaves for one in places) for path in found.payouts]
            row = table.loc[(node, period)]
            assert row["at_target"] == 1_000.0 * len(leaves) * len(places)
            np.testing.assert_allclose(
                row[["mean", "p95", "sd"]].astype(float),
                [np.mean(cents) / 100, np.quantile(cents, 0.95) / 100, np.std(cents) / 100],
            )
    assert found.joint.mean == pytest.approx(table.loc[("all", "plan"), "mean"])
    assert found.totals.tolist() == [int(path.sum()) for path in found.payouts]


def test_what_is_shared_widens_the_total_and_moves_no_mean_of_those_paid_alone():
    plan = BonusPlan(tiers=[(0, 1)], at_target=1_000, pays="plan")
    found = simulate_bonus(plan, targets=TARGETS, futures=made(paths=4_000))
    nodes = found.nodes.set_index("node")
    np.testing.assert_allclose(nodes["mean"], nodes["independent_mean"])
    leaves = nodes.loc[["region=N/rep=1", "region=S/rep=3"]]
    np.testing.assert_allclose(leaves["sd"], leaves["independent_sd"])
    # Pay is linear here: variances of the shared and of the own parts in closed form.
    own = 0.1**2 / 3
    assert found.joint.sd == pytest.approx(1_000 * math.sqrt(9 * 0.2**2 + 3 * own), rel=0.05)
    assert found.independent.sd == pytest.approx(1_000 * math.sqrt(3 * 0.2**2 + 3 * own), rel=0.05)
    assert "Sales move together" in found.warnings[0]
    without = simulate_bonus(plan, targets=TARGETS, futures=made(shared=0.0))
    assert without.joint.sd == pytest.approx(without.independent.sd, rel=0.1)
    assert not any("move together" in said for said in without.warnings)


def test_targets_are_called_by_their_chances():
    targets = TARGETS.copy()
    targets[0], targets[1] = 50_000, 0
    found = simulate_bonus(BonusPlan(tiers=[(0, 1)], at_target=9), targets=targets, futures=made()).targets
    futures = made()
    first = found.iloc[0]
    assert first["probability"] == futures.attainment(1_000.0, node="region=N/rep=1", period="2027-Q1")
    assert found["difficulty"].tolist()[2:4] == ["no target", "no target"]
    assert set(found["difficulty"]) <= {"almost certain", "within reach", "hard", "no target"}


def test_kinks_are_where_small_sales_change_pay():
    found = simulate_bonus(PLAN, targets=TARGETS, futures=made())
    kinks = found.kinks.set_index("start")
    assert kinks["kind"].to_dict() == {0.0: "flat", 0.8: "cliff", 1.0: "faster", 1.25: "flat"}
    assert kinks.loc[0.8, "jump"] == 0.8
    assert kinks.loc[0.8, "amount"] == pytest.approx(0.8 * 0.8 * 1_000)
    payees = Payees.of(PLAN, targets=TARGETS, futures=made())
    attainments = [
        payees.sales[path, leaf, one] / payees.targets[leaf, one]
        for path in range(400)
        for leaf in range(3)
        for one in range(2)
    ]
    near = np.mean([abs(one - 0.8) <= 0.02 for one in attainments])
    assert kinks.loc[0.8, "near"] == pytest.approx(near)
    assert kinks["inside"].sum() == pytest.approx(1.0)
    assert kinks.loc[1.25, "inside"] == pytest.approx(np.mean([one >= 1.25 for one in attainments]))
    words = " ".join(found.warnings)
    assert all(part in words for part in ("Cliff at 80%", "Flat zone beyond 125%", "held back", "pulled forward"))


def test_moving_a_sale_earns_what_a_loop_says():
    plan = BonusPlan(tiers=[(0.9, 0.5), (1.0, 1.0)], at_target=100, kind="steps", pays="month")
    payees = Payees.of(plan, targets=TARGETS, futures=made(paths=40))
    found = simulate_bonus(plan, targets=TARGETS, futures=made(paths=40)).timing

    def paid(cents: int) -> float:
        return 100.0 * (1.0 if cents >= 100_000 else 0.5 if cents >= 90_000 else 0.0)

    for row, sign in enumerate((-1, 1)):
        gains = [
            paid(one + sign * 2_000) + paid(two - sign * 2_000) - paid(one) - paid(two)
            for path in payees.sales
            for leaf in path
            for one, two in pairwise(leaf)
        ]
        rises = [gain for gain in gains if gain > 0]
        assert found[row].tolist() == pytest.approx([len(rises) / len(gains), np.mean(rises)])


def test_a_simulation_is_plain_values():
    plain = simulate_bonus(PLAN, targets=TARGETS, futures=made()).as_dict()
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again["at_target"] == 6_000.0
    assert again["kinks"][-1]["end"] is None
    assert set(again["timing"]) == {"held_back", "pulled_forward"}
    assert len(again["nodes"]) == 18


def test_one_path_one_leaf_and_one_period_are_enough():
    grid = PlanGrid.of(KEYS.iloc[:1], months=MONTHS[:1])
    futures = Futures(grid=grid, paths=np.full((1, 1, 1), 1_100.0))
    plan = BonusPlan(tiers=[(1.1, 1.0)], at_target=7.77, kind="steps", pays="plan", team="region")
    found = simulate_bonus(plan, targets=np.array([[100_000]]), futures=futures)
    assert found.totals.tolist() == [777]
    assert found.joint.sd == 0.0


def test_what_cannot_be_meant_is_refused():
    good = {"tiers": [(0.0, 1.0)], "at_target": 100.0}
    for wrong, match in (
        ({"tiers": []}, "tiers"),
        ({"tiers": [(1.0, 1.0), (1.0, 2.0)]}, "more than 1.0"),
        ({"tiers": [(0.0, -1.0)]}, "tiers"),
        ({"at_target": math.nan}, "at_target"),
        ({"guarantee": 1.0, "cap": 0.5}, "cap"),
        ({"team_share": 1.5}, "team_share"),
    ):
        with pytest.raises(OutOfRangeError, match=match):
            BonusPlan(**(good | wrong))
    with pytest.raises(UnknownNameError, match="quarterly"):
        BonusPlan(**good, pays="quarterly")
    futures = made(paths=2)
    with pytest.raises(MisalignedError, match="whole cents"):
        simulate_bonus(BonusPlan(**good), targets=np.ones((3, 3)), futures=futures)
    with pytest.raises(MisalignedError, match="targets"):
        simulate_bonus(BonusPlan(**good), targets=TARGETS[:2], futures=futures)
    with pytest.raises(OutOfRangeError, match="targets"):
        simulate_bonus(BonusPlan(**good), targets=-TARGETS, futures=futures)
    with pytest.raises(UnknownNameError, match="level 'squad'"):
        simulate_bonus(BonusPlan(**good, team="squad"), targets=TARGETS, futures=futures)
    with pytest.raises(UnknownNameError, match="rep=9"):
        simulate_bonus(BonusPlan(tiers=[(0, 1)], at_target={"rep=9": 1.0}), targets=TARGETS, futures=futures)
    plan = BonusPlan(tiers=[(0, 1)], at_target={"region=N/rep=1": 1.0, "region=S/rep=3": 2.0})
    with pytest.raises(MissingColumnError, match="rep=2"):
        simulate_bonus(plan, targets=TARGETS, futures=futures)
