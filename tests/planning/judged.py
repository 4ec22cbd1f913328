"""What must be true of a cascade, whatever was asked for; a sentence for each thing that is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.planning.drawn import Plan, amount, attainable, covered

from salescope.planning import Cascade, ClashingRulesError, Rule, cascade

__all__ = ["judged"]


def judged(plan: Plan) -> tuple[str, list[str]]:
    """Makes the cascade of a plan, and says how it ended (``made`` or ``refused``) and what is wrong with it."""
    try:
        made = cascade(plan.fair, grid=plan.grid, goal=plan.goal, rules=plan.rules, step=plan.step)
    except ClashingRulesError as error:
        return "refused", list(_of_refused(plan, error))
    return "made", list(_of_made(plan, made))


def _of_made(plan: Plan, made: Cascade) -> list[str]:
    wrong = []
    if made.cents.dtype != np.int64 or (made.cents < 0).any():
        wrong.append("an amount is no whole number of cents, or negative")
    for rule in plan.every:
        found = amount(plan, made.cents, rule)
        if not rule.least <= found <= rule.most:
            moved = "a lock moved" if rule.kind in {"lock", "override"} else "a rule is broken"
            wrong.append(f"{moved}: {rule.said} is {found}")
    table = made.table().set_index(["node", "period"])["cents"]
    for (node, period), cents in table.items():
        if cents != sum(int(cell) for cell in made.cents[covered(plan, node, period)]):
            wrong.append(f"a sum is off at {node} in {period}")
    ends = [end for rule in plan.every for end in (rule.least, rule.most) if end < 2**60]
    crossing = any("Q" in rule.period for rule in plan.rules)
    if made.off_step and not crossing and all(end % plan.step == 0 for end in ends):
        wrong.append(f"{made.off_step} cells are no multiple of the step, for no reason")
    return wrong


def _of_refused(plan: Plan, error: ClashingRulesError) -> list[str]:
    wrong = []
    if not set(error.rules) <= set(plan.every):
        wrong.append("a rule is named that nobody gave")
    if attainable(plan, error.rules):
        wrong.append(f"what is named could be kept: {error}")
    for place, (rule, nearest) in enumerate(zip(error.rules, error.nearest, strict=True)):
        others = [other for row, other in enumerate(error.rules) if row != place]
        if not attainable(plan, others):
            wrong.append(f"not the smallest set: {rule.said} is not needed; {error}")
        if not attainable(plan, [*others, _held(rule, nearest)]):
            wrong.append(f"{rule.said} would not do at {nearest}; {error}")
        toward = nearest + (1 if nearest < rule.least else -1)
        if toward >= 0 and attainable(plan, [*others, _held(rule, toward)]):
            wrong.append(f"{rule.said} would do nearer than {nearest}; {error}")
    return wrong


def _held(rule: Rule, cents: int) -> Rule:
    return replace(rule, least=cents, most=cents)
