"""Callers of ``POST /v1/outcomes`` as an impatient CRM has them: what is not acknowledged is sent again, with the same keys.

Callers are pairs of two that send the same calls at the same time. A call is known by its pair and its number alone, so
that what was sent can be made anew and nothing need be remembered but how far each caller has come.
"""

from __future__ import annotations

import http.client
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Thread
from typing import Any

from tests.acceptance.killed_service import LOOPBACK

__all__ = ["CALLERS", "NOON", "PATIENCE", "Caller", "call_of", "call_until_killed", "call_what_is_left"]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALLERS = 6
MOST_IN_A_CALL = 5
PATIENCE = 60.0


@dataclass
class Caller:
    """Is one caller: the calls before `acknowledged` were, and the next may have been sent."""

    pair: int
    acknowledged: int = 0
    recorded: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def call_of(pair: int, number: int) -> list[dict[str, Any]]:
    """Makes the outcomes of a call; whose numbers are later happened later."""
    return [
        {
            "key": f"{pair}.{number}.{place}",
            "subject_kind": "customer",
            "subject_id": f"C-{number % 97}",
            "kind": "ordered" if place % 2 else "left",
            "happened_at": (NOON + timedelta(minutes=number, microseconds=place)).isoformat(),
            "amount": (number * 7 + place) / 8 if place % 3 else None,
        }
        for place in range(1 + (number + pair) % MOST_IN_A_CALL)
    ]


def call_until_killed(callers: Sequence[Caller], *, port: int, key: str) -> list[Thread]:
    """Lets every caller call without pause, each in a thread that ends when the service is gone.

    Both of a pair begin with the call that the one behind was told of last, as a CRM does that is not sure.
    """
    return _started(callers, port=port, key=key)


def call_what_is_left(callers: Sequence[Caller], *, port: int, key: str) -> None:
    """Lets every caller send what it was not told of, and the call that was under way in its pair; then it stops."""
    for thread in _started(callers, port=port, key=key, only_left=True):
        thread.join(PATIENCE)


def _started(callers: Sequence[Caller], *, port: int, key: str, only_left: bool = False) -> list[Thread]:
    threads = []
    for caller in callers:
        told = [it.acknowledged for it in callers if it.pair == caller.pair]
        numbers = range(max(min(told) - 1, 0), max(told) + 1) if only_left else count(max(min(told) - 1, 0))
        threads.append(Thread(target=_call, args=(caller, numbers), kwargs={"port": port, "key": key}))
    for thread in threads:
        thread.start()
    return threads


def _call(caller: Caller, numbers: Iterable[int], *, port: int, key: str) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    try:
        for number in numbers:
            body = json.dumps({"outcomes": call_of(caller.pair, number)})
            connection.request("POST", "/v1/outcomes", body=body, headers=headers)
            answer = connection.getresponse()
            # A part of an answer is none: reading it raises, and the call counts as not acknowledged.
            _hear(caller, number, status=answer.status, answer=json.loads(answer.read()))
            if caller.faults:
                break
    except TimeoutError:
        caller.faults.append(f"a call of pair {caller.pair} was not answered")
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


def _hear(caller: Caller, number: int, *, status: int, answer: dict[str, Any]) -> None:
    name = f"call {caller.pair}.{number}"
    if status != http.client.OK:
        caller.faults.append(f"{name} was refused: {status} {answer}")
        return
    states = {result["state"] for result in answer["results"]}
    if [result["key"] for result in answer["results"]] != [it["key"] for it in call_of(caller.pair, number)]:
        caller.faults.append(f"{name} was answered for other outcomes: {answer}")
    if states not in ({"recorded"}, {"known"}):
        caller.faults.append(f"{name} was kept in part: {states}")
    if number < caller.acknowledged and states != {"known"}:
        caller.faults.append(f"{name} was acknowledged, and sent again it is {states}")
    caller.recorded.update(result["key"] for result in answer["results"] if result["state"] == "recorded")
    caller.acknowledged = max(caller.acknowledged, number + 1)
