"""Defective files: each gives a clear report, and no row is ever lost."""

from __future__ import annotations

import csv

import pytest
from tests.sources.defective import Defective, checked, defective_files, shortcoming

FILES = defective_files()


def test_there_are_at_least_thirty_of_them():
    assert len(FILES) >= 30
    assert len({file.name for file in FILES}) == len(FILES)


@pytest.mark.parametrize("defective", FILES, ids=lambda file: file.name)
def test_a_defective_file_gives_a_clear_report_and_loses_no_row(defective: Defective, tmp_path):
    report = checked(defective, tmp_path)
    assert shortcoming(defective, report) == ""


@pytest.mark.parametrize("defective", [file for file in FILES if file.quarantined > 0], ids=lambda file: file.name)
def test_the_quarantine_file_has_every_rejected_row_and_opens_safely(defective: Defective, tmp_path):
    report = checked(defective, tmp_path)
    raw = (tmp_path / report.tables[0].quarantine).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
    assert len(rows) == defective.quarantined
    for row in rows:
        assert int(row["row"]) >= 2
        assert row["reason"]
        for cell in row.values():
            assert not cell.startswith(("=", "+", "@")), cell
