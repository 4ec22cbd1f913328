"""What is kept of a plan: it comes back as it was, says the same as the plan, and is judged only by its own leaves."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning import Futures, Goal, PlanGrid, Rule, TargetPlan, TargetPlanner
from salescope.planning.kept_plans import kept_plan, kept_rows, level_nodes, plan_of_kept

KEYS = {"區": ["北", "北", "South", "South"], "rep": ["1", "2", "3", "4/x=5"]}
MONTHS = ("2027-02", "2027-03", "2027-04")


def made(*, seed: int = 0, keys: dict[str, list[str]] = KEYS) -> TargetPlan:
    grid = PlanGrid.of(pd.DataFrame(keys), months=MONTHS)
    rng = np.random.default_rng(seed)
    last = np.round(rng.uniform(50.0, 150.0, size=(4, 3)), 2)
    last[3] = 0.0
    futures = Futures(grid=grid, paths=rng.gamma(20.0, last[None] / 20.0 + 1.0, size=(50, 4, 3)))
    rules = (Rule.override("區=北/rep=1", cents=30_000, reason="育嬰假"), Rule.floor("區=South", cents=100))
    return TargetPlanner(grid, futures=futures, last=last, rules=rules).recommend(Goal.growth(0.1))


def test_it_says_the_same_as_the_plan_after_a_journey_through_json():
    plan = made()
    kept = json.loads(json.dumps(kept_plan(plan, keys=KEYS), allow_nan=False))
    told, table = kept_rows(kept), plan.table()
    for name in ("node", "period", "cents", "last_cents", "reason"):
        assert told[name].tolist() == table[name].tolist(), name
    for name in ("growth", "probability", "fair_cents", "moved"):
        assert told[name].to_numpy() == pytest.approx(table[name].to_numpy(), abs=0.06, rel=1e-4, nan_ok=True), name
    again = plan_of_kept(kept, futures=plan.futures, last=plan.last)
    assert np.array_equal(again.cascade.cents, plan.cascade.cents)
    assert (again.goal, again.amount, again.probability) == (plan.goal, plan.amount, plan.probability)
    assert again.cascade.rules == plan.cascade.rules


def test_some_nodes_and_periods_are_told():
    kept = kept_plan(made(), keys=KEYS)
    some = kept_rows(kept, nodes=["all", "區=北"], periods=["2027-Q1"])
    assert some[["node", "period"]].to_numpy().tolist() == [["all", "2027-Q1"], ["區=北", "2027-Q1"]]
    for wrong in ({"nodes": ["區=南"]}, {"periods": ["2027-05"]}):
        with pytest.raises(UnknownNameError):
            kept_rows(kept, **wrong)


@pytest.mark.parametrize(
    "keys",
    [
        {"區": ["北", "South", "北", "South"], "rep": ["1", "2", "3", "4/x=5"]},
        {"區": ["South", "北", "北", "South"], "rep": ["3", "1", "2", "4/x=5"]},
        {"rep": ["1", "2", "3", "4"]},
    ],
    ids=["other regions", "another order", "other levels"],
)
def test_other_leaves_are_refused(keys):
    kept, other = kept_plan(made(), keys=KEYS), PlanGrid.of(pd.DataFrame(keys), months=MONTHS)
    with pytest.raises(MisalignedError, match="those of the plan"):
        plan_of_kept(kept, futures=Futures(grid=other, paths=np.ones((1, 4, 3))), last=np.ones((4, 3)))


def test_levels_are_told_from_each_other():
    grid, levels = made().futures.grid, list(KEYS)
    assert level_nodes(grid, "區", levels=levels) == ("區=South", "區=北")
    assert len(level_nodes(grid, "rep", levels=levels)) == 4
    assert level_nodes(grid, "rep", levels=levels)[-1] == grid.nodes[-1]
    with pytest.raises(UnknownNameError):
        level_nodes(grid, "team", levels=levels)
    with pytest.raises(OutOfRangeError):
        level_nodes(grid, "c", levels=["a", "b", "c"])
