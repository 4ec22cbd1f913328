"""A real service with its console on a free port, and a real browser in front of it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest
import uvicorn
from tests.browser.chromium import NAMES, Browser, find_chromium
from tests.console.showroom import NOW, Exhibit, fill_forecasts, fill_ledger, fill_outcomes, make_exhibit, open_room

from salescope.console import SCOPE, console_extension
from salescope.service import ServiceSettings, server_config
from salescope.simulation import CompanySize
from salescope.store import create_key, open_store

# A year, so that enough leads have closed for the newest fifth to be judged.
SIZE = CompanySize(days=365, leads=400, customers=20, order_lines=100, products=6, representatives=5)
SECONDS = 60


@dataclass(frozen=True)
class House:
    """Is a running service."""

    address: str
    key: str
    exhibit: Exhibit


@pytest.fixture(scope="session")
def exhibit() -> Exhibit:
    return make_exhibit(SIZE)


@pytest.fixture(scope="session")
def house(exhibit: Exhibit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    settings = ServiceSettings(published=folder / "published", store_url=f"sqlite:///{folder}/service.db")
    store = open_store(settings.store_url.get_secret_value())
    fill_ledger(store, exhibit, published=open_room(settings.published / "leads", exhibit))
    fill_outcomes(store, exhibit)
    fill_forecasts(store)
    key = create_key(store, label="Ada", scopes=[SCOPE], at=NOW).secret
    store.close()

    console = console_extension(clock=lambda: NOW)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(settings, extensions=[console], clock=lambda: NOW))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = monotonic() + SECONDS
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        assert monotonic() < deadline, "the service did not start in time"
        thread.join(0.01)
    yield House(f"http://127.0.0.1:{listener.getsockname()[1]}", key, exhibit)
    server.should_exit = True
    thread.join(SECONDS)
    listener.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Finds the browser; absent it skips, except in CI, where that is a failure."""
    program = find_chromium()
    if program is None:
        message = f"No browser is installed: none of {', '.join(NAMES)} is on the path. Install Debian's chromium."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return program


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    with Browser(chromium) as opened:
        yield opened
