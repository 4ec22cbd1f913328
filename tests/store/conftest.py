"""The databases that the store's one test suite runs over: SQLite, and a real PostgreSQL started here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Is a file of SQLite with every table and no row, which tests copy: upgrading costs more than most of them."""
    path = tmp_path_factory.mktemp("upgraded") / "service.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def new_store(upgraded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Store]:
    """Gives empty stores of SQLite, one a call, to tests of many examples."""

    def make() -> Store:
        path = tmp_path_factory.mktemp("store") / "service.db"
        shutil.copy(upgraded_file, path)
        return open_store(f"sqlite:///{path}")

    return make


@pytest.fixture(scope="session")
def upgraded_database(postgresql_server: str) -> Iterator[str]:
    """Is a database of PostgreSQL with every table and no row, which tests copy."""
    with empty_database(postgresql_server) as url:
        open_store(url).close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Gives the address of a database that no store was ever opened in."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path}/service.db"
        return
    with empty_database(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture
def store_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Gives the address of a store that nothing was ever stored in."""
    if engine_name == "sqlite":
        shutil.copy(request.getfixturevalue("upgraded_file"), tmp_path / "service.db")
        yield f"sqlite:///{tmp_path}/service.db"
        return
    server, upgraded = (request.getfixturevalue(name) for name in ("postgresql_server", "upgraded_database"))
    with empty_database(server, like=upgraded) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()
