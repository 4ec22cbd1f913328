"""Rejected rows: with row number, column, value and reason, in a file that a spreadsheet opens safely."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.frames.formulas import inert
from salescope.sources.facts import Fault
from salescope.sources.raw import STRING, RawTable, cell_text

__all__ = ["WHY", "rejected_rows", "write_quarantine"]

WHY = ("row", "column", "value", "reason")
"""The first columns of a quarantine file; the cells of the source follow."""

LONGEST_SHOWN = 32_000
"""Letters of a cell that a spreadsheet can hold, nearly."""


def rejected_rows(raw: RawTable, faults: Sequence[Fault], *, rejected: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Lists every rejected row once, with all of its faults.

    Parameters
    ----------
    raw : RawTable
        The cells, and the rows that could not be split.
    faults : sequence of Fault
        What is wrong with which rows.
    rejected : ndarray of bool, shape (n_rows,)
        The rows that any fault marks.

    Returns
    -------
    DataFrame, shape (n_rejected, 4 + n_columns)
        The columns `WHY`, then the cells as they stand in the source; ordered by row number.
    """
    names = [str(name) if name not in WHY else f"{name} (source)" for name in raw.frame.columns]
    why: list[tuple[int, str, str, str]] = []
    positions = np.flatnonzero(rejected)
    for position in positions:
        own = [fault for fault in faults if fault.wrong[position]]
        columns = [fault.column for fault in own]
        values = [_value(raw, column, position=int(position)) for column in columns]
        reasons = [fault.reason_of(int(position)) for fault in own]
        why.append((int(raw.rows[position]), "; ".join(columns), "; ".join(values), "; ".join(reasons)))
    cells = raw.frame.iloc[positions].set_axis(names, axis="columns").reset_index(drop=True)
    whole = pd.concat([pd.DataFrame(why, columns=list(WHY)), cells], axis="columns")
    broken = pd.DataFrame([(row.row, "", _shown(row.text), row.reason) for row in raw.broken], columns=list(WHY))
    parts = [part for part in (whole, broken) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else whole
    text = {name: table[name].map(cell_text).astype(STRING) for name in table.columns if name != "row"}
    return table.assign(row=table["row"].astype("int64"), **text).sort_values("row", kind="stable", ignore_index=True)


def _value(raw: RawTable, column: str, *, position: int) -> str:
    return ", ".join(
        _shown(cell_text(raw.frame[name].iloc[position])) for name in column.split(", ") if name in raw.frame
    )


def _shown(text: str) -> str:
    readable = text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\x00")
    return readable if len(readable) <= LONGEST_SHOWN else f"{readable[:LONGEST_SHOWN]}…"


def write_quarantine(rejected: pd.DataFrame, path: Path) -> None:
    """Writes the rejected rows of a table, or removes the file of an earlier check where there are none.

    Parameters
    ----------
    rejected : DataFrame, shape (n_rejected, n_columns)
        What `rejected_rows` lists.
    path : Path
        The file; its folder is made. It is UTF-8 with a byte order mark, so that Excel opens it, and a cell that Excel
        would compute (it begins with ``=``, ``+``, ``-`` or ``@``) is kept inert by an apostrophe before it.
    """
    if rejected.empty:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_suffix(".part")
    with staged.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([inert(_cell(name)) for name in rejected.columns])
        writer.writerows([inert(_cell(cell)) for cell in row] for row in rejected.itertuples(index=False, name=None))
    staged.replace(path)


def _cell(value: object) -> str:
    return _shown(cell_text(value))
