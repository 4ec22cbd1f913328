"""Row 12: a promotion killed at any moment leaves the published folder wholly old or wholly new.

Two ways of choosing the moment. At random: a process promotes and rolls back without pause and is killed after some
microseconds. One by one: a process kills itself just before the n-th file operation that Python's audit events tell
of (open, mkdir, rename, remove, listing), for every n until the work is done, so that no boundary is left to chance.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from tests.acceptance.outcome import Outcome
from tests.forking import forking

from salescope.bundle import MANIFEST, build_manifest, digest_of
from salescope.registry.durable_files import STAGING
from salescope.registry.published import current, load_current, publish, rollback

Files = dict[str, bytes]
FILE_EVENTS = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir"})
LONGEST_MICROSECONDS = 40_000
MOST_BOUNDARIES = 400
PATIENCE = 60.0
RECOVERY = 1_000_000


@dataclass(frozen=True)
class Aftermath:
    """Is what was found after one kill."""

    whole: bool
    recovered: bool


def bundle_of(content: int) -> Files:
    """Makes files that a manifest accepts; promotion never looks inside them."""
    files = {f"part{part}.json": f"[{content},{part}]\n".encode() * 500 for part in range(4)}
    contract = digest_of(str(content).encode())
    return {**files, MANIFEST: build_manifest(files, kind="lead_scorer", contract=contract, made_with="0.1.0")}


def killed_at_random(*, count: int, seed: int = 0) -> list[Aftermath]:
    """Kills a process that promotes without pause, again and again in one folder."""
    rng = np.random.default_rng(seed)
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "published")
        publish(folder, bundle_of(0), version="0", keep=3)
        for number in range(count):
            _kill_after(folder, microseconds=int(rng.integers(LONGEST_MICROSECONDS)), first=number)
            found.append(_aftermath(folder, version=f"after.{number}"))
    return found


def killed_at_every_boundary(*, step: int = 1) -> list[Aftermath]:
    """Kills a process before each of its file operations: the first, the one after ``step`` more, and so on."""
    found = []
    for boundary in range(1, MOST_BOUNDARIES, step):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "published")
            publish(folder, bundle_of(0), version="0", keep=2)
            ended = _started(_promote_until, folder, boundary)
            ended.join(PATIENCE)
            if ended.exitcode == 0:
                return found
            assert ended.exitcode == -signal.SIGKILL, f"ended with {ended.exitcode} at file operation {boundary}"
            found.append(_aftermath(folder, version="after"))
    message = f"The promotion did not end within {MOST_BOUNDARIES} file operations."
    raise AssertionError(message)


def run() -> Outcome:
    """Kills at 200 random moments, then at every boundary."""
    random, boundaries = killed_at_random(count=200), killed_at_every_boundary()
    whole = sum(after.whole for after in random)
    whole_there = sum(after.whole for after in boundaries)
    recovered = sum(after.recovered for after in [*random, *boundaries])
    n_kills = len(random) + len(boundaries)
    figure = (
        f"{len(random)} kill -9 at random moments: {whole} wholly old or wholly new; before each of {len(boundaries)} "
        f"file operations: {whole_there}; the next promotion worked and left nothing behind in {recovered} of {n_kills}"
    )
    return Outcome(figure, holds=whole == len(random) and whole_there == len(boundaries) and recovered == n_kills)


def _aftermath(folder: Path, *, version: str) -> Aftermath:
    return Aftermath(whole=_is_whole(folder), recovered=_recovers(folder, version=version))


def _is_whole(folder: Path) -> bool:
    published, files = load_current(folder)
    # Reading verifies checksums; comparing with what was promoted under that version needs none.
    return files == bundle_of(int(published.version) if published.version.isdecimal() else RECOVERY)


def _recovers(folder: Path, *, version: str) -> bool:
    publish(folder, bundle_of(RECOVERY), version=version, keep=2)
    left = [path for path in folder.rglob("*") if path.name.startswith(STAGING)]
    kept = {current(folder).path.name, *(bundle.path.name for bundle in current(folder).previous)}
    return not left and {path.name for path in (folder / "versions").iterdir()} == kept


def _kill_after(folder: Path, *, microseconds: int, first: int) -> None:
    ready, told = multiprocessing.Pipe(duplex=False)
    promoting = _started(_promote_forever, folder, first, told)
    told.close()
    with ready:
        ready.poll(PATIENCE)
        ready.recv()
        time.sleep(microseconds / 1e6)
    promoting.kill()
    promoting.join(PATIENCE)


def _started(target: Any, *arguments: object) -> Any:
    process = forking().Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def _promote_forever(folder: Path, first: int, told: Connection) -> None:
    told.send("ready")
    number = first
    while True:
        number += 1
        publish(folder, bundle_of(number), version=str(number), keep=3)
        if number % 3 == 0:
            rollback(folder)


def _promote_until(folder: Path, boundary: int) -> None:
    count = 0

    def count_down(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal count
        # The kill is an audit event too: only file operations may count, or it would call for itself.
        if event not in FILE_EVENTS:
            return
        count += 1
        if count == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    files = {number: bundle_of(number) for number in (1, 2)}
    sys.addaudithook(count_down)
    publish(folder, files[1], version="1", keep=2)
    publish(folder, files[2], version="2", keep=2)
    rollback(folder)
    # Without the usual farewell, whose file operations are not the promotion's.
    os._exit(0)
