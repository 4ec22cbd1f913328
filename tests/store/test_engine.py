"""Opening a store: accepted addresses, set-up, one upgrade at a time."""

from __future__ import annotations

import multiprocessing
import sqlite3
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from tests.store.opening import tables_after_opening

from salescope.store import Store, StoreError, StoreUnavailableError, StoreUrlError, StoreVersionError, open_store
from salescope.store.tables import METADATA

TABLES = [
    "alembic_version",
    "api_keys",
    "customer_profiles",
    "forecasts",
    "outcomes",
    "plan_versions",
    "plans",
    "predictions",
    "publications",
    "published_arrays",
]


def test_a_fresh_store_has_every_table(empty_url):
    store = open_store(empty_url)
    assert sorted(inspect(store.engine).get_table_names()) == TABLES
    store.ping()
    store.close()


def test_the_migrations_lead_exactly_to_the_tables(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_again_changes_nothing(store, store_url):
    assert tables_after_opening(store_url) == TABLES
    with store.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["0006"]


def test_four_processes_may_open_a_missing_store_at_once(empty_url):
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(tables_after_opening, [empty_url] * 4)) == [TABLES] * 4


def test_a_store_of_a_newer_version_is_left_alone(store, store_url):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreVersionError, match=r"'9999'.*'0006'.*Run the newer"):
        open_store(store_url)


def test_what_fails_inside_a_transaction_is_taken_back(store):
    def fail_late() -> None:
        with store.writing() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_a_failing_statement_is_named_without_its_values(store):
    with pytest.raises(StoreUnavailableError) as caught, store.writing() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "s3cret"})
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_reads_of_one_transaction_see_one_state(store):
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
    with store.reading() as connection:
        before = connection.execute(text("SELECT count(*) FROM counter")).scalar_one()
        with store.writing() as writer:
            writer.execute(text("INSERT INTO counter VALUES (0)"))
        assert connection.execute(text("SELECT count(*) FROM counter")).scalar_one() == before == 0
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM counter")).scalar_one() == 1


def test_writers_wait_for_each_other(store):
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def count(_: int) -> None:
        with store.writing() as connection:
            connection.execute(text("UPDATE counter SET n = n + 1"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    with store.reading() as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == 40


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me:s3cret@db/salescope", r"names no driver\. Write postgresql\+psycopg://"),
        ("postgresql+psycopg2://me:s3cret@db/salescope", r"asks for 'postgresql\+psycopg2'"),
        ("mysql://me:s3cret@db/salescope", r"asks for 'mysql'"),
        ("sqlite://", "in memory only"),
        ("sqlite:///:memory:", "in memory only"),
        ("sqlite:////nowhere/at/all/service.db", "folder that does not exist"),
        ("service.db", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_other_addresses_are_refused_without_showing_a_password(url, says):
    with pytest.raises(StoreUrlError, match=says) as caught:
        open_store(url)
    assert "s3cret" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1:9.*does not answer \(OperationalError\)"):
        open_store("postgresql+psycopg://me:s3cret@127.0.0.1:9/salescope")


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "service.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="does not answer"):
        open_store(f"sqlite:///{tmp_path}/service.db")


def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/service.db")
    with store.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    store.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "foreign_keys": 1}
    plain = sqlite3.connect(tmp_path / "service.db")
    assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.close()


def test_a_store_shows_its_address_without_the_password(store):
    assert isinstance(store, Store)
    assert store.address.startswith(("sqlite:///", "postgresql+psycopg://postgres@"))
