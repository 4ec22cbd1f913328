"""A stable fingerprint of accepted data: the same rows give the same digest, on any machine and with any reader."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salescope.sources.raw import STRING, cell_text

__all__ = ["content_digest"]


def content_digest(frames: Mapping[str, pd.DataFrame]) -> str:
    """Computes the SHA-256 of canonical frames.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        The accepted rows by table.

    Returns
    -------
    str
        The digest, 64 hexadecimal digits.

    Notes
    -----
    The order of rows counts, because it may be the order in time (``order_by: row_order``); the order of tables and
    columns does not, and neither does the dtype that holds the same text, numbers or times.

    Examples
    --------
    >>> first = content_digest({"leads": pd.DataFrame({"lead_id": ["a", "b"], "amount": [1.0, None]})})
    >>> first == content_digest({"leads": pd.DataFrame({"amount": [1.0, None], "lead_id": ["a", "b"]})})
    True
    >>> first == content_digest({"leads": pd.DataFrame({"lead_id": ["b", "a"], "amount": [None, 1.0]})})
    False
    """
    digest = hashlib.sha256()
    for table in sorted(frames):
        frame = frames[table]
        _add(digest, "table", table.encode(), str(len(frame)).encode())
        for name in sorted(str(column) for column in frame.columns):
            _add(digest, "column", name.encode(), *_content(frame[name]))
    return digest.hexdigest()


def _add(digest: Any, *parts: str | bytes) -> None:  # noqa: ANN401 - hashlib's objects have no public type
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(content)


def _content(column: pd.Series[Any]) -> tuple[bytes, ...]:
    """Writes a column as its kind, its missing rows, and its values."""
    missing = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        times = column.astype("datetime64[ns]").to_numpy().astype("<i8")
        return b"time", np.packbits(missing).tobytes(), np.where(missing, 0, times).astype("<i8").tobytes()
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype="<f8", na_value=0.0)
        # Adding zero turns -0.0 into 0.0, which equals it.
        return (
            b"number",
            np.packbits(missing).tobytes(),
            (np.where(missing, 0.0, numbers) + 0.0).astype("<f8").tobytes(),
        )
    return b"text", np.packbits(missing).tobytes(), *_words(column)


def _words(column: pd.Series[Any]) -> tuple[bytes, bytes]:
    """Writes text as the length of every value in bytes, and all values without anything between them."""
    text = column if column.dtype == STRING else pd.Series([cell_text(value) for value in column], dtype=STRING)
    words = pa.array(text, type=pa.large_string(), from_pandas=True)
    words = pc.fill_null(words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words, "")
    _, offsets, letters = words.buffers()
    ends = np.frombuffer(offsets, dtype="<i8")[words.offset : words.offset + len(words) + 1]
    content = letters.to_pybytes()[ends[0] : ends[-1]] if letters is not None and len(words) else b""
    return np.diff(ends).astype("<i8").tobytes(), content
