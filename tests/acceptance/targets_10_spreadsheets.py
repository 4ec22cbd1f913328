"""Row 10: texts that a spreadsheet would run, and Chinese, through .xlsx and CSV, both ways; and a hundred thousand rows."""

from __future__ import annotations

import csv
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import openpyxl
from tests.acceptance.outcome import Outcome
from tests.sources.payloads import CHINESE, PAYLOADS

from salescope.sources import read_export, write_export

COLUMNS = ("node", "cents", "chance", "reason")
TEXTS = (*PAYLOADS, *CHINESE)
ROWS = 100_000
MOST_MEGABYTES = 8.0
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def lines() -> Iterator[tuple[object, ...]]:
    """Puts every text beside numbers, a negative one among them, and every other text after it."""
    for place, text in enumerate(TEXTS):
        yield text, -100 * place - 5, 0.25, TEXTS[-place]


def in_xml(path: Path) -> list[str]:
    """Looks into the archive: what of it could run, and whether every text is a cell of text and every number none."""
    wrong = []
    with zipfile.ZipFile(path) as archive:
        wrong += [
            f"part {name}"
            for name in archive.namelist()
            if "external" in name or "vba" in name.lower() or "connections" in name
        ]
        for name in archive.namelist():
            tree = ET.fromstring(archive.read(name))
            wrong += [
                f"{each.tag} in {name}"
                for each in tree.iter()
                if each.tag.split("}")[-1] in {"f", "ddeLink", "oleLink", "hyperlink"}
            ]
            wrong += [f"quotePrefix in {name}" for each in tree.iter() if each.get("quotePrefix") in {"1", "true"}]
        rows = ET.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter(f"{SHEET}row")
    for row in list(rows)[1:]:
        types = [cell.get("t") for cell in row]
        if types != ["inlineStr", "n", "n", "inlineStr"]:
            wrong.append(f"types {types} in row {row.get('r')}")
    return wrong


def in_openpyxl(path: Path) -> list[str]:
    """Reads as another program does: the type of every cell, and numbers as they were."""
    wrong = []
    page = openpyxl.load_workbook(path).active
    for cells, line in zip(page.iter_rows(min_row=2), lines(), strict=True):
        if "".join(cell.data_type for cell in cells) != "snns":
            wrong.append(f"types of row {cells[0].row}")
        if (cells[1].value, cells[2].value) != line[1:3]:
            wrong.append(f"numbers of row {cells[0].row}")
    return wrong


def in_csv(path: Path) -> list[str]:
    """Reads as a spreadsheet does, by comma, and by a semicolon that heeds no quotes: nothing begins what runs."""
    raw = path.read_bytes()
    wrong = [] if raw.startswith(b"\xef\xbb\xbf") else ["no byte order mark"]
    runs = tuple("=+-@＝＋－＠")
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row, line in zip(list(csv.reader(file))[1:], lines(), strict=True):
            wrong += [
                f"cell {cell!r}"
                for cell in (row[0], row[3])
                if cell.startswith((*runs, "\t", "\r", "\n")) or cell.strip().startswith(runs)
            ]
            if (int(row[1]), float(row[2])) != line[1:3]:
                wrong.append(f"numbers of {row[0]!r}")
    parts = raw.decode("utf-8-sig").replace("\r", ";").replace("\n", ";").split(";")
    return wrong + [f"part {part!r}" for part in parts if part.strip('" \t\u3000\u00a0\ufeff\u200b').startswith(runs)]


def returned(path: Path) -> list[str]:
    """Reads as we do: the same texts, and the same numbers."""
    found = read_export(path)
    wrong = [] if list(found.columns) == list(COLUMNS) else [f"columns of {path.name}"]
    for row, line in zip(found.to_numpy().tolist(), lines(), strict=True):
        if [row[0], row[3]] != [line[0], line[3]]:
            wrong.append(f"{path.name}: {line[0]!r} or {line[3]!r} became {row[0]!r} and {row[3]!r}")
        if (int(row[1]), float(row[2])) != line[1:3]:
            wrong.append(f"numbers of {line[0]!r}")
    return wrong


def in_office(path: Path, folder: Path) -> list[str] | None:
    """Lets LibreOffice open a file and save it as CSV; None where this machine has none."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return None
    target = folder / path.suffix.lstrip(".")
    command = [
        program,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,true",
        "--outdir",
    ]
    subprocess.run([*command, str(target), str(path)], check=True, capture_output=True, timeout=300)
    with next(target.glob("*.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    # A formula would be saved as formula or as its result; text is saved as it is shown.
    return [
        f"{path.name} in LibreOffice: {line[0]!r}"
        for row, line in zip(rows, lines(), strict=True)
        if line[0].strip() not in row[0]
    ]


def peak_megabytes(path: Path, *, rows: int) -> float:
    """Measures what writing so many rows holds in memory at most."""
    tracemalloc.start()
    write_export(
        ((f"region={row % 7}/rep={row}", row * 100, 0.5, "=1+1 北京") for row in range(rows)), path, columns=COLUMNS
    )
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def run() -> Outcome:
    """Writes every text both ways and looks at it with other eyes."""
    wrong: list[str] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        office: list[list[str] | None] = []
        for ending in (".xlsx", ".csv"):
            path = folder / f"plan{ending}"
            write_export(lines(), path, columns=COLUMNS)
            wrong += returned(path)
            office.append(in_office(path, folder))
        wrong += in_xml(folder / "plan.xlsx") + in_openpyxl(folder / "plan.xlsx") + in_csv(folder / "plan.csv")
        wrong += [said for found in office for said in found or ()]
        peaks = [
            (peak_megabytes(folder / f"few{end}", rows=ROWS // 20), peak_megabytes(folder / f"many{end}", rows=ROWS))
            for end in (".xlsx", ".csv")
        ]
        again = len(read_export(folder / "many.xlsx")), len(read_export(folder / "many.csv"))
    for said in wrong[:20]:
        print(said)
    print("LibreOffice:", "is not on this machine" if office[0] is None else "opened both")
    figure = (
        f"{len(PAYLOADS)} formula payloads and {len(CHINESE)} other texts through .xlsx and CSV, both ways: {len(wrong)} wrong; "
        f"{ROWS:,} rows written in {peaks[0][1]:.1f} (.xlsx) and {peaks[1][1]:.1f} MB (CSV) at most, "
        f"{ROWS // 20:,} in {peaks[0][0]:.1f} and {peaks[1][0]:.1f}"
    )
    return Outcome(figure, not wrong and again == (ROWS, ROWS) and max(many for _, many in peaks) < MOST_MEGABYTES)
