"""The twelve tables of the contract, held against the design's own table."""

from __future__ import annotations

import pytest

from salescope.frames import TABLES

DESIGN = {
    "leads": "lead_id created_at source region owner outcome outcome_at amount",
    "lead_events": "lead_id at kind channel",
    "customers": "customer_id since region segment owner churned churned_at",
    "orders": "order_id line customer_id ordered_at product_id quantity unit_price discount region channel rep_id "
    "promised_at delivered_at status",
    "products": "product_id category launched_at list_price",
    "invoices": "invoice_id customer_id issued_at due_at paid_at amount",
    "contacts": "customer_id at kind resolved_at",
    "representatives": "rep_id region team capacity seniority since",
    "targets": "period node amount",
    "spend": "date channel amount",
    "events": "date scope name kind",
    "drivers": "date node",
}


def test_the_tables_are_those_of_the_design():
    assert {name: " ".join(table.names) for name, table in TABLES.items()} == DESIGN


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_key_that_is_never_missing_or_named_kind(name):
    table = TABLES[name]
    assert table.key
    assert table.needed_for
    for column in table.key:
        assert table.column(column).required


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_described_in_one_sentence(name):
    for column in TABLES[name].columns:
        assert column.description.endswith("."), column.name


def test_the_tables_cannot_be_changed():
    with pytest.raises(TypeError):
        TABLES["leads"] = TABLES["orders"]  # type: ignore[index]


def test_returns_are_negative_quantities_and_credit_notes_negative_amounts():
    assert TABLES["orders"].column("quantity").minimum is None
    assert TABLES["invoices"].column("amount").minimum is None
