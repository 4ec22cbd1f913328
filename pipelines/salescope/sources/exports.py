"""Tables for spreadsheets: .csv and .xlsx, written row by row, in which no text computes and numbers are numbers."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from salescope.frames.errors import SourceError, UnknownNameError
from salescope.frames.formulas import as_meant, inert
from salescope.sources.opening import read_cells
from salescope.sources.raw import cell_text
from salescope.sources.workbook_text import escaped

__all__ = ["MOST_LETTERS", "MOST_ROWS", "read_export", "write_export"]

Cell: TypeAlias = str | int | float | bool | Decimal | dt.date | None

MOST_ROWS = 1_048_576
"""Rows of a sheet, the heading among them."""

MOST_LETTERS = 32_767
"""Letters of a cell of a sheet."""

# Excel keeps 15 digits: what has more is a name, and not to be rounded.
_EXACT = 10**15
_LEAST_WIDTH, _MOST_WIDTH = 12, 48


def write_export(
    rows: Iterable[Sequence[object]], path: Path, *, columns: Sequence[str], sheet: str = "Salescope"
) -> int:
    r"""Writes a table for people who open it in a spreadsheet, in the format that the file's ending names.

    Parameters
    ----------
    rows : iterable of sequence of object, shape (n_rows, n_columns)
        Text, whole and other numbers, flags, dates, naive moments; what is missing is left empty. Read once, row by
        row, and none is kept: a table may be larger than memory.
    path : Path
        Ends with .csv or .xlsx; an existing file is replaced once the new one is whole.
    columns : sequence of str
        The heading.
    sheet : str, default "Salescope"
        The name of the sheet of an .xlsx file.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    SourceError
        If an .xlsx file cannot hold a cell, or so many rows.
    UnknownNameError
        If the ending is another.

    Notes
    -----
    In .xlsx every text is a cell of text, whatever it begins with. A .csv file has no types: it is UTF-8 with a byte
    order mark, by which Excel knows Chinese, and text that would run is kept inert by an apostrophe (`inert`), which
    `read_export` takes away. Whole numbers of more than 15 digits are text, for Excel would round them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "plan.csv"
    ...     _ = write_export([("=1+1", -2.5), ("北京", None)], path, columns=["node", "amount"])
    ...     path.read_text(encoding="utf-8-sig"), read_export(path)["node"].tolist()
    ("node,amount\n'=1+1,-2.5\n北京,\n", ['=1+1', '北京'])
    """
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise UnknownNameError(path.suffix, what="file ending", where=str(path), accepted=tuple(writers))
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f"{path.name}.part")
    try:
        count = write(_counted(rows), staged, columns=columns, sheet=sheet)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    return count


def read_export(path: Path) -> pd.DataFrame:
    """Reads a table that `write_export` has written, whatever a spreadsheet has made of it since.

    Parameters
    ----------
    path : Path
        .csv, .xlsx, or what else `read_cells` reads.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns)
        Text, the same that was written; missing where a cell is empty.

    Raises
    ------
    SourceError
        If it cannot be read.
    UnknownNameError
        If there is no such file.
    """
    cells = read_cells(path)
    if path.suffix.lower() == ".xlsx":
        return cells
    names = [as_meant(str(name)) for name in cells.columns]
    return cells.map(lambda cell: as_meant(cell) if isinstance(cell, str) else cell).set_axis(names, axis="columns")


def _counted(rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, list[Cell]]]:
    return ((number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=2))


def _cell(value: object) -> Cell:
    """Brings a value to what a spreadsheet knows; everything else becomes text that reads back to it."""
    plain = value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value
    if plain is None or plain is pd.NaT or plain is pd.NA:
        return None
    if isinstance(plain, dt.datetime) and plain.tzinfo is None:
        return plain.date() if plain.time() == dt.time(0) else plain
    if isinstance(plain, bool) or type(plain) is dt.date:
        return plain
    if isinstance(plain, int):
        return plain if abs(plain) < _EXACT else str(plain)
    if isinstance(plain, float | Decimal):
        return None if plain != plain else plain if np.isfinite(float(plain)) else str(plain)  # noqa: PLR0124 - NaN
    return str(plain) or None


def _write_csv(rows: Iterator[tuple[int, list[Cell]]], path: Path, *, columns: Sequence[str], sheet: str) -> int:  # noqa: ARG001 - one signature for both
    count = 0
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([inert(name) for name in columns])
        for _, cells in rows:
            writer.writerow([inert(cell) if isinstance(cell, str) else _as_text(cell) for cell in cells])
            count += 1
    return count


def _as_text(cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, dt.date) else cell_text(cell)


def _write_xlsx(rows: Iterator[tuple[int, list[Cell]]], path: Path, *, columns: Sequence[str], sheet: str) -> int:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    for place, name in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = min(max(len(name) + 4, _LEAST_WIDTH), _MOST_WIDTH)
    count = 0
    try:
        page.append([_typed(name, page, row=1, column=name, path=path) for name in columns])
        for number, cells in rows:
            if number > MOST_ROWS:
                raise _refused(path, fault=f"cannot hold more than {MOST_ROWS - 1:,} rows")
            line = zip(cells, columns, strict=True)
            page.append([_typed(cell, page, row=number, column=name, path=path) for cell, name in line])
            count += 1
    finally:
        # Where a row was refused too: what was begun lies in a temporary file until the sheet is closed.
        page.close()
    book.save(path)
    return count


def _typed(cell: Cell, page: WriteOnlyWorksheet, *, row: int, column: str, path: Path) -> object:
    if not isinstance(cell, str):
        return cell
    text = escaped(cell)
    if len(text) > MOST_LETTERS:
        fault = f"cannot hold {len(text):,} letters in one cell (row {row:,}, column {column!r})"
        raise _refused(path, fault=fault)
    typed = WriteOnlyCell(page, value=text)
    # Said after the value, of which openpyxl would make a formula where it begins with "=", or an error of "#N/A".
    typed.data_type = "s"
    return typed


def _refused(path: Path, *, fault: str) -> SourceError:
    return SourceError(path.name.removesuffix(".part"), fault=fault, remedy="Write it as .csv")
