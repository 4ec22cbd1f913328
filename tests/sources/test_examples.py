"""The example workspaces, on the real data."""

from __future__ import annotations

import pytest

from salescope.project import Workspace, load_workspace
from salescope.sources import CheckReport, check_workspace


@pytest.fixture
def example(repository, shared_data):
    def loaded(name: str) -> Workspace:
        folder = repository / "notebooks" / "examples" / name
        return load_workspace(folder, environment={"SALESCOPE_DATA": str(shared_data.resolve())})

    return loaded


@pytest.fixture
def check(example):
    def checked(name: str) -> CheckReport:
        return check_workspace(example(name))

    return checked


@pytest.mark.parametrize(
    ("name", "rows", "won", "lost", "is_open"),
    [
        ("bank-marketing", 41_188, 4_640, 36_548, 0),
        ("telco-churn", 7_043, 1_869, 5_174, 0),
        ("crm-sales-opportunities", 8_800, 4_238, 2_473, 2_089),
    ],
)
def test_an_example_checks_whole_and_its_control_totals_hold(check, name, rows, won, lost, is_open):
    report = check(name)
    (table,) = report.tables
    assert (table.problem, table.rows_in, table.accepted, table.quarantined) == ("", rows, rows, 0)
    counts = report.checked["leads"].frame["outcome"].value_counts()
    assert counts.reindex(["won", "lost", "open"], fill_value=0).tolist() == [won, lost, is_open]


def test_the_length_of_the_call_is_not_learned_from(check):
    assert "duration" not in check("bank-marketing").checked["leads"].frame


def test_the_blank_charges_are_missing_numbers(check):
    charges = check("telco-churn").checked["leads"].frame["TotalCharges"]
    assert charges.dtype == "float64"
    assert charges.isna().sum() == 11


def test_the_dates_of_the_crm_are_naive_days(check):
    leads = check("crm-sales-opportunities").checked["leads"]
    facts = {column.name: column for column in leads.found.columns}
    assert facts["created_at"].style == "ISO 8601, naive local"
    assert (facts["created_at"].low, facts["outcome_at"].high) == ("2016-10-20", "2017-12-31")


def test_a_wholesalers_order_lines_check_whole_and_their_control_totals_hold(check, example):
    report = check("online-retail")
    (table,) = report.tables
    assert (table.problem, table.rows_in, table.accepted, table.quarantined) == ("", 541_909, 541_909, 0)
    orders = report.checked["orders"].frame
    assert orders["order_id"].nunique() == 25_900
    assert orders["customer_id"].nunique() == 4_372
    assert orders["customer_id"].isna().sum() == 135_080
    assert orders["quantity"].sum() == 5_176_450
    assert (orders["quantity"] * orders["unit_price"]).sum() == pytest.approx(9_747_747.934, abs=1e-3)
    # Postage and fees are never recommended, and each of their codes is one that the file has.
    excluded = set(example("online-retail").products.exclude)
    assert excluded <= set(orders["product_id"].dropna())
    assert not any(name[0].isdigit() for name in excluded)
