"""Upgrading a store that has rows in it: none is lost, none is altered, and a kill leaves it as it was."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, inspect, text
from tests.forking import forking
from tests.store.opening import before_the_last_stamp, killed_at_the_last_stamp

from salescope.store import Prediction, Store, StoreUnavailableError, open_store, record_predictions
from salescope.store import engine as engine_module
from salescope.store.tables import METADATA

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEPS = {
    name.split("_")[0].removeprefix("r"): import_module(f"salescope.store.migrations.versions.{name}")
    for name in (
        "r0001_keys_and_predictions",
        "r0002_subjects_of_predictions",
        "r0003_customer_profiles",
        "r0004_outcomes",
        "r0005_forecasts",
        "r0006_plans",
    )
}
OLD_ROWS = [
    {"id": 7, "lead_id": "客戶-7", "probability": 1 / 3, "score": 40, "grade": "B", "reasons": "[]"},
    {"id": 9, "lead_id": None, "probability": 5e-324, "score": 1, "grade": "D", "reasons": None},
    {"id": 12, "lead_id": "a ", "probability": 1.0, "score": 100, "grade": "A", "reasons": None},
]
SAME = {"model": "leads", "version": "3", "digest": "ab" * 32, "request_id": "r1"}
TIMES = {"as_of": "2026-03-01 12:00:00.000001", "at": "2026-03-01 12:00:01.000000"}


@contextmanager
def stepping(connection: Connection) -> Iterator[MigrationContext]:
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        yield context


def stamp(connection: Connection, revision: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def made_old(url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Makes a store as the first revision left it, with a key and three answers in it."""
    with monkeypatch.context() as patched:
        patched.setattr(engine_module, "migrate", lambda _: [])
        store = open_store(url)
    with store.writing() as connection:
        with stepping(connection) as context:
            STEPS["0001"].upgrade()
            context._ensure_version_table()
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
        connection.execute(
            text(
                "INSERT INTO api_keys (id, label, sha256, last4, scopes, created_at) "
                "VALUES ('0123456789', 'CRM', 'ab', 'abcd', 'admin', '2026-03-01 12:00:00.000000')"
            )
        )
        columns = [*OLD_ROWS[0], *SAME, *TIMES]
        values = ", ".join(f":{name}" for name in columns)
        connection.execute(
            text(f"INSERT INTO predictions ({', '.join(columns)}) VALUES ({values})"),
            [row | SAME | {name: typed(store, time) for name, time in TIMES.items()} for row in OLD_ROWS],
        )
    return store


def typed(store: Store, time: str) -> object:
    return time if store.engine.dialect.name == "sqlite" else datetime.fromisoformat(time)


def rows_of(store: Store, subject: str = "subject_id") -> list[tuple[object, ...]]:
    with store.reading() as connection:
        names = ["id", subject, "probability", "score", "grade", "reasons", *SAME, *TIMES]
        found = connection.execute(text(f"SELECT {', '.join(names)} FROM predictions ORDER BY id")).all()
        return [
            tuple(str(value) if name in TIMES else value for name, value in zip(names, row, strict=True))
            for row in found
        ]


def revision_of(store: Store) -> str:
    with store.reading() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def test_an_upgrade_keeps_every_row_and_bit(empty_url, monkeypatch):
    old = made_old(empty_url, monkeypatch)
    before = rows_of(old, "lead_id")
    old.close()
    store = open_store(empty_url)
    assert len(before) == 3
    assert rows_of(store) == before
    assert revision_of(store) == "0006"
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert connection.execute(text("SELECT label FROM api_keys")).scalars().all() == ["CRM"]
    store.close()


def test_an_upgraded_ledger_numbers_on_and_knows_earlier_scores(empty_url, monkeypatch):
    made_old(empty_url, monkeypatch).close()
    store = open_store(empty_url)
    if store.engine.dialect.name == "postgresql":
        # Rows with numbers of their own do not move PostgreSQL's sequence; the ledger's never have any.
        with store.writing() as connection:
            connection.execute(text("SELECT setval('predictions_id_seq', 12)"))
    line = Prediction(subject_id="客戶-7", probability=0.5, score=50, grade="B", as_of=NOW, at=NOW, **SAME)
    assert record_predictions(store, [[line]]) == [{"客戶-7": 40}]
    assert rows_of(store)[-1][:2] == (13, "客戶-7")
    store.close()


BREAKING = [
    "probability = NULL",
    "probability = 2",
    "score = 101",
    "value_low = 2, value_high = 1",
    "horizon_days = 0",
]


def test_the_checks_stand_after_an_upgrade(empty_url, monkeypatch):
    made_old(empty_url, monkeypatch).close()
    store = open_store(empty_url)
    for change in BREAKING:
        with (
            pytest.raises(StoreUnavailableError, match=r"IntegrityError|CheckViolation"),
            store.writing() as connection,
        ):
            connection.execute(text(f"UPDATE predictions SET {change}"))
    store.close()


def test_a_step_that_fails_leaves_the_database_as_it_was(empty_url, monkeypatch):
    old = made_old(empty_url, monkeypatch)
    before = rows_of(old, "lead_id")

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(MigrationContext, "stamp", before_the_last_stamp(fail))
    with pytest.raises(ZeroDivisionError):
        open_store(empty_url)
    assert rows_of(old, "lead_id") == before
    assert revision_of(old) == "0001"
    assert sorted(inspect(old.engine).get_table_names()) == ["alembic_version", "api_keys", "predictions"]
    old.close()


def test_a_killed_upgrade_leaves_the_database_as_it_was_and_the_next_one_works(empty_url, monkeypatch):
    old = made_old(empty_url, monkeypatch)
    before = rows_of(old, "lead_id")
    upgrading = forking().Process(target=killed_at_the_last_stamp, args=(empty_url,))
    upgrading.start()
    upgrading.join(60)
    assert upgrading.exitcode == -signal.SIGKILL
    assert (rows_of(old, "lead_id"), revision_of(old)) == (before, "0001")
    old.close()
    store = open_store(empty_url)
    assert (rows_of(store), revision_of(store)) == (before, "0006")
    store.close()


def test_a_downgrade_gives_back_what_the_older_tables_can_hold(empty_url, monkeypatch):
    old = made_old(empty_url, monkeypatch)
    before = rows_of(old, "lead_id")
    old.close()
    store = open_store(empty_url)
    value = Prediction(subject_id="C-1", value=4.5, horizon_days=90, as_of=NOW, at=NOW, **SAME | {"model": "value"})
    if store.engine.dialect.name == "postgresql":
        with store.writing() as connection:
            connection.execute(text("SELECT setval('predictions_id_seq', 12)"))
    record_predictions(store, [[value]])
    with store.writing() as connection:
        with stepping(connection):
            for revision in ("0006", "0005", "0004", "0003", "0002"):
                STEPS[revision].downgrade()
        stamp(connection, "0001")
    assert rows_of(store, "lead_id") == before
    store.close()
    again = open_store(empty_url)
    assert rows_of(again) == before
    again.close()
