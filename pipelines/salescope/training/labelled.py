"""What any scorer of probabilities is trained on: rows whose outcome is known, each with its place in time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["LabelledRows", "keep_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRows:
    """Holds the rows that a scorer learns from.

    Parameters
    ----------
    features : DataFrame, shape (n_rows, n_columns)
        One row for each outcome, as the subject was known at its moment; excluded columns are gone.
    y : ndarray of int64, shape (n_rows,)
        1 for the outcome whose chance is learned (won, left), 0 for the other.
    order : ndarray, shape (n_rows,)
        Sortable time from which on each outcome was known; row numbers where the table has no time.
    seen_at : ndarray, shape (n_rows,)
        The moment at which each subject was looked at; ``order`` where the table has no time.
    period : ndarray of int64 or None, shape (n_rows,)
        Number of the period of each row, rising in time.
    group : ndarray or None, shape (n_rows,)
        Whose row it is, where a subject has several: random folds keep them together.
    as_of : str
        The moment of training: just after the newest record, or "row n" without times. ISO 8601.
    digest : str
        SHA-256 of the accepted rows of every table that was read.
    """

    features: pd.DataFrame
    y: npt.NDArray[np.int64]
    order: npt.NDArray[Any]
    seen_at: npt.NDArray[Any]
    period: npt.NDArray[np.int64] | None = None
    group: npt.NDArray[Any] | None = None
    as_of: str
    digest: str

    @property
    def positive(self) -> int:
        """Counts the rows with outcome 1."""
        return int(self.y.sum())

    def take(self, positions: npt.NDArray[np.int64]) -> LabelledRows:
        """Gives some of the rows.

        Parameters
        ----------
        positions : ndarray of int64, shape (n_taken,)
            Which, in the order wanted.

        Returns
        -------
        LabelledRows
            With the same ``as_of`` and ``digest``.
        """
        return LabelledRows(
            features=self.features.iloc[positions],
            y=self.y[positions],
            order=self.order[positions],
            seen_at=self.seen_at[positions],
            period=None if self.period is None else self.period[positions],
            group=None if self.group is None else self.group[positions],
            as_of=self.as_of,
            digest=self.digest,
        )


def keep_rows(rows: LabelledRows, *, model: str, folder: Path) -> Path:
    """Keeps the rows that were learned from, named by the digest of what was read.

    Parameters
    ----------
    rows : LabelledRows
        What was read.
    model : str
        The model that learns from them, as "leads".
    folder : Path
        Where such files are kept; made where it is missing.

    Returns
    -------
    Path
        The Parquet file; an existing one of the same digest is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model}-{rows.digest[:16]}.parquet"
    if not path.exists():
        kept = rows.features.assign(y=rows.y).convert_dtypes(dtype_backend="pyarrow")
        kept.to_parquet(path.with_suffix(".part"), index=False)
        path.with_suffix(".part").replace(path)
    return path
