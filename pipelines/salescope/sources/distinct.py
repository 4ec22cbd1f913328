"""A column as its distinct values: everything is understood once a value, however often it occurs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.sources.raw import STRING, cell_text

__all__ = ["ALWAYS_MISSING", "MISSING_IN_MEASURES", "Distinct", "distinct_values"]

ALWAYS_MISSING = frozenset({"", "null", "(null)", "n/a", "#n/a", "nan", "nat", "\\n", "-", "--", "–", "—"})
"""Marks of a missing value in every column; letter case is ignored."""

MISSING_IN_MEASURES = frozenset({"na", "none", "nil", "?", "."})
"""Marks of a missing value in numbers, times and flags only: as words they may mean something, as NA for Namibia."""

INVISIBLE = "\ufeff\u200b\u00a0\u202f\x1a"


@dataclass(frozen=True, slots=True)
class Distinct:
    """Holds a column as distinct values and the place of each.

    Parameters
    ----------
    uniques : Series of str, shape (n_values,)
        The distinct values that are not missing, trimmed.
    codes : ndarray of int64, shape (n_rows,)
        The position of each row's value among them; -1 for a missing one.
    """

    uniques: pd.Series[Any]
    codes: npt.NDArray[np.int64]

    def spread(self, meant: pd.Series[Any]) -> pd.Series[Any]:
        """Gives every row what its value means.

        Parameters
        ----------
        meant : Series, shape (n_values,)
            The meaning of each distinct value.

        Returns
        -------
        Series, shape (n_rows,)
            The same for rows; missing where the row's value is.
        """
        filler = pd.Series([pd.NA if meant.dtype == "boolean" else np.nan]).astype(meant.dtype)
        whole = pd.concat([meant.reset_index(drop=True), filler], ignore_index=True)
        return whole.take(self.codes).reset_index(drop=True)

    def rows_where(self, wrong: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Marks the rows whose value is marked.

        Parameters
        ----------
        wrong : ndarray of bool, shape (n_values,)
            The distinct values that are marked.

        Returns
        -------
        ndarray of bool, shape (n_rows,)
            The rows.
        """
        return np.append(wrong, False)[self.codes]

    def without(self, marks: frozenset[str]) -> Distinct:
        """Counts further marks as missing.

        Parameters
        ----------
        marks : frozenset of str
            The marks, in lower case.

        Returns
        -------
        Distinct
            The column without them.
        """
        missing = self.uniques.str.lower().isin(list(marks)).to_numpy(dtype=bool)
        if not missing.any():
            return self
        codes = np.where(missing, -1, np.cumsum(~missing) - 1)
        return Distinct(self.uniques[~missing].reset_index(drop=True), np.append(codes, -1)[self.codes])


def distinct_values(cells: pd.Series[Any], *, missing: Iterable[str] = ()) -> Distinct:
    """Finds the distinct values of a column of text, or of a typed column written as text.

    Parameters
    ----------
    cells : Series, shape (n_rows,)
        The cells as they stand in the source.
    missing : iterable of str, default ()
        Marks of a missing value beside the usual ones.

    Returns
    -------
    Distinct
        The distinct values, trimmed, in order of first appearance.

    Examples
    --------
    >>> distinct_values(pd.Series([" web", "fair", "", "web", "N/A"])).codes.tolist()
    [0, 1, -1, 0, -1]
    """
    text = cells if cells.dtype == STRING else pd.Series([cell_text(value) for value in cells], dtype=STRING)
    raw_codes, raw_values = pd.factorize(text)
    trimmed = pd.Series(raw_values, dtype=STRING).str.replace(f"[{INVISIBLE}]", " ", regex=True).str.strip()
    codes, values = pd.factorize(trimmed)
    whole = Distinct(pd.Series(values, dtype=STRING), np.append(codes, -1)[raw_codes].astype(np.int64))
    return whole.without(ALWAYS_MISSING | {mark.strip().lower() for mark in missing})
