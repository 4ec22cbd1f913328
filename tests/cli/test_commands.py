"""The command line as a user types it: tables for people, one JSON document for programs, exit codes for scripts."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest

from salescope.cli.exits import Exit


def salescope(*words: object, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "salescope.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def test_without_a_command_it_shows_what_there_is():
    shown = salescope("--help").stdout
    for command in ("demo", "init", "check", "train", "score", "promote", "rollback", "serve", "keys", "report"):
        assert command in shown


def test_help_loads_neither_learners_nor_mlflow():
    code = "import sys, salescope.cli.main; print(*sorted({'lightgbm', 'mlflow', 'sklearn', 'optuna', 'pandera'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_new_workspace_checks_at_once(tmp_path):
    assert salescope("init", tmp_path / "new", "--made", "--json").returncode == Exit.DONE
    done = salescope("check", "-w", tmp_path / "new", "--json", "--strict")
    report = json.loads(done.stdout)
    assert done.returncode == Exit.DONE
    assert all(table["rows_in"] == table["accepted"] + table["quarantined"] for table in report["tables"])
    again = salescope("init", tmp_path / "new")
    assert again.returncode == Exit.NOT_ACCEPTED
    assert "salescope.yaml" in again.stderr
    assert salescope("init", tmp_path / "new", "--if-missing").returncode == Exit.DONE


def test_a_misspelt_key_is_one_line_with_the_nearest_name(tmp_path):
    salescope("init", tmp_path)
    path = tmp_path / "salescope.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("newest_share:", "newest_shar:"), encoding="utf-8")
    done = salescope("check", "-w", tmp_path)
    assert done.returncode == Exit.NOT_ACCEPTED
    assert "newest_shar" in done.stderr
    assert "newest_share" in done.stderr
    assert "Traceback" not in done.stderr


def test_quarantined_rows_fail_a_strict_check(made_workspace, tmp_path):
    leads = pd.read_csv(made_workspace / "data" / "leads.csv", dtype=str)
    leads.loc[3, "outcome"] = "perhaps"
    salescope("init", tmp_path)
    (tmp_path / "data").mkdir()
    leads.to_csv(tmp_path / "data" / "leads.csv", index=False)
    (tmp_path / "data" / "lead_events.csv").write_text("lead_id,at,kind,channel\n", encoding="utf-8")
    done = salescope("check", "-w", tmp_path, "--strict")
    assert done.returncode == Exit.QUARANTINED
    kept = pd.read_csv(tmp_path / "quarantine" / "leads.csv")
    assert kept["row"].tolist() == [5]
    assert "perhaps" in kept["reason"].iloc[0] + kept["value"].iloc[0]


def test_the_help_of_keys_names_every_scope():
    from salescope.cli.keys import SCOPES
    from salescope.store import SCOPES as KNOWN

    assert sorted(SCOPES) == sorted(KNOWN)


def test_keys_are_made_shown_once_listed_and_revoked(tmp_path):
    salescope("init", tmp_path)
    made = json.loads(salescope("keys", "create", "CRM", "--scope", "leads:score", "-w", tmp_path, "--json").stdout)
    assert made["key"].startswith(f"ss_{made['id']}_")
    listed = salescope("keys", "list", "-w", tmp_path, "--json").stdout
    assert made["key"] not in listed
    assert json.loads(listed)["keys"][0]["scopes"] == ["leads:score"]
    assert salescope("keys", "revoke", made["id"], "-w", tmp_path).returncode == Exit.DONE
    assert json.loads(salescope("keys", "list", "-w", tmp_path, "--json").stdout)["keys"][0]["revoked_at"]
    wrong = salescope("keys", "create", "CRM", "--scope", "leads:scor", "-w", tmp_path)
    assert wrong.returncode == Exit.NOT_ACCEPTED
    assert "leads:score" in wrong.stderr


def test_open_leads_are_scored_with_reasons_and_a_trend(trained, tmp_path):
    workspace, result = trained
    first = salescope(
        "score", "leads", "-w", workspace.path, "--out", tmp_path / "a.csv", "--as-of", "2025-01-01", "--json"
    )
    assert first.returncode == Exit.DONE, first.stderr
    told = json.loads(first.stdout)
    scores = pd.read_csv(tmp_path / "a.csv", float_precision="round_trip")
    assert told["version"] == result.version
    assert told["scored"] == len(scores) > 0
    assert scores["score"].between(1, 100).all()
    assert scores["reasons_for"].notna().any()
    salescope(
        "score", "leads", "-w", workspace.path, "--out", tmp_path / "b.parquet", "--as-of", "2025-01-01T00:00:00Z"
    )
    again = pd.read_parquet(tmp_path / "b.parquet")
    assert (again["change"] == 0).all()
    assert again["probability"].tolist() == pytest.approx(scores["probability"].tolist(), abs=0)


def test_a_file_of_new_leads_needs_no_outcome(trained, tmp_path):
    workspace, _ = trained
    leads = pd.read_csv(workspace.path / "data" / "leads.csv", dtype=str)
    fresh = leads[leads["outcome"] == "open"].drop(columns=["outcome", "outcome_at", "amount"])
    fresh.to_csv(tmp_path / "fresh.csv", index=False)
    done = salescope("score", "leads", tmp_path / "fresh.csv", "-w", workspace.path, "--out", tmp_path / "x.xlsx")
    assert done.returncode == Exit.DONE, done.stderr
    assert "The best leads" in done.stdout
    assert len(pd.read_excel(tmp_path / "x.xlsx")) == len(fresh)


def test_scores_go_only_into_formats_that_are_known(trained, tmp_path):
    done = salescope("score", "leads", "-w", trained[0].path, "--out", tmp_path / "x.docx")
    assert done.returncode == Exit.NOT_ACCEPTED
    assert ".docx" in done.stderr


def test_the_card_of_what_serves_is_a_page(trained, tmp_path):
    workspace, result = trained
    page = tmp_path / "card.html"
    told = json.loads(salescope("report", "leads", "-w", workspace.path, "--out", page, "--json").stdout)
    assert told["version"] == result.version
    text = page.read_text(encoding="utf-8")
    assert result.card["verdict"]["message"] in text
    assert "http://" not in text
    assert "https://" not in text
