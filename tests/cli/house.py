"""A workspace with two registered versions and a service in front of it, each in processes of their own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from tests.bundle.made import made_bundle, made_leads

from salescope.project import init_workspace, load_workspace

SECONDS = 90.0


def environment() -> dict[str, str]:
    """Is the environment without what MLflow leaves in it for the processes below, which another test's store is in."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "SALESCOPE_"))}


def python(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=environment())


def salescope(*words: object) -> subprocess.CompletedProcess[str]:
    return python("-m", "salescope.cli", *words)


def until(holds: Callable[[], bool], *, seconds: float = SECONDS) -> None:
    deadline = monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert monotonic() < deadline, "it did not happen in time"
        pause.wait(0.05)


def build(folder: Path) -> None:
    """Makes a workspace and registers two versions in it; run in a process of its own, for MLflow keeps one address."""
    from salescope.registry.tracking import Tracking

    init_workspace(folder)
    workspace = load_workspace(folder, environment={})
    workspace.state.mkdir(exist_ok=True)
    tracking = Tracking(workspace.mlflow_uri, experiment="leads")
    example = made_leads().drop(columns="outcome").head(2)
    for seed in (0, 1):
        with tracking.run("training") as run:
            tracking.register(run, made_bundle(seed), name="leads", input_example=example)


def move_alias(folder: Path, *, version: str) -> None:
    """Moves the alias with nothing but MLflow, as somebody at its pages does."""
    code = "import sys, mlflow; mlflow.MlflowClient(sys.argv[1], sys.argv[1]).set_registered_model_alias('leads', 'champion', sys.argv[2])"
    uri = load_workspace(folder, environment={}).mlflow_uri
    done = python("-c", code, uri, version)
    assert done.returncode == 0, done.stderr


def children(parent: int) -> list[int]:
    """Lists the processes that a process has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = status.read_text().rpartition(")")
        except OSError:
            continue
        state, above = rest.split()[:2]
        if int(above) == parent and state != "Z":
            found.append(int(name.split()[0]))
    return found


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(frozen=True)
class Service:
    """Is ``salescope serve`` on a port."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(self, method: str, path: str, *, body: object = None, key: str = "") -> tuple[int, Mapping[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"} if key else {}
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def version(self) -> str | None:
        try:
            status, answer = self.ask("GET", "/readyz")
        except OSError:
            assert self.process.poll() is None, self.log.read_text()
            return None
        return answer["version"] if status == http.client.OK else None


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    """Starts ``salescope serve`` on a free port; what the test leaves running is killed."""
    with socket.create_server(("127.0.0.1", 0)) as vacant:
        port = vacant.getsockname()[1]
    log = folder / "service.log"
    command = [
        sys.executable,
        "-m",
        "salescope.cli",
        "serve",
        "-w",
        str(folder),
        "--port",
        str(port),
        "--follow",
        "0.5",
    ]
    with log.open("w") as lines:
        process = subprocess.Popen(command, stdout=lines, stderr=lines, text=True, env=environment())
    started = Service(process, port, log)
    below: list[int] = []
    try:
        until(lambda: started.version() is not None)
        below = children(process.pid)
        yield started
    finally:
        process.kill()
        process.wait()
        for child in filter(runs, below):
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
