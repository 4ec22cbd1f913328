"""Reading a call of ``/v1/outcomes``, and what its answer looks like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from salescope.service.errors import Complaint, RequestShapeError
from salescope.service.problems import Problem, problem_of
from salescope.service.record_call import INSTANTS_ACCEPTED, instant_in, step_of
from salescope.store import HostileValueError, Outcome, OutcomeConflictError, Receipt

__all__ = ["MOST_OUTCOMES", "OutcomeResult", "OutcomeResults", "read_outcome_call", "result_of"]

MOST_OUTCOMES = 1_000
NEEDED = ("key", "subject_kind", "subject_id", "kind", "happened_at")
MEMBERS = (*NEEDED, "amount")


class OutcomeResult(msgspec.Struct, frozen=True, kw_only=True):
    """Says what became of one outcome."""

    key: Annotated[str, Meta(description="The key that was sent.")]
    state: Annotated[
        Literal["recorded", "known", "conflict"],
        Meta(description="Kept by this call, kept before, or in conflict with what was kept under its key before."),
    ]
    problem: Annotated[Problem | None, Meta(description="Of a conflict; null for what is kept.")]


class OutcomeResults(msgspec.Struct, frozen=True, kw_only=True):
    """Is the answer to a call; what it says is kept survives whatever happens to the service."""

    request_id: str
    results: Annotated[list[OutcomeResult], Meta(description="One for each outcome, in the order sent.")]


def read_outcome_call(body: object, *, now: datetime, request_id: str) -> list[Outcome]:
    """Reads a decoded body; one wrong outcome refuses the whole call, of which nothing is then kept.

    Parameters
    ----------
    body : object
        The body as JSON.
    now : datetime
        The instant it came, aware.
    request_id : str
        The call.

    Returns
    -------
    list of Outcome, shape (n_outcomes,)
        In the order sent.

    Raises
    ------
    RequestShapeError
        If there is no outcome, too many, or one that cannot be kept as it was sent.
    """
    sent = body.get("outcomes") if isinstance(body, dict) and body.keys() == {"outcomes"} else None
    if not isinstance(sent, list) or not 1 <= len(sent) <= MOST_OUTCOMES:
        detail = f"An array of 1 to {MOST_OUTCOMES:,} outcomes, and no other member, is accepted."
        raise RequestShapeError([Complaint("/outcomes", detail)])
    return [
        _outcome(outcome, where=f"/outcomes/{place}", now=now, request_id=request_id)
        for place, outcome in enumerate(sent)
    ]


def _outcome(sent: object, *, where: str, now: datetime, request_id: str) -> Outcome:
    if not isinstance(sent, dict):
        raise RequestShapeError([Complaint(where, f"An object with {', '.join(MEMBERS)} is accepted.")])
    _check_members(sent, where=where)
    happened_at = instant_in(sent["happened_at"])
    if happened_at is None:
        raise RequestShapeError([Complaint(f"{where}/happened_at", INSTANTS_ACCEPTED)])
    try:
        return Outcome(**{**sent, "happened_at": happened_at}, received_at=now, request_id=request_id)
    except HostileValueError as error:
        name = {"idempotency_key": "key"}.get(named := error.column.removeprefix("outcomes."), named)
        raise RequestShapeError([Complaint(f"{where}/{name}", str(error))]) from None


def _check_members(sent: Mapping[str, Any], *, where: str) -> None:
    odd = next(iter(sent.keys() - set(MEMBERS)), None)
    if odd is not None:
        detail = f"There is no such member. Accepted: {', '.join(MEMBERS)}."
        raise RequestShapeError([Complaint(f"{where}/{step_of(odd)}", detail)])
    missing = next((name for name in NEEDED if name not in sent), None)
    if missing is not None:
        raise RequestShapeError([Complaint(f"{where}/{missing}", "It is needed.")])


def result_of(answer: Receipt | OutcomeConflictError) -> OutcomeResult:
    """Tells what became of one outcome.

    Parameters
    ----------
    answer : Receipt or OutcomeConflictError
        From the store.

    Returns
    -------
    OutcomeResult

    Examples
    --------
    >>> result_of(Receipt("crm-17", "known")).state
    'known'
    """
    if isinstance(answer, Receipt):
        return OutcomeResult(key=answer.key, state=answer.state, problem=None)
    return OutcomeResult(key=answer.key, state="conflict", problem=problem_of(answer))
