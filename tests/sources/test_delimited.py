"""Text files: the fast and the careful reader agree, and no bytes at all make the check fall over or lose a row."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.defective import HEADER, Defective, checked

from salescope.project import TableSettings
from salescope.sources.delimited import _careful, _fast, _is_clean, read_delimited
from salescope.sources.encoding import DecodedText
from salescope.sources.raw import RawTable, without_blank_rows
from salescope.sources.records import read_records
from salescope.sources.separator import separator_of, split_hint

CELL = st.text(st.sampled_from('ab1 .-"\n\r,;é客=@'), max_size=6)
TABLES = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8)
MESS = st.text(st.sampled_from('ab,;"\n\r\x00 é'), max_size=60)


def written(rows: list[list[str]], *, separator: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, quoting=quoting).writerows(rows)
    return buffer.getvalue()


@settings(deadline=None, max_examples=150)
@given(rows=TABLES, separator=st.sampled_from(",;\t|"), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_what_a_csv_writer_writes_is_read_back(rows, separator, quoting):
    text = written([["x", "y", "z"], *rows], separator=separator, quoting=quoting)
    found = read_records(text, separator=separator)
    assert found.broken == []
    # The careful reader takes line ends inside of cells as they are, and csv writes them as they are.
    # A row without any content is no row; the reader may leave that to `without_blank_rows`.
    assert [row for row in found.cells if any(row)] == [row for row in rows if any(row)]


@settings(deadline=None, max_examples=150)
@given(text=MESS)
def test_the_fast_reader_agrees_with_the_careful_one_wherever_it_answers(text):
    whole = f"x,y\n{text}"
    if not _is_clean(whole, DecodedText(whole, "utf-8"), separator=","):
        return
    fast = _fast(whole, separator=",")
    if fast is None:
        return
    careful = _careful(whole, separator=",", source="x.csv")
    assert careful.records.broken == []
    assert fast.header == careful.header
    # The fast reader hands on blank lines as blank rows, which are left out afterwards; the careful one has done so.
    left = without_blank_rows(RawTable(fast.frame, np.arange(2, len(fast.frame) + 2), "x.csv", "csv"))
    right = without_blank_rows(RawTable(careful.frame, np.array(careful.records.rows, dtype=np.int64), "x.csv", "csv"))
    assert left.frame.to_numpy().tolist() == right.frame.to_numpy().tolist()
    assert left.rows.tolist() == right.rows.tolist()


@settings(deadline=None, max_examples=150)
@given(rows=TABLES)
def test_the_fast_reader_takes_every_file_by_the_book(rows):
    text = written([["x", "y", "z"], *rows], quoting=csv.QUOTE_ALL)
    if "\r" in text.replace("\r\n", ""):
        return
    assert _is_clean(text, DecodedText(text, "utf-8"), separator=",")
    fast = _fast(text, separator=",")
    assert fast is not None
    assert len(fast.frame) == len(rows)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), MESS.map(lambda text: f"{HEADER}\n{text}".encode())))
def test_any_bytes_give_a_report_and_lose_no_row(content, tmp_path):
    table = checked(Defective("any", content, 0, 0, ""), tmp_path).tables[0]
    if table.problem:
        assert table.problem.endswith(".")
    else:
        assert table.rows_in == table.accepted + table.quarantined


def test_row_numbers_are_those_a_spreadsheet_shows(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('x,y\n1,"two\nlines"\n\n2,b\n3\n4,c\n', encoding="utf-8")
    raw = read_delimited(path, TableSettings(path="x.csv"))
    assert raw.rows.tolist() == [2, 4, 6]
    assert [row.row for row in raw.broken] == [5]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_though_another_stands_in_the_cells(separator):
    other = ";" if separator == "," else ","
    rows = [["id", "text"], *[[str(row), f"a{other}b" if row % 2 else "a"] for row in range(20)]]
    assert separator_of(written(rows, separator=separator)) == separator


def test_a_single_column_has_the_comma():
    assert separator_of("lead_id\nA\nB\n") == ","


@pytest.mark.parametrize("hint", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_the_line_for_excel_names_the_separator(hint):
    assert split_hint(hint + "a;b\n") == (";", "a;b\n")


def test_the_settings_overrule_what_is_found(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("a,b;c\n1,2;é\n".encode("latin-1"))
    raw = read_delimited(path, TableSettings(path="x.csv", separator=";", encoding="latin-1"))
    assert list(raw.frame.columns) == ["a,b", "c"]
    assert raw.frame["c"].tolist() == ["é"]
