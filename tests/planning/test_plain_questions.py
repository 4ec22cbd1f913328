"""Plain questions: chances of leaves in the order of the leaves, lists that do not fit refused, and plain values back."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import MisalignedError, UnknownNameError
from salescope.planning import Futures, Goal, PlanGrid, TargetPlan, TargetPlanner
from salescope.planning.plain_questions import allocated, assigned, chances_of, judged, simulated, supposed

# Leaves in another order than their names.
KEYS = {"region": ["South", "北", "South", "北", "East"], "rep": ["9", "1", "2", "3", "4"]}


@pytest.fixture(scope="module")
def plan() -> TargetPlan:
    grid = PlanGrid.of(pd.DataFrame(KEYS), months=["2027-01", "2027-02"])
    rng = np.random.default_rng(3)
    level = np.array([50.0, 80.0, 120.0, 60.0, 90.0])[:, None]
    paths = rng.gamma(25.0, level / 25.0, size=(400, 5, 2)) * rng.gamma(50.0, 0.02, size=(400, 1, 1))
    paths[:, :, 0] = paths[0, :, 0]
    planner = TargetPlanner(grid, futures=Futures(grid=grid, paths=paths, closed=1), last=np.tile(level, (1, 2)))
    return planner.recommend(Goal.growth(0.03))


def test_chances_are_those_of_plain_loops(plan):
    nodes = plan.futures.grid.nodes
    told = chances_of(plan.futures, [(node, "plan", plan.cascade.at(node)) for node in nodes], last=plan.last)
    for node, row in zip(nodes, told, strict=True):
        parts = [leaf for leaf in range(5) if node in {"all", f"region={KEYS['region'][leaf]}", name_of(leaf)}]
        sold = [round(float(path[parts].sum()) * 100) for path in plan.futures.paths]
        target = sum(int(plan.cascade.cents[leaf].sum()) for leaf in parts)
        assert row["probability"] == pytest.approx(sum(one >= target for one in sold) / len(sold))
        assert row["expected_cents"] == pytest.approx(np.mean(sold), abs=1)
    assert told[0]["run_rate_cents"] is not None


def name_of(leaf: int) -> str:
    return f"region={KEYS['region'][leaf]}/rep={KEYS['rep'][leaf]}"


def test_fairness_is_of_each_leaf_with_its_own_past(plan):
    chances = [plan.futures.attainment(plan.cascade.at(name_of(leaf)) / 100, node=name_of(leaf)) for leaf in range(5)]
    # Growth that is the chance itself goes with it wholly: only if leaves stand in one order everywhere.
    past = np.column_stack([np.ones(5), 1.0 + np.array(chances)])
    told = judged(plan, groups={"region": KEYS["region"]}, past=past, size=np.arange(1.0, 6.0))
    assert told["groups"][0]["growth"] == pytest.approx(1.0, abs=0.02)
    assert {row["kind"] for row in told["groups"]} == {"all", "region"}
    assert json.dumps(told, allow_nan=False)
    assert judged(plan, groups={})["groups"][0]["n"] == 5


def test_scenarios_and_bonuses_come_back_plain(plan):
    rows = supposed(plan, [{"kind": "demand", "change": -0.5}], nodes=["all", "region=北"], periods=["plan", "2027-01"])
    assert [(row["node"], row["period"]) for row in rows] == [
        ("all", "plan"),
        ("region=北", "plan"),
        ("all", "2027-01"),
        ("region=北", "2027-01"),
    ]
    assert rows[2]["effect"] == 0.0
    with pytest.raises(UnknownNameError):
        supposed(plan, [], nodes=["region=南"], periods=["plan"])
    paid = simulated(plan, {"tiers": [(0, 1)], "at_target": 10.0, "pays": "plan"})
    assert paid["at_target"] == 50.0
    assert json.dumps([rows, paid], allow_nan=False)


def test_weeks_must_be_the_same():
    values = {"sales": [1.0], "spend": {"a": [1.0, 2.0]}, "periods": 2, "total": None, "reserve": 0.0}
    with pytest.raises(MisalignedError, match="1, 2 weeks"):
        allocated({**values, "floors": {}, "caps": {}, "beyond_seen": False})


def test_a_member_that_nobody_sent_is_no_column():
    accounts = [{"account_id": name, "potential": 1.0, "rep_id": None, "latitude": None} for name in "AB"]
    reps = [{"rep_id": "R1", "capacity": 1.0, "seniority": None}]
    told = assigned({"accounts": accounts, "representatives": reps, "rules": {}, "weights": {}})
    assert [row["rep_id"] for row in told["accounts"]] == ["R1", "R1"]
    assert json.dumps(told, allow_nan=False)
