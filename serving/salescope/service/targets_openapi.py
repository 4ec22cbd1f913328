"""How the addresses of plans and targets are described in the OpenAPI file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salescope.frames.errors import SalescopeError
from salescope.service.errors import PlanUnavailableError
from salescope.service.operations import answer_of, operation
from salescope.store import MOST_PLANS_A_PAGE, PLAN_STATUSES, PlanConflictError, UnknownPlanError

__all__ = [
    "APPROVE",
    "ASKED_IN",
    "ASK_ATTAINMENT",
    "CHANGE_PLAN",
    "ENTRY",
    "LIST_PLANS",
    "MAKE_PLAN",
    "MOVE_PLAN",
    "READ",
    "READ_PLAN",
    "READ_VERSIONS",
    "RECOMMEND",
    "WRITE",
    "asked",
]

READ, WRITE, APPROVE = "plans:read", "plans:write", "plans:approve"
BODY_PROBLEMS = (400, 404, 408, 413, 415, 422)
NO_NUL = r"^[^\x00]+$"

FUTURES = {
    "as_of": "2027-01-01T00:00:00Z",
    "at": "2027-01-01T02:10:00Z",
    "model": "path_model",
    "versions": {"sales": "2027.01"},
    "currency": "EUR",
    "months": ["2027-01", "2027-02", "2027-03"],
    "closed": 0,
}
REQUEST_ID = "crm-2026-03-01-0001"
ASKED_IN: Mapping[str, Any] = {"request_id": REQUEST_ID, "publication": FUTURES}
ENTRY = {
    "id": 17,
    "name": "Targets of 2027",
    "version": 2,
    "status": "draft",
    "action": "override",
    "at": "2027-01-04T09:30:00Z",
    "by": "Ana",
    "request_id": REQUEST_ID,
    "reason": "Parental leave from March on.",
}
OVERRIDE_RULE = {"kind": "override", "node": "region=North", "period": "plan"}
OVERRIDE = {**OVERRIDE_RULE, "amount": 500_000.0, "reason": "Parental leave."}
TOLD = {
    "amount": 1_260_000.0,
    "growth": 0.05,
    "probability": 0.58,
    "goal": {"kind": "growth", "value": 0.05},
    "split": None,
    "step": 1,
    "levels": ["region", "rep"],
    "months": ["2027-01", "2027-02", "2027-03"],
    "rules": [{**OVERRIDE_RULE, "least": 50_000_000, "most": 50_000_000, "reason": "Parental leave from March on."}],
    "targets": [
        {
            "node": "region=North",
            "period": "2027-Q1",
            "cents": 50_000_000,
            "last_cents": 48_000_000,
            "growth": 0.042,
            "probability": 0.61,
            "fair_cents": 52_500_000.0,
            "moved": -0.048,
            "reason": "override: Parental leave from March on.",
        }
    ],
}
PADDING = {
    "probability": 0.6,
    "amount": 1_255_000.0,
    "growth": 0.046,
    "expected_miss": 21_000.0,
    "sum_of_own": 1_190_000.0,
    "own_growth": -0.008,
    "own_probability": 0.83,
    "padding": 65_000.0,
}
CHANCE = {
    "node": "all",
    "period": "plan",
    "cents": 126_000_000,
    "probability": 0.58,
    "expected_cents": 127_000_000,
    "low_cents": 119_000_000,
    "high_cents": 135_000_000,
    "run_rate_cents": None,
}
GOAL = {
    "goal": {"kind": "growth", "value": 0.05},
    "rules": [OVERRIDE],
}
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "AskTargets": GOAL,
    "MakePlan": {"name": "Targets of 2027", "key": "board-2027-1", **GOAL},
    "LockTarget": {"version": 1, "node": "region=South", "period": "2027-Q1", "reason": "Agreed with the team."},
    "OverrideTarget": {"version": 1, "node": "region=North", "amount": 500_000.0, "reason": "Parental leave."},
    "ReleaseTarget": {"version": 2, "node": "region=North"},
    "MoveStatus": {"version": 2, "reason": "Board of 4 January."},
    "AskAttainment": {"targets": [{"node": "all", "period": "plan", "amount": 1_260_000.0}]},
}


def asked(
    body: str,
    *,
    answer: Mapping[str, Any],
    scope: str,
    example: Mapping[str, Any],
    problems: tuple[type[SalescopeError], ...] = (PlanUnavailableError,),
    parameters: tuple[Mapping[str, Any], ...] = (),
) -> dict[str, Any]:
    """Describes an address that takes a body.

    Parameters
    ----------
    body : str
        The name of the body's schema.
    answer : mapping
        From `answer_of`.
    scope : str
        What a key needs.
    example : mapping
        A whole body.
    problems : tuple of type
        What is shown for their status.
    parameters : tuple of mapping
        Those of the address.

    Returns
    -------
    dict
    """
    content = {"schema": {"$ref": f"#/components/schemas/{body}"}, "example": dict(example)}
    described = operation(answer, problems=(*problems, *BODY_PROBLEMS), scope=scope, parameters=parameters)
    return {**described, "requestBody": {"required": True, "content": {"application/json": content}}}


def _query(name: str, description: str, **schema: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _text(name: str, description: str, *, longest: int) -> dict[str, Any]:
    return _query(name, description, type="string", minLength=1, maxLength=longest, pattern=NO_NUL)


PLAN_ID = {
    "name": "plan_id",
    "in": "path",
    "required": True,
    "description": "The plan's number.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    "example": "17",
}
PLAN = answer_of("PlanTold", description="The plan.", example={**ASKED_IN, "plan": ENTRY, **TOLD})
CONFLICTS = (PlanConflictError, UnknownPlanError)

LIST_PLANS = operation(
    answer_of(
        "Plans",
        description="A page; the header `Link` names the next one (`rel=next`) where there is one.",
        example={"request_id": REQUEST_ID, "plans": [ENTRY], "next_cursor": "WzE3XQ"},
    ),
    problems=(404, 422),
    scope=READ,
    parameters=[
        _query("status", "Only plans of this status.", type="string", enum=list(PLAN_STATUSES)),
        _query("limit", "At most so many.", type="integer", minimum=1, maximum=MOST_PLANS_A_PAGE, default=50),
        _text("cursor", "The `next_cursor` of the page before, sent with the same parameters.", longest=2_000),
    ],
)
MAKE_PLAN = asked("MakePlan", answer=PLAN, scope=WRITE, problems=(PlanUnavailableError,), example=EXAMPLES["MakePlan"])
READ_PLAN = operation(
    PLAN,
    problems=(UnknownPlanError, PlanUnavailableError, 422),
    scope=READ,
    parameters=[
        PLAN_ID,
        _query("version", "Which version; left out, the newest.", type="integer", minimum=1, maximum=100_000),
        _text("node", "Only this node; left out, the whole with its first level.", longest=400),
        _text("level", "Every node of this level.", longest=120),
        _text("period", "Only this period, as `2027-Q1`.", longest=40),
    ],
)
READ_VERSIONS = operation(
    answer_of(
        "PlanVersions", description="At most 1,000 versions.", example={"request_id": REQUEST_ID, "versions": [ENTRY]}
    ),
    problems=(UnknownPlanError, 422),
    scope=READ,
    parameters=[PLAN_ID],
)
CHANGE_PLAN = {
    body: asked(body, answer=PLAN, scope=WRITE, problems=CONFLICTS, parameters=(PLAN_ID,), example=EXAMPLES[body])
    for body in ("LockTarget", "OverrideTarget", "ReleaseTarget")
}
DONE = answer_of("PlanDone", description="What the plan is now.", example={**ASKED_IN, "plan": ENTRY})
MOVE_PLAN = {
    scope: asked(
        "MoveStatus",
        answer=DONE,
        scope=scope,
        problems=CONFLICTS,
        parameters=(PLAN_ID,),
        example=EXAMPLES["MoveStatus"],
    )
    for scope in (WRITE, APPROVE)
}
RECOMMEND = asked(
    "AskTargets",
    answer=answer_of(
        "TargetsRecommended", description="The targets.", example={**ASKED_IN, **TOLD, "padding": [PADDING]}
    ),
    scope=READ,
    example=EXAMPLES["AskTargets"],
)
ASK_ATTAINMENT = asked(
    "AskAttainment",
    answer=answer_of(
        "TargetChances",
        description="One for each target.",
        example={**ASKED_IN, "plan": None, "paths": 1_000, "closed": 0, "chances": [CHANCE]},
    ),
    scope=READ,
    example=EXAMPLES["AskAttainment"],
)
