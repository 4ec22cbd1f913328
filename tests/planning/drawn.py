"""Plans that Hypothesis draws, and an oracle of its own kind: loops over names, and linear programs over single cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from scipy import optimize

from salescope.planning import PlanGrid, Rule
from salescope.planning.grid import Floats
from salescope.planning.rules import UNBOUNDED

__all__ = ["Plan", "amount", "attainable", "covered", "plans"]

KINDS = ("lock", "override", "growth", "floor", "cap")


@dataclass(frozen=True)
class Plan:
    """Is what a planner asks for."""

    leaves: tuple[tuple[str, str], ...]
    months: tuple[str, ...]
    fair: Floats
    goal: int
    rules: tuple[Rule, ...]
    step: int

    @property
    def grid(self) -> PlanGrid:
        return PlanGrid.of(pd.DataFrame(self.leaves, columns=["region", "rep"]), months=self.months)

    @property
    def every(self) -> tuple[Rule, ...]:
        return (Rule.goal(self.goal), *self.rules)


def covered(plan: Plan, node: str, period: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Says which cells belong to a node and period, by reading their names."""
    found = np.zeros((len(plan.leaves), len(plan.months)), dtype=bool)
    for row, (region, rep) in enumerate(plan.leaves):
        for column, month in enumerate(plan.months):
            quarter = f"{month[:4]}-Q{1 + (int(month[5:]) - 1) // 3}"
            found[row, column] = node in {"all", f"region={region}", f"region={region}/rep={rep}"} and period in {
                "plan",
                month,
                month[:4],
                quarter,
            }
    return found


def amount(plan: Plan, cents: Any, rule: Rule) -> int:
    """Adds the cells of a rule up, one by one, in Python's own whole numbers."""
    return sum(int(cell) for cell in cents[covered(plan, rule.node, rule.period)])


def attainable(plan: Plan, rules: Sequence[Rule]) -> bool:
    """Says by a linear program over single cells whether some amounts keep the rules."""
    rows, most = [], []
    for rule in rules:
        row = covered(plan, rule.node, rule.period).ravel().astype(float)
        rows.append(-row)
        most.append(-float(rule.least))
        if rule.most < UNBOUNDED:
            rows.append(row)
            most.append(float(rule.most))
    if not rows:
        return True
    found = optimize.linprog(np.zeros(plan.fair.size), A_ub=np.array(rows), b_ub=np.array(most), method="highs")
    assert found.status in {0, 2}
    return bool(found.status == 0)


@st.composite
def _rule(draw: st.DrawFn, *, plan: Plan) -> Rule:
    grid = plan.grid
    node = draw(st.sampled_from(grid.nodes))
    period = draw(st.sampled_from([*grid.periods, "plan"]))
    share = (plan.fair / plan.fair.sum())[covered(plan, node, period)].sum()
    factor = draw(st.sampled_from([0.0, 0.5, 0.8, 0.9, 0.97, 1.0, 1.0, 1.03, 1.1, 1.2, 1.5]))
    cents = round(plan.goal * share * factor / plan.step) * plan.step + draw(st.sampled_from([0, 0, 0, 1]))
    kind = draw(st.sampled_from(KINDS))
    if kind == "growth":
        least, width = draw(st.sampled_from([-0.2, -0.05, 0.0, 0.1])), draw(st.sampled_from([0.0, 0.05, 0.3]))
        return Rule.growth(node, last=cents, least=least, most=least + width + 1e-9, period=period)
    if kind == "override":
        return Rule.override(node, cents=cents, period=period, reason="a new market")
    return {"lock": Rule.lock, "floor": Rule.floor, "cap": Rule.cap}[kind](node, cents=cents, period=period)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draws a plan: up to three regions of up to four representatives, up to eight months, up to nine rules."""
    reps = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    leaves = tuple((str(region), str(rep)) for region, count in enumerate(reps) for rep in range(count))
    first, count = draw(st.integers(1, 12)), draw(st.integers(1, 8))
    months = tuple(f"{2027 + (place - 1) // 12}-{1 + (place - 1) % 12:02d}" for place in range(first, first + count))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    fair = rng.gamma(2.0, 1.0, (len(leaves), count)) * (
        rng.uniform(size=(len(leaves), count)) > draw(st.sampled_from([0.0, 0.0, 0.2]))
    )
    fair[0, 0] += 0.5
    goal = draw(st.one_of(st.integers(0, 1000), st.integers(1_000, 10_000_000), st.just(2_000_000_000)))
    step = draw(st.sampled_from([1, 1, 100]))
    bare = Plan(leaves=leaves, months=months, fair=fair, goal=goal, rules=(), step=step)
    rules = tuple(draw(st.lists(_rule(plan=bare), max_size=9)))
    return Plan(leaves=leaves, months=months, fair=fair, goal=goal, rules=rules, step=step)
