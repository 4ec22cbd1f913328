"""``salescope serve`` as it is run: a service and its follower, from the first answer to the last signal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.bundle.made import made_leads
from tests.cli.house import children, move_alias, python, runs, salescope, serving, until

from salescope.cli.exits import Exit

RECORD = json.loads(made_leads().drop(columns="outcome").head(1).to_json(orient="records", date_format="iso"))[0]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Is a workspace with version 1 promoted and version 2 registered; no test changes it."""
    folder = tmp_path_factory.mktemp("house") / "workspace"
    made = python("-m", "tests.cli.house", folder)
    assert made.returncode == 0, made.stderr
    assert salescope("promote", "leads", "1", "-w", folder).returncode == Exit.DONE
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    # Bundles are read from where they were registered, which the copy shares and nobody changes.
    return shutil.copytree(built, tmp_path / "workspace")


def new_key(folder: Path, *scopes: str) -> str:
    wanted = [word for scope in scopes for word in ("--scope", scope)]
    return json.loads(salescope("keys", "create", "CRM", *wanted, "-w", folder, "--json").stdout)["key"]


def test_the_alias_moves_and_the_service_follows_without_a_failed_call(folder: Path):
    key = new_key(folder, "leads:score")
    with serving(folder) as service:
        answers: list[tuple[int, str, float]] = []
        done = threading.Event()

        def call() -> None:
            while not done.wait(0.02):
                status, answer = service.ask("POST", "/v1/leads:score", body={"records": [RECORD]}, key=key)
                answers.append((status, answer["version"], answer["results"][0]["probability"]))

        caller = threading.Thread(target=call)
        caller.start()
        try:
            assert service.version() == "1"
            move_alias(folder, version="2")
            until(lambda: service.version() == "2")
            until(lambda: answers[-1][1] == "2")
            assert salescope("rollback", "leads", "-w", folder).returncode == Exit.DONE
            until(lambda: answers[-1][1] == "1")
        finally:
            done.set()
            caller.join(30)
        assert {status for status, _, _ in answers} == {200}
        # One probability for each version: no answer mixed two models.
        assert len({answer[1:] for answer in answers}) == 2
        assert "leads version 2 serves now." in service.log.read_text()

        below = children(service.process.pid)
        assert len(below) == 1
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(30) == Exit.DONE
        assert not any(map(runs, below))
        log = service.log.read_text()
        assert "Traceback" not in log
        assert "Application shutdown complete." in log


def test_a_follower_left_behind_ends_by_itself(folder: Path):
    with serving(folder) as service:
        (follower,) = children(service.process.pid)
        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait(30)
        until(lambda: not runs(follower), seconds=30)


def test_pages_are_served_beside_the_interface_and_ctrl_c_ends_all(folder: Path):
    with serving(folder) as service:
        with urlopen(f"http://127.0.0.1:{service.port}/", timeout=30) as page:
            assert page.url.endswith("/console/sign-in")
            assert "<h1>Sign in</h1>" in page.read().decode()
        assert service.ask("POST", "/v1/leads:score", body={"records": [RECORD]})[0] == 401
        below = children(service.process.pid)
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(30) == 130
        assert not any(map(runs, below))
        assert "Traceback" not in service.log.read_text()


def test_a_public_address_without_a_key_is_refused_in_one_line(folder: Path):
    done = salescope("serve", "-w", folder, "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == Exit.NOT_ACCEPTED
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "0.0.0.0" in done.stderr
    assert "salescope keys create" in done.stderr
