"""Tables for spreadsheets: what runs is inert, numbers are numbers, and what was written is read again."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from decimal import Decimal
from itertools import count, islice

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.payloads import CHINESE, PAYLOADS

from salescope.frames.errors import SourceError, UnknownNameError
from salescope.sources import as_meant, inert, read_export, write_export
from salescope.sources.workbook_text import escaped, unescaped

STARTS = "=+-@＝＋－＠\t\r\n"
LETTERS = st.text(st.sampled_from([*"=+-@＝＋－＠'\"; \t\r\n,|_x0Da1.5e北", "\u3000", "\ufeff"]), max_size=12)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text.strip() == text


@settings(deadline=None, max_examples=300)
@given(LETTERS)
def test_inert_text_begins_nothing_that_runs_and_is_meant_as_it_was(text):
    kept = inert(text)
    assert as_meant(kept) == text
    assert is_number(kept) or not kept.startswith(tuple(STARTS))
    # The slow way: what a spreadsheet makes of it whose separator is the semicolon and which heeds no quotes.
    for part in kept.replace("\r", ";").replace("\n", ";").split(";")[1:]:
        assert not part.strip(' "\t\u3000\ufeff').startswith(tuple(STARTS))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=12) | LETTERS)
def test_a_workbooks_text_is_read_as_it_was_written(text):
    assert unescaped(escaped(text)) == text
    assert "\r" not in escaped(text)


def test_a_long_run_of_line_breaks_takes_no_time():
    text = "a" + "\n" * 30_000 + ";" * 30_000
    assert inert(text) == text == as_meant(text)


@pytest.fixture(params=[".csv", ".xlsx"])
def written(request, tmp_path):
    path = tmp_path / f"plan{request.param}"
    rows = ((text, place - 20.25, text) for place, text in enumerate(PAYLOADS + CHINESE))
    assert write_export(rows, path, columns=["node", "amount", "=reason"]) == len(PAYLOADS + CHINESE)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    return path


def test_every_payload_comes_back_as_it_was_written(written):
    found = read_export(written)
    assert list(found.columns) == ["node", "amount", "=reason"]
    for column in ("node", "=reason"):
        assert found[column].tolist() == list(PAYLOADS + CHINESE)
    assert found["amount"].astype(float).tolist() == [place - 20.25 for place in range(len(PAYLOADS + CHINESE))]


def test_a_workbook_has_text_and_numbers_and_no_formula(tmp_path):
    path = tmp_path / "plan.xlsx"
    write_export([(text, -5, -0.5) for text in PAYLOADS], path, columns=["=node", "a", "b"], sheet="目标")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["目标"]
    for row in book["目标"].iter_rows(min_row=2):
        assert [cell.data_type for cell in row] == ["s", "n", "n"]
        assert not row[0].quotePrefix
        assert [row[1].value, row[2].value] == [-5, -0.5]
    with zipfile.ZipFile(path) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "<f>" not in text
    assert "<f " not in text
    assert not any("external" in name.lower() for name in archive.namelist())


def test_types_are_told_as_a_spreadsheet_knows_them(tmp_path):
    values = [
        5, np.int64(-5), -0.25, np.float64(1e-7), Decimal("12.50"), True, np.bool_(False), None, np.nan, pd.NaT, pd.NA,
        dt.date(2027, 4, 1), pd.Timestamp("2027-04-01 12:30"), 123_456_789_012_345_678, np.inf, "5", "",
    ]  # fmt: skip
    columns = [f"c{place}" for place in range(len(values))]
    for ending in (".csv", ".xlsx"):
        write_export([values], tmp_path / f"t{ending}", columns=columns)
    (row,) = openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_rows(min_row=2)
    assert [cell.data_type for cell in row] == [*"nnnnnbbnnnnddsssn"]
    assert row[11].value == pd.Timestamp("2027-04-01")
    said = ["5", "-5", "-0.25", "1e-07", "12.50", "true", "false", *[""] * 4, "2027-04-01", "2027-04-01 12:30:00"]
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == [*said, "123456789012345678", "inf", "5", ""]
    assert read_export(tmp_path / "t.xlsx").iloc[0].isna().sum() == 5


def test_what_excel_would_change_in_a_csv_is_kept_as_text_in_a_workbook(tmp_path):
    write_export(
        [(text,) for text in ("00123", "1-2", "12345678901234567890", "1E5")], tmp_path / "t.xlsx", columns=["id"]
    )
    assert read_export(tmp_path / "t.xlsx")["id"].tolist() == ["00123", "1-2", "12345678901234567890", "1E5"]


def test_a_refused_table_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "t.xlsx"
    write_export([("kept",)], path, columns=["note"])
    with pytest.raises(SourceError, match=r"'t.xlsx' cannot hold 40,000 letters in one cell \(row 3, column 'note'\)"):
        write_export([("a",), ("b" * 40_000,)], path, columns=["note"])
    assert read_export(path)["note"].tolist() == ["kept"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.xlsx"]
    with pytest.raises(UnknownNameError, match="file ending"):
        write_export([], tmp_path / "t.ods", columns=["note"])


def test_more_rows_than_a_sheet_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("salescope.sources.exports.MOST_ROWS", 4)
    assert write_export([(1,)] * 3, tmp_path / "t.xlsx", columns=["a"]) == 3
    with pytest.raises(SourceError, match="more than 3 rows"):
        write_export(((number,) for number in count()), tmp_path / "t.xlsx", columns=["a"])


def test_rows_are_written_as_they_come(tmp_path):
    size = []

    def rows():
        for number in count():
            size.append((tmp_path / "t.csv.part").stat().st_size)
            yield ("x" * 1_000, number)

    write_export(islice(rows(), 100), tmp_path / "t.csv", columns=["a", "b"])
    assert size[-1] > 50_000


def test_a_table_without_rows_is_a_heading(tmp_path):
    for ending in (".csv", ".xlsx"):
        assert write_export([], tmp_path / f"t{ending}", columns=["node", "amount"]) == 0
        assert list(read_export(tmp_path / f"t{ending}").columns) == ["node", "amount"]


def test_a_foreign_workbook_keeps_its_apostrophes(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["note", "b"])
    book.active.append(["'=1", "a_x000D_b"])
    book.save(tmp_path / "t.xlsx")
    assert read_export(tmp_path / "t.xlsx").iloc[0].tolist() == ["'=1", "a\rb"]
