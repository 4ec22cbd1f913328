"""The planner's goals, splits and chances: against loops over names, closed forms and a numerical optimum."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from tests.planning.made import KEYS, MONTHS, conditioned, futures_of, planner_of, recommended

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning import (
    ClashingRulesError,
    Futures,
    Goal,
    Growths,
    NewShare,
    PlanGrid,
    Rule,
    TargetPlan,
    TargetPlanner,
    attainment,
    padding,
    reconciled,
    run_rate,
)

SHARES = NewShare(last=np.array([0.1, 0.2, 0.3, 0.0]), ahead=np.array([0.2, 0.2, 0.4, 0.0]))
LEAVES = {
    "all": [0, 1, 2, 3],
    "region=N": [0, 1],
    "region=S": [2, 3],
    **{f"region={region}/rep={rep}": [int(rep) - 1] for region, rep in KEYS.to_numpy()},
}
PERIODS = {month: [place] for place, month in enumerate(MONTHS)} | {
    "2027-Q1": [0, 1, 2],
    "2027-Q2": [3, 4, 5],
    "2027": list(range(6)),
    "plan": list(range(6)),
}


@given(seed=st.integers(0, 1_000), chance=st.floats(0.05, 0.95), step=st.sampled_from([1, 100]))
@settings(deadline=None, max_examples=6)
def test_every_figure_of_the_table_is_what_loops_find(seed: int, chance: float, step: int) -> None:
    plan = recommended(seed=seed, chance=chance, paths=40, step=step)
    table = plan.table()
    assert len(table) == len(LEAVES) * len(PERIODS)
    for row in table.itertuples():
        cells = [(leaf, month) for leaf in LEAVES[row.node] for month in PERIODS[row.period]]
        assert row.cents == sum(int(plan.cascade.cents[cell]) for cell in cells)
        reached = [round(sum(path[cell] for cell in cells) * 100.0) >= row.cents for path in plan.futures.paths]
        assert row.probability == pytest.approx(np.mean(reached))
        before = sum(plan.last[cell] for cell in cells)
        assert row.growth == pytest.approx(row.cents / 100.0 / before - 1.0)
        assert row.last_cents == round(before * 100.0)
    assert table["cents"].iloc[len(PERIODS) - 1] == round(plan.amount * 100.0)


@given(seed=st.integers(0, 1_000), chance=st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=8)
def test_a_goal_said_in_any_of_three_ways_is_one_goal(seed: int, chance: float) -> None:
    planner = planner_of(seed=seed)
    first = planner.recommend(Goal.probability(chance))
    assert first.probability == pytest.approx(chance, abs=1.5 / len(planner.futures.paths))
    assert first.growth is not None
    for goal in (Goal.amount(first.amount), Goal.growth(first.growth)):
        again = planner.recommend(goal)
        np.testing.assert_array_equal(again.cascade.cents, first.cascade.cents)
        assert (again.amount, again.growth, again.probability) == (first.amount, first.growth, first.probability)


def test_rules_are_kept_and_what_clashes_is_explained() -> None:
    lock = Rule.lock("region=N", period="2027-02", cents=12_345)
    plan = recommended(rules=(lock,))
    assert plan.cascade.at("region=N", "2027-02") == 12_345
    cap = Rule.cap("all", cents=100)
    with pytest.raises(ClashingRulesError, match="cap of 'all'"):
        recommended(rules=(cap,))


def test_fair_shares_may_come_as_they_are_or_from_their_factors() -> None:
    even = planner_of(fair=np.ones((4, 6))).recommend(Goal.amount(240.0))
    assert (even.cascade.cents == 1_000).all()
    made = planner_of(potential=np.array([1.0, 1.0, 2.0, 4.0]), season=np.ones(6)).recommend(Goal.amount(48.0))
    assert made.cascade.cents[:, 0].tolist() == [100, 100, 200, 400]
    half = planner_of(potential=np.ones(4), season=np.ones(6), capacity=np.array([1.0, 1.0, 1.0, 0.0]))
    assert half.recommend(Goal.amount(18.0)).cascade.cents[:, 0].tolist() == [100, 100, 100, 0]


@given(
    total=st.floats(100.0, 1e7),
    last=st.tuples(st.floats(1.0, 1e6), st.floats(1.0, 1e6)),
    rates=st.tuples(st.floats(-0.9, 3.0), st.floats(-0.9, 3.0)),
)
@settings(deadline=None, max_examples=30)
def test_two_growth_rates_are_moved_least(total: float, last: tuple[float, float], rates: tuple[float, float]) -> None:
    wished = Growths(new=rates[0], existing=rates[1])
    found = reconciled(wished, total=total, last=last, expected=last)
    assert found.new + found.existing == pytest.approx(total)
    amounts = [last[place] * (1.0 + rates[place]) for place in (0, 1)]

    def moved(new: float) -> float:
        return ((new - amounts[0]) ** 2 / amounts[0] + (total - new - amounts[1]) ** 2 / amounts[1]) / total

    best = optimize.minimize_scalar(moved, bounds=(0.0, total), method="bounded", options={"xatol": total * 1e-9})
    assert moved(found.new) <= best.fun * (1.0 + 1e-6) + 1e-9


def test_one_rate_is_kept_and_two_make_a_goal_of_their_own() -> None:
    planner = planner_of(new_share=SHARES)
    sold = planner.last.sum(axis=1)
    new, existing = float(SHARES.last @ sold), float((1.0 - SHARES.last) @ sold)
    kept = planner.recommend(Goal.growth(0.1), growths=Growths(new=0.4)).split
    assert kept is not None
    assert kept.new == pytest.approx(new * 1.4)
    assert kept.new + kept.existing == pytest.approx(1.1 * sold.sum())
    both = planner.recommend(growths=Growths(new=0.4, existing=0.05))
    assert both.amount == pytest.approx(new * 1.4 + existing * 1.05, abs=0.006)
    assert both.split is not None
    assert both.split.growths.new == pytest.approx(0.4)
    assert both.goal == Goal.amount(both.amount)
    none = planner.recommend(Goal.growth(0.1)).split
    assert none is not None
    expected = planner.futures.paths.mean(axis=0).sum(axis=1)
    assert none.new / none.existing == pytest.approx((SHARES.ahead @ expected) / ((1.0 - SHARES.ahead) @ expected))


def test_more_of_new_customers_is_asked_of_leaves_that_have_them() -> None:
    planner = planner_of(new_share=SHARES)
    plain, bold = (planner.recommend(Goal.growth(0.1), growths=wish) for wish in (None, Growths(new=2.0)))
    more = bold.cascade.cents.sum(axis=1) / plain.cascade.cents.sum(axis=1)
    assert more[2] > more[0] == pytest.approx(more[1], rel=1e-4)
    assert more[1] > 1.0 > more[3]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda planner: planner.recommend(), "neither a goal nor a growth rate"),
        (lambda planner: planner.recommend(growths=Growths(new=0.1)), "new_share"),
        (lambda planner: replace(planner, last=np.zeros((4, 6))).recommend(Goal.growth(0.1)), "growth"),
        (lambda planner: replace(planner, last=np.full((4, 6), np.nan)).recommend(Goal.growth(0.1)), "last"),
        (lambda planner: replace(planner, last=np.zeros((4, 5))).recommend(Goal.amount(1.0)), "last"),
        (lambda planner: replace(planner, fair=np.zeros((3, 6))).recommend(Goal.amount(1.0)), "fair"),
        (lambda planner: replace(planner, new_share=NewShare(np.zeros(3), np.zeros(3))).recommend(Goal.amount(1.0)), "4 leaves"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(call: object, said: str) -> None:
    with pytest.raises((MisalignedError, OutOfRangeError), match=said):
        call(planner_of())  # type: ignore[operator]


def test_impossible_rates_are_explained_with_what_would_do() -> None:
    planner = planner_of(new_share=SHARES)
    with pytest.raises(OutOfRangeError, match=r"new in the goal of .* at most") as caught:
        planner.recommend(Goal.growth(0.0), growths=Growths(new=99.0))
    assert "at least -1 and at most" in str(caught.value)
    nobody = replace(planner, new_share=NewShare(np.zeros(4), np.zeros(4)))
    with pytest.raises(OutOfRangeError, match="brought nothing"):
        nobody.recommend(Goal.growth(0.1), growths=Growths(new=0.1))
    assert nobody.recommend(Goal.growth(0.1)).split is not None
    lost = replace(planner, new_share=NewShare(SHARES.last, np.zeros(4)))
    with pytest.raises(OutOfRangeError, match="no leaf has a share"):
        lost.recommend(Goal.growth(0.1), growths=Growths(new=0.1))
    for wrong in (lambda: Goal.growth(-2.0), lambda: Goal.amount(float("nan")), lambda: Growths(new=-3.0)):
        with pytest.raises(OutOfRangeError):
            wrong()


def test_a_sum_of_sixty_percent_targets_is_far_safer_than_sixty_percent() -> None:
    grid = PlanGrid.of(KEYS.iloc[:1].assign(rep="0"), months=["2027-01"])
    grid = replace(grid, sums=grid.sums[:, [0] * 25])
    paths = np.random.default_rng(0).normal(100.0, 10.0, size=(4_000, 25, 1))
    found = padding(Futures(grid=grid, paths=paths), last=np.full((25, 1), 90.0)).set_index("probability")
    # Independent leaves: 25 · .2533 · 10 under the mean is 1.27 deviations of the sum, whose normal chance is .897.
    assert found.loc[0.6, "own_probability"] == pytest.approx(0.897, abs=0.02)
    assert found.loc[0.6, "padding"] == pytest.approx(0.2533 * (250.0 - 50.0), rel=0.15)
    assert (found["amount"].diff().dropna() > 0.0).all()
    assert (found["expected_miss"].diff().dropna() > 0.0).all()
    # The mean miss of a normal goal at its median is deviation / sqrt(2 pi).
    assert found.loc[0.5, "expected_miss"] == pytest.approx(50.0 / np.sqrt(2.0 * np.pi), rel=0.05)


def test_a_plan_survives_plain_values() -> None:
    rules = (Rule.floor("region=S", cents=1_000), Rule.override("region=N", period="2027-03", cents=7, reason="fair"))
    plan = planner_of(new_share=SHARES, rules=rules).recommend(Goal.growth(0.05))
    values = json.loads(json.dumps(plan.as_dict(), allow_nan=False))
    again = TargetPlan.from_dict(values, futures=plan.futures, last=plan.last)
    assert again.as_dict() == plan.as_dict()
    assert again.cascade.rules == plan.cascade.rules
    bare = recommended()
    assert TargetPlan.from_dict(bare.as_dict(), futures=bare.futures, last=bare.last).split is None


def test_nothing_sold_before_has_no_growth() -> None:
    plan = replace(planner_of(), last=np.zeros((4, 6))).recommend(Goal.amount(100.0))
    assert plan.growth is None
    values = plan.as_dict()
    assert {row["growth"] for row in values["targets"]} == {None}
    assert {row["own_growth"] for row in values["padding"]} == {None}


def test_arguments_are_stored_without_work() -> None:
    last = np.full((1, 1), np.nan)
    planner = TargetPlanner(futures_of().grid, futures=futures_of(paths=2), last=last)
    assert planner.last is last


def test_the_run_rate_reads_closed_months_alone() -> None:
    futures = conditioned(futures_of(), closed=2, factor=1.1)
    last = futures_of(seed=5).paths[0]
    found = run_rate(futures, last=last)
    for row, (node, leaves) in enumerate(LEAVES.items()):
        assert futures.grid.nodes[row] == node
        sold = sum(futures.paths[7, leaf, month] for leaf in leaves for month in (0, 1))
        before = sum(last[leaf, month] for leaf in leaves for month in (0, 1))
        assert found[row] == pytest.approx(sum(last[leaf].sum() for leaf in leaves) * sold / before)
    assert np.isnan(run_rate(futures_of(), last=last)).all()
    for wrong in (
        lambda: run_rate(futures, last=last[:, :2]),
        lambda: attainment(futures, cents=np.zeros((2, 2), int)),
    ):
        with pytest.raises(MisalignedError):
            wrong()
