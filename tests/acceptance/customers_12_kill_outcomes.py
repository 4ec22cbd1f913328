"""Row 12: the service is killed while it acknowledges outcomes, and no acknowledged row is lost or doubled.

A process runs the service's own writer over a real database: callers send batches of outcomes, each batch twice at the same time as an
impatient CRM does, and every acknowledgement goes into a pipe. After some milliseconds it is killed with kill -9. Then every
acknowledged outcome must be there as it was sent; what was acknowledged last and what was under way is sent again, as the CRM would.
In the end the table must hold each outcome that was ever sent, once.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select
from tests.acceptance.outcome import Outcome as Verdict
from tests.forking import forking
from tests.store.postgresql import empty_database, programs, running_server

from salescope.service.ledger import LedgerWriter
from salescope.store import Outcome, Receipt, Store, open_store, record_outcomes
from salescope.store.tables import OUTCOMES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALLERS = 6
MOST_IN_A_BATCH = 5
LONGEST_MILLISECONDS = 120
PATIENCE = 60.0
READY = (-1, -1)


@dataclass
class Aftermath:
    """Is what was found after all kills of one database."""

    kills: int = 0
    acknowledged: int = 0
    unsaid: int = 0
    faults: list[str] = field(default_factory=list)


def batch_of(life: int, caller: int, number: int) -> list[Outcome]:
    """Makes the outcomes of a call anew, so that nothing but numbers need be remembered; callers are pairs of two."""
    pair = caller // 2
    return [
        Outcome(
            key=f"{life}.{pair}.{number}.{place}",
            subject_kind="customer",
            subject_id=f"C-{(life + number) % 97}",
            kind="ordered" if place % 2 else "left",
            happened_at=NOON + timedelta(minutes=number, microseconds=place),
            amount=(number * 7 + place) / 8 if place % 3 else None,
            received_at=NOON + timedelta(days=life),
            request_id=f"{life}.{caller}.{number}",
        )
        for place in range(1 + (number + pair) % MOST_IN_A_BATCH)
    ]


def killed_while_acknowledging(url: str, *, count: int, seed: int) -> Aftermath:
    """Kills a process that acknowledges without pause, again and again over one database."""
    rng = np.random.default_rng(seed)
    found, sent = Aftermath(), set[tuple[int, int, int]]()
    for life in range(count):
        said = _acknowledged_until_killed(url, life, milliseconds=float(rng.uniform(0, LONGEST_MILLISECONDS)))
        store = open_store(url)
        try:
            _check(store, said, found, life=life)
            sent |= _send_again(store, said, found, life=life)
        finally:
            store.close()
    _check_whole(url, sent, found)
    return found


def run() -> Verdict:
    """Kills 200 times on each database."""
    found = {name: killed_while_acknowledging(url, count=200, seed=12) for name, url in _databases()}
    for name, after in found.items():
        print(*after.faults[:20], sep="\n")
        print(f"{name}: {after.kills} kills, {after.unsaid} calls were kept and not acknowledged before the kill")
    figure = "; ".join(
        f"{name}: {after.kills} kill -9, {after.acknowledged:,} outcomes acknowledged, {len(after.faults)} lost or doubled"
        for name, after in found.items()
    )
    holds = all(after.kills == 200 and after.acknowledged > 1_000 and not after.faults for after in found.values())
    return Verdict(figure, holds=holds and len(found) == 2)


def _databases() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{Path(folder)}/service.db"
    binaries = programs()
    assert binaries is not None, "PostgreSQL is not installed"
    with running_server(binaries, fsync="on") as server, empty_database(server) as url:
        yield "PostgreSQL", url


def _check(store: Store, said: Counter[int], found: Aftermath, *, life: int) -> None:
    """Looks for every acknowledged outcome before anything is sent again."""
    found.kills += 1
    kept = _kept(store, life=life)
    for caller, calls in said.items():
        for number in range(calls):
            for outcome in batch_of(life, caller, number):
                found.acknowledged += 1
                if kept[outcome.key] != [_content(outcome)]:
                    found.faults.append(f"{outcome.key} was acknowledged, and there is {kept[outcome.key]}")


def _send_again(store: Store, said: Counter[int], found: Aftermath, *, life: int) -> set[tuple[int, int, int]]:
    """Sends each caller's last acknowledged call again, and the one that was under way."""
    sent = set()
    for caller in range(CALLERS):
        calls = said[caller]
        sent |= {(life, caller, number) for number in range(calls + 1)}
        for number in range(max(calls - 1, 0), calls + 1):
            (answers,) = record_outcomes(store, [batch_of(life, caller, number)])
            states = {answer.state if isinstance(answer, Receipt) else "conflict" for answer in answers}
            if number < calls and states != {"known"}:
                found.faults.append(f"call {life}.{caller}.{number} was acknowledged, and sent again it is {states}")
            if len(states) > 1:
                found.faults.append(f"call {life}.{caller}.{number} was kept in part: {states}")
            found.unsaid += number == calls and states == {"known"} and caller % 2 == 0
    return sent


def _check_whole(url: str, sent: set[tuple[int, int, int]], found: Aftermath) -> None:
    """Compares the whole table with everything that was ever sent."""
    store = open_store(url)
    kept = _kept(store)
    store.close()
    expected = {outcome.key: [_content(outcome)] for call in sent for outcome in batch_of(*call)}
    found.faults += [f"{key} is there as {rows}" for key, rows in kept.items() if rows != expected.get(key)]
    found.faults += [f"{key} is lost" for key in expected.keys() - kept.keys()]


class Kept(dict[str, list[tuple[Any, ...]]]):
    """Holds the rows of each key; none of a key that is not there."""

    def __missing__(self, key: str) -> list[tuple[Any, ...]]:
        return []


def _kept(store: Store, *, life: int | None = None) -> Kept:
    table = OUTCOMES.c
    columns = (table.subject_kind, table.subject_id, table.kind, table.happened_at, table.amount)
    query = select(table.idempotency_key, *columns)
    if life is not None:
        query = query.where(table.idempotency_key.startswith(f"{life}."))
    found = Kept()
    with store.reading() as connection:
        for key, *content in connection.execute(query):
            found.setdefault(key, []).append(tuple(content))
    return found


def _content(outcome: Outcome) -> tuple[Any, ...]:
    return (outcome.subject_kind, outcome.subject_id, outcome.kind, outcome.happened_at, outcome.amount)


def _acknowledged_until_killed(url: str, life: int, *, milliseconds: float) -> Counter[int]:
    """Gives the number of calls that each caller was told of before the kill."""
    context = forking()
    heard, told = context.Pipe(duplex=False)
    process = context.Process(target=_acknowledge_for_ever, args=(url, life, told), daemon=True)
    process.start()
    told.close()
    with heard:
        assert heard.poll(PATIENCE), "the process did not start"
        assert heard.recv() == READY
        said = _heard(heard, until=time.monotonic() + milliseconds / 1_000)
        process.kill()
        # What it wrote into the pipe before it was killed has been acknowledged too.
        with contextlib.suppress(EOFError, OSError):
            said += _heard(heard, until=time.monotonic() + PATIENCE)
    process.join(PATIENCE)
    assert process.exitcode == -9, f"ended by itself with {process.exitcode}"
    return said


def _heard(heard: Connection, *, until: float) -> Counter[int]:
    said = Counter[int]()
    while heard.poll(max(until - time.monotonic(), 0)):
        try:
            caller, _ = heard.recv()
        except EOFError:
            break
        said[caller] += 1
    return said


def _acknowledge_for_ever(url: str, life: int, told: Connection) -> None:
    store = open_store(url)
    writer = LedgerWriter(store, max_rows=20_000)
    writer.start()
    told.send(READY)
    asyncio.run(_call_for_ever(writer, life, told))


async def _call_for_ever(writer: LedgerWriter, life: int, told: Connection) -> None:
    await asyncio.gather(*(_one_caller(writer, life, caller, told) for caller in range(CALLERS)))


async def _one_caller(writer: LedgerWriter, life: int, caller: int, told: Connection) -> None:
    number = 0
    while True:
        answers: Sequence[object] = await writer.record_outcomes(batch_of(life, caller, number))
        assert all(isinstance(answer, Receipt) for answer in answers)
        told.send((caller, number))
        number += 1
