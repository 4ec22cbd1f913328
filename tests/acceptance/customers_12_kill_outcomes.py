"""Row 12: the service is killed while it acknowledges outcomes, and no acknowledged outcome is lost or doubled.

``salescope serve`` answers over a real database, and callers post outcomes without pause, each call twice at the same time
as an impatient CRM does. After some milliseconds the service is killed with kill -9 and started again. Then every
acknowledged outcome must be there once, as it was sent; what was not acknowledged is sent again with the same keys to the
service that started. In the end the table must hold each outcome that was ever sent, once.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select
from tests.acceptance.killed_service import Place, made_place, service_to_kill
from tests.acceptance.outcome import Outcome as Verdict
from tests.acceptance.outcome_callers import (
    CALLERS,
    NOON,
    PATIENCE,
    Caller,
    call_of,
    call_until_killed,
    call_what_is_left,
)
from tests.store.postgresql import empty_database, programs, running_server

from salescope.store import open_store
from salescope.store.tables import OUTCOMES

KILLS = 200
ENGINES = ("SQLite", "PostgreSQL")
LONGEST_MILLISECONDS = 150

Kept = dict[str, list[tuple[Any, ...]]]


@dataclass
class Aftermath:
    """Is what was found after all kills of one database."""

    kills: int = 0
    acknowledged: int = 0
    unsaid: int = 0
    faults: list[str] = field(default_factory=list)


def killed_while_acknowledging(place: Place, *, count: int, seed: int) -> Aftermath:
    """Kills the service again and again over one database, and lets a last one take what is left."""
    rng = np.random.default_rng(seed)
    found, callers, since = Aftermath(), [Caller(pair=number // 2) for number in range(CALLERS)], 0
    while found.kills < count and not found.faults:
        with service_to_kill(place) as (port, process):
            # The service has opened what the killed one left before we look at it.
            since = _check(place, callers, found, since=since)
            threads = call_until_killed(callers, port=port, key=place.key)
            time.sleep(rng.uniform(0, LONGEST_MILLISECONDS) / 1_000)
            process.kill()
            for thread in threads:
                thread.join(PATIENCE)
        found.kills += 1
        found.faults += [fault for caller in callers for fault in caller.faults]
    with service_to_kill(place) as (port, _):
        _check(place, callers, found, since=since)
        found.acknowledged = sum(
            len(call_of(pair, number)) for pair, end in _told(callers).items() for number in range(end)
        )
        call_what_is_left(callers, port=port, key=place.key)
        _check_whole(place, callers, found)
    return found


def run(kills: int = KILLS) -> Verdict:
    """Kills 200 times on each database."""
    found = {}
    for engine in ENGINES:
        with place_on(engine) as place:
            found[engine] = after = killed_while_acknowledging(place, count=kills, seed=12)
        print(*after.faults[:20], sep="\n")
        print(
            f"{engine}: {after.kills} kills, {after.unsaid} calls were kept and acknowledged to nobody before the kill"
        )
    figure = "; ".join(
        f"{engine}: {after.kills} kill -9 of the service, {after.acknowledged:,} outcomes acknowledged, "
        f"{len(after.faults)} lost or doubled"
        for engine, after in found.items()
    )
    # A caller that was never answered would leave nothing to lose.
    holds = all(it.kills == kills and it.acknowledged > 5 * kills and not it.faults for it in found.values())
    return Verdict(figure, holds=holds)


@contextmanager
def place_on(engine: str) -> Iterator[Place]:
    """Makes a workspace whose store is a file or a database of a PostgreSQL that keeps what it says it kept."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if engine == "SQLite":
            yield made_place(folder, f"sqlite:///{folder}/service.db")
            return
        binaries = programs()
        assert binaries is not None, "PostgreSQL is not installed"
        with running_server(binaries, fsync="on") as server, empty_database(server) as url:
            yield made_place(folder, url)


def _told(callers: Sequence[Caller]) -> dict[int, int]:
    """Gives the number of calls of each pair that one of the two at least was told of."""
    return {pair: max(it.acknowledged for it in callers if it.pair == pair) for pair in {it.pair for it in callers}}


def _check(place: Place, callers: Sequence[Caller], found: Aftermath, *, since: int) -> int:
    """Looks for every acknowledged outcome before anything is sent again, and says up to which call all were there."""
    kept, told = _kept(place, since=since), _told(callers)
    for pair, end in told.items():
        for number in range(since, end):
            found.faults += _faults(pair, number, kept)
        # Nobody was told of it: it may be there or not, but as a whole.
        if any(outcome["key"] in kept for outcome in call_of(pair, end)):
            found.unsaid += 1
            found.faults += _faults(pair, end, kept)
    return min(told.values())


def _check_whole(place: Place, callers: Sequence[Caller], found: Aftermath) -> None:
    """Compares the whole table with everything that was ever sent, and what was told of it with itself."""
    kept, sent = _kept(place, since=0), set[str]()
    for pair, end in _told(callers).items():
        for number in range(end):
            found.faults += _faults(pair, number, kept)
            sent |= {outcome["key"] for outcome in call_of(pair, number)}
    found.faults += [fault for caller in callers for fault in caller.faults]
    found.faults += [f"{key} is there and was never sent" for key in kept.keys() - sent]
    found.faults += [
        f"pair {it.pair} was not answered in the end" for it in callers if it.acknowledged < _told(callers)[it.pair]
    ]
    recorded = sum((caller.recorded for caller in callers), Counter[str]())
    found.faults += [f"{key} was recorded {times} times" for key, times in recorded.items() if times > 1]


def _faults(pair: int, number: int, kept: Kept) -> list[str]:
    return [
        f"{outcome['key']} is there as {kept.get(outcome['key'], [])}"
        for outcome in call_of(pair, number)
        if kept.get(outcome["key"]) != [_content(outcome)]
    ]


def _kept(place: Place, *, since: int) -> Kept:
    """Gives the rows of each key of the calls from a number on."""
    table = OUTCOMES.c
    columns = (table.subject_kind, table.subject_id, table.kind, table.happened_at, table.amount)
    query = select(table.idempotency_key, *columns).where(table.happened_at >= NOON + timedelta(minutes=since))
    found: Kept = {}
    store = open_store(place.store_url)
    try:
        with store.reading() as connection:
            for key, *content in connection.execute(query):
                found.setdefault(key, []).append(tuple(content))
    finally:
        store.close()
    return found


def _content(outcome: dict[str, Any]) -> tuple[Any, ...]:
    happened_at = datetime.fromisoformat(outcome["happened_at"])
    return (outcome["subject_kind"], outcome["subject_id"], outcome["kind"], happened_at, outcome["amount"])
