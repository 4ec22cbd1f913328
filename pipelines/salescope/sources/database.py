"""Databases: any SQLAlchemy address, one table or one query, read in a transaction that is never committed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from salescope.frames.errors import SourceError, UnknownNameError
from salescope.project import TableSettings
from salescope.sources.columnar import typed_column
from salescope.sources.raw import RawTable
from salescope.sources.separator import column_names

__all__ = ["read_database"]

NUMBERS = (int, float)


def read_database(settings: TableSettings) -> RawTable:
    """Reads one table or query; rows are numbered from 1 in the order the database gives them.

    Parameters
    ----------
    settings : TableSettings
        The address, with the table or the query.

    Returns
    -------
    RawTable
        The cells: numbers and times with their types, everything else as text.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    SourceError
        If the address, the driver or the query fails; passwords are masked.
    """
    try:
        address = sa.make_url(settings.url or "")
        engine = sa.create_engine(address)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        fault = f"has an address that cannot be used ({type(error).__name__})"
        remedy = "Write it as sqlite:///crm.db or postgresql+psycopg://user@host/name, and install its driver"
        raise SourceError("url", fault=fault, remedy=remedy) from None
    shown = address.render_as_string(hide_password=True)
    _check_file(address, shown)
    try:
        with engine.connect() as connection:
            result = connection.execute(_statement(settings, connection, shown=shown))
            keys, records = list(result.keys()), result.fetchall()
    except sa.exc.SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())
        raise SourceError(shown, fault=f"refuses ({reason})", remedy="Correct 'url', 'table' or 'query'") from None
    finally:
        engine.dispose()
    names, notes = column_names([str(key) for key in keys], source=shown)
    columns = {name: _column([record[at] for record in records]) for at, name in enumerate(names)}
    frame = pd.DataFrame(columns, index=range(len(records)))
    what = f"{shown}, table {settings.table!r}" if settings.table else f"{shown}, query"
    return RawTable(frame, np.arange(1, len(frame) + 1, dtype=np.int64), what, "sql", notes=tuple(notes))


def _check_file(address: sa.URL, shown: str) -> None:
    """Refuses a SQLite file that is not there, which SQLite would silently make."""
    if address.get_backend_name() != "sqlite" or not address.database or address.database.startswith((":", "file:")):
        return
    if not Path(address.database).is_file():
        raise SourceError(shown, fault="names a file that does not exist", remedy="Correct 'url' in salescope.yaml")


def _statement(settings: TableSettings, connection: sa.Connection, *, shown: str) -> sa.Executable:
    if settings.query is not None:
        return sa.text(settings.query)
    inspector = sa.inspect(connection)
    schema, _, table = (settings.table or "").rpartition(".")
    known = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
    if table not in known:
        raise UnknownNameError(table, what="table", where=shown, accepted=known)
    return sa.select(sa.text("*")).select_from(sa.table(table, schema=schema or None))


def _column(values: list[object]) -> pd.Series:
    """Gives a column the type all of its values share; mixed ones, as SQLite allows, become text."""
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, NUMBERS) and not isinstance(value, bool) for value in present):
        return pd.Series(values, dtype="float64")
    if present and all(isinstance(value, dt.datetime) for value in present):
        zoned = any(value.tzinfo is not None for value in present if isinstance(value, dt.datetime))
        return typed_column(pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=zoned)))
    return typed_column(pd.Series(values, dtype=object))
