"""The re-plan is the smallest: against a linear program over single cells; and never moves what is fixed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from tests.planning.made import MONTHS, conditioned, futures_of, recommended

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning import (
    CapacityChange,
    ClashingRulesError,
    Futures,
    LevelShift,
    Replan,
    Rule,
    TargetPlan,
    allowed_cents,
    re_plan,
)

BAND = (0.3, 0.8)
N, S = "region=N", "region=S"
FIRST = "region=N/rep=1"


def outside_of(cents: int, ends: tuple[int, int]) -> int:
    return max(ends[0] - cents, cents - ends[1], 0)


def least_moves(
    plan: TargetPlan, *, futures: Futures, rules: list[Rule], ends: dict[str, tuple[int, int]]
) -> tuple[int, int]:
    """Finds by two linear programs over cells what must stay outside of bands, and how little must move for it."""
    grid, old, watched = futures.grid, plan.cascade.cents.ravel().astype(float), list(ends)
    size, count = len(old), len(watched)
    rows, most = [], []

    def add(cells: object, sign: float, limit: float, slack: int | None = None) -> None:
        row = np.zeros(2 * size + count)
        row[:size][cells], row[size : 2 * size][cells] = sign, -sign
        if slack is not None:
            row[2 * size + slack] = -1.0
        rows.append(row)
        most.append(limit - sign * old[cells].sum())

    for rule in rules:
        cells = grid.cells(rule.node, rule.period)
        add(cells, 1.0, float(rule.most))
        add(cells, -1.0, -float(rule.least))
    for place, node in enumerate(watched):
        cells = grid.cells(node, "plan")
        add(cells, 1.0, float(ends[node][1]), slack=place)
        add(cells, -1.0, -float(ends[node][0]), slack=place)
    closed = np.tile(np.arange(grid.shape[1]) < futures.closed, grid.shape[0])
    high = np.concatenate([np.where(closed, 0.0, np.inf), np.where(closed, 0.0, old), np.full(count, np.inf)])
    bounds = np.column_stack([np.zeros(len(high)), high])
    outside = np.concatenate([np.zeros(2 * size), np.ones(count)])
    first = optimize.linprog(outside, A_ub=np.array(rows), b_ub=most, bounds=bounds, method="highs")
    assert first.status == 0
    rows.append(outside)
    second = optimize.linprog(
        1.0 - outside, A_ub=np.array(rows), b_ub=[*most, first.fun + 1e-6], bounds=bounds, method="highs"
    )
    return round(first.fun), round(second.fun)


@given(
    seed=st.integers(0, 500),
    closed=st.integers(0, 5),
    spread=st.sampled_from([0.0, 0.1, 0.3]),
    level=st.sampled_from([0.85, 1.0, 1.1]),
    lock=st.booleans(),
    lower=st.booleans(),
)
@settings(deadline=None, max_examples=10)
def test_it_is_the_smallest_and_moves_nothing_that_is_fixed(
    seed: int, closed: int, spread: float, level: float, lock: bool, lower: bool
) -> None:
    rules = (
        (Rule.lock(S, period="2027-05", cents=25_000), Rule.floor(FIRST, period="2027-Q2", cents=10)) if lock else ()
    )
    plan = recommended(seed=seed, rules=rules)
    factors = level * (1.0 + spread * np.random.default_rng(seed).uniform(-1.0, 1.0, (1, 4, 1)))
    paths = plan.futures.paths * factors
    paths[:, :, :closed] = paths[seed % 300, :, :closed]
    futures = replace(plan.futures, paths=paths, closed=closed)
    watched = futures.grid.nodes[0 if lower else 1 :]
    found = re_plan(plan, futures=futures, band=dict.fromkeys(watched, BAND), may_lower=lower)
    old, new = plan.cascade.cents, found.new.cascade.cents
    assert new.dtype == np.int64
    assert (new >= 0).all()
    assert found.goal_in_band <= new.sum() <= old.sum()
    np.testing.assert_array_equal(new[:, :closed], old[:, :closed])
    for rule in found.new.cascade.rules:
        assert rule.least <= found.new.cascade.at(rule.node, rule.period) <= rule.most
    ends = allowed_cents(futures, bands=dict.fromkeys(watched, BAND))
    goal = Rule(kind="goal", node="all", least=found.goal_in_band, most=int(old.sum()))
    # A goal that is too likely is not raised: that side of its band is nobody's wish.
    wished = {**ends, "all": (0, ends["all"][1])} if lower else ends
    here = sum(outside_of(found.new.cascade.at(node), wished[node]) for node in watched)
    if found.triggers:
        best = least_moves(plan, futures=futures, rules=[goal, *plan.cascade.rules[1:]], ends=wished)
        assert (here, found.moved_cents) == best
    assert found.outside == tuple(node for node in watched if outside_of(found.new.cascade.at(node), ends[node]))
    inside = all(not outside_of(plan.cascade.at(node), ends[node]) for node in watched)
    assert inside == (not found.triggers)
    if inside:
        assert found.status == "unchanged"
        assert found.moved_cents == 0


@given(seed=st.integers(0, 500), low=st.floats(0.0, 0.6), width=st.floats(0.05, 0.4))
@settings(deadline=None, max_examples=12)
def test_what_is_allowed_is_what_counting_says(seed: int, low: float, width: float) -> None:
    futures = futures_of(seed=seed, paths=37)
    ((least, most),) = allowed_cents(futures, bands={N: (low, low + width)}).values()

    def chance(cents: int) -> float:
        return float((np.rint(futures.of(N) * 100.0) >= cents).mean())

    if low > 0.0:
        assert chance(most) >= low - 1e-9
        assert chance(most + 1) < low
    if least < most:
        assert chance(least) <= low + width + 1e-9
        assert least == 0 or chance(least - 1) > low + width


def fallen() -> tuple[TargetPlan, Futures]:
    plan = recommended()
    return plan, conditioned(plan.futures, closed=2, factor=0.8)


def test_a_goal_is_kept_unless_it_may_be_lowered_and_its_cost_is_said() -> None:
    plan, futures = fallen()
    kept = re_plan(plan, futures=futures, band=BAND)
    lowered = re_plan(plan, futures=futures, band=BAND, may_lower=True)
    assert kept.goal_cost == 0
    assert "all" in kept.outside
    assert lowered.status == "proposed"
    assert lowered.goal_cost == round(plan.amount * 100.0) - kept.goal_in_band > 0
    assert lowered.new.probability >= BAND[0] > kept.new.probability
    assert "all" not in lowered.outside
    assert lowered.new.goal.kind == "amount"
    np.testing.assert_allclose(lowered.new.cascade.fair.sum(), lowered.goal_in_band)
    np.testing.assert_array_equal(lowered.new.cascade.cents[:, :2], plan.cascade.cents[:, :2])
    risen = re_plan(plan, futures=conditioned(plan.futures, closed=2, factor=1.3), band=BAND, may_lower=True)
    assert risen.goal_cost == 0


def test_where_moving_does_not_help_nothing_moves() -> None:
    plan = recommended()
    found = re_plan(plan, futures=conditioned(plan.futures, closed=0, factor=0.5), band=BAND)
    assert found.triggers
    assert found.status == "unchanged"
    over = re_plan(plan, futures=conditioned(plan.futures, closed=len(MONTHS)), band=BAND)
    assert over.status == "unchanged"


def test_a_goal_is_lowered_no_further_than_rules_allow() -> None:
    plan, futures = fallen()
    floor = Rule.floor("all", cents=round(plan.amount * 98.0))
    plan = replace(plan, cascade=replace(plan.cascade, rules=(*plan.cascade.rules, floor)))
    found = re_plan(plan, futures=futures, band={"all": BAND}, may_lower=True)
    assert found.goal_in_band < found.new.cascade.at("all") == floor.least
    assert found.new.cascade.rules[0] == Rule.goal(floor.least)
    assert found.outside == ("all",)


def test_lost_capacity_caps_open_months_and_says_why() -> None:
    plan = recommended(step=100)
    change = CapacityChange(node=FIRST, since="2027-04", factor=0.0, reason="leaves")
    found = re_plan(plan, futures=conditioned(plan.futures, closed=1), capacity_changes=[change], band=(0.0, 1.0))
    assert found.new.cascade.cents[0, 3:].tolist() == [0, 0, 0]
    assert found.new.cascade.cents.sum() == plan.cascade.cents.sum()
    assert (found.new.cascade.cents % 100 == plan.cascade.cents % 100).all()
    assert [trigger.kind for trigger in found.triggers] == ["capacity"]
    table = found.table().set_index(["node", "period"])
    assert table.loc[(FIRST, "2027-05"), "reason"] == f"capacity of '{FIRST}' is 0%: leaves"
    others = table[(table["change_cents"] > 0) & ~table.index.get_level_values(0).isin([N, "all"])]["reason"]
    assert set(others) == {f"makes up for '{FIRST}'"}
    assert (table.loc[(table["change_cents"] == 0) & (table["reason"] != "")].index.get_level_values(0) != S).all()
    again = re_plan(found.new, futures=found.new.futures, band=(0.0, 1.0))
    assert (again.status, again.triggers) == ("unchanged", ())
    assert any(rule.reason == "capacity: leaves" for rule in found.new.cascade.rules)


def test_more_capacity_and_a_level_shift_move_what_their_chances_ask_for() -> None:
    plan = recommended()
    grown = CapacityChange(node=FIRST, factor=1.5, reason="a second person")
    found = re_plan(plan, futures=plan.futures, capacity_changes=[grown], band={FIRST: BAND})
    assert found.new.cascade.at(FIRST) > plan.cascade.at(FIRST)
    known = re_plan(plan, futures=plan.futures, capacity_changes=[replace(grown, in_futures=True)], band={FIRST: BAND})
    assert (known.status, len(known.triggers)) == ("unchanged", 1)
    shift = LevelShift(node=S, since="2027-03", change=-0.3, reason="a rival")
    shifted = re_plan(plan, futures=plan.futures, level_shifts=[shift], band={N: BAND, S: BAND})
    assert shifted.new.cascade.at(S) < plan.cascade.at(S)
    assert [trigger.kind for trigger in shifted.triggers] == ["chance", "level_shift"]
    assert shifted.triggers[1].reason == f"level shift of '{S}' by -30%: a rival"


def test_a_proposal_is_plain_values() -> None:
    plan, futures = fallen()
    found: Replan = re_plan(plan, futures=futures, band=BAND, may_lower=True)
    values = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert values["status"] == "proposed"
    assert values["goal"]["before"] - values["goal"]["after"] == values["goal"]["cost"]
    assert {row["change_cents"] for row in values["changes"] if row["node"] == "all" and row["period"] == "plan"} == {
        -values["goal"]["cost"]
    }
    again = TargetPlan.from_dict(values["plan"], futures=futures, last=plan.last)
    np.testing.assert_array_equal(again.cascade.cents, found.new.cascade.cents)


def test_locks_that_capacity_contradicts_are_explained() -> None:
    lock = Rule.lock(FIRST, period="2027-06", cents=5_000, reason="signed")
    plan = recommended(rules=(lock,))
    gone = CapacityChange(node=FIRST, factor=0.0)
    with pytest.raises(ClashingRulesError, match="lock of 'region=N/rep=1'"):
        re_plan(plan, futures=plan.futures, capacity_changes=[gone])
    plan = recommended()
    closed = conditioned(plan.futures, closed=len(MONTHS) - 1)
    with pytest.raises(ClashingRulesError):
        re_plan(plan, futures=closed, capacity_changes=[CapacityChange(node="all", factor=0.0)])


def test_a_bound_of_growth_that_closed_months_contradict_is_explained() -> None:
    plan = recommended()
    least = Rule.growth(FIRST, last=plan.cascade.at(FIRST), least=0.0, most=0.1)
    plan = replace(plan, cascade=replace(plan.cascade, rules=(*plan.cascade.rules, least)))
    gone = CapacityChange(node=FIRST, factor=0.5, reason="parental leave")
    with pytest.raises(ClashingRulesError) as caught:
        re_plan(plan, futures=conditioned(plan.futures, closed=2), capacity_changes=[gone], may_lower=True)
    assert {(rule.kind, rule.reason) for rule in caught.value.rules} == {
        ("growth", ""),
        ("cap", "capacity: parental leave"),
        ("lock", "closed"),
    }


def test_what_cannot_be_meant_is_refused() -> None:
    plan = recommended()
    with pytest.raises(MisalignedError, match="those of the plan"):
        re_plan(plan, futures=futures_of(months=MONTHS[:5]))
    with pytest.raises(OutOfRangeError, match="band"):
        re_plan(plan, futures=plan.futures, band=(0.9, 0.2))
    with pytest.raises(UnknownNameError, match="region=X"):
        re_plan(plan, futures=plan.futures, band={"region=X": BAND})
    with pytest.raises(OutOfRangeError, match="factor"):
        CapacityChange(node=N, factor=-1.0)
    with pytest.raises(OutOfRangeError, match="change"):
        LevelShift(node=N, change=-2.0)
