"""Services over real scorers, started and stopped for each test that asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.service.place import Place, Running, made_bundle, made_place, made_scorer

from salescope.scoring.leads import LeadScorer
from salescope.service import Extension, ServiceSettings


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SALESCOPE_") and name != "SALESCOPE_DATA"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def scorer() -> LeadScorer:
    return made_scorer(seed=1)


@pytest.fixture(scope="session")
def bundle(scorer: LeadScorer) -> dict[str, bytes]:
    return made_bundle(scorer)


@pytest.fixture(scope="session")
def other_bundle() -> dict[str, bytes]:
    return made_bundle(made_scorer(seed=2))


@pytest.fixture
def place(tmp_path: Path, bundle: dict[str, bytes]) -> Place:
    """Gives a place where version 1 is promoted."""
    return made_place(tmp_path, bundle)


@pytest.fixture
def empty_place(tmp_path: Path) -> Place:
    """Gives a place where nothing was promoted yet."""
    return made_place(tmp_path)


@pytest.fixture
def start() -> Iterator[Callable[..., httpx.Client]]:
    """Starts services, as many as asked for, and stops them at the end."""
    with ExitStack() as stack:

        def start_one(settings: ServiceSettings, *, extensions: Sequence[Extension] = ()) -> httpx.Client:
            running = Running(settings, extensions=extensions)
            client = stack.enter_context(running.start())
            stack.callback(running.stop)
            return client

        yield start_one


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory, bundle: dict[str, bytes]) -> Place:
    return made_place(tmp_path_factory.mktemp("place"), bundle)


@pytest.fixture(scope="module")
def client(shared_place: Place) -> Iterator[httpx.Client]:
    """Gives one service for the tests of a module that change nothing but the ledger."""
    running = Running(shared_place.settings())
    with running.start() as opened:
        yield opened
    running.stop()


@pytest.fixture
def score(client: httpx.Client, shared_place: Place) -> Callable[..., httpx.Response]:
    """Sends records, and options, to the shared service."""

    def send(*records: object, **options: object) -> httpx.Response:
        body = {"records": list(records), **options}
        return client.post("/v1/leads:score", json=body, headers=shared_place.headers("leads:score"))

    return send
