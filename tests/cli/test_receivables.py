"""``salescope receivables``: tables for people, a document for programs, a file of every open invoice, and what to do where nothing is known."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest
from tests.batch import customer_night
from tests.bundle.made import made_payments
from tests.scoring import customer_company as made
from typer.testing import CliRunner

from salescope.cli.main import app
from salescope.project import load_workspace
from salescope.receivables import ageing, collection_list, days_outstanding
from salescope.registry import publish


def salescope(*words):
    return CliRunner().invoke(app, ["receivables", *map(str, words)])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.made_workspace(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def with_model(workspace, tmp_path_factory):
    folder = tmp_path_factory.mktemp("company") / "copy"
    shutil.copytree(workspace.path, folder)
    copy = load_workspace(folder, environment={})
    publish(copy.published_of("payments"), made_payments(), version="1")
    return copy


def asked(workspace, *words):
    return salescope("-w", workspace.path, "--as-of", f"{made.as_of():%Y-%m-%d}T00:00:00", *words)


def test_without_a_model_the_days_overdue_stand_for_those_to_come(workspace, tmp_path):
    done = asked(workspace, "--json", "--out", tmp_path / "a.csv", "--top", 3, "--cut", 15, "--cut", 45)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    invoices, moment = made.tables()["invoices"], made.as_of()
    waits, old = days_outstanding(invoices, as_of=moment), ageing(invoices, as_of=moment, cuts=(15, 45))
    calls = collection_list(invoices, as_of=moment, customers=made.tables()["customers"])
    assert told["version"] is None
    assert told["remarks"][0].startswith("No model of payments serves yet, see `salescope train payments`")
    for name in ("days_sales_outstanding", "best_possible", "average_days_delinquent", "count_back", "receivables"):
        assert told[name] == getattr(waits, name)
    assert [bucket["money"] for bucket in told["ageing"]] == old.buckets["money"].tolist()
    assert [bucket["bucket"] for bucket in told["ageing"]] == ["not_due", "1_15", "16_45", "over_45"]
    assert [call["customer_id"] for call in told["calls"]] == calls.customers["customer_id"].tolist()[:3]
    written = pd.read_csv(told["file"], float_precision="round_trip")
    assert written["invoice_id"].tolist() == [*calls.invoices["invoice_id"], *calls.left_out["invoice_id"]]
    assert written["because"].notna().sum() == told["invoices_left_out"] == len(calls.left_out)
    # Two customers of the made company must not be contacted.
    owing = set(old.customers["customer_id"])
    refused = set(made.tables()["customers"]["customer_id"].iloc[:2]) & owing
    assert refused == set(calls.left_out.loc[calls.left_out["because"].str.contains("opted"), "customer_id"])


def test_with_a_model_people_see_figures_ageing_and_whom_to_call(with_model, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")
    shown = asked(with_model, "--language", "zh", "--out", tmp_path / "a.xlsx")
    assert shown.exit_code == 0, shown.output
    for words in (
        "days sales outstanding",
        "best possible",
        "average days delinquent",
        "By days overdue",
        "over 90",
        "Whom to call",
        "逾期",
    ):
        assert words in shown.output
    assert "No model of payments" not in shown.output
    listed = pd.read_excel(tmp_path / "a.xlsx")
    told = json.loads(asked(with_model, "--json", "--out", tmp_path / "a.json").stdout)
    assert told["version"] == "1"
    # With a forecast those are listed too that are not overdue yet.
    assert (listed["days_overdue"] == 0).any()
    assert (
        len(json.loads((tmp_path / "a.json").read_text()))
        == len(listed)
        == told["invoices_listed"] + told["invoices_left_out"]
    )


def test_a_moment_long_after_the_last_invoice_is_remarked(workspace, tmp_path):
    told = json.loads(
        salescope(
            "-w", workspace.path, "--as-of", "2035-01-01T01:00:00+02:00", "--json", "--out", tmp_path / "a.csv"
        ).stdout
    )
    assert (told["days_sales_outstanding"], told["credit_sales"]) == (None, 0.0)
    assert told["remarks"][-1].endswith("days before: give the moment until which invoices are known.")


def test_where_nothing_is_known_it_says_what_to_do(workspace, tmp_path):
    early = salescope("-w", workspace.path, "--as-of", "1999-01-01")
    assert str(early.exception) == (
        "Source 'invoices' has no invoice issued before 1999-01-01. Look from a later moment (--as-of), or map more history."
    )
    (tmp_path / "salescope.yaml").write_text("tables: {customers: {path: customers.csv}}\n", encoding="utf-8")
    without = salescope("-w", tmp_path)
    assert "there is no table 'invoices'" in str(without.exception)
    assert "add 'invoices: {path: …}' under tables." in str(without.exception)
    wrong = asked(workspace, "--cut", 30, "--cut", 30)
    assert "30 is out of range for cuts" in str(wrong.exception)
