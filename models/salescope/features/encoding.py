"""Learned column encoding: attribute columns of any type become one matrix of numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import date_of, hashable_of
from salescope.features.columns import AttributeColumn, learn_column
from salescope.frames.errors import MissingColumnError, NotFittedModelError

__all__ = ["AttributeEncoder", "Feature"]

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Feature:
    """Names one column of the encoded matrix.

    Parameters
    ----------
    name : str
        The feature, as ``"created_at: weekday"``.
    source : str
        The source column it comes from.
    levels : int
        The number of categories; 0 for a number.
    """

    name: str
    source: str
    levels: int = 0


class AttributeEncoder:
    """Learns how each attribute column is read and turns frames or records into float64.

    Parameters
    ----------
    exclude : iterable of str, default ()
        Columns that are never features: the key, the outcome and what the audit refused.
    reference : sequence of str, default ("as_of", "created_at")
        The columns that say at which time a row is looked at, the first present one per row; dates become the number of
        days before it.

    Attributes
    ----------
    columns_ : tuple of AttributeColumn
        Every source column that was seen, in its order, the dropped ones too.
    features_ : tuple of Feature
        The columns of the encoded matrix.
    used_ : tuple of AttributeColumn
        The source columns that are features.
    notes_ : dict of str to str
        What was dropped or read unusually, and why.

    Examples
    --------
    >>> frame = pd.DataFrame({"source": ["web", "fair", "web"], "staff": ["12", "1,200", None]})
    >>> encoder = AttributeEncoder().fit(frame)
    >>> encoder.encode(frame)
    array([[1.0e+00, 1.2e+01],
           [0.0e+00, 1.2e+03],
           [1.0e+00,     nan]])
    >>> encoder.encode([{"staff": 12, "source": "web"}])
    array([[ 1., 12.]])
    """

    def __init__(self, *, exclude: Iterable[str] = (), reference: Sequence[str] = ("as_of", "created_at")) -> None:
        self.exclude = tuple(exclude)
        self.reference = tuple(reference)

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learns every column's kind, levels and typical values.

        Parameters
        ----------
        frame : DataFrame, shape (n_rows, n_columns)
            The training records; it is not changed.

        Returns
        -------
        AttributeEncoder
        """
        names = [name for name in frame.columns if name not in self.exclude]
        self.columns_ = tuple(learn_column(frame[name], name=str(name)) for name in names if name != "as_of")
        return self._index()

    def _index(self) -> Self:
        self.features_ = tuple(
            Feature(part, column.name, len(column.levels)) for column in self.columns_ for part in column.parts
        )
        self.notes_ = {column.name: column.note for column in self.columns_ if column.note}
        self.used_ = tuple(column for column in self.columns_ if column.kind != "dropped")
        self._codes = {
            column.name: {level: column.encode(level) for level in column.levels}
            for column in self.used_
            if column.kind == "category"
        }
        return self

    @property
    def categorical_(self) -> tuple[int, ...]:
        """Gives the positions of the categorical columns of the encoded matrix."""
        return tuple(position for position, feature in enumerate(self.features_) if feature.levels)

    def encode(self, rows: pd.DataFrame | Sequence[Record]) -> npt.NDArray[np.float64]:
        """Encodes a frame or a list of records; equal values give equal bits on both ways.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns) or sequence of mappings, shape (n_rows,)
            New rows. Columns are found by name; their order and further columns do not matter. A record may leave out
            a column, which is then missing; a frame may not.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_features)

        Raises
        ------
        MissingColumnError
            When a frame lacks a column.
        NotFittedModelError
            When nothing was learned yet.

        Examples
        --------
        >>> encoder = AttributeEncoder().fit(pd.DataFrame({"staff": [1, 2]}))
        >>> encoder.encode(pd.DataFrame({"stuff": [1]}))
        Traceback (most recent call last):
            ...
        salescope.frames.errors.MissingColumnError: Missing column 'staff' in the rows to encode; present: 'stuff'. ...
        """
        if not hasattr(self, "features_"):
            raise NotFittedModelError(type(self).__name__)
        if isinstance(rows, pd.DataFrame):
            return self._encode_frame(rows)
        encoded = np.full((len(rows), len(self.features_)), np.nan)
        for position, record in enumerate(rows):
            encoded[position] = self._encode_record(record)
        return encoded

    def _encode_record(self, record: Record) -> list[float]:
        row: list[float] = []
        for column in self.used_:
            value = record.get(column.name)
            codes = self._codes.get(column.name)
            known = codes.get(value) if codes and isinstance(value, str) else None
            parts = known or column.encode(value)
            if column.kind == "date":
                parts = (self._reference_of(record) - parts[0], parts[1])
            row.extend(parts)
        return row

    def _reference_of(self, record: Record) -> float:
        for name in self.reference:
            days = date_of(record.get(name))
            if days == days:  # noqa: PLR0124 - the cheapest test for NaN, on the path of every record
                return days
        return float("nan")

    def _encode_frame(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        missing = [column.name for column in self.used_ if column.name not in frame.columns]
        if missing:
            raise MissingColumnError(missing, where="the rows to encode", present=[str(name) for name in frame.columns])
        encoded = np.empty((len(frame), len(self.features_)))
        reference: npt.NDArray[np.float64] | None = None
        start = 0
        for column in self.used_:
            stop = start + len(column.parts)
            encoded[:, start:stop] = _encode_series(frame[column.name], column)
            if column.kind == "date":
                reference = self._reference_in(frame) if reference is None else reference
                encoded[:, start] = reference - encoded[:, start]
            start = stop
        return encoded

    def _reference_in(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        days = np.full(len(frame), np.nan)
        clock = AttributeColumn("reference", "date")
        for name in self.reference:
            if name in frame.columns:
                days = np.where(np.isnan(days), _encode_series(frame[name], clock)[:, 0], days)
        return days

    def to_state(self) -> dict[str, Any]:
        """Gives what was learned as a JSON object.

        Returns
        -------
        dict
            Plain values; floats survive a round trip through JSON bit for bit.
        """
        return {
            "exclude": list(self.exclude),
            "reference": list(self.reference),
            "columns": [column.to_state() for column in self.columns_],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Reads an encoder back from `to_state`.

        Parameters
        ----------
        state : mapping
            The JSON object.

        Returns
        -------
        AttributeEncoder

        Examples
        --------
        >>> encoder = AttributeEncoder().fit(pd.DataFrame({"staff": [1, 2]}))
        >>> import json
        >>> AttributeEncoder.from_state(json.loads(json.dumps(encoder.to_state()))).encode([{"staff": 3}])
        array([[3.]])
        """
        encoder = cls(exclude=state["exclude"], reference=state["reference"])
        encoder.columns_ = tuple(AttributeColumn.from_state(column) for column in state["columns"])
        return encoder._index()


def _encode_series(values: pd.Series, column: AttributeColumn) -> npt.NDArray[np.float64]:
    if column.kind == "number" and pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan)[:, None]
    # Equal texts read alike, so that they need no look at each cell; of other objects True and 1 are equal and do not.
    if values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) != "string":
        return _encode_objects(values, column)
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    table = np.array([*(column.encode(value) for value in distinct), column.encode(None)], dtype=np.float64)
    return table[codes]


def _encode_objects(values: pd.Series, column: AttributeColumn) -> npt.NDArray[np.float64]:
    # Values that compare equal but read differently (True and 1) must not share a code, so the type is part of the key.
    known: dict[tuple[type, Hashable], tuple[float, ...]] = {}
    cells = []
    for value in values:
        key = (type(value), hashable_of(value))
        if key not in known:
            known[key] = column.encode(value)
        cells.append(known[key])
    return np.array(cells, dtype=np.float64).reshape(len(values), len(column.parts))
