"""The made company as a whole: replay, independence of its parts, and the data contract."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import OutOfRangeError, UnknownNameError
from salescope.frames.tables import TABLES
from salescope.simulation import CompanySize, MadeCompany, simulate

SALES_TABLES = ["customers", "orders", "products", "invoices", "contacts", "targets", "spend", "events", "drivers"]
KINDS_OF_DTYPE = {
    "key": "O",
    "text": "O",
    "category": "O",
    "number": "f",
    "money": "f",
    "quantity": "f",
    "date": "M",
    "instant": "M",
}
REFERENCES = [
    ("lead_events", "lead_id", "leads", "lead_id"),
    ("leads", "owner", "representatives", "rep_id"),
    ("customers", "owner", "representatives", "rep_id"),
    ("orders", "customer_id", "customers", "customer_id"),
    ("orders", "product_id", "products", "product_id"),
    ("orders", "rep_id", "representatives", "rep_id"),
    ("invoices", "customer_id", "customers", "customer_id"),
    ("contacts", "customer_id", "customers", "customer_id"),
]
MOMENTS_PAST = {
    "leads": ["created_at", "outcome_at"],
    "lead_events": ["at"],
    "customers": ["since", "churned_at"],
    "orders": ["ordered_at", "delivered_at"],
    "invoices": ["issued_at", "paid_at"],
    "contacts": ["at", "resolved_at"],
    "spend": ["date"],
}


def sizes() -> st.SearchStrategy[CompanySize]:
    return st.builds(
        CompanySize,
        days=st.integers(120, 400),
        leads=st.integers(20, 150),
        customers=st.integers(20, 80),
        order_lines=st.integers(100, 400),
        products=st.integers(6, 20),
        representatives=st.integers(5, 12),
    )


def check_contract(company: MadeCompany) -> None:
    assert set(company.tables) == set(TABLES)
    for name, table in TABLES.items():
        frame = company.tables[name]
        assert isinstance(frame.index, pd.RangeIndex), name
        assert not frame.duplicated(list(table.key)).any(), name
        known = {column.name for column in table.columns}
        assert known <= set(frame.columns), name
        assert table.keeps_attributes or set(frame.columns) == known, name
        for column in table.columns:
            values = frame[column.name]
            if column.required:
                assert values.notna().all(), (name, column.name)
            if column.accepted:
                assert values.dropna().isin(column.accepted).all(), (name, column.name)
            if column.minimum is not None:
                assert (values.dropna() >= column.minimum).all(), (name, column.name)
            if column.kind in KINDS_OF_DTYPE:
                assert values.dtype.kind == KINDS_OF_DTYPE[column.kind], (name, column.name)


def check_references(company: MadeCompany) -> None:
    for child, column, parent, key in REFERENCES:
        assert company.tables[child][column].isin(company.tables[parent][key]).all(), (child, column)


def check_moments(company: MadeCompany) -> None:
    for name, columns in MOMENTS_PAST.items():
        for column in columns:
            assert (company.tables[name][column].dropna() < company.end).all(), (name, column)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31), size=sizes())
def test_any_company_obeys_the_contract(seed: int, size: CompanySize):
    company = simulate(seed, size=size)
    check_contract(company)
    check_references(company)
    check_moments(company)
    assert len(company.tables["leads"]) == size.leads
    assert len(company.tables["customers"]) == size.customers


def test_the_small_company_obeys_the_contract(small: MadeCompany):
    check_contract(small)
    check_references(small)
    check_moments(small)


def test_one_seed_replays_everything_bit_for_bit(tiny: MadeCompany):
    assert simulate(seed=1, size=CompanySize.tiny()).digest() == tiny.digest()


def test_another_seed_makes_another_company(tiny: MadeCompany):
    other = simulate(seed=2, size=CompanySize.tiny())
    assert other.digest() != tiny.digest()
    assert not other.tables["leads"].equals(tiny.tables["leads"])


def test_the_digest_sees_a_single_changed_value(tiny: MadeCompany):
    leads = tiny.tables["leads"].copy()
    leads.loc[3, "company_age"] += 1.0
    changed = replace(tiny, tables={**tiny.tables, "leads": leads})
    assert changed.digest() != tiny.digest()


def test_leads_do_not_depend_on_the_size_of_commerce(tiny: MadeCompany):
    size = replace(CompanySize.tiny(), customers=40, order_lines=300, products=30)
    other = simulate(seed=1, size=size)
    for name in ("leads", "lead_events", "representatives"):
        pd.testing.assert_frame_equal(other.tables[name], tiny.tables[name])


def test_commerce_does_not_depend_on_the_count_of_leads(tiny: MadeCompany):
    other = simulate(seed=1, size=replace(CompanySize.tiny(), leads=30))
    for name in SALES_TABLES:
        pd.testing.assert_frame_equal(other.tables[name], tiny.tables[name])


def test_leaks_only_add_columns(tiny: MadeCompany):
    leaky = simulate(seed=1, size=CompanySize.tiny(), leaks=["closed_reason", "stage_probability"])
    added = ["closed_reason", "stage_probability"]
    assert leaky.tables["leads"].columns.tolist() == [*tiny.tables["leads"].columns, *added]
    pd.testing.assert_frame_equal(leaky.tables["leads"].drop(columns=added), tiny.tables["leads"])


def test_the_size_is_kept(small: MadeCompany):
    assert len(small.tables["leads"]) == 6_000
    assert 600 < (small.tables["leads"]["outcome"] == "open").sum() < 1_000
    new = (small.tables["orders"]["quantity"] > 0).sum()
    assert abs(new / 40_000 - 1) < 0.1
    assert small.end == pd.Timestamp("2025-07-01")


def test_a_start_other_than_the_default_moves_everything():
    company = simulate(seed=1, size=CompanySize.tiny(), start=pd.Timestamp("2019-06-15 13:00"))
    assert company.start == pd.Timestamp("2019-06-15")
    assert company.tables["leads"]["created_at"].min() >= company.start
    check_moments(company)


@pytest.mark.parametrize("argument", [{"incidents": ["spyke"]}, {"leaks": ["closed_reasons"]}])
def test_a_misspelt_wish_is_named_with_the_nearest(argument: dict[str, list[str]]):
    with pytest.raises(UnknownNameError, match=r"did you mean '(spike|closed_reason)'"):
        simulate(seed=0, size=CompanySize.tiny(), **argument)


def test_a_negative_seed_is_refused():
    with pytest.raises(OutOfRangeError, match="-1 is out of range for seed in simulate"):
        simulate(seed=-1)


@pytest.mark.parametrize("field", ["days", "leads", "customers", "order_lines", "products", "representatives"])
def test_a_size_below_the_least_is_refused(field: str):
    with pytest.raises(OutOfRangeError, match=f"out of range for {field} in CompanySize"):
        replace(CompanySize.tiny(), **{field: 1})
