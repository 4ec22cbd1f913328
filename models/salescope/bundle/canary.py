"""Canary rows: records with the exact log-odds a fitted scorer gave them, which the loaded scorer must give again."""

from __future__ import annotations

import json
from typing import Any, Protocol

import numpy as np
import pandas as pd

from salescope.bundle.strict_json import canonical_json, parse_json
from salescope.frames.errors import CanaryError, DamagedBundleError

__all__ = ["CANARY", "MOST_ROWS", "LogOddsScorer", "build_canary", "check_canary"]

CANARY = "canary.json"
MOST_ROWS = 64


class LogOddsScorer(Protocol):
    """Describes what canaries need of a scorer."""

    def decision_function(self, X: Any) -> Any:  # noqa: ANN401
        """Gives the log-odds of every row, float64 of shape (n_rows,)."""
        ...


def build_canary(scorer: LogOddsScorer, rows: pd.DataFrame) -> bytes:
    """Records the log-odds that a fitted scorer gives to some rows and to a row with nothing known.

    Parameters
    ----------
    scorer : LogOddsScorer
        The fitted scorer.
    rows : DataFrame, shape (n_rows, n_columns)
        Leads as the scorer takes them; the first 63 are used. They become part of the bundle, so they should hold
        the columns the scorer reads and no others.

    Returns
    -------
    bytes
        Canonical JSON with the rows and their log-odds as hexadecimal floats, which lose no bit.

    Notes
    -----
    The log-odds are those of the rows as JSON gives them back, not as they were: a date that became text is text on
    both sides of the comparison.
    """
    known = json.loads(rows.head(MOST_ROWS - 1).to_json(orient="records", date_format="iso", double_precision=15))
    records = [*known, dict.fromkeys(map(str, rows.columns))]
    log_odds = [float.hex(value) for value in _log_odds(scorer, records)]
    return canonical_json({"log_odds": log_odds, "rows": records})


def check_canary(scorer: LogOddsScorer, data: bytes) -> None:
    """Checks that a loaded scorer gives the canary rows the recorded log-odds, bit for bit.

    Parameters
    ----------
    scorer : LogOddsScorer
        The scorer as loaded.
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
    found = _log_odds(scorer, records)
    # Bits, not values: 0.0 equals -0.0 and NaN differs from itself.
    differing = np.flatnonzero(expected.view(np.int64) != found.view(np.int64))
    if differing.size:
        row = int(differing[0])
        raise CanaryError(row, expected=float(expected[row]), found=float(found[row]))


def _log_odds(scorer: LogOddsScorer, records: list[dict[str, Any]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.ascontiguousarray(scorer.decision_function(records), dtype=np.float64)


def _read(data: bytes) -> tuple[list[dict[str, Any]], np.ndarray[Any, np.dtype[np.float64]]]:
    match parse_json(data, file=CANARY):
        case {"rows": [_, *_] as rows, "log_odds": list(numbers)}:
            if len(rows) <= MOST_ROWS and len(rows) == len(numbers) and all(isinstance(row, dict) for row in rows):
                return rows, np.array([_from_hex(number) for number in numbers], dtype=np.float64)
    raise DamagedBundleError(CANARY, problem=f"it must hold 1 to {MOST_ROWS} rows and as many log-odds")


def _from_hex(number: object) -> float:
    try:
        return float.fromhex(str(number))
    except (ValueError, OverflowError):
        raise DamagedBundleError(CANARY, problem=f"{str(number)[:24]!r} is not a hexadecimal float") from None
