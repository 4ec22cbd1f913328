"""Opening the service's database: which addresses are accepted, and how each kind is set up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError, StatementError

from salescope.frames.errors import SalescopeError
from salescope.store.errors import StoreUnavailableError, StoreUrlError
from salescope.store.migrate import migrate

__all__ = ["Store", "open_store"]

BUSY_TIMEOUT_MS = 10_000
WRITES = "salescope_writes"
POSTGRESQL = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class Store:
    """Holds the open database that keys and predictions live in.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        The pool of connections; made by `open_store`, never by hand.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = open_store(f"sqlite:///{folder}/service.db")
    ...     store.ping()
    ...     store.close()
    """

    engine: Engine

    @property
    def address(self) -> str:
        """Shows where the store is, its password hidden."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Gives a connection whose reads all see one state of the database.

        Yields
        ------
        sqlalchemy.Connection
            Rolled back at the end.

        Raises
        ------
        StoreUnavailableError
            If the database does not answer.
        """
        with self._named_failure(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # Its usual level looks anew for every statement; SQLite has one state a transaction anyway.
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Gives a connection whose changes are kept together or not at all.

        Yields
        ------
        sqlalchemy.Connection
            Committed at the end, rolled back after an exception.

        Raises
        ------
        StoreUnavailableError
            If the database does not answer, or does not take the changes.
        """
        with (
            self._named_failure(),
            self.engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def ping(self) -> None:
        """Asks the database for one row.

        Raises
        ------
        StoreUnavailableError
            If it does not answer.
        """
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Closes every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _named_failure(self) -> Iterator[None]:
        # The driver's message may quote values of the row, which must reach neither a log nor a caller.
        try:
            yield
        except StatementError as error:
            if isinstance(error.orig, SalescopeError):
                raise error.orig from None
            raise StoreUnavailableError(self.address, reason=type(error.orig or error).__name__) from None
        except SQLAlchemyError as error:
            raise StoreUnavailableError(self.address, reason=type(error).__name__) from None


def open_store(url: str) -> Store:
    """Opens a store, makes or upgrades its tables, and returns it.

    Parameters
    ----------
    url : str
        ``sqlite:///path/to/file.db`` or ``postgresql+psycopg://user:password@host/database``.

    Returns
    -------
    Store
        Ready to use; close it at the end.

    Raises
    ------
    StoreUrlError
        If the address names another database, another driver, or no file.
    StoreUnavailableError
        If the database does not answer.
    StoreVersionError
        If a newer Salescope has upgraded it.

    Examples
    --------
    >>> open_store("postgresql://planner@db.internal/salescope")
    Traceback (most recent call last):
        ...
    salescope.store.errors.StoreUrlError: The store address ... names no driver. Write postgresql+psycopg:// ...
    """
    address = _checked(url)
    store = Store(_sqlite_engine(address) if address.get_backend_name() == "sqlite" else _postgresql_engine(address))
    try:
        with store.writing() as connection:
            migrate(connection)
    except BaseException:
        store.close()
        raise
    return store


def _checked(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        # What cannot be taken apart may hide a password anywhere in it, so only its scheme is shown.
        raise StoreUrlError(
            url.partition("://")[0][:40],
            problem="cannot be read",
            remedy="Write sqlite:///path/to/file.db or postgresql+psycopg://user:password@host/database.",
        ) from None
    _check_driver(address)
    if address.get_backend_name() == "sqlite":
        _check_file(address)
    return address


def _check_driver(address: URL) -> None:
    shown = address.render_as_string(hide_password=True)
    if address.drivername == "postgresql":
        # SQLAlchemy's idea of the default driver has changed between versions; a named one cannot.
        raise StoreUrlError(
            shown, problem="names no driver", remedy="Write postgresql+psycopg:// instead of postgresql://."
        )
    if address.drivername not in {"sqlite", "sqlite+pysqlite", POSTGRESQL}:
        raise StoreUrlError(
            shown,
            problem=f"asks for {address.drivername!r}",
            remedy="Accepted: 'sqlite' and 'postgresql+psycopg'.",
        )


def _check_file(address: URL) -> None:
    shown = address.render_as_string(hide_password=True)
    if address.database in {None, "", ":memory:"}:
        raise StoreUrlError(
            shown,
            problem="would keep keys and predictions in memory only",
            remedy="Give it a file, as sqlite:///service.db.",
        )
    folder = Path(str(address.database)).parent
    if not folder.is_dir():
        raise StoreUrlError(
            shown, problem="lies in a folder that does not exist", remedy=f"Make the folder {str(folder)!r} first."
        )


def _postgresql_engine(address: URL) -> Engine:
    return create_engine(
        address,
        pool_size=4,
        max_overflow=4,
        pool_timeout=10,
        # A connection that the server closed meanwhile is replaced instead of failing one request.
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
        hide_parameters=True,
    )


def _sqlite_engine(address: URL) -> Engine:
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401
    # The driver begins transactions late and never around DDL; we begin them ourselves, see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL, not NORMAL: an answer that a power cut takes out of the ledger would have been given without a trace.
    for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A read that later writes cannot wait for the lock and fails at once; a writer therefore takes it at the start.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
