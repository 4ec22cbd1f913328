"""``salescope serve`` in processes that are to be killed: forked with the imports done, so that a start costs little."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.forking import forking

# The command imports both late; the fork server is to have them before it forks.
import salescope.console
import salescope.service  # noqa: F401
from salescope.cli.serve import serve
from salescope.project import init_workspace
from salescope.store import create_key, open_store

__all__ = ["LOOPBACK", "Place", "made_place", "service_to_kill"]

LOOPBACK = "127.0.0.1"
SCOPE = "outcomes:write"
PATIENCE = 60.0


@dataclass(frozen=True)
class Place:
    """Is a workspace without any model, the address of its store, and a key that may send outcomes."""

    folder: Path
    store_url: str
    key: str


def made_place(folder: Path, store_url: str) -> Place:
    """Makes what the service needs; the store is empty but for the key."""
    init_workspace(folder)
    store = open_store(store_url)
    key = create_key(store, label="CRM", scopes=[SCOPE], at=datetime.now(UTC)).secret
    store.close()
    return Place(folder, store_url, key)


@contextmanager
def service_to_kill(place: Place) -> Iterator[tuple[int, Any]]:
    """Starts ``salescope serve`` and gives its port and its process once it answers; whatever happens, it is killed."""
    port = _free_port()
    process = forking().Process(target=_serve, args=(place, port), daemon=True)
    process.start()
    try:
        _wait_for(process, port, log=place.folder / "service.log")
        yield port, process
    finally:
        process.kill()
        process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL, f"ended by itself with {process.exitcode}"


def _serve(place: Place, port: int) -> None:
    os.environ["SALESCOPE_STORE_URL"] = place.store_url
    with (place.folder / "service.log").open("w") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    serve(workspace=str(place.folder), host=LOOPBACK, port=port, follow=0)


def _wait_for(process: Any, port: int, *, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers(port):
        assert process.exitcode is None, log.read_text()
        assert time.monotonic() < deadline, f"the service did not start in time: {log.read_text()}"
        process.join(0.01)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as vacant:
        port: int = vacant.getsockname()[1]
    return port
