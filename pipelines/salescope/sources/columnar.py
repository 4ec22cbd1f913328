"""Parquet files: their columns keep the types they have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from salescope.frames.errors import SourceError
from salescope.project import TableSettings
from salescope.sources.raw import STRING, RawTable, cell_text
from salescope.sources.separator import column_names

__all__ = ["read_parquet", "typed_column"]


def read_parquet(path: Path, settings: TableSettings) -> RawTable:  # noqa: ARG001 - one signature for all readers
    """Reads a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    settings : TableSettings
        The settings of the table; a Parquet file says everything itself, so none of them is needed.

    Returns
    -------
    RawTable
        The cells: numbers, flags and times with their types, everything else as text. Rows are numbered as if a header
        were row 1.

    Raises
    ------
    SourceError
        If the file is damaged or is no Parquet file.
    """
    try:
        table = pq.read_table(path, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        fault = f"cannot be read as Parquet ({type(error).__name__})"
        raise SourceError(path.name, fault=fault, remedy="Write it again") from None
    names, notes = column_names([str(name) for name in table.column_names], source=path.name)
    columns = {name: _column(cells) for name, cells in zip(names, table.columns, strict=True)}
    frame = pd.DataFrame(columns, index=range(table.num_rows))
    rows = np.arange(2, table.num_rows + 2, dtype=np.int64)
    return RawTable(frame, rows, path.name, "parquet", notes=tuple(notes))


def _column(cells: pa.ChunkedArray) -> pd.Series:
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return _column(cells.cast(kind.value_type))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.Series(cells.to_pandas(types_mapper={kind: STRING}.get), dtype=STRING)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pd.Series(cells.cast(pa.float64(), safe=False).to_numpy(), dtype="float64")
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return typed_column(pd.Series(cells.to_pandas(date_as_object=False)))
    return typed_column(pd.Series(cells.to_pylist(), dtype=object))


def typed_column(cells: pd.Series) -> pd.Series:
    """Brings a column with a type of its own to one of ours: float64, boolean, naive datetime64[ns] or text.

    Parameters
    ----------
    cells : Series, shape (n_rows,)
        The cells; times with a zone are turned to UTC.

    Returns
    -------
    Series, shape (n_rows,)
        The same values.

    Examples
    --------
    >>> typed_column(pd.Series([1, None, "x"], dtype=object)).tolist()
    ['1', '', 'x']
    """
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        naive = cells.dt.tz_convert("UTC").dt.tz_localize(None) if cells.dt.tz is not None else cells
        return naive.astype("datetime64[ns]")
    if pd.api.types.is_bool_dtype(cells.dtype):
        return cells.astype("boolean")
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.astype("float64")
    return pd.Series([cell_text(value) for value in cells], dtype=STRING)
