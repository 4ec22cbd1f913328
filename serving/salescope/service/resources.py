"""``/v1/budget``, ``/v1/bonus`` and ``/v1/territories``: what resources bring and cost; nothing is kept."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.operations import Address, router_of
from salescope.service.resources_bodies import AllocateBudget, AssignTerritories, SimulateBonus
from salescope.service.targets_answers import told_as
from salescope.service.targets_ask import ask_of_plan, ask_process
from salescope.service.targets_openapi import READ
from salescope.service.targets_reading import read_body
from salescope.service.targets_report_openapi import ALLOCATE, ASSIGN, SIMULATE
from salescope.service.targets_reports import BonusSimulated, BudgetAllocated, TerritoriesAssigned
from salescope.service.wiring import wiring_of

__all__ = ["resource_routes"]


def resource_routes() -> APIRouter:
    """Makes the addresses of budgets, bonuses and territories.

    Returns
    -------
    APIRouter
    """
    addresses = (
        ("/v1/budget:allocate", allocate_budget, "Split a promotion budget", ALLOCATE),
        ("/v1/bonus:simulate", simulate_bonus, "What a bonus plan costs", SIMULATE),
        ("/v1/territories:assign", assign_territories, "Assign accounts to representatives", ASSIGN),
    )
    return router_of(
        "resources",
        *(
            Address(path=path, endpoint=endpoint, summary=summary, described=described, method="POST")
            for path, endpoint, summary, described in addresses
        ),
    )


async def allocate_budget(request: Request) -> Response:
    """Splits a budget by what one more of money brings; refused where history varied too little to know."""
    require(request, READ)
    call = await read_body(request, AllocateBudget)
    question = {"ask": "budget", "history": msgspec.to_builtins(call)}
    said = await ask_process(wiring_of(request.scope), question, publication=None)
    return json_response(told_as(BudgetAllocated, said["told"], request_id=request.state.request_id))


async def simulate_bonus(request: Request) -> Response:
    """Pays a bonus plan in every joint future of the targets of a plan."""
    require(request, READ)
    call = await read_body(request, SimulateBonus)
    bonus = msgspec.to_builtins(call.bonus)
    return json_response(told_as(BonusSimulated, **await ask_of_plan(request, call, ask="bonus", bonus=bonus)))


async def assign_territories(request: Request) -> Response:
    """Says who should have which account: balance, ability, travel and few changes, with a reason for each move."""
    require(request, READ)
    call = await read_body(request, AssignTerritories)
    question = {"ask": "territories", "market": msgspec.to_builtins(call)}
    said = await ask_process(wiring_of(request.scope), question, publication=None)
    return json_response(told_as(TerritoriesAssigned, said["told"], request_id=request.state.request_id))
