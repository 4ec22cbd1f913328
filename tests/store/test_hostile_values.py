"""Hostile values: kept unaltered or refused, by both databases alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.store.hostile_values import PLACES, VALUES, fates
from tests.store.postgresql import empty_database

from salescope.store import open_store


@pytest.fixture(scope="module")
def found(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[tuple[str, str], str]]:
    """Is what became of every value in every place, first on SQLite, then on PostgreSQL."""
    file: Path = tmp_path_factory.mktemp("store") / "service.db"
    told = []
    with empty_database(postgresql_server) as url:
        for address in (f"sqlite:///{file}", url):
            store = open_store(address)
            told.append(fates(store))
            store.close()
    return told


def test_both_databases_keep_and_refuse_the_same(found):
    sqlite, postgresql = found
    assert len(sqlite) == len(PLACES) * len(VALUES) > 1_500
    assert {case: (sqlite[case], postgresql[case]) for case in sqlite if sqlite[case] != postgresql[case]} == {}


def test_nothing_is_left_to_a_database_to_refuse(found):
    assert [case for told in found for case, fate in told.items() if fate.startswith("refused by")] == []


def test_some_of_each_are_kept_and_some_refused(found):
    for name in VALUES:
        fates_of = {fate.split(":")[0] for (_, value), fate in found[0].items() if value == name}
        assert "refused" in fates_of, name
    kept = {value for (_, value), fate in found[0].items() if fate.startswith("kept")}
    assert len(kept) > 15
