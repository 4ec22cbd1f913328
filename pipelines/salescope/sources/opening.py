"""Opening a source: the right reader for a file's ending or an address."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from salescope.frames.errors import SourceError, UnknownNameError
from salescope.project import TableSettings
from salescope.sources.columnar import read_parquet
from salescope.sources.database import read_database
from salescope.sources.delimited import read_delimited
from salescope.sources.raw import RawTable, without_blank_rows
from salescope.sources.spreadsheet import read_spreadsheet

__all__ = ["READERS", "open_source", "read_cells"]

READERS = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".xlsx": read_spreadsheet,
    ".parquet": read_parquet,
}
"""The reader of each ending; letter case is ignored."""


def open_source(settings: TableSettings, *, folder: Path) -> RawTable:
    """Reads the cells of a source, whatever it is.

    Parameters
    ----------
    settings : TableSettings
        A file or an address, already resolved.
    folder : Path
        The folder of the workspace, which messages leave out.

    Returns
    -------
    RawTable
        The cells without wholly blank rows.

    Raises
    ------
    UnknownNameError
        If there is no such file, sheet or table.
    SourceError
        If it cannot be read, or is too large.
    """
    if settings.path is None:
        return without_blank_rows(read_database(settings))
    path = Path(settings.path)
    if not path.is_file():
        near = sorted(entry.name for entry in path.parent.iterdir()) if path.parent.is_dir() else []
        shown = path.parent.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path.parent)
        where = "the folder of the workspace" if shown == "." else shown
        raise UnknownNameError(path.name, what="file", where=where, accepted=near)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        fault = f"has the unknown ending {path.suffix!r}"
        raise SourceError(path.name, fault=fault, remedy=f"Accepted: {', '.join(READERS)}")
    megabytes = path.stat().st_size / 1e6
    if megabytes > settings.max_megabytes:
        fault = f"has {megabytes:,.0f} megabytes, over the limit of {settings.max_megabytes:,}"
        raise SourceError(path.name, fault=fault, remedy="Raise its 'max_megabytes' in salescope.yaml or split it")
    return without_blank_rows(reader(path, settings))


def read_cells(path: Path) -> pd.DataFrame:
    """Reads the cells of a file that is no table of the data contract.

    Parameters
    ----------
    path : Path
        .csv, .tsv, .txt, .xlsx or .parquet.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns)
        Text, or the file's own numbers, flags and times; missing where a cell is empty.

    Raises
    ------
    UnknownNameError
        If there is no such file.
    SourceError
        If it cannot be read.
    """
    whole = path.resolve()
    cells = open_source(TableSettings(path=str(whole)), folder=whole.parent).frame
    return cells.mask(cells.map(lambda cell: isinstance(cell, str) and not cell.strip()), None)
