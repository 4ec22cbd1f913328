"""``salescope score customers``: a table for people, a document for programs, and what is published is read back."""

from __future__ import annotations

import json
from contextlib import closing

import pandas as pd
from tests.batch import customer_night
from tests.scoring import customer_company as made
from typer.testing import CliRunner

from salescope.cli.main import app
from salescope.store import ProfileWish, open_store, profile_of, publications, ranked_profiles


def salescope(*words):
    return CliRunner().invoke(app, [*map(str, words)])


def test_customers_are_described_published_and_written(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    workspace = customer_night.night(tmp_path)
    command = ("score", "customers", "-w", tmp_path, "--as-of", f"{made.as_of():%Y-%m-%d}T01:00:00+01:00", "--top", 1)
    shown = salescope(*command, "--language", "zh", "--out", tmp_path / "a.xlsx")
    assert shown.exit_code == 0, shown.output
    assert "Whom to turn to next" in shown.output
    assert "gain, EUR" in shown.output
    assert any(name in shown.output for name in ("拜訪", "致電", "挽回", "催收", "處理客訴"))
    told = json.loads(salescope(*command, "--json", "--keep", 1).stdout)
    written = pd.read_csv(told["file"], float_precision="round_trip").set_index("customer_id")
    assert len(pd.read_excel(tmp_path / "a.xlsx")) == len(written) == told["customers"]
    assert told["versions"] == dict.fromkeys(customer_night.NAMES, "1")
    with closing(open_store(workspace.store_url)) as store:
        assert [found.id for found in publications(store)] == [told["publication"]]
        page = ranked_profiles(store, ProfileWish(size=10))
        best = profile_of(store, page.profiles[0].customer_id).profile
    assert [profile.customer_id for profile in page.profiles] == written.index[:10].tolist()
    assert best.content["next"]["step_name"] == written["step"].iloc[0]
    assert best.rank_score == written["gain"].iloc[0]


def test_without_a_model_it_says_what_to_do(tmp_path):
    customer_night.made_workspace(tmp_path)
    done = salescope("score", "customers", "-w", tmp_path)
    assert done.exit_code != 0
    assert "Nothing is published" in f"{done.output}{done.exception}"
