"""Excel, Parquet and SQL give the frame that the same rows give as CSV."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa

from salescope.frames.errors import SourceError, UnknownNameError
from salescope.project import load_workspace
from salescope.sources import CheckedTable, content_digest, read_table

LEADS = pd.DataFrame(
    {
        "lead_id": ["A-1", "A-2", "A-3"],
        "created_at": pd.to_datetime(["2025-01-07 00:00", "2025-01-09 10:30", "2025-02-01 00:00"]),
        "outcome": ["won", "lost", None],
        "amount": [1200.5, None, -3.0],
        "employees": [40, 12, 7],
        "zip": ["02134", "10001", "60601"],
        "is_member": [True, False, True],
    }
)
OUTCOME = "leads: {outcome: {column: outcome, won: [won], lost: [lost]}}\n"


def read(folder: Path, source: str) -> CheckedTable:
    (folder / "salescope.yaml").write_text(f"tables:\n  leads: {{{source}}}\n{OUTCOME}", encoding="utf-8")
    return read_table(load_workspace(folder, environment={}), "leads")


def as_csv(folder: Path) -> CheckedTable:
    LEADS.to_csv(folder / "leads.csv", index=False)
    text = (folder / "leads.csv").read_text(encoding="utf-8")
    (folder / "leads.csv").write_text(text.replace("True", "true").replace("False", "false"), encoding="utf-8")
    return read(folder, "path: leads.csv")


def write_excel(path: Path, rows: list[list[object]], *, title: str = "Leads") -> None:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)


def rows_of(frame: pd.DataFrame) -> list[list[object]]:
    cells = frame.astype(object).where(frame.notna(), None)
    return [list(frame.columns), *[[_python(cell) for cell in row] for row in cells.to_numpy()]]


def _python(cell: object) -> object:
    return cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell


def test_parquet_gives_the_frame_of_the_csv(tmp_path):
    LEADS.to_parquet(tmp_path / "leads.parquet")
    assert content_digest({"leads": read(tmp_path, "path: leads.parquet").frame}) == content_digest(
        {"leads": as_csv(tmp_path).frame}
    )


def test_excel_gives_the_frame_of_the_csv(tmp_path):
    write_excel(tmp_path / "leads.xlsx", rows_of(LEADS))
    found = read(tmp_path, "path: leads.xlsx")
    pd.testing.assert_frame_equal(found.frame, as_csv(tmp_path).frame)


@pytest.mark.parametrize("what", ["table: leads", "query: 'select * from leads order by lead_id'"])
def test_sql_gives_the_frame_of_the_csv(tmp_path, what):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    # SQLite knows no flags: it keeps 1 and 0.
    LEADS.drop(columns="is_member").to_sql("leads", engine, index=False)
    engine.dispose()
    found = read(tmp_path, f"url: 'sqlite:///crm.db', {what}")
    pd.testing.assert_frame_equal(found.frame, as_csv(tmp_path).frame.drop(columns="is_member"))
    assert found.found.form == "sql"


def test_a_frame_is_canonical(tmp_path):
    frame = as_csv(tmp_path).frame
    assert list(frame.columns) == ["lead_id", "created_at", "outcome", "amount", "employees", "zip", "is_member"]
    assert frame["outcome"].tolist() == ["won", "lost", "open"]
    assert str(frame["created_at"].dtype) == "datetime64[ns]"
    assert frame["zip"].tolist() == ["02134", "10001", "60601"]
    assert str(frame["employees"].dtype) == "float64"


def test_a_zoned_parquet_column_is_turned_to_utc(tmp_path):
    zoned = LEADS.assign(created_at=LEADS["created_at"].dt.tz_localize("Europe/Berlin"))
    zoned.to_parquet(tmp_path / "leads.parquet")
    found = read(tmp_path, "path: leads.parquet")
    assert found.frame["created_at"].iloc[0] == pd.Timestamp("2025-01-06 23:00")


def test_an_unknown_sheet_is_answered_with_the_nearest(tmp_path):
    write_excel(tmp_path / "leads.xlsx", rows_of(LEADS))
    with pytest.raises(UnknownNameError, match=r"Unknown sheet 'Laeds'.*did you mean 'Leads'"):
        read(tmp_path, "path: leads.xlsx, sheet: Laeds")


def test_a_formula_with_a_stored_result_counts_with_it(tmp_path):
    rows = rows_of(LEADS)
    rows[1][3] = "=600.25*2"
    path = tmp_path / "leads.xlsx"
    write_excel(path, rows)
    _store_result(path, formula="600.25*2", result="1200.5")
    found = read(tmp_path, "path: leads.xlsx")
    assert found.frame["amount"].iloc[0] == 1200.5
    assert any("Excel stored" in note for note in found.found.notes)


def _store_result(path: Path, *, formula: str, result: str) -> None:
    """Does what Excel does when it saves: writes a formula's result beside it."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    assert f"<f>{formula}</f>" in sheet
    start = sheet.index(f"<f>{formula}</f>") + len(f"<f>{formula}</f>")
    end = sheet.index("</c>", start)
    parts["xl/worksheets/sheet1.xml"] = (sheet[:start] + f"<v>{result}</v>" + sheet[end:]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(SourceError, match="unpacks to 2 megabytes, over the limit of 1"):
        read(tmp_path, "path: leads.xlsx, max_megabytes: 1")


def test_a_file_over_the_limit_is_refused(tmp_path):
    (tmp_path / "leads.csv").write_bytes(b"lead_id\n" + b"x" * 1_100_000)
    with pytest.raises(SourceError, match="over the limit of 1"):
        read(tmp_path, "path: leads.csv, max_megabytes: 1")


def test_a_misspelt_file_is_answered_with_the_nearest(tmp_path):
    as_csv(tmp_path)
    with pytest.raises(UnknownNameError, match=r"Unknown file 'laeds\.csv'.*did you mean 'leads\.csv'"):
        read(tmp_path, "path: laeds.csv")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("url: 'sqlite:///none.db', table: leads", "does not exist"),
        ("url: 'nosuch://x', table: leads", "address that cannot be used"),
        ("url: 'not a url', table: leads", "address that cannot be used"),
    ],
)
def test_a_database_that_cannot_be_read_says_why(tmp_path, source, said):
    with pytest.raises(SourceError, match=said):
        read(tmp_path, source)


def test_a_misspelt_table_is_answered_with_the_nearest(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    LEADS.to_sql("leads", engine, index=False)
    engine.dispose()
    with pytest.raises(UnknownNameError, match="did you mean 'leads'"):
        read(tmp_path, "url: 'sqlite:///crm.db', table: leds")


def test_a_failing_query_says_what_the_database_said(tmp_path):
    sa.create_engine(f"sqlite:///{tmp_path}/crm.db").connect().close()
    with pytest.raises(SourceError, match="no such table: absent"):
        read(tmp_path, "url: 'sqlite:///crm.db', query: 'select * from absent'")


def test_a_password_is_never_shown(tmp_path):
    with pytest.raises(SourceError) as caught:
        read(tmp_path, "url: 'postgresql+psycopg://crm:geheim@127.0.0.1:1/crm', table: leads")
    assert "geheim" not in str(caught.value)


def test_mixed_values_of_a_sqlite_column_are_read_as_text(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    with engine.begin() as connection:
        connection.execute(sa.text("create table leads (lead_id, created_at, outcome, amount)"))
        connection.execute(
            sa.text("insert into leads values (1, '2025-01-07', 'won', '12.5'), (2, '2025-01-08', 'lost', 7)")
        )
    engine.dispose()
    found = read(tmp_path, "url: 'sqlite:///crm.db', table: leads")
    assert found.frame["lead_id"].tolist() == ["1", "2"]
    assert found.frame["amount"].tolist() == [12.5, 7.0]


def test_dates_of_excel_cells_are_dates(tmp_path):
    rows = [
        ["lead_id", "created_at", "outcome"],
        ["A", dt.date(2025, 1, 31), "won"],
        ["B", dt.datetime.fromisoformat("2025-02-01 09:05"), None],
    ]
    write_excel(tmp_path / "leads.xlsx", rows)
    found = read(tmp_path, "path: leads.xlsx")
    assert found.frame["created_at"].tolist() == [pd.Timestamp("2025-01-31"), pd.Timestamp("2025-02-01 09:05")]
