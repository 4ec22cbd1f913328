"""The careful reader of text: row by row, so that one broken row costs one row and is explained.

The fast reader takes files that are clean throughout; this one takes the others. Both follow RFC 4180: a cell that
begins with a quote ends at the next lone quote, a quote inside of it is doubled, and a quote elsewhere is an ordinary
letter.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from salescope.sources.encoding import FOREIGN_BYTE
from salescope.sources.raw import BrokenRow

__all__ = ["LONGEST_CELL", "LONGEST_ROW", "Records", "read_records"]

LONGEST_CELL = 131_072
"""Letters in a cell; the limit of Python's csv module, four times that of Excel."""

LONGEST_ROW = 1_000_000
"""Letters in a row."""


@dataclass(slots=True)
class Records:
    """Collects what the careful reader found.

    Parameters
    ----------
    header : list of str
        The cells of the first row that is not blank.
    cells : list of list of str
        The rows that have as many cells as the header.
    rows : list of int
        Their numbers as a spreadsheet shows them.
    broken : list of BrokenRow
        The rows that could not be split.
    trailing : int
        How many rows ended with one separator too many and nothing after it.
    blank : int
        How many lines were wholly blank.
    """

    header: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)
    trailing: int = 0
    blank: int = 0


def read_records(text: str, *, separator: str) -> Records:
    r"""Splits a text into rows and explains every row that cannot be split.

    Parameters
    ----------
    text : str
        The whole text; line ends may be LF, CRLF or CR.
    separator : str
        The character between cells.

    Returns
    -------
    Records
        Header, rows and broken rows; their counts add up to the rows of the text.

    Examples
    --------
    >>> found = read_records('id,region\n1,North\n2,"South\n3,East,4\n', separator=",")
    >>> found.cells, [(row.row, row.reason) for row in found.broken]
    ([['1', 'North']], [(3, 'a quote is opened and never closed'), (4, 'it has 3 cells where the header has 2')])
    """
    lines = io.StringIO(text, newline="").readlines()
    records = Records()
    position, row = 0, 0
    while position < len(lines):
        row += 1
        cells, taken, fault = _next_record(lines, position, separator=separator, width=len(records.header))
        raw = "".join(lines[position : position + taken])
        position += taken
        if not raw.strip():
            records.blank += 1
        elif not records.header and not fault:
            records.header = cells
        else:
            _keep(records, cells, row=BrokenRow(row, raw.rstrip("\r\n"), fault))
    return records


def _keep(records: Records, cells: list[str], *, row: BrokenRow) -> None:
    width = len(records.header)
    if len(cells) == width + 1 and not cells[-1] and not row.reason:
        records.trailing += 1
        cells = cells[:-1]
    fault = row.reason or _fault_of(row.text, cells, width=width)
    if fault:
        records.broken.append(BrokenRow(row.row, row.text, fault))
    else:
        records.cells.append(cells)
        records.rows.append(row.row)


def _fault_of(text: str, cells: list[str], *, width: int) -> str:
    if "\x00" in text:
        return "it contains a zero byte"
    if FOREIGN_BYTE.search(text):
        return "it contains bytes that are not of the file's encoding"
    if len(cells) != width:
        return f"it has {len(cells)} cells where the header has {width}"
    return ""


def _next_record(lines: list[str], position: int, *, separator: str, width: int) -> tuple[list[str], int, str]:
    """Reads one row: its cells, how many lines it took, and why it is broken."""
    line = lines[position]
    if len(line) > LONGEST_ROW:
        return [], 1, f"it is longer than {LONGEST_ROW:,} letters"
    if '"' not in line:
        cells = line.rstrip("\r\n").split(separator)
        return cells, 1, _too_long(cells)
    reader = csv.reader(_bounded(lines, position), delimiter=separator, strict=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        return [], 1, _explained(str(error))
    if reader.line_num > 1 and width and len(cells) not in {width, width + 1}:
        # A stray opening quote swallows good rows up to the next quote; only its own line is given up.
        return [], 1, "a quote is opened and never closed"
    return cells, reader.line_num, _too_long(cells)


def _bounded(lines: list[str], position: int) -> Iterator[str]:
    """Yields lines until a row would be too long, so that an open quote cannot swallow the file."""
    letters = 0
    for at in range(position, len(lines)):
        letters += len(lines[at])
        if letters > LONGEST_ROW:
            return
        yield lines[at]


def _too_long(cells: list[str]) -> str:
    longest = max(map(len, cells), default=0)
    return f"a cell is longer than {LONGEST_CELL:,} letters" if longest > LONGEST_CELL else ""


def _explained(fault: str) -> str:
    if "unexpected end" in fault:
        return "a quote is opened and never closed"
    if "field larger" in fault:
        return f"a cell is longer than {LONGEST_CELL:,} letters"
    return "text follows a closing quote"
