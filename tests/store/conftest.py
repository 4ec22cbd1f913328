"""The databases that the store's one test suite runs over: SQLite, and a real PostgreSQL started here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.postgresql import empty_database, programs, running_server

from salescope.store import Store, open_store


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Starts an empty PostgreSQL on a free port and gives the address of its first database."""
    binaries = programs()
    if binaries is None:
        message = "PostgreSQL's initdb is absent; install the package postgresql to run the store's tests over it."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with running_server(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Gives the address of a database that nothing was ever stored in."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/service.db"
        return
    with empty_database(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()
