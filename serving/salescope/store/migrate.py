"""Upgrading the tables of a store, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from salescope.store import migrations
from salescope.store.errors import StoreVersionError

__all__ = ["migrate"]

# Any fixed number will do; it only has to be the same in every process that upgrades this database.
ADVISORY_LOCK = 7_235_180_551


def migrate(connection: Connection) -> list[str]:
    """Brings a database to the newest revision inside the caller's transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a writing transaction, so that a failing step leaves the database as it was.

    Returns
    -------
    list of str, shape (n_steps,)
        The revisions that were applied, oldest first; empty where there was nothing to do.

    Raises
    ------
    StoreVersionError
        If the database is at a revision this version does not know.

    Notes
    -----
    SQLite's writer holds the file's only write lock already; on PostgreSQL an advisory lock of the transaction makes
    the second of two starting services wait, and then find nothing left to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    context = MigrationContext.configure(connection)
    applied = []
    with Operations.context(context):
        for step in _steps(scripts, found=context.get_current_revision()):
            scripts.get_revision(step).module.upgrade()
            context.stamp(scripts, step)
            applied.append(step)
    return applied


def _steps(scripts: ScriptDirectory, *, found: str | None) -> list[str]:
    known = [script.revision for script in scripts.walk_revisions()]
    if found is None:
        return known[::-1]
    if found not in known:
        raise StoreVersionError(found, newest=str(scripts.get_current_head()))
    return known[: known.index(found)][::-1]
