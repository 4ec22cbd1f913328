"""The course of a call that sends records: read, answered by one set of models, written into the ledger, told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime
from typing import Any, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import UnsupportedBodyError
from salescope.service.json_body import decode_body
from salescope.service.lead_answer import Trend
from salescope.service.wiring import Wiring, wiring_of
from salescope.store import Prediction

__all__ = ["ScoredRecords", "answer_records", "iso_of", "trend_of"]

LONGEST_SHORT_BODY = 65_536

T = TypeVar("T")


class ScoredRecords(Protocol):
    """Describes the scores of a call, before the ledger has told what was said earlier."""

    @property
    def n_records(self) -> int:
        """Counts the records that were sent."""

    def predictions(self, *, request_id: str, at: datetime) -> list[Prediction]:
        """Gives the lines of the ledger."""

    def answer(self, before: Mapping[str, int], *, request_id: str) -> Any:  # noqa: ANN401 - what is encoded
        """Gives the body, given the score that each subject had before."""


async def answer_records(
    request: Request, *, scope: str, scorer: Callable[[Wiring], Callable[[object], ScoredRecords]]
) -> Response:
    """Answers a call.

    Parameters
    ----------
    request : Request
        The call.
    scope : str
        What its key must be allowed.
    scorer : callable
        Takes the models that are live, once, and gives what scores a decoded body with them.

    Returns
    -------
    Response
        Its lines are in the ledger.

    Raises
    ------
    ServiceError
        If the call cannot be answered.
    """
    require(request, scope)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedBodyError("Content-Type", accepted="application/json")
    wiring = wiring_of(request.scope)
    # Taken once: should a model be swapped meanwhile, this call is still answered by one.
    score = scorer(wiring)
    body = await request.body()
    is_short = len(body) <= LONGEST_SHORT_BODY and body.count(b"{") <= wiring.settings.inline_objects
    pool = None if is_short else wiring.scoring_pool
    scored = await _run(pool, lambda: score(decode_body(body, max_depth=wiring.settings.max_depth)))
    request.state.records = scored.n_records
    request_id = request.state.request_id
    lines = await _run(pool, lambda: scored.predictions(request_id=request_id, at=wiring.clock()))
    before = await wiring.ledger.record(lines)
    return await _run(pool, lambda: json_response(scored.answer(before, request_id=request_id)))


async def _run(pool: Executor | None, work: Callable[[], T]) -> T:
    if pool is None:
        return work()
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def trend_of(score: int, previous: int) -> Trend:
    """Compares a score with the one before.

    Parameters
    ----------
    score, previous : int
        1 to 100.

    Returns
    -------
    Trend

    Examples
    --------
    >>> trend_of(70, 75).direction
    'down'
    """
    change = score - previous
    direction = "up" if change > 0 else "down" if change < 0 else "same"
    return Trend(previous_score=previous, change=change, direction=direction)


def iso_of(instant: datetime) -> str:
    """Writes an instant as answers do.

    Parameters
    ----------
    instant : datetime
        Aware, in UTC.

    Returns
    -------
    str

    Examples
    --------
    >>> iso_of(datetime.fromisoformat("2026-03-01T12:00:00+00:00"))
    '2026-03-01T12:00:00Z'
    """
    return instant.isoformat().replace("+00:00", "Z")
