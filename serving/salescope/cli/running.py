"""A service in a process of its own: started, waited for, asked, stopped."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salescope.frames.errors import ServiceNotStartedError
from salescope.project import Workspace

__all__ = ["RunningService", "running_service"]

HOST = "127.0.0.1"
SECONDS_TO_START = 60.0
LOG_LINES = 5


@dataclass(frozen=True, slots=True)
class RunningService:
    """Is a service that answers.

    Parameters
    ----------
    port : int
        Its port on the loopback interface.
    """

    port: int

    @property
    def address(self) -> str:
        """Is its address, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def status(self, path: str) -> int:
        """Asks for a path and gives the status; 0 where nobody answers."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Posts a body as JSON and gives the answer.

        Parameters
        ----------
        path : str
            The path, as ``/v1/leads:score``.
        body : mapping
            What is posted.
        key : str
            The API key.

        Returns
        -------
        dict
            The answer, a problem too.
        """
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("POST", path, body=json.dumps(body), headers=headers)
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer


@contextmanager
def running_service(workspace: Workspace, *, port: int) -> Iterator[RunningService]:
    """Runs ``salescope serve`` beside the caller and stops it at the end.

    Parameters
    ----------
    workspace : Workspace
        What it serves; its log goes to ``service.log`` in the workspace's state.
    port : int
        The port that is wanted; a free one is taken where another program has it.

    Yields
    ------
    RunningService
        Once it is ready.

    Raises
    ------
    ServiceNotStartedError
        If it ended or was not ready in time; the last lines of its log are shown.
    """
    port = _vacant(port)
    log = workspace.state / "service.log"
    command = [sys.executable, "-m", "salescope.cli", "serve", "-w", str(workspace.path), "--port", str(port)]
    with log.open("ab") as lines:
        process = subprocess.Popen(command, stdout=lines, stderr=lines)  # noqa: S603 - our own program, no shell
    try:
        yield _ready(RunningService(port), process, log=log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _ready(service: RunningService, process: subprocess.Popen[bytes], *, log: Path) -> RunningService:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if service.status("/readyz") == http.client.OK:
            return service
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    raise ServiceNotStartedError(service.address, log=str(log), said=said)


def _vacant(port: int) -> int:
    """Gives the port where it is free, else one that the system chooses."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            return chosen
    return port
