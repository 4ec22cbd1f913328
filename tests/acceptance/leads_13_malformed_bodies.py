"""Row 13: 10,000 malformed bodies and Schemathesis with all checks at ``/v1/leads:score``; no 5xx, no failure."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from tests.acceptance.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "/v1/leads:score"
RECORD = {"lead_id": "lead-1", "source": "web", "staff": 120, "region": "North"}
JSON_TYPE = "application/json"

Body = tuple[bytes, str]


def sound() -> bytes:
    return json.dumps({"records": [RECORD]}).encode()


def with_value(text: str) -> bytes:
    """Writes a body whose one attribute has a value that json.dumps would not write."""
    return b'{"records": [{"staff": ' + text.encode("utf-8", "surrogatepass") + b"}]}"


def odd_number(rng: random.Random) -> bytes:
    numbers = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "0x10", "01", "1.", ".5", "+1", "1e", "--1", "1_000"]
    return with_value(rng.choice([*numbers, "9" * rng.randint(5_000, 20_000)]))


def giant_whole(rng: random.Random) -> bytes:
    return with_value(rng.choice(["-1", "9"]) + "7" * rng.randint(19, 4_000))


def lone_surrogate(rng: random.Random) -> bytes:
    half = rng.choice(["\\ud800", "\\udfff", "\\uD83D", "\\ud800\\ud800", "x\\udc00y", "\\ud8"])
    place = rng.choice(['{"records": [{"lead_id": "%s"}]}', '{"records": [{"%s": 1}]}', '{"%s": []}'])
    return (place % half).encode()


def deep(rng: random.Random) -> bytes:
    depth = rng.choice([8, 9, 50, 990, 1_000, 1_100, 50_000, 200_000])
    opening, closing = rng.choice([("[", "]"), ('{"a":', "}"), ('[{"records":', "}]")])
    core = opening * depth + "1" + (closing * depth if rng.random() < 0.7 else "")
    return rng.choice([core.encode(), b'{"records": [' + core.encode() + b"]}", with_value(core)])


def wrong_type(rng: random.Random) -> bytes:
    odd = rng.choice([None, True, 1, -1.5, "x", [], {}, [[]], [None], {"a": {}}, [1] * 1_001])
    name = rng.choice(["records", "language", "top", "as_of"])
    return json.dumps(rng.choice([odd, {"records": [odd]}, {"records": [RECORD], name: odd}, {name: odd}])).encode()


def wrong_field(rng: random.Random) -> bytes:
    odd = rng.choice([{}, [], [1], "x" * 10_001, 2**70, "\x00", "2026-02-30", {"at": 1}, [{"at": []}], [[{}]]])
    name = rng.choice(["lead_id", "as_of", "events", "created_at", "source", "staff"])
    return json.dumps({"records": [{**RECORD, name: odd}] * rng.randint(1, 3)}).encode()


def cut_off(rng: random.Random) -> bytes:
    return sound()[: rng.randrange(len(sound()))]


def altered(rng: random.Random) -> bytes:
    body = bytearray(sound())
    for _ in range(rng.randint(1, 5)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return bytes(body)


def not_utf8(rng: random.Random) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return sound().replace(
            b"web", rng.choice([b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80", b"\x80"])
        )
    if kind == 1:
        return b"\xef\xbb\xbf" + sound()
    return sound().decode().encode(rng.choice(["utf-16", "utf-16-le", "utf-32", "gb18030", "utf-7"])) + b"\xff" * (
        kind - 2
    )


def noise(rng: random.Random) -> bytes:
    return rng.choice(
        [b"", b" ", b"\x00", b"null", b'""', b"{}", b"[]", b"\n" * 1_000, rng.randbytes(rng.randint(1, 500))]
    )


def twice(rng: random.Random) -> bytes:
    name = rng.choice(["records", "top", "language", "never"])
    inner = b'{"records": [{"staff": 1, "staff": 2, "note": "a:b"}]}'
    return rng.choice([inner, f'{{"{name}": [], "{name}": [{{}}]}}'.encode(), sound()[:-1] + b', "records": []}'])


def counted(rng: random.Random) -> bytes:
    return json.dumps({"records": [{}] * rng.choice([0, 1_001, 1_500, 5_000])}).encode()


def huge(rng: random.Random) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return json.dumps({"records": [{"source": "x" * 1_000_000}]}).encode()
    if kind == 1:
        return json.dumps({"records": [{"y" * 1_000_000: 1}]}).encode()
    if kind == 2:
        return json.dumps({"records": [{f"f{n}": n for n in range(20_000)}]}).encode()
    return b" " * rng.choice([7_999_999, 8_000_001]) + b"{"


def null_bytes(rng: random.Random) -> bytes:
    return rng.choice([sound().replace(b"web", b"w\x00b"), sound().replace(b"web", b"w\\u0000b"), sound() + b"\x00"])


def misplaced(rng: random.Random) -> bytes:
    return rng.choice(
        [sound() + sound(), sound() + b",", b"[" + sound() + b"]", b"/* */" + sound(), sound().replace(b'"', b"'")]
    )


MAKERS: tuple[Callable[[random.Random], bytes], ...] = (
    odd_number, giant_whole, lone_surrogate, deep, wrong_type, wrong_field, cut_off, altered, not_utf8, noise, twice, counted,
    null_bytes, misplaced,
)  # fmt: skip
TYPES = [
    "text/plain",
    "",
    "application/xml",
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=x",
    "json",
]


def malformed_bodies(count: int, *, seed: int = 13, huge_every: int = 100) -> Iterator[tuple[str, Body]]:
    """Makes bodies of every kind in turn, with the content type they claim; about one in twenty claims a wrong one."""
    rng = random.Random(seed)
    for number in range(count):
        maker = huge if number % huge_every == huge_every - 1 else MAKERS[number % len(MAKERS)]
        claimed = rng.choice(TYPES) if rng.random() < 0.05 else JSON_TYPE
        yield maker.__name__, (maker(rng), claimed)


@dataclass
class Tally:
    """Counts answers, and keeps what should not have happened."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def take(self, kind: str, answer: httpx.Response) -> None:
        self.statuses[answer.status_code] += 1
        is_problem = answer.headers.get("content-type") == "application/problem+json"
        if answer.status_code >= 500:
            self.wrong.append(f"{kind}: {answer.status_code}")
        elif answer.status_code != 200 and not (is_problem and answer.json()["status"] == answer.status_code):
            self.wrong.append(f"{kind}: {answer.status_code} without a problem")


def offer(client: httpx.Client, count: int, *, key: str, seed: int = 13, huge_every: int = 100) -> Tally:
    """Sends malformed bodies one after the other and tallies the answers."""
    tally = Tally()
    for kind, (body, claimed) in malformed_bodies(count, seed=seed, huge_every=huge_every):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": claimed}
        tally.take(kind, client.post(ADDRESS, content=body, headers=headers))
    return tally


@contextmanager
def service_process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client, str]]:
    """Runs the service in a process of its own and gives it, a client and an administrator's key."""
    command = [sys.executable, "-m", "tests.service.place", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port, key = process.stdout.readline().split()
            address = f"http://127.0.0.1:{port}"
            transport = httpx.HTTPTransport(retries=20)
            with httpx.Client(base_url=address, timeout=60, transport=transport) as client:
                yield process, client, key
        finally:
            process.terminate()
            process.wait(30)


def resident_mb(process: subprocess.Popen[str]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1_024  # type: ignore[index]


def run_schemathesis(
    address: str, key: str, *, examples: int, seed: int = 13, without: str | None = None
) -> tuple[int, str]:
    """Runs Schemathesis with every check against a live service; gives its exit code and what it said."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{address}/openapi.json", "--checks", "all", "--seed", str(seed),
        "--max-examples", str(examples), "-H", f"Authorization: Bearer {key}", "--workers", "1", "--no-color",
        "--generation-database", "none", *(["--exclude-path-regex", without] if without else []),
    ]  # fmt: skip
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=1_800,
            check=False,
            env={**os.environ, "CI": "true"},
        )
    return done.returncode, done.stdout + done.stderr


def run(count: int = 10_000, examples: int = 100) -> Outcome:
    """Offers the bodies, then runs Schemathesis, both against the service in its own process."""
    with TemporaryDirectory() as name, service_process(Path(name)) as (process, client, key):
        offer(client, 500, key=key, seed=12)
        before = resident_mb(process)
        tally = offer(client, count, key=key)
        grown = resident_mb(process) - before
        code, said = run_schemathesis(str(client.base_url).rstrip("/"), key, examples=examples)
        alive = process.poll() is None and client.get("/healthz").status_code == 200
    server_errors = sum(number for status, number in tally.statuses.items() if status >= 500)
    found = re.search(r"(\d+) unique failures?", said)
    failures = int(found[1]) if found else (0 if code == 0 else -1)
    statuses = ", ".join(f"{status}: {number}" for status, number in sorted(tally.statuses.items()))
    figure = (
        f"{sum(tally.statuses.values()):,} malformed bodies: {server_errors} answers 5xx, {len(tally.wrong)} without a problem "
        f"({statuses}); memory grew by {grown:.0f} MB; Schemathesis, all checks: {failures} unique failures; "
        f"{'alive' if alive else 'DEAD'}"
    )
    if code:
        print(said[-6_000:])
    return Outcome(figure, not tally.wrong and code == 0 and failures == 0 and alive and grown < 100)
