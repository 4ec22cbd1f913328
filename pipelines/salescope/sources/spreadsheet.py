"""Excel workbooks: one sheet, its cells as values; a formula counts with its stored result, and is never computed."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from salescope.frames.errors import SourceError, UnknownNameError
from salescope.project import TableSettings
from salescope.sources.raw import STRING, RawTable, cell_text
from salescope.sources.separator import column_names
from salescope.sources.workbook_text import unescaped

__all__ = ["read_spreadsheet"]


def read_spreadsheet(path: Path, settings: TableSettings) -> RawTable:
    """Reads one sheet of an .xlsx workbook; every cell becomes the text that reads back to its value.

    Parameters
    ----------
    path : Path
        The file.
    settings : TableSettings
        The sheet, and the largest size that is unpacked.

    Returns
    -------
    RawTable
        The cells. A formula without a stored result stays the inert text it is.

    Raises
    ------
    SourceError
        If the file is no workbook, is too large once unpacked, or the sheet is empty.
    UnknownNameError
        If there is no such sheet.
    """
    _check_size(path, megabytes=settings.max_megabytes)
    name, cells = _sheet(path, settings.sheet, results=False)
    notes: list[str] = []
    if any(_is_formula(cell) for row in cells for cell in row):
        _, stored = _sheet(path, name, results=True)
        typed = [
            tuple(
                result if _is_formula(cell) and result is not None else cell
                for cell, result in zip(*pair, strict=False)
            )
            for pair in zip(cells, stored, strict=False)
        ]
        # Text that begins as a formula does is alike both times, and is none.
        if typed != cells:
            notes.append("Formulas count with the result that Excel stored; they are not computed here.")
        cells = typed
    first = next((row for row, values in enumerate(cells) if any(map(_text, values))), None)
    if first is None:
        raise SourceError(path.name, fault=f"has nothing in sheet {name!r}", remedy="Set 'sheet' in salescope.yaml")
    header = [_text(cell) for cell in cells[first]]
    while header and not header[-1].strip():
        header.pop()
    names, changed = column_names(header, source=path.name)
    columns = [
        [_text(row[position]) if position < len(row) else "" for row in cells[first + 1 :]]
        for position in range(len(names))
    ]
    frame = pd.DataFrame({name: pd.Series(values, dtype=STRING) for name, values in zip(names, columns, strict=True)})
    rows = np.arange(first + 2, first + 2 + len(frame), dtype=np.int64)
    return RawTable(frame, rows, f"{path.name}, sheet {name!r}", "xlsx", notes=(*notes, *changed))


def _check_size(path: Path, *, megabytes: int) -> None:
    """Looks into the archive before it is unpacked: a few kilobytes can unpack to gigabytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise SourceError(path.name, fault="is no .xlsx workbook", remedy="Save it again as .xlsx or CSV") from None
    if unpacked > megabytes * 1_000_000:
        fault = f"unpacks to {unpacked / 1e6:,.0f} megabytes, over the limit of {megabytes:,}"
        raise SourceError(path.name, fault=fault, remedy="Raise its 'max_megabytes' in salescope.yaml or export CSV")


def _sheet(path: Path, sheet: str | None, *, results: bool) -> tuple[str, list[tuple[Any, ...]]]:
    with warnings.catch_warnings():
        # Missing styles and unknown extensions of a workbook do not concern its values.
        warnings.simplefilter("ignore", UserWarning)
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=results)
        except Exception as error:  # noqa: BLE001 - openpyxl lets any fault of a damaged archive through
            fault = f"cannot be read as a workbook ({type(error).__name__})"
            raise SourceError(path.name, fault=fault, remedy="Save it again as .xlsx or CSV") from None
        try:
            names = [each.title for each in book.worksheets]
            name = sheet or next(iter(names), "")
            if name not in names:
                raise UnknownNameError(name, what="sheet", where=path.name, accepted=names)
            cells = book[name]
            # Some CRMs write a wrong extent into the sheet, which would hide most of its cells.
            cells.reset_dimensions()
            return name, [tuple(row) for row in cells.iter_rows(values_only=True)]
        finally:
            book.close()


def _is_formula(cell: object) -> bool:
    return (isinstance(cell, str) and cell.startswith("=")) or type(cell).__name__ == "ArrayFormula"


def _text(cell: object) -> str:
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return unescaped(cell_text(getattr(cell, "text", cell)))
