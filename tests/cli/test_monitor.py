"""``salescope monitor`` as a user types it: what came true, what has moved, and a kind answer where nothing is known."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from salescope.cli.main import app


def monitored(*words: object) -> str:
    done = CliRunner().invoke(app, ["monitor", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_before_any_outcome_it_says_what_is_missing_and_what_has_moved(trained, tmp_path):
    workspace, result = trained
    page = tmp_path / "new" / "record.html"
    told = json.loads(monitored("leads", "-w", workspace.path, "--json", "--out", page))
    assert (told["judged"], told["missing"], told["cells"], told["page"]) == (0, 10, [], str(page))
    assert told["message"].startswith("Nothing to judge yet")
    summary = result.card["columns"]
    assert told["drift"]["compared"].endswith(f" recent leads beside {summary['n_rows']:,} that were learned from.")
    compared = {column["column"] for column in told["drift"]["columns"]}
    assert {"source", "region"} <= compared < set(summary["columns"])
    text = page.read_text(encoding="utf-8")
    assert told["message"] in text
    assert "http://" not in text
    assert "https://" not in text


def test_a_model_that_does_not_serve_is_answered_kindly(trained):
    shown = " ".join(monitored("value", "-w", trained[0].path, "--since", "2024-01-01").split())
    assert "Nothing to judge yet: no answer about a named subject is in the ledger." in shown
    assert "No version serves yet" in shown
