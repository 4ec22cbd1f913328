"""How re-plans, scenarios, fairness, bonuses, budgets and territories are described in the OpenAPI file."""

from __future__ import annotations

from typing import Any

from salescope.service.operations import answer_of
from salescope.service.targets_openapi import ASKED_IN, ENTRY, READ, asked
from salescope.store import PlanConflictError, UnknownPlanError

__all__ = ["ALLOCATE", "ASK_FAIRNESS", "ASK_RE_PLAN", "ASK_SCENARIO", "ASSIGN", "SIMULATE"]

OF_PLAN: dict[str, Any] = {**ASKED_IN, "plan": ENTRY}
ALONE = {"request_id": ASKED_IN["request_id"]}
CHANGE = {
    "node": "region=North/rep=17",
    "period": "2027-02",
    "old_cents": 1_250_000,
    "new_cents": 1_100_000,
    "change_cents": -150_000,
    "old_probability": 0.08,
    "new_probability": 0.24,
    "reason": "the chance of 'region=North/rep=17' is 8%, under its band",
}
GOAL = {
    "before": 126_000_000,
    "after": 126_000_000,
    "cost": 0,
    "in_band": 126_000_000,
    "probability_before": 0.58,
    "probability_after": 0.58,
}
TRIGGER = {"kind": "chance", "low": 0.2, "high": 0.9, "probability": 0.08}
TRIGGERED = {**TRIGGER, "node": "region=North/rep=17", "reason": CHANGE["reason"]}
EFFECT = {
    "scenario": "demand of 'all' -10 %",
    "node": "all",
    "period": "plan",
    "cents": 126_000_000,
    "before": 0.58,
    "after": 0.21,
    "effect": -0.37,
    "error": 0.015,
    "independent_error": 0.02,
    "sales": -126_000.0,
}
SPREAD = {"mean": 118_000.0, "p95": 151_000.0, "sd": 19_500.0}

ASK_RE_PLAN = asked(
    "AskReplan",
    answer=answer_of(
        "ReplanProposed",
        description="The proposal, with what set it off.",
        example={
            **OF_PLAN,
            "kept": None,
            "status": "proposed",
            "triggers": [TRIGGERED],
            "goal": GOAL,
            "moved_cents": 300_000,
            "outside": [],
            "changes": [CHANGE],
        },
    ),
    scope=READ,
    problems=(PlanConflictError, UnknownPlanError),
    example={"plan": 17, "low": 0.2, "high": 0.9, "capacity_changes": [{"node": "region=North/rep=17", "factor": 0.5}]},
)
ASK_SCENARIO = asked(
    "AskScenario",
    answer=answer_of(
        "ScenariosTold", description="One row a scenario and target.", example={**OF_PLAN, "effects": [EFFECT]}
    ),
    scope=READ,
    example={"plan": 17, "scenarios": [{"kind": "demand", "change": -0.1}]},
)
ASK_FAIRNESS = asked(
    "AskFairness",
    answer=answer_of(
        "TargetsFairness",
        description="Words and figures.",
        example={**OF_PLAN, "said": ["49 of 76 are near the median chance."], "groups": [{"kind": "all", "n": 76}]},
    ),
    scope=READ,
    example={"plan": 17},
)
SIMULATE = asked(
    "SimulateBonus",
    answer=answer_of(
        "BonusSimulated",
        description="Payouts in joint futures.",
        example={**OF_PLAN, "simulation": {"at_target": 120_000.0, "joint": SPREAD, "independent": SPREAD}},
    ),
    scope=READ,
    example={"plan": 17, "bonus": {"tiers": [[0.0, 1.0], [1.0, 2.0]], "at_target": 1_000.0, "cap": 2.0}},
)
ALLOCATE = asked(
    "AllocateBudget",
    answer=answer_of(
        "BudgetAllocated",
        description="Spend of each channel, with its reason.",
        example={**ALONE, "budget": {"total": 1_200.0, "gain": 310.0, "price": 1.4, "unknown": []}},
    ),
    scope=READ,
    example={"sales": [100.0, 120.0], "spend": {"search": [10.0, 15.0]}, "periods": 12},
)
ASSIGN = asked(
    "AssignTerritories",
    answer=answer_of(
        "TerritoriesAssigned",
        description="Accounts and representatives before and after.",
        example={**ALONE, "territories": {"changes": 1, "cost": 0.21, "bound": 0.21, "gap": 0.0}},
    ),
    scope=READ,
    example={
        "accounts": [{"account_id": "A", "potential": 60.0, "rep_id": "R1"}, {"account_id": "B", "potential": 60.0}],
        "representatives": [{"rep_id": "R1", "capacity": 60.0}, {"rep_id": "R2", "capacity": 60.0}],
    },
)
