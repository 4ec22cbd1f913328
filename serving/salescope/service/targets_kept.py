"""Plans between the service and the store: who changes one, and how one is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.answers import json_response
from salescope.service.targets_answers import FuturesPublishedIn, PlanTold, entry_of, told_as
from salescope.service.targets_ask import ask_process
from salescope.service.targets_bodies import Shown
from salescope.service.wiring import Wiring, wiring_of
from salescope.store import ApiKey, PlanChange, PlanVersion, UnknownPlanError, plan_to_change

__all__ = ["kept_change", "plan_answer", "plan_changing", "plan_id_in", "stored", "told_plan"]

MOST_DIGITS = 18
Result = TypeVar("Result")


def kept_change(
    action: str, *, content: dict[str, Any], reason: str | None, request: Request, key: ApiKey
) -> PlanChange:
    """Writes who changes a plan, when, why and to what.

    Parameters
    ----------
    action : str
        What is done.
    content : dict
        The plan from then on.
    reason : str or None
        Why.
    request : Request
        The call.
    key : ApiKey
        Whose it is.

    Returns
    -------
    PlanChange
    """
    return PlanChange(
        action=action,
        content=content,
        at=wiring_of(request.scope).clock(),
        by=key.label,
        key_id=key.id,
        request_id=request.state.request_id,
        reason=reason or "",
    )


def plan_id_in(request: Request) -> int:
    """Reads the number of the plan in an address.

    Parameters
    ----------
    request : Request
        The call.

    Returns
    -------
    int

    Raises
    ------
    UnknownPlanError
        If it is no such number.
    """
    said = request.path_params["plan_id"]
    if not (said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS and int(said) >= 1):
        raise UnknownPlanError
    return int(said)


async def plan_changing(request: Request, *, version: int, action: str, plan_id: int | None = None) -> PlanVersion:
    """Reads a plan, by default that of the address, which must be at that version and take that change."""
    wiring, wanted = wiring_of(request.scope), plan_id_in(request) if plan_id is None else plan_id
    return await stored(wiring, lambda: plan_to_change(wiring.store, wanted, version=version, action=action))


async def told_plan(wiring: Wiring, version: PlanVersion, *, shown: Shown) -> dict[str, Any]:
    """Tells a version as it is kept."""
    question = {"ask": "show", "content": version.content, "show": msgspec.to_builtins(shown)}
    told: dict[str, Any] = (await ask_process(wiring, question, publication=None))["told"]
    return told


def plan_answer(version: PlanVersion, told: dict[str, Any], *, request: Request) -> Response:
    """Answers with a plan and its targets."""
    publication = msgspec.convert(version.content["futures"], FuturesPublishedIn)
    more = {"request_id": request.state.request_id, "plan": entry_of(version), "publication": publication}
    return json_response(told_as(PlanTold, told, **more))


async def stored(wiring: Wiring, act: Callable[[], Result]) -> Result:
    """Does something with the store on its own threads."""
    waiting: Awaitable[Result] = asyncio.get_running_loop().run_in_executor(wiring.store_pool, act)
    return await waiting
