"""Cascades: exact sums, locks that stay, refusals that name the smallest clash, and as little movement as can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, seed, settings
from scipy import optimize
from tests.planning.drawn import Plan, covered, plans
from tests.planning.judged import judged

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning import ClashingRulesError, PlanGrid, Rule, cascade

MONTHS = ("2027-01", "2027-02", "2027-03", "2027-04")
LEAVES = (("N", "1"), ("N", "2"), ("S", "1"), ("S", "2"))


def made_plan(*rules: Rule, goal: int = 160_000, step: int = 1) -> Plan:
    return Plan(leaves=LEAVES, months=MONTHS, fair=np.ones((4, 4)), goal=goal, rules=rules, step=step)


def made(plan: Plan):
    return cascade(plan.fair, grid=plan.grid, goal=plan.goal, rules=plan.rules, step=plan.step)


@seed(5)
@settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_a_cascade_is_exact_or_its_refusal_is_the_smallest_clash(plan):
    assert judged(plan)[1] == []


def test_without_rules_every_cell_gets_its_share_by_largest_remainders():
    found = made(made_plan(goal=1_001)).cents
    assert found.sum() == 1_001
    assert sorted(found.ravel().tolist()) == [62] * 7 + [63] * 9


def test_what_one_rule_moves_is_moved_by_one_percentage():
    plan = made_plan(Rule.lock("region=N", period="2027-Q1", cents=30_000))
    found = made(plan)
    inside = covered(plan, "region=N", "2027-Q1")
    assert set(found.cents[inside].tolist()) == {5_000}
    assert set(found.cents[~inside].tolist()) == {13_000}


def test_months_of_the_company_and_years_of_representatives_hold_together():
    rules = (
        Rule.lock("all", period="2027-01", cents=50_000),
        Rule.override("region=N/rep=1", cents=20_000, reason="starts in March"),
        Rule.floor("region=S/rep=2", period="2027-04", cents=20_000),
    )
    found = made(made_plan(*rules))
    assert found.at("all") == 160_000
    assert [found.at(rule.node, rule.period) for rule in rules] == [50_000, 20_000, 20_000]


@pytest.mark.parametrize("draw", range(2))
def test_moves_are_least_against_a_general_solver(draw):
    rng = np.random.default_rng(draw)
    fair = rng.gamma(2.0, 1.0, (4, 4))
    fair *= 1e9 / fair.sum()
    share = [int(fair[covered(made_plan(), node, "plan")].sum()) for node in ("region=N", "region=S/rep=1")]
    rules = (
        Rule.floor("region=N", cents=int(share[0] * 1.1)),
        Rule.cap("region=S/rep=1", cents=int(share[1] * 0.8)),
        Rule.lock("all", period="2027-02", cents=int(fair[:, 1].sum() * 1.3)),
        Rule.cap("region=N", period="2027-03", cents=int(fair[:2, 2].sum() * 1.02)),
    )
    plan = Plan(leaves=LEAVES, months=MONTHS, fair=fair, goal=10**9, rules=rules, step=1)
    bounds = []
    for rule in plan.every:
        row = covered(plan, rule.node, rule.period).ravel() * 1.0
        bounds.append({"type": "ineq", "fun": lambda x, row=row, rule=rule: (row @ x - rule.least) / 1e9})
        bounds.append({"type": "ineq", "fun": lambda x, row=row, rule=rule: (min(rule.most, 4e9) - row @ x) / 1e9})
    start = fair.ravel()
    # In proportions of the fair amounts the general solver is well scaled.
    slow = optimize.minimize(
        lambda x: float((start / 1e9) @ (x - 1.0) ** 2),
        np.ones(16),
        jac=lambda x: 2.0 * start / 1e9 * (x - 1.0),
        method="SLSQP",
        bounds=[(0.0, None)] * 16,
        constraints=[{"type": "ineq", "fun": lambda x, fun=bound["fun"]: fun(x * start)} for bound in bounds],
        options={"ftol": 1e-14, "maxiter": 500},
    )
    found = made(plan).cents.ravel() / start
    assert np.abs(found - slow.x).max() < 1e-4


def test_amounts_are_multiples_of_the_step_but_for_what_a_lock_leaves():
    found = made(made_plan(Rule.lock("region=N/rep=1", cents=12_345), goal=1_000_000, step=1_000))
    assert found.at("region=N/rep=1") == 12_345
    # The lock leaves 345 cents, and the goal 655 elsewhere.
    assert found.off_step == 2
    assert made(made_plan(goal=1_000_000, step=1_000)).off_step == 0


def test_what_has_no_share_gets_nothing_unless_a_rule_wants_it():
    fair = np.ones((4, 4))
    fair[0] = 0.0
    plan = Plan(leaves=LEAVES, months=MONTHS, fair=fair, goal=10**10, rules=(), step=1)
    assert made(plan).cents[0].tolist() == [0, 0, 0, 0]
    rules = (Rule.floor("region=N/rep=1", cents=10_000),)
    assert made(Plan(LEAVES, MONTHS, fair, 10**10, rules, 1)).cents[0].tolist() == [2_500] * 4


def test_one_cent_too_much_in_ten_million_is_named():
    rules = [Rule.lock(node, cents=250_000_000) for node in made_plan().grid.nodes[3:]]
    assert made(made_plan(*rules, goal=10**9)).at("all") == 10**9
    with pytest.raises(ClashingRulesError) as caught:
        made(made_plan(*rules, goal=10**9 + 1))
    assert {rule.kind for rule in caught.value.rules} == {"goal", "lock"}
    assert caught.value.nearest[0] == 10**9
    assert len(caught.value.rules) == 5


def test_degenerate_plans():
    one = PlanGrid.of(pd.DataFrame({"rep": ["1"]}), months=["2027-12"])
    assert cascade(np.ones((1, 1)), grid=one, goal=7).cents.tolist() == [[7]]
    assert cascade(np.ones((1, 1)), grid=one, goal=0).cents.tolist() == [[0]]


def test_the_table_says_what_moved_and_why():
    table = made(made_plan(Rule.override("region=N", cents=60_000, reason="a new market"))).table()
    row = table[(table["node"] == "region=N") & (table["period"] == "plan")].iloc[0]
    assert (row["cents"], row["fair_cents"], row["reason"]) == (60_000, 80_000.0, "override: a new market")
    assert row["moved"] == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"fair": np.ones((3, 4))}, MisalignedError),
        ({"fair": np.zeros((4, 4))}, OutOfRangeError),
        ({"fair": np.full((4, 4), np.nan)}, OutOfRangeError),
        ({"fair": np.full((4, 4), -1.0)}, OutOfRangeError),
        ({"goal": -1}, OutOfRangeError),
        ({"step": 0}, OutOfRangeError),
        ({"rules": [Rule.floor("region=W", cents=1)]}, UnknownNameError),
        ({"rules": [Rule.floor("all", cents=1, period="2028-01")]}, UnknownNameError),
    ],
)
def test_what_cannot_be_meant_is_refused(change, error):
    plan = made_plan()
    with pytest.raises(error):
        cascade(**{"fair": plan.fair, "grid": plan.grid, "goal": plan.goal, **change})


def test_a_lock_of_half_a_cent_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="whole cents"):
        Rule.lock("all", cents=1_000.5)  # type: ignore[arg-type]
