"""Putting questions about targets to their process, with the futures that are current."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request

from salescope.service.errors import NoFuturesError, PlanUnavailableError
from salescope.service.targets_answers import entry_of, futures_in
from salescope.service.targets_bodies import AskTargets, OfPlan, RuleSent
from salescope.service.targets_process import futures_table
from salescope.service.wiring import Wiring, wiring_of
from salescope.store import PlanVersion, Publication, current_futures, plan_of

__all__ = ["ask_of_plan", "ask_process", "cents_of", "current", "kept_version", "targets_question"]


async def current(wiring: Wiring) -> Publication:
    """Finds the futures that are current.

    Parameters
    ----------
    wiring : Wiring
        The service.

    Returns
    -------
    Publication

    Raises
    ------
    NoFuturesError
        If none are published.
    """
    found = await asyncio.get_running_loop().run_in_executor(wiring.store_pool, current_futures, wiring.store)
    if found is None:
        raise NoFuturesError
    return found


async def kept_version(wiring: Wiring, plan_id: int, *, version: int | None) -> PlanVersion:
    """Reads a version of a plan, by default the newest.

    Parameters
    ----------
    wiring : Wiring
        The service.
    plan_id : int
        The plan.
    version : int or None
        The version.

    Returns
    -------
    PlanVersion

    Raises
    ------
    UnknownPlanError
        If there is none.
    """
    return await asyncio.get_running_loop().run_in_executor(
        wiring.store_pool, lambda: plan_of(wiring.store, plan_id, version=version)
    )


async def ask_process(
    wiring: Wiring, question: Mapping[str, Any], *, publication: Publication | None
) -> dict[str, Any]:
    """Puts a question.

    Parameters
    ----------
    wiring : Wiring
        The service.
    question : mapping
        Its ``ask`` and what belongs to it.
    publication : Publication or None
        The futures it is to be answered in; None where it needs none.

    Returns
    -------
    dict
        ``told``, and what else the question gives.

    Raises
    ------
    PlanUnavailableError
        If it cannot be answered, or takes too long.
    OverloadedError
        If too many questions wait.
    """
    key = None if publication is None else publication.id
    said = await wiring.targets.ask(
        {**question, "publication": key},
        table=lambda: {} if publication is None else futures_table(wiring.store, publication),
    )
    if "refused" in said:
        raise PlanUnavailableError(reason=said["refused"])
    return said


async def ask_of_plan(request: Request, call: OfPlan, *, ask: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Puts a question about a plan as it is kept, to be counted in the futures of now.

    Parameters
    ----------
    request : Request
        The call.
    call : OfPlan
        Which plan.
    ask : str
        The question.
    **more : object
        What belongs to it.

    Returns
    -------
    dict
        ``told``, and what every answer of a plan has.
    """
    wiring = wiring_of(request.scope)
    plan = await kept_version(wiring, call.plan, version=call.version)
    publication = await current(wiring)
    said = await ask_process(wiring, {"ask": ask, "content": plan.content, **more}, publication=publication)
    about = {"plan": entry_of(plan), "publication": futures_in(publication)}
    return {"told": said["told"], "request_id": request.state.request_id, **about}


def targets_question(call: AskTargets, *, keep: bool) -> dict[str, Any]:
    """Writes the question of a recommendation.

    Parameters
    ----------
    call : AskTargets
        What was sent.
    keep : bool
        Whether the whole plan is to come back.

    Returns
    -------
    dict

    Raises
    ------
    PlanUnavailableError
        If there is neither a goal nor growth that makes one.
    """
    growths = None if call.growths is None else msgspec.structs.asdict(call.growths)
    if call.goal is None and not any(rate is not None for rate in (growths or {}).values()):
        raise PlanUnavailableError(reason="A goal is needed, or growth of new or existing customers that makes one.")
    return {
        "ask": "recommend",
        "keep": keep,
        "goal": msgspec.to_builtins(call.goal),
        "growths": growths,
        "rules": [_rule(rule) for rule in call.rules],
        "step": call.step_cents,
        "show": msgspec.to_builtins(call.show),
    }


def _rule(sent: RuleSent) -> dict[str, Any]:
    rule: dict[str, Any] = msgspec.to_builtins(sent)
    amount = rule.get("amount")
    return {**rule, "cents": None if amount is None else cents_of(amount), "reason": rule.get("reason") or ""}


def cents_of(amount: float) -> int:
    """Writes an amount in whole cents.

    Parameters
    ----------
    amount : float
        In the currency.

    Returns
    -------
    int

    Examples
    --------
    >>> cents_of(1250.0), cents_of(0.1)
    (125000, 10)
    """
    return round(amount * 100.0)
