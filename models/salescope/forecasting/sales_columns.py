"""Columns of sales: words, times and amounts, read so that the order of rows and the type of a column do not matter."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.frames.errors import MisalignedError

__all__ = ["LARGEST", "UNKNOWN", "exact_sums", "joined", "local", "moments", "worded"]

UNKNOWN = "unknown"
"""The word for an attribute that is missing."""

LARGEST = 1e15
"""The largest amount of one row: sums of more are not exact to the cent."""

_OLDEST, _NEWEST = np.datetime64("1700-01-01"), np.datetime64("2200-01-01")


def worded(column: pd.Series, *, missing: str | None = None) -> pd.Categorical:
    """Reads a column of words.

    Parameters
    ----------
    column : Series, shape (n_rows,)
        Of any type; what is written alike is one word.
    missing : str, optional
        The word for what is missing or empty; without one it stays missing.

    Returns
    -------
    Categorical, shape (n_rows,)
        Its categories are sorted, and all of them occur.

    Examples
    --------
    >>> list(worded(pd.Series(["b", None, 7]), missing="unknown"))
    ['b', 'unknown', '7']
    """
    codes, found = pd.factorize(column)
    words = np.asarray([str(word) for word in found] + [missing or ""], dtype=object)
    words[words == ""] = missing or ""
    codes = np.where(codes < 0, len(found), codes)
    seen = np.unique(codes)
    labels, place = np.unique(words[seen].astype(str), return_inverse=True)
    renamed = np.zeros(len(words), dtype=np.int64)
    renamed[seen] = place
    empty = bool(len(labels)) and labels[0] == ""
    return pd.Categorical.from_codes(
        renamed[codes] - int(empty), categories=pd.Index(labels[int(empty) :], dtype=object)
    )


def joined(columns: dict[str, pd.Categorical]) -> pd.Categorical:
    """Calls rows by what they are, as the nodes of a tree are called.

    Parameters
    ----------
    columns : dict of str to Categorical, each of shape (n_rows,)
        At least one attribute; none is missing.

    Returns
    -------
    Categorical, shape (n_rows,)

    Examples
    --------
    >>> words = pd.Categorical(["N", "S"]), pd.Categorical(["1", "1"])
    >>> list(joined({"region": words[0], "rep": words[1]}))
    ['region=N/rep=1', 'region=S/rep=1']
    """
    label = np.asarray([""], dtype=object)
    place = np.zeros(len(next(iter(columns.values()))), dtype=np.int64)
    for name, words in columns.items():
        codes, found = pd.factorize(place * len(words.categories) + words.codes)
        head, tail = np.divmod(found, max(len(words.categories), 1))
        ends = np.asarray([f"{name}={word}" for word in words.categories], dtype=object)
        label = np.asarray([f"{a}/{b}" if a else b for a, b in zip(label[head], ends[tail], strict=True)], dtype=object)
        place = codes
    return worded(pd.Series(pd.Categorical.from_codes(place, categories=pd.Index(label, dtype=object))))


def moments(column: pd.Series, *, name: str) -> pd.Series:
    """Reads a column of times.

    Parameters
    ----------
    column : Series, shape (n_rows,)
        Times, dates, or words as ISO 8601 writes them.
    name : str
        The column, for the message.

    Returns
    -------
    Series of datetime64[ns], shape (n_rows,)
        Naive; NaT where there is none, or none of this age.

    Raises
    ------
    MisalignedError
        If times have a time zone, or are numbers.

    Examples
    --------
    >>> moments(pd.Series(["2026-03-17", "soon"]), name="date").dt.year.tolist()
    [2026.0, nan]
    """
    if pd.api.types.is_numeric_dtype(column) and len(column):
        raise MisalignedError(name, found="numbers", accepted="dates, or text as 2026-03-17")
    zoned = isinstance(column.dtype, pd.DatetimeTZDtype)
    if not zoned and not pd.api.types.is_datetime64_dtype(column):
        zoned = any(getattr(value, "tzinfo", None) is not None for value in column)
        column = column if zoned else _parsed(column)
        zoned = zoned or isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype == object
    if zoned:
        raise MisalignedError(name, found="times with a time zone", accepted="local times without one")
    inside = (column >= _OLDEST) & (column < _NEWEST)
    return column.where(inside).astype("datetime64[ns]")


def local(moment: pd.Timestamp, *, name: str = "as_of") -> pd.Timestamp:
    """Reads one moment.

    Parameters
    ----------
    moment : Timestamp
        Or what Timestamp reads.
    name : str
        The argument, for the message.

    Returns
    -------
    Timestamp
        Naive.

    Raises
    ------
    MisalignedError
        If it has a time zone, or is none.

    Examples
    --------
    >>> local(pd.Timestamp("2026-03-17"))
    Timestamp('2026-03-17 00:00:00')
    """
    read = pd.Timestamp(moment)
    if pd.isna(read) or read.tzinfo is not None:
        raise MisalignedError(name, found=f"the value {moment}", accepted="a local time without a time zone")
    return read


def exact_sums(cells: Ints, y: Floats) -> tuple[Ints, Floats]:
    """Adds numbers up by cell, so that the order of rows does not change a bit.

    Parameters
    ----------
    cells : ndarray of int, shape (n_rows,)
        Which cell each number is in.
    y : ndarray of float, shape (n_rows,)
        Finite.

    Returns
    -------
    cells : ndarray of int, shape (n_cells,)
        The cells that occur, sorted.
    sums : ndarray of float, shape (n_cells,)

    Examples
    --------
    >>> exact_sums(np.array([5, 2, 5]), np.array([1.0, 2.0, 3.0]))
    (array([2, 5]), array([2., 4.]))
    """
    order = np.lexsort((y, cells))
    found, first = np.unique(cells[order], return_index=True)
    sums = np.add.reduceat(y[order], first) if len(first) else np.zeros(0)
    return found.astype(np.int64), np.asarray(sums, dtype=np.float64)


def _parsed(column: pd.Series) -> pd.Series:
    with warnings.catch_warnings():
        # Of mixed time zones pandas makes objects, and warns: the caller refuses those.
        warnings.simplefilter("ignore", FutureWarning)
        return pd.to_datetime(column.astype(object), errors="coerce", format="ISO8601")
