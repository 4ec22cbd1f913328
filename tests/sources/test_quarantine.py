"""The quarantine: every rejected row once, with all of its faults, in a file that computes nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from salescope.project import load_workspace
from salescope.sources import CheckReport, check_workspace, write_quarantine

SETTINGS = (
    "tables:\n  leads: {path: leads.csv}\nleads: {outcome: {column: outcome, won: [won], lost: [lost], open: [open]}}\n"
)


def check(folder: Path, *rows: str, header: str = "lead_id,created_at,outcome,amount") -> CheckReport:
    (folder / "leads.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / "salescope.yaml").write_text(SETTINGS, encoding="utf-8")
    return check_workspace(load_workspace(folder, environment={}))


def quarantine(folder: Path) -> list[dict[str, str]]:
    text = (folder / "quarantine" / "leads.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines(keepends=True)))


def test_a_row_with_two_faults_is_listed_once_with_both(tmp_path):
    report = check(tmp_path, "A,2025-01-07,won,1", "B,soon,maybe,2", "C,2025-01-09,lost,3")
    assert report.tables[0].quarantined == 1
    (row,) = quarantine(tmp_path)
    assert row["row"] == "3"
    assert row["column"] == "created_at; outcome"
    assert row["value"] == "soon; maybe"
    assert "not a date" in row["reason"]
    assert "no outcome (won: won; lost: lost; open: open)" in row["reason"]
    assert row["lead_id"] == "B"


def test_a_key_given_twice_names_the_first_row_and_a_rejected_first_row_does_not_count(tmp_path):
    check(tmp_path, "A,2025-01-07,won,1", "A,2025-01-08,won,1", "B,soon,won,1", "B,2025-01-08,lost,1")
    assert [(row["row"], row["reason"]) for row in quarantine(tmp_path)] == [
        ("3", "its key was given before, in row 2"),
        ("4", "it is not a date written as ISO 8601"),
    ]


def test_a_clean_check_removes_the_file_of_an_earlier_one(tmp_path):
    check(tmp_path, "A,soon,won,1", "B,2025-01-07,won,1")
    assert quarantine(tmp_path)
    check(tmp_path, "B,2025-01-07,won,1")
    assert not (tmp_path / "quarantine" / "leads.csv").exists()


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("+SUM(A1)", "'+SUM(A1)"), ("@x", "'@x"), ("-2+3", "'-2+3"), ("\t=1", "'\t=1"),
     ("-5", "-5"), ("+5.5", "+5.5"), ("a=1", "a=1")],
)  # fmt: skip
def test_a_cell_that_a_spreadsheet_would_compute_is_kept_inert(tmp_path, cell, written):
    frame = pd.DataFrame({"row": [2], "column": ["x"], "value": [cell], "reason": ["it is odd"]})
    write_quarantine(frame, tmp_path / "q.csv")
    text = (tmp_path / "q.csv").read_text(encoding="utf-8-sig")
    assert next(csv.DictReader(text.splitlines(keepends=True)))["value"] == written


def test_the_report_counts_reasons_and_is_plain_json(tmp_path):
    report = check(tmp_path, "A,2025-01-07,won,1", "A,2025-01-07,won,1", "A,2025-01-07,won,1", "B,x,won,1")
    (table,) = report.tables
    assert table.reasons[0] == ("lead_id: its key was given before", 2)
    content = report.to_dict()["tables"][0]
    assert (content["rows_in"], content["accepted"], content["quarantined"]) == (4, 1, 3)
    assert content["found"]["columns"][0]["name"] == "lead_id"
