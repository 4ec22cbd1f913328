"""The words of the contract: what a table may and may not say."""

from __future__ import annotations

import dataclasses

import pytest

from salescope.frames import Column, Table
from salescope.frames.contract import TableDefinitionError
from salescope.frames.errors import UnknownNameError

KEY = Column("lead_id", "key", required=True)


def table(*columns: Column, key: tuple[str, ...] = ("lead_id",)) -> Table:
    return Table("leads", key, columns, keeps_attributes=True, needed_for="tests")


def test_a_table_lists_its_names_and_what_it_requires():
    found = table(KEY, Column("amount", "money"))
    assert found.names == ("lead_id", "amount")
    assert found.required == ("lead_id",)
    assert found.column("amount").is_number


def test_an_unknown_column_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'lead_id'"):
        table(KEY).column("Lead-Id")


def test_a_name_given_twice_is_refused():
    with pytest.raises(TableDefinitionError, match="names a column twice"):
        table(KEY, KEY)


def test_a_key_outside_of_the_columns_is_refused():
    with pytest.raises(TableDefinitionError, match="outside of its columns"):
        table(KEY, key=("customer_id",))


def test_an_unknown_kind_is_refused():
    with pytest.raises(TableDefinitionError, match="unknown kind 'time'"):
        Column("at", "time")  # type: ignore[arg-type]


def test_the_contract_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        KEY.name = "id"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("kind", "is_time", "is_number"),
    [("date", True, False), ("instant", True, False), ("money", False, True), ("quantity", False, True),
     ("number", False, True), ("key", False, False), ("flag", False, False)],
)  # fmt: skip
def test_kinds_are_times_numbers_or_neither(kind, is_time, is_number):
    column = Column("x", kind)
    assert (column.is_time, column.is_number) == (is_time, is_number)
