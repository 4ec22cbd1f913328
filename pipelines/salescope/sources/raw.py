"""What a reader hands on: the cells as they stand in the source, and the rows that could not even be split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["STRING", "BrokenRow", "RawTable", "cell_text", "without_blank_rows"]

STRING = pd.StringDtype(storage="pyarrow", na_value=np.nan)
"""The dtype of text: Arrow memory, missing as NaN; what pandas 3 calls ``str``."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """Is a row that cannot be split into cells.

    Parameters
    ----------
    row : int
        Its number as a spreadsheet shows it: the header is row 1.
    text : str
        The row as it stands in the file.
    reason : str
        Why it cannot be split.
    """

    row: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """Holds the cells of a source before anything is understood.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The cells under the source's own column names: text, or the source's own numbers, flags and times.
    rows : ndarray of int64, shape (n_rows,)
        The number of each row as a spreadsheet shows it; of a query, its position from 1.
    source : str
        The file, or the address without its password.
    form : str
        What kind of source it is, as "csv".
    broken : sequence of BrokenRow
        The rows that could not be split.
    encoding, separator : str
        What the text was written in; empty where that has no meaning.
    notes : tuple of str
        What was noticed, as sentences for the report.
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    source: str
    form: str
    broken: Sequence[BrokenRow] = ()
    encoding: str = ""
    separator: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def rows_in(self) -> int:
        """Counts every row that was given, whole or broken; wholly blank ones are not rows."""
        return len(self.frame) + len(self.broken)


def cell_text(value: object) -> str:
    """Writes one cell of a typed source as text that reads back to the same value.

    Parameters
    ----------
    value : object
        What the reader of the source gave.

    Returns
    -------
    str
        The text; empty for a missing value.

    Examples
    --------
    >>> cell_text(5.0), cell_text(None), cell_text(True)
    ('5', '', 'true')
    """
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        if np.isnan(number):
            return ""
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


def without_blank_rows(raw: RawTable) -> RawTable:
    """Leaves out rows without a single filled cell, which spreadsheets leave behind, and says how many there were.

    Parameters
    ----------
    raw : RawTable
        The cells.

    Returns
    -------
    RawTable
        The same without blank rows.
    """
    blank = np.ones(len(raw.frame), dtype=bool)
    for position in range(raw.frame.shape[1]):
        cells = raw.frame.iloc[:, position]
        empty = cells.str.strip().eq("") | cells.isna() if cells.dtype == STRING else cells.isna()
        blank &= empty.to_numpy(dtype=bool)
        if not blank.any():
            return raw
    note = f"{blank.sum():,} blank rows were left out."
    return RawTable(
        frame=raw.frame.loc[~blank].reset_index(drop=True),
        rows=raw.rows[~blank],
        source=raw.source,
        form=raw.form,
        broken=raw.broken,
        encoding=raw.encoding,
        separator=raw.separator,
        notes=(*raw.notes, note),
    )
