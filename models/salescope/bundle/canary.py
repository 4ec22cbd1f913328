"""Canary rows: records with the exact values a fitted model gave them, which the loaded model must give again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.bundle.strict_json import canonical_json, parse_json
from salescope.frames.errors import CanaryError, DamagedBundleError

__all__ = ["CANARY", "MOST_ROWS", "Answering", "build_canary", "check_canary"]

CANARY = "canary.json"
MOST_ROWS = 64

Floats = npt.NDArray[np.float64]
Records = Sequence[Mapping[str, Any]]


class Answering(Protocol):
    """Describes what canaries need of a model."""

    def canary_values(self, records: Records) -> Floats:
        """Answers records, float64 of shape (n_records,) or (n_records, k)."""
        ...


def build_canary(model: Answering, rows: pd.DataFrame | Records) -> bytes:
    """Records the values that a fitted model gives to some rows.

    Parameters
    ----------
    model : Answering
        The fitted model.
    rows : DataFrame, shape (n_rows, n_columns), or sequence of mappings, shape (n_rows,)
        Of a frame the first 63 rows are used and one with nothing known is added; of records, which may be nested, the
        first 64. They become part of the bundle, so they should hold what the model reads and nothing else.

    Returns
    -------
    bytes
        Canonical JSON with the rows and their values as hexadecimal floats, which lose no bit.

    Notes
    -----
    The values are those of the rows as JSON gives them back, not as they were: a date that became text is text on both
    sides of the comparison.
    """
    records = _records(rows)
    values = [_to_hex(value) for value in _values(model, records).tolist()]
    return canonical_json({"rows": records, "values": values})


def check_canary(model: Answering, data: bytes) -> None:
    """Checks that a loaded model gives the canary rows the recorded values, bit for bit.

    Parameters
    ----------
    model : Answering
        The model as loaded.
    data : bytes
        What :func:`build_canary` wrote.

    Raises
    ------
    DamagedBundleError
        If the rows and numbers do not fit together.
    CanaryError
        If any bit of any answer differs.
    """
    records, expected = _read(data)
    found = _values(model, records)
    if found.shape != expected.shape:
        problem = f"it holds values of shape {expected.shape} where the model answers {found.shape}"
        raise DamagedBundleError(CANARY, problem=problem)
    # Bits, not values: 0.0 equals -0.0 and NaN differs from itself.
    differing = np.argwhere(expected.view(np.int64) != found.view(np.int64))
    if len(differing):
        place = tuple(differing[0])
        raise CanaryError(int(place[0]), expected=float(expected[place]), found=float(found[place]))


def _records(rows: pd.DataFrame | Records) -> list[dict[str, Any]]:
    if not isinstance(rows, pd.DataFrame):
        return [dict(row) for row in rows[:MOST_ROWS]]
    known = json.loads(rows.head(MOST_ROWS - 1).to_json(orient="records", date_format="iso", double_precision=15))
    return [*known, dict.fromkeys(map(str, rows.columns))]


def _values(model: Answering, records: Records) -> Floats:
    values = np.array(model.canary_values(records), dtype=np.float64, order="C")
    # A number that could not be computed has many bit patterns, of which text keeps one.
    values[np.isnan(values)] = np.nan
    return values


def _read(data: bytes) -> tuple[list[dict[str, Any]], Floats]:
    match parse_json(data, file=CANARY):
        # Bundles of leads from before there were other kinds call the values log-odds, which theirs are.
        case {"rows": [_, *_] as rows, "values": list(written)} | {"rows": [_, *_] as rows, "log_odds": list(written)}:
            if len(rows) <= MOST_ROWS and len(rows) == len(written) and all(isinstance(row, dict) for row in rows):
                return rows, _from_written(written)
    raise DamagedBundleError(CANARY, problem=f"it must hold 1 to {MOST_ROWS} rows and as many values")


def _from_written(written: list[Any]) -> Floats:
    lengths = {len(row) if isinstance(row, list) else None for row in written}
    if len(lengths) > 1:
        raise DamagedBundleError(CANARY, problem="its values are not equally many a row")
    numbers = [[_from_hex(one) for one in row] if isinstance(row, list) else _from_hex(row) for row in written]
    return np.array(numbers, dtype=np.float64)


def _to_hex(value: float | list[float]) -> str | list[str]:
    return [float.hex(one) for one in value] if isinstance(value, list) else float.hex(value)


def _from_hex(number: object) -> float:
    try:
        return float.fromhex(str(number))
    except (ValueError, OverflowError):
        raise DamagedBundleError(CANARY, problem=f"{str(number)[:24]!r} is not a hexadecimal float") from None
