"""Row 10: a horizon of 1,000,000, unknown nodes, misspelt levels and 10,000 malformed bodies; clear 4xx, no 5xx, memory flat.

The service runs in a process of its own with forecasts of a small tree. Half of the bodies are those of the leads' row, which mean
nothing to `/v1/forecasts:what-if`; the other half are what-ifs with one thing wrong. Calls with a strange query go between them. What
the service imports is looked at as well: none of the forecasting code.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx
from tests.acceptance.leads_13_malformed_bodies import (
    JSON_TYPE,
    ROOT,
    Body,
    Tally,
    malformed_bodies,
    resident_mb,
    service_process,
)
from tests.acceptance.outcome import Outcome

ADDRESS = "/v1/forecasts:what-if"
DAY = "2026-03-01"
LOCKS = {"region=North": {DAY: 30.0}}
ODD = [None, True, -1.5, "x", [], {}, [[]], {"a": {}}, "x" * 10_001, 2**70, 1e300, "\x00", "2026-02-30", [None] * 2_000]
STACK = (
    "statsforecast",
    "hierarchicalforecast",
    "numba",
    "holidays",
    "mlforecast",
    "statsmodels",
    "salescope.forecasting",
)


def wrong_member(rng: random.Random) -> object:
    return {rng.choice(["locks", "changes", "nodes", "lock", "horizon", ""]): rng.choice(ODD)}


def wrong_lock(rng: random.Random) -> object:
    return {
        "locks": {
            rng.choice(["all", "region=North", "", "x" * 500, "a\x00"]): rng.choice([*ODD, {DAY: rng.choice(ODD)}])
        }
    }


def wrong_day(rng: random.Random) -> object:
    days = ["2026-03-02", "2026-13-45", "March", "", "2026-03-01T00:00:00Z", "٢٠٢٦-٠٣-٠١", "9999-12-31", "0000-00-00"]
    return {"locks": {"all": {rng.choice(days): rng.choice([1, -1e13, 1e-320])}}}


def unknown_node(rng: random.Random) -> object:
    odd = rng.choice(
        ["region=Nort", "REGION=NORTH", "region=North/rep=99", "rep=1", "'; DROP TABLE forecasts; --", "x" * 400]
    )
    return rng.choice([{"locks": {odd: {DAY: 1}}}, {"nodes": [odd]}, {"locks": LOCKS, "nodes": ["all", odd]}])


def contradiction(rng: random.Random) -> object:
    parts = {"region=North": {DAY: rng.random()}, "region=South": {DAY: rng.random()}}
    return {"locks": {"all": {DAY: rng.choice([-1e13, -1, 1e13, 3])}, **parts}}


def too_many(rng: random.Random) -> object:
    kind = rng.randrange(3)
    if kind == 0:
        return {"locks": {f"region={number}": {DAY: 1} for number in range(rng.choice([101, 20_000]))}}
    if kind == 1:
        return {"locks": {"all": {f"{year:04d}-01-01": 1 for year in range(1_001)}}}
    return {"nodes": ["all"] * 101}


def wrong_change(rng: random.Random) -> object:
    sound = {"driver": "price", "node": "all", "dates": [DAY], "value": 1.0}
    return {"changes": [rng.choice([sound, {**sound, rng.choice(list(sound)): rng.choice(ODD)}])]}


MAKERS: tuple[Callable[[random.Random], object], ...] = (
    wrong_member, wrong_lock, wrong_day, unknown_node, contradiction, too_many, wrong_change,
)  # fmt: skip


def what_if_bodies(count: int, *, seed: int) -> Iterator[tuple[str, Body]]:
    """Makes bodies of both halves in turn; each kind comes by itself, seeded."""
    rng, others = random.Random(seed), malformed_bodies(count, seed=seed)
    for number in range(count):
        if number % 2:
            yield next(others)
        else:
            maker = MAKERS[number // 2 % len(MAKERS)]
            yield maker.__name__, (json.dumps(maker(rng)).encode(), JSON_TYPE)


def queries(count: int, *, seed: int) -> Iterator[str]:
    """Makes queries that cannot be answered, the three of the row first."""
    yield from ("horizon=1000000", "node=region%3DNort", "level=regoin")
    rng = random.Random(seed)
    values = {
        "horizon": ["0", "-1", "1e9", "4", "999", "9" * 2_000, "٣", "1000000", "NaN"],
        "node": ["nobody", "x" * 401, "%00", "%ff%fe", "a%22%27", quote("區=北"), "region%3DNorth%2Frep%3D9"],
        "level": ["regoin", "REGION%20", "x" * 121, "%00", "node"],
        "as_of": ["1900-01-01", "never", "2026-02-30", "2026-03-01T25:00"],
        "levels": ["90", "80;95", "80,80", "", "0"],
        "unit": ["pieces", "x" * 41],
        "currency": ["USD", "eur", "%F0%9F%92%B6"],
        "format": ["xlsx", "CSV", "../json"],
        "cursor": ["s3cret", "WzEsMV0", "W" * 1_999, "W" * 2_001, "WzEsWzEsWzEsWzFdXV1d"],
        "limit": ["0", "1001", "all"],
        "nod": ["all"],
    }
    for _ in range(count - 3):
        name = rng.choice(list(values))
        yield f"{name}={rng.choice(values[name])}" + rng.choice(["", "&horizon=1000000", "&x=1"])


def offer(client: httpx.Client, count: int, *, key: str, seed: int = 10) -> Tally:
    """Sends malformed what-ifs, and a tenth as many queries, one after the other and tallies the answers."""
    tally, headers = Tally(), {"Authorization": f"Bearer {key}"}
    for kind, (body, claimed) in what_if_bodies(count, seed=seed):
        tally.take(kind, client.post(ADDRESS, content=body, headers={**headers, "Content-Type": claimed}))
    for query in queries(count // 10, seed=seed):
        answer = client.get(f"/v1/forecasts?{query}", headers=headers)
        tally.take(query, answer)
        if answer.status_code == 200:
            tally.wrong.append(f"{query}: 200")
    return tally


def told(client: httpx.Client, *, key: str) -> list[str]:
    """Asks the three questions of the row and gives what is wrong with the answers."""
    wanted = {
        "horizon=1000000": (422, "1 to 1,000"),
        "node=region%3DNort": (404, "Did you mean 'region=North'?"),
        "level=regoin": (404, "Did you mean 'region'?"),
    }
    wrong = []
    for query, (status, says) in wanted.items():
        answer = client.get(f"/v1/forecasts?{query}", headers={"Authorization": f"Bearer {key}"})
        if answer.status_code != status or says not in answer.json()["detail"]:
            wrong.append(f"{query}: {answer.status_code} {answer.text}")
    return wrong


def imported() -> list[str]:
    """Gives what of the forecasting code the service imports, in a process of its own."""
    code = f"import sys, salescope.service; print(*[name for name in {STACK!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def memory_mb(process: subprocess.Popen[str]) -> float:
    """Is the resident memory of a process and of those it has started from any of its threads."""
    pages = resident_mb(process)
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for pid in (task / "children").read_text(encoding="ascii").split():
            pages += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4_096 / 1_024**2
    return pages


def run(count: int = 10_000) -> Outcome:
    """Offers the bodies to the service in its own process, and measures it and the process of its what-ifs."""
    with TemporaryDirectory() as name, service_process(Path(name)) as (process, client, key):
        offer(client, 1_000, key=key, seed=9)
        before = memory_mb(process)
        tally = offer(client, count, key=key)
        grown = memory_mb(process) - before
        wrong = told(client, key=key)
        sound = client.post(ADDRESS, json={"locks": LOCKS}, headers={"Authorization": f"Bearer {key}"}).status_code
        is_alive = process.poll() is None and client.get("/healthz").status_code == 200 and sound == 200
    stack = imported()
    for line in (*tally.wrong[:20], *wrong):
        print(line)
    server_errors = sum(number for status, number in tally.statuses.items() if status >= 500)
    statuses = ", ".join(f"{status}: {number}" for status, number in sorted(tally.statuses.items()))
    figure = (
        f"{sum(tally.statuses.values()):,} calls, {count:,} of them malformed bodies: {server_errors} answers 5xx, {len(tally.wrong)} without a "
        f"problem ({statuses}); horizon, node and level: {3 - len(wrong)} of 3 told clearly; memory of service and worker {before:.0f} MB, grew by "
        f"{grown:.1f} MB; of the forecasting code the service imports {', '.join(stack) or 'nothing'}; {'alive' if is_alive else 'DEAD'}"
    )
    return Outcome(figure, not tally.wrong and not wrong and not stack and is_alive and grown < 20)
