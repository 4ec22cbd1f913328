"""``salescope budget``: money that adds up to what was asked for, files and pictures of it, and refusals in words."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.batch import customer_night
from tests.batch.sales_night import salescope
from tests.scoring import customer_company as made

from salescope.frames.errors import OutOfRangeError, UnknownNameError
from salescope.planning.errors import FlatSpendError
from salescope.sources import read_export


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return customer_night.made_workspace(tmp_path_factory.mktemp("budget")).path


def asked(*words):
    done = salescope("budget", *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_budget_adds_up_and_is_written_and_drawn(folder, tmp_path):
    sheet, picture = tmp_path / "plan.xlsx", tmp_path / "curves.svg"
    words = ("-w", folder, "--weeks", 10, "--total", 80_000, "--out", sheet, "--plot", picture)
    told = asked("allocate", *words, "--floor", "search=1800", "--cap", "social=1900")
    rows = {row["channel"]: row for row in told["channels"]}
    pilot = told["pilot"]["amount"]
    assert sum(row["recommended"] for row in rows.values()) * 10 + pilot == pytest.approx(80_000)
    assert told["total"] == pytest.approx(80_000)
    assert rows["search"]["recommended"] >= 1_800 - 1e-6
    assert rows["social"]["recommended"] <= 1_900 + 1e-6
    written = read_export(sheet)
    assert written["channel"].tolist() == list(rows)
    assert pd.to_numeric(written["recommended"]).tolist() == [round(row["recommended"], 2) for row in rows.values()]
    assert picture.read_text(encoding="utf-8").count("<svg") == 1


def test_people_read_the_split_and_what_it_rests_on(folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = salescope("budget", "allocate", "-w", folder)
    assert done.exit_code == 0, done.exception
    shown = done.stdout
    assert "By 33 whole weeks, 2024-01-08 up to 2024-08-26, for 52 weeks to come." in shown
    for word in ("search", "social", "mailing", "trade shows", "total", "pilot", "one more brings"):
        assert word in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "nan" not in shown


def test_flat_history_is_refused_with_a_pilot(folder, tmp_path):
    workspace = customer_night.made_workspace(tmp_path)
    spend = made.TINY.company.tables["spend"]
    spend.assign(amount=100.0).to_parquet(workspace.path / "data" / "spend.parquet", index=False)
    refused = salescope("budget", "allocate", "-w", workspace.path).exception
    assert isinstance(refused, FlatSpendError)
    assert "Pilot to run: raise" in str(refused)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--floor", "search"), "has not the form channel=value"),
        (("--floor", "search=much"), "where an amount from 0 on is meant"),
        (("--cap", "search=-3"), "where an amount from 0 on is meant"),
        (("--cap", "search=3000", "--cap", "search=4000"), "twice"),
    ],
)
def test_bounds_that_cannot_be_read_are_refused_in_words(folder, monkeypatch, words, said):
    monkeypatch.setenv("COLUMNS", "400")
    done = salescope("budget", "allocate", "-w", folder, *words)
    assert done.exit_code == 2
    assert said in done.output


def test_a_total_that_no_channel_can_take_is_said_a_week(folder):
    done = salescope("budget", "allocate", "-w", folder, "--total", 1_000, "--weeks", 10)
    assert isinstance(done.exception, OutOfRangeError)
    assert "A total of 1,000.00 over 10 weeks is 100.00 a week" in done.output


def test_channels_that_nobody_knows_are_refused(folder):
    assert isinstance(salescope("budget", "allocate", "-w", folder, "--cap", "radio=5").exception, UnknownNameError)


def test_channels_are_shown_written_and_told(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    words = ("channels", "-w", folder, "--same", "paid search=search", "--same", "trade show=trade shows")
    shown = salescope("budget", *words).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "What it cost, EUR" in shown
    assert "No lead is from mailing." in shown
    assert "nan" not in shown
    told = asked(*words, "--out", tmp_path / "channels.csv", "--days", 90)
    assert told["strangers"] == ["mailing"]
    written = read_export(tmp_path / "channels.csv")
    assert written["channel"].tolist() == [row["channel"] for row in told["channels"]]
    assert pd.to_numeric(written["leads"]).tolist() == [row["leads"] for row in told["channels"]]


def test_a_name_may_have_an_equals_sign():
    from salescope.cli.budget import amounts_asked

    assert amounts_asked(["a=b=5"], option="--floor") == {"a=b": 5.0}
