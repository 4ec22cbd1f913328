"""The model is swapped while calls are being answered, and a broken one is not."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from tests.service.place import LEAD

from salescope.registry.published import POINTER, publish, rollback
from salescope.service.lead_model import LiveLeads, load_live_leads
from salescope.service.watcher import ModelWatcher


def until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert monotonic() < deadline, "it did not happen in time"
        pause.wait(0.02)


def version_of(running) -> str:
    return running.get("/readyz").json().get("version", "")


def test_a_promotion_is_served_within_a_second_or_so(place, start, other_bundle):
    running = start(place.settings(watch_seconds=0.05))
    publish(place.leads, other_bundle, version="2")
    until(lambda: version_of(running) == "2")
    rollback(place.leads)
    until(lambda: version_of(running) == "1")


def test_the_first_promotion_needs_no_restart(empty_place, start, bundle):
    running = start(empty_place.settings(watch_seconds=0.05))
    assert running.get("/readyz").status_code == 503
    publish(empty_place.leads, bundle, version="1")
    until(lambda: running.get("/readyz").status_code == 200)


def test_under_load_no_call_fails_and_each_is_answered_by_one_model(place, start, bundle, other_bundle):
    running = start(place.settings(watch_seconds=0.05))
    headers = place.headers("leads:score")
    body = {"records": [{**LEAD, "lead_id": None, "staff": 10 * n} for n in range(12)], "top": 0}
    answers: list[tuple[int, str]] = []
    done = threading.Event()

    def call() -> None:
        while not done.is_set():
            answer = running.post("/v1/leads:score", json=body, headers=headers)
            content = answer.json()
            content.pop("request_id")
            answers.append((answer.status_code, json.dumps(content)))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    try:
        for version in ("2", "3", "4"):
            publish(place.leads, other_bundle if int(version) % 2 == 0 else bundle, version=version)
            until(lambda wanted=version: version_of(running) == wanted)
    finally:
        done.set()
        for caller in callers:
            caller.join(30)
    assert {status for status, _ in answers} == {200}
    # One text for each version: had a call mixed two models, there would be a fifth.
    assert 2 <= len({text for _, text in answers}) <= 4
    assert len(answers) > 10


def test_a_broken_bundle_changes_nothing_but_a_warning(place, start, other_bundle):
    running = start(place.settings(watch_seconds=0.05))
    before = running.post("/v1/leads:score", json={"records": [LEAD]}, headers=place.headers("leads:score")).json()
    published = publish(place.leads, other_bundle, version="2")
    (published.path / "card.json").write_bytes(b"{}")
    # The watcher may have read the bundle before we broke it; moving the pointer makes it read again.
    (place.leads / POINTER).touch()
    until(lambda: running.get("/readyz").json()["warnings"] != [])
    assert "card.json" in running.get("/readyz").json()["warnings"][0]
    after = running.post("/v1/leads:score", json={"records": [LEAD]}, headers=place.headers("leads:score"))
    assert after.status_code == 200
    assert after.json()["version"] in {"1", "2"}
    assert before["version"] == "1"


def test_a_service_that_starts_on_a_broken_bundle_says_so(place, start):
    pointer = json.loads((place.leads / POINTER).read_text())
    folder = place.leads / "versions" / pointer["bundles"][0]["path"]
    (folder / "canary.json").write_bytes(b"[]")
    running = start(place.settings())
    answer = running.get("/readyz")
    assert answer.status_code == 503
    assert "canary.json" in answer.json()["detail"]
    assert running.get("/healthz").status_code == 200


def test_a_pointer_that_is_no_json_is_survived(place, start):
    running = start(place.settings(watch_seconds=0.05))
    (place.leads / POINTER).write_text("{")
    until(lambda: running.get("/readyz").json()["warnings"] != [])
    assert version_of(running) == "1"


class Loader:
    """Fails as often as it is told, then gives a model."""

    def __init__(self, failures: int, model: LiveLeads) -> None:
        self.failures = failures
        self.model = model
        self.calls = 0

    def __call__(self, _: Path) -> LiveLeads:
        self.calls += 1
        if self.calls <= self.failures:
            raise OSError("s3cret")
        return self.model


def test_a_bundle_that_fails_is_tried_again_after_a_while_and_not_before(place, monkeypatch):
    monkeypatch.setattr("salescope.service.watcher.SECONDS_TO_RETRY", 0.2)
    loader = Loader(1, load_live_leads(place.leads))

    async def watch() -> None:
        with ThreadPoolExecutor(1) as pool:
            watcher = ModelWatcher(place.leads, pool=pool, load=loader)
            for _ in range(3):
                await watcher.check()
            assert loader.calls == 1
            assert watcher.loaded is None
            assert "OSError" in watcher.warning
            assert "s3cret" not in watcher.warning
            deadline = monotonic() + 20
            while watcher.loaded is None:
                assert monotonic() < deadline
                await watcher.check()
            assert (loader.calls, watcher.warning) == (2, None)
            await watcher.check()
            assert loader.calls == 2

    asyncio.run(watch())
