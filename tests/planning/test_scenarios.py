"""Scenarios change the same paths: against loops and closed forms, and their errors against independent draws."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.made import conditioned, futures_of, recommended

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning import (
    AccountLost,
    AnyScenario,
    DemandChange,
    DriverChange,
    LaunchDelayed,
    PriceChange,
    RepresentativeLeaves,
    Together,
    scenario_as_dict,
    scenario_effects,
    scenario_of,
)

FIRST = "region=N/rep=1"
EVERY: tuple[AnyScenario, ...] = (
    DemandChange(change=-0.1),
    AccountLost(account="Ōkina & Co", node="region=S", share=0.25, since="2027-03"),
    RepresentativeLeaves(node=FIRST, since="2027-02", kept=0.2, back="2027-04", ramp_up=(0.5, 0.75)),
    PriceChange(change=0.03, elasticity=-1.5),
    LaunchDelayed(node="region=N", since="2027-02", months=2, share=0.5),
    DriverChange(driver="rain", change=0.2, elasticity=-0.3, node="region=S"),
)
# What a cell of leaf 0 (north) and of leaf 2 (south) is multiplied by in each month, where nothing moves in time.
BY_HAND = {
    "demand": ([0.9] * 6, [0.9] * 6),
    "account_lost": ([1.0] * 6, [1.0, 1.0, 0.75, 0.75, 0.75, 0.75]),
    "representative_leaves": ([1.0, 0.2, 0.2, 0.6, 0.8, 1.0], [1.0] * 6),
    "price": ([1.03 * 1.03**-1.5] * 6, [1.03 * 1.03**-1.5] * 6),
    "driver": ([1.0] * 6, [1.2**-0.3] * 6),
}


@pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.kind)
@pytest.mark.parametrize("closed", [0, 3, 6])
def test_each_changes_open_months_of_its_node_alone(scenario: AnyScenario, closed: int) -> None:
    futures = conditioned(futures_of(paths=20), closed=closed)
    before = futures.paths.copy()
    after = scenario.applied(futures)
    np.testing.assert_array_equal(futures.paths, before)
    assert after.closed == closed
    if scenario.kind in BY_HAND:
        north, south = (np.array(factors) for factors in BY_HAND[scenario.kind])
        for leaf, factors in ((0, north), (2, south)):
            wanted = before[:, leaf] * np.where(np.arange(6) < closed, 1.0, factors)
            np.testing.assert_allclose(after.paths[:, leaf], wanted)
    np.testing.assert_array_equal(after.paths[:, :, :closed], before[:, :, :closed])


def test_a_delayed_launch_sells_later_what_it_would_have_sold() -> None:
    futures = futures_of(paths=5)
    after = LaunchDelayed(node=FIRST, since="2027-02", months=2).applied(futures).paths[:, 0]
    np.testing.assert_array_equal(after[:, 0], futures.paths[:, 0, 0])
    assert (after[:, 1:3] == 0.0).all()
    np.testing.assert_array_equal(after[:, 3:], futures.paths[:, 0, 1:4])
    half = LaunchDelayed(node=FIRST, since="2027-02", months=2, share=0.5).applied(futures).paths[:, 0]
    np.testing.assert_allclose(half[:, 3], 0.5 * futures.paths[:, 0, 3] + 0.5 * futures.paths[:, 0, 1])


def test_things_together_happen_one_after_the_other() -> None:
    futures = futures_of(paths=5)
    both = Together((EVERY[0], EVERY[3]))
    np.testing.assert_allclose(both.applied(futures).paths, futures.paths * 0.9 * 1.03**-0.5)
    assert both.said == "demand of 'all' -10 % and price of 'all' +3 % at an elasticity of -1.5"


@given(seed=st.integers(0, 300), change=st.floats(-0.3, 0.1))
@settings(deadline=None, max_examples=8)
def test_effects_are_what_loops_count_and_pairs_know_them_better(seed: int, change: float) -> None:
    plan = recommended(seed=seed)
    paths = plan.futures.paths
    found = scenario_effects(plan, [DemandChange(change=change)], periods=["plan", "2027-Q2"])
    assert len(found) == 2 * len(plan.futures.grid.nodes)
    row = found[(found["node"] == "region=N") & (found["period"] == "2027-Q2")].iloc[0]
    sold = [[path[leaf, month] for leaf in (0, 1) for month in (3, 4, 5)] for path in paths]
    first = [round(sum(cells) * 100.0) >= row["cents"] for cells in sold]
    second = [round(sum(cell * (1.0 + change) for cell in cells) * 100.0) >= row["cents"] for cells in sold]
    differences = [float(after) - float(before) for before, after in zip(first, second, strict=True)]
    assert row["before"] == np.mean(first)
    assert row["effect"] == pytest.approx(np.mean(differences))
    assert row["error"] == pytest.approx(np.std(differences, ddof=1) / np.sqrt(len(paths)))
    assert row["sales"] == pytest.approx(change * np.mean([sum(cells) for cells in sold]), abs=0.01)
    assert (found["error"] <= found["independent_error"] + 1e-12).all()


def test_the_stated_errors_are_what_repeated_draws_scatter_by() -> None:
    plan, small = recommended(paths=200), DemandChange(change=-0.03)
    paired, apart, said = [], [], []
    drawn = futures_of(seed=0, paths=200 * 80)
    blocks = drawn.paths.reshape(80, 200, *drawn.grid.shape)
    for number in range(80):
        here = replace(plan, futures=replace(drawn, paths=blocks[number]))
        there = replace(drawn, paths=blocks[(number + 1) % 80])
        row = scenario_effects(here, [small]).iloc[0]
        paired.append(row["effect"])
        after = small.applied(there)
        apart.append(after.attainment(row["cents"] / 100.0) - row["before"])
        said.append((row["error"], row["independent_error"]))
    errors = np.mean(said, axis=0)
    assert np.std(paired) == pytest.approx(errors[0], rel=0.25)
    assert np.std(apart) == pytest.approx(errors[1], rel=0.25)
    assert errors[0] < 0.75 * errors[1]


@pytest.mark.parametrize("scenario", [*EVERY, Together(EVERY[:2])], ids=lambda scenario: scenario.kind)
def test_a_scenario_survives_plain_values(scenario: AnyScenario) -> None:
    assert scenario_of(json.loads(json.dumps(scenario_as_dict(scenario)))) == scenario
    assert scenario.said


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: DemandChange(change=-1.5), OutOfRangeError),
        (lambda: AccountLost(account="A", node="all", share=1.2), OutOfRangeError),
        (lambda: RepresentativeLeaves(node=FIRST, since="2027-02", ramp_up=(2.0,)), OutOfRangeError),
        (lambda: PriceChange(change=-1.0, elasticity=-1.0), OutOfRangeError),
        (lambda: PriceChange(change=0.1, elasticity=float("nan")), OutOfRangeError),
        (lambda: LaunchDelayed(node=FIRST, since="2027-02", months=0), OutOfRangeError),
        (lambda: Together(()), OutOfRangeError),
        (lambda: DemandChange(change=0.1, node="rep=9").applied(futures_of(paths=1)), UnknownNameError),
        (lambda: DemandChange(change=0.1, since="2026-01").applied(futures_of(paths=1)), UnknownNameError),
        (lambda: scenario_of({"kind": "demand", "chance": 0.1}), UnknownNameError),
        (lambda: scenario_of({"kind": "demand"}), MisalignedError),
        (lambda: scenario_of({}), UnknownNameError),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(call: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        call()  # type: ignore[operator]


def test_no_scenario_has_no_effects() -> None:
    assert scenario_effects(recommended(), []).empty
