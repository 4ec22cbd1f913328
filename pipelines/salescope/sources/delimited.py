"""Text files with separated cells: a fast reader for clean files, a careful one for others, one answer from both."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from salescope.frames.errors import SourceError
from salescope.project import TableSettings
from salescope.sources.encoding import DecodedText, decode
from salescope.sources.raw import STRING, RawTable
from salescope.sources.records import LONGEST_CELL, Records, read_records
from salescope.sources.separator import column_names, separator_of, split_hint

__all__ = ["read_delimited"]

BLOCK = 1 << 24


@dataclass(frozen=True, slots=True)
class _Cells:
    """Holds the cells without their header, from either reader."""

    header: list[str]
    frame: pd.DataFrame
    records: Records


def read_delimited(path: Path, settings: TableSettings) -> RawTable:
    """Reads a text file with separated cells; every cell stays text.

    Parameters
    ----------
    path : Path
        The file.
    settings : TableSettings
        The encoding and the separator, where they are not to be detected.

    Returns
    -------
    RawTable
        The cells and the rows that could not be split.

    Raises
    ------
    SourceError
        If the file is empty, is not text or has no header.
    """
    decoded = decode(path.read_bytes(), source=path.name, encoding=settings.encoding)
    hint, text = split_hint(decoded.text)
    separator = settings.separator or hint or separator_of(text)
    cells = _fast(text, separator=separator) if _is_clean(text, decoded, separator=separator) else None
    cells = cells or _careful(text, separator=separator, source=path.name)
    names, notes = column_names(cells.header, source=path.name)
    frame = cells.frame.set_axis(names, axis="columns")
    frame, dropped = _without_trailing_column(frame)
    records = cells.records
    if dropped or records.trailing:
        notes = [note for note in notes if repr(dropped) not in note]
        notes.append("Rows end with a separator after their last cell.")
    if records.blank:
        notes.append(f"{records.blank:,} blank lines were left out.")
    rows = np.array(records.rows, dtype=np.int64) if records.rows else np.arange(2, len(frame) + 2, dtype=np.int64)
    return RawTable(
        frame=frame,
        rows=rows,
        source=path.name,
        form=path.suffix.lstrip(".").lower() or "text",
        broken=records.broken,
        encoding=decoded.encoding,
        separator=separator,
        notes=(*filter(None, [decoded.note]), *notes),
    )


def _is_clean(text: str, decoded: DecodedText, *, separator: str) -> bool:
    """Says whether both readers must agree: no foreign bytes, plain line ends, quotes by the book."""
    if decoded.has_foreign_bytes or "\x00" in text or text.count("\r") != text.count("\r\n"):
        return False
    if '"' not in text:
        return True
    mark = re.escape(separator)
    cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{mark}\r\n]*+)'
    return re.fullmatch(rf"(?:{cell}(?:{mark}|\r?\n))*+{cell}", text) is not None


def _fast(text: str, *, separator: str) -> _Cells | None:
    """Reads with Arrow; None where a row has not as many cells as the others, so that the careful reader says which."""
    header = next(csv.reader(io.StringIO(text[:BLOCK], newline=""), delimiter=separator), [])
    if len(header) < 2:
        return None
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(text.encode("utf-8")),
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=BLOCK, autogenerate_column_names=True),
            parse_options=pa_csv.ParseOptions(
                delimiter=separator, newlines_in_values='"' in text, ignore_empty_lines=False
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={f"f{position}": pa.large_string() for position in range(len(header))},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    longest = max(pc.max(pc.utf8_length(cells)).as_py() or 0 for cells in table.columns)
    if longest > LONGEST_CELL or table.num_columns != len(header):
        return None
    names = [cells[0].as_py() for cells in table.columns]
    frame = table.slice(1).to_pandas(types_mapper={pa.large_string(): STRING}.get)
    return _Cells(names, frame.reset_index(drop=True), Records(header=names))


def _careful(text: str, *, separator: str, source: str) -> _Cells:
    records = read_records(text, separator=separator)
    if not records.header:
        raise SourceError(source, fault="has no header that can be read", remedy="Export it again with column names")
    widths = {row.reason for row in records.broken}
    if len(records.header) == 1 and not records.cells and any("cells where" in reason for reason in widths):
        raise SourceError(
            source, fault="begins with lines above its header", remedy="Remove the lines above the header"
        )
    columns = list(zip(*records.cells, strict=True)) or [()] * len(records.header)
    frame = pd.DataFrame({position: pd.Series(list(cells), dtype=STRING) for position, cells in enumerate(columns)})
    return _Cells(records.header, frame, records)


def _without_trailing_column(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Drops a last column without name and values: every row, the header too, ends with a separator."""
    last = str(frame.columns[-1])
    if last == f"unnamed_{frame.shape[1]}" and frame.shape[1] > 1 and frame[last].str.strip().eq("").all():
        return frame.drop(columns=last), last
    return frame, ""
