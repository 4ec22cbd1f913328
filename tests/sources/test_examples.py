"""The example workspaces, on the real data."""

from __future__ import annotations

import pytest

from salescope.project import load_workspace
from salescope.sources import CheckReport, check_workspace


@pytest.fixture
def check(repository, shared_data):
    def checked(name: str) -> CheckReport:
        folder = repository / "notebooks" / "examples" / name
        workspace = load_workspace(folder, environment={"SALESCOPE_DATA": str(shared_data.resolve())})
        return check_workspace(workspace)

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
