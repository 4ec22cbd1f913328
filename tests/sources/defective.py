"""Defective files, made by code: what is wrong with each, and what a clear report of it must say."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from salescope.project import load_workspace
from salescope.sources import CheckReport, check_workspace

HEADER = "lead_id,created_at,source,outcome,amount"
ROWS = (
    "A-1,2025-01-07,web,won,1200.50",
    "A-2,2025-01-09,fair,lost,-5",
    "A-3,2025-01-13,partner,open,",
)
SETTINGS = """\
tables:
  leads:
    path: {file}
leads:
  outcome: {{column: outcome, won: [won], lost: [lost], open: [open]}}
"""


@dataclass(frozen=True)
class Defective:
    """Is one file: its rows, how many of them must be quarantined, and a phrase of the report."""

    name: str
    content: bytes
    rows_in: int
    quarantined: int
    says: str
    file: str = "leads.csv"

    @property
    def is_unreadable(self) -> bool:
        return self.rows_in == 0 and self.quarantined < 0


def text(*rows: str, header: str = HEADER, end: str = "\n") -> str:
    return end.join((header, *rows)) + end


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in (tuple(HEADER.split(",")), *rows):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("leads.csv", text(*ROWS))
    return buffer.getvalue()


def unreadable(name: str, content: bytes, says: str, *, file: str = "leads.csv") -> Defective:
    return Defective(name, content, 0, -1, says, file)


def broken_text() -> list[Defective]:
    """Rows that cannot be split."""
    good = text(*ROWS)
    return [
        Defective("short row", text(*ROWS, "A-4,2025-02-01").encode(), 4, 1, "it has 2 cells where the header has 5"),
        Defective("long row", text(*ROWS, "A-4,2025-02-01,web,won,1,2,3").encode(), 4, 1, "it has 7 cells"),
        Defective("open quote", text(ROWS[0], 'A-4,2025-02-01,"web,won,7', *ROWS[1:]).encode(), 4, 1, "never closed"),
        Defective("open quote at the end", (good + 'A-4,2025-02-01,"web,won,7').encode(), 4, 1, "never closed"),
        Defective(
            "two open quotes far apart",
            text('A-4,2025-02-01,"web,won,7', *ROWS, 'A-5,2025-02-01,"web,won,7').encode(), 5, 2, "never closed",
        ),
        Defective(
            "text after a quote", text(*ROWS, 'A-4,2025-02-01,"web"x,won,7').encode(), 4, 1, "follows a closing quote"
        ),
        Defective("zero byte", text(*ROWS, "A-4,2025-02-01,w\x00b,won,7").encode(), 4, 1, "zero byte"),
        Defective("huge cell", text(*ROWS, f"A-4,2025-02-01,{'w' * 140_000},won,7").encode(), 4, 1, "cell is longer"),
        Defective("huge line", text(*ROWS, f"A-4,2025-02-01,{'w' * 1_100_000},won,7").encode(), 4, 1, "longer than"),
        Defective(
            "mixed encodings",
            text("Ä-1,2025-01-07,Köln,won,1", "Ö-2,2025-01-07,Zürich,won,1").encode()
            + "B-1,2025-01-07,M\u00fcnster,won,1\n".encode("cp1252"),
            3, 1, "not of the file's encoding",
        ),
        Defective("footer", (good + "\nConfidential\n").encode(), 4, 1, "it has 1 cells"),
    ]  # fmt: skip


def odd_shapes() -> list[Defective]:
    """Files that look odd and lose nothing."""
    spread = [row.replace("web", '"web\nshop"') for row in ROWS]
    return [
        Defective("trailing separators", text(*(f"{row}," for row in ROWS)).encode(), 3, 0, "separator after"),
        Defective("trailing separators everywhere", text(*(f"{r}," for r in ROWS), header=HEADER + ",").encode(), 3, 0, "separator after"),
        Defective("old Mac line ends", text(*ROWS, end="\r").encode(), 3, 0, ""),
        Defective("mixed line ends", (text(*ROWS[:2], end="\r\n") + ROWS[2] + "\r").encode(), 3, 0, ""),
        Defective("blank lines", text(ROWS[0], "", "   ", *ROWS[1:]).encode(), 3, 0, "blank"),
        Defective("rows of separators", text(*ROWS, ",,,,", ",,,,").encode(), 3, 0, "2 blank rows"),
        Defective("line breaks in a cell", text(*spread).encode(), 3, 0, ""),
        Defective("no line end at the end", text(*ROWS).rstrip().encode(), 3, 0, ""),
        Defective("Excel's separator line", ("sep=;\n" + text(*ROWS).replace(",", ";")).encode(), 3, 0, ""),
        Defective("header without a name", text(*(f"{row},x" for row in ROWS), header=HEADER + ",").encode(), 3, 0, "unnamed_6"),
        Defective("header given twice", text(*(f"{row},x" for row in ROWS), header=HEADER + ",source").encode(), 3, 0, "source_2"),
        Defective("header only", text().encode(), 0, 0, ""),
        Defective("byte order mark in the middle", text(ROWS[0], "\ufeff" + ROWS[1], ROWS[2]).encode(), 3, 0, ""),
    ]  # fmt: skip


def encodings() -> list[Defective]:
    chinese = text("客户一,2025-01-07,网站,won,1", "客户二,2025-01-08,展会,lost,2", header=HEADER)
    western = text("A-1,2025-01-07,Müller & Söhne,won,1", "A-2,2025-01-08,café,lost,2")
    return [
        Defective("UTF-8 with a mark", codecs.BOM_UTF8 + chinese.encode(), 2, 0, ""),
        Defective("UTF-16 with a mark", chinese.encode("utf-16"), 2, 0, ""),
        Defective("UTF-16, big end first, with a mark", codecs.BOM_UTF16_BE + chinese.encode("utf-16-be"), 2, 0, ""),
        Defective("UTF-16 without a mark", western.encode("utf-16-le"), 2, 0, "no byte order mark"),
        Defective("UTF-16, big end first, without a mark", western.encode("utf-16-be"), 2, 0, "no byte order mark"),
        Defective("GB18030", chinese.encode("gb18030"), 2, 0, "GB18030"),
        Defective("Western", western.encode("cp1252"), 2, 0, "cp1252"),
    ]


def not_tables() -> list[Defective]:
    return [
        unreadable("empty", b"", "is empty"),
        unreadable("only a mark", codecs.BOM_UTF8 + b"\r\n", "is empty"),
        unreadable("ZIP called CSV", archive(), "ZIP archive"),
        unreadable("gzip called CSV", gzip.compress(text(*ROWS).encode()), "gzip"),
        unreadable("junk", bytes(range(256)) * 40, "is not text"),
        unreadable("CSV called Excel", text(*ROWS).encode(), "no .xlsx workbook", file="leads.xlsx"),
        unreadable("ZIP called Excel", archive(), "cannot be read as a workbook", file="leads.xlsx"),
        unreadable("CSV called Parquet", text(*ROWS).encode(), "cannot be read as Parquet", file="leads.parquet"),
        unreadable("a title above the header", ("Leads 2025\n" + text(*ROWS)).encode(), "above its header"),
        unreadable("header of separators", b",,,,\nA-1,2025-01-07,web,won,1\n", "without a single name"),
        unreadable("another table", b"id,name\n1,Ada\n", "Unknown column 'outcome'"),
        unreadable("unknown ending", text(*ROWS).encode(), "unknown ending", file="leads.doc"),
    ]


def broken_values() -> list[Defective]:
    """Cells that do not mean what they should, and cells that only look dangerous."""
    return [
        Defective("formula in a number", text(*ROWS, "A-4,2025-02-01,web,won,=1+1").encode(), 4, 1, "not a number"),
        Defective("formulas in words", text(*ROWS, '=1+1,2025-02-01,"=HYPERLINK(""x"")",won,1', "@x,2025-02-01,+y,won,2").encode(), 5, 0, ""),
        Defective("formula cell in Excel", workbook(("A-1", "2025-01-07", "web", "won", "=1+1")), 1, 1, "not a number", "leads.xlsx"),
        Defective("impossible date", text(*ROWS, "A-4,2025-02-30,web,won,7").encode(), 4, 1, "not a date"),
        Defective("date in another order", text(*ROWS, "A-4,13/02/2025,web,won,7").encode(), 4, 1, "not a date"),
        Defective("unknown outcome", text(*ROWS, "A-4,2025-02-01,web,maybe,7").encode(), 4, 1, "won: won; lost: lost; open: open"),
        Defective("key given twice", text(*ROWS, ROWS[0]).encode(), 4, 1, "its key was given before"),
        Defective("key missing", text(*ROWS, ",2025-02-01,web,won,7").encode(), 4, 1, "it is empty and must not be"),
        Defective("missing marks", text(*ROWS, "A-4,N/A,NULL,open,-").encode(), 4, 0, ""),
        Defective("currency and percent", text(*ROWS, 'A-4,2025-02-01,web,won,"€ 1,234.50"').encode(), 4, 0, "currency sign"),
        Defective("closed without a date", text(*ROWS, "A-4,,web,won,7").encode(), 4, 1, "cannot be put in order"),
        Defective("closed before it came in", text("A-1,2025-02-01,web,won,7,2025-01-01", header=HEADER + ",outcome_at").encode(), 1, 1, "before the lead came in"),
        Defective("infinite amount", text(*ROWS, "A-4,2025-02-01,web,won,1e999").encode(), 4, 1, "not a number"),
    ]  # fmt: skip


def defective_files() -> list[Defective]:
    """Makes all of them, in a fixed order."""
    makers: tuple[Callable[[], list[Defective]], ...] = (
        broken_text, odd_shapes, encodings, not_tables, broken_values,
    )  # fmt: skip
    return [file for maker in makers for file in maker()]


def checked(defective: Defective, folder: Path) -> CheckReport:
    """Writes the file into a new workspace and checks it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / defective.file).write_bytes(defective.content)
    (folder / "salescope.yaml").write_text(SETTINGS.format(file=defective.file), encoding="utf-8")
    return check_workspace(load_workspace(folder, environment={}))


def shortcoming(defective: Defective, report: CheckReport) -> str:
    """Says what is wrong with the report of a defective file; empty where it is clear and loses no row."""
    table = report.tables[0]
    said = json.dumps(report.to_dict(), ensure_ascii=False)
    if defective.is_unreadable:
        return "" if table.problem.endswith(".") and defective.says in table.problem else f"problem: {table.problem!r}"
    if table.problem:
        return f"unexpected problem: {table.problem}"
    if table.rows_in != defective.rows_in or table.quarantined != defective.quarantined:
        return f"{table.rows_in} rows in, {table.quarantined} quarantined: {table.reasons}"
    if table.accepted + table.quarantined != table.rows_in:
        return f"{table.rows_in} rows in, but {table.accepted} + {table.quarantined} out"
    if len(report.checked["leads"].rejected) != table.quarantined:
        return "the quarantine lists other rows than the report counts"
    return "" if defective.says in said else f"the report does not say {defective.says!r}: {said}"
