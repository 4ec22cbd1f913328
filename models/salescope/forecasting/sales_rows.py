"""Rows of long sales as they come: which can be read, which are refused and why, and which are known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.frames.errors import MisalignedError, MissingColumnError

__all__ = ["UNKNOWN", "SalesRows", "exact_sums", "joined", "moments", "worded"]

UNKNOWN = "unknown"
"""The word for an attribute that is missing."""

_OLDEST, _NEWEST = np.datetime64("1700-01-01"), np.datetime64("2200-01-01")


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesRows:
    """Holds long sales that can be read, beside those that cannot.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, 3 + n_attributes)
        ``series_id`` and the attributes as categoricals of words, ``date``, ``y``, and ``posted_at`` where it is known.
    refused : DataFrame, shape (n_refused, 5)
        ``row`` (position in what was given), ``series_id``, ``date``, ``y`` and ``reason``.
    """

    rows: pd.DataFrame
    refused: pd.DataFrame

    @classmethod
    def read(cls, sales: pd.DataFrame, *, attributes: Sequence[str]) -> SalesRows:
        """Reads long sales.

        Parameters
        ----------
        sales : DataFrame, shape (n_rows, n_columns)
            ``series_id``, ``date``, ``y``, or Nixtla's ``unique_id``, ``ds``, ``y``; and the attributes. Without an
            identifier a series is what has the same attributes.
        attributes : sequence of str
            Columns that say what a series is.

        Returns
        -------
        SalesRows

        Raises
        ------
        MissingColumnError
            If a column is not there.
        MisalignedError
            If times have a time zone, or are numbers.
        """
        names = {ours: _column(sales, ours=ours, theirs=theirs) for ours, theirs in _NAMES.items()}
        missing = [ours for ours, name in names.items() if name is None and not (ours == "series_id" and attributes)]
        missing += [name for name in attributes if name not in sales]
        if missing:
            raise MissingColumnError(missing, present=[str(name) for name in sales.columns], where="long sales")
        kept = {name: worded(sales[name], missing=UNKNOWN) for name in attributes}
        known = names["series_id"]
        series = joined(kept) if known is None else worded(sales[known])
        read = {"series_id": series, "date": moments(sales[names["date"]], name="date"), "y": _numbers(sales["y"])}
        if "posted_at" in sales:
            read["posted_at"] = moments(sales["posted_at"], name="posted_at")
        rows = pd.DataFrame({**{name: kept[name] for name in attributes if name not in read}, **read})
        return cls._parted(rows)

    @classmethod
    def _parted(cls, rows: pd.DataFrame) -> SalesRows:
        y = rows["y"].to_numpy()
        wrong = {
            "no date": rows["date"].isna().to_numpy(),
            "no series": np.asarray(rows["series_id"].cat.codes) < 0,
            "y is missing or no number": np.isnan(y),
            "y is infinite": np.isinf(y),
        }
        refused = np.logical_or.reduce(list(wrong.values()))
        reason = np.select([mask[refused] for mask in wrong.values()], list(wrong), default="")
        columns = ["series_id", "date", "y"] + [name for name in ("posted_at",) if name in rows]
        said = rows.loc[refused, columns].astype({"series_id": object})
        said.insert(0, "row", np.flatnonzero(refused))
        return cls(rows=rows[~refused], refused=said.assign(reason=reason).reset_index(drop=True))

    def before(self, as_of: pd.Timestamp) -> SalesRows:
        """Keeps what is known at a moment.

        Parameters
        ----------
        as_of : Timestamp
            Naive.

        Returns
        -------
        SalesRows
            Rows of earlier dates that were not posted later either; refused rows without a date stay.
        """
        return replace(
            self, rows=self.rows[_known(self.rows, as_of)], refused=self.refused[_known(self.refused, as_of)]
        )


_NAMES = {"series_id": "unique_id", "date": "ds", "y": "y"}


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
        column = column if zoned else pd.to_datetime(column.astype(object), errors="coerce", format="ISO8601")
        zoned = zoned or isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype == object
    if zoned:
        raise MisalignedError(name, found="times with a time zone", accepted="local times without one")
    inside = (column >= _OLDEST) & (column < _NEWEST)
    return column.where(inside).astype("datetime64[ns]")


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


def _column(sales: pd.DataFrame, *, ours: str, theirs: str) -> str | None:
    return next((name for name in (ours, theirs) if name in sales), None)


def _numbers(column: pd.Series) -> Floats:
    read = pd.to_numeric(column, errors="coerce")
    return np.asarray(read.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _known(rows: pd.DataFrame, as_of: pd.Timestamp) -> npt.NDArray[np.bool_]:
    known = ~(rows["date"] >= as_of)
    if "posted_at" in rows:
        known &= ~(rows["posted_at"] >= as_of)
    return known.to_numpy()
