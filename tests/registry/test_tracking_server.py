"""The same work on a real tracking server, over HTTP on the loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bundle.made import made_bundle
from tests.registry.test_tracking import register

from salescope.frames.errors import RegistryError
from salescope.registry.tracking import CHAMPION, Tracking
from salescope.registry.tracking_client import SWITCHES

PATIENCE = 120.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Is the address of an MLflow server that keeps its files below the test's folder."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    places = ["--backend-store-uri", f"sqlite:///{tmp_path}/mlflow.db", "--artifacts-destination", str(tmp_path / "a")]
    environment = os.environ | SWITCHES | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *places], env=environment, stdout=log, stderr=log, cwd=tmp_path, start_new_session=True
        )
        try:
            deadline, pause = time.monotonic() + PATIENCE, threading.Event()
            while not answers(f"http://127.0.0.1:{port}/health"):
                assert process.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                pause.wait(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)


def test_runs_versions_aliases_and_downloads_work_over_http(server: str) -> None:
    tracking = Tracking(server)
    version = register(tracking, name="leads")
    tracking.set_alias("leads", CHAMPION, version=version)
    assert tracking.download("leads", version="@champion") == made_bundle()
    runs = tracking._client.search_runs([tracking._experiment_id])
    assert [run.info.status for run in runs] == ["FINISHED"]


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(RegistryError, match=r"127\.0\.0\.1:9' did not do what was asked.*Check the address"):
        Tracking("http://127.0.0.1:9")
