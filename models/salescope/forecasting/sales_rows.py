"""Rows of long sales as they come: which can be read, which are refused and why, and which are known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.forecasting.calendar import Floats
from salescope.forecasting.sales_columns import LARGEST, UNKNOWN, joined, moments, worded
from salescope.frames.errors import MissingColumnError

__all__ = ["SalesRows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesRows:
    """Holds long sales that can be read, beside those that cannot.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, 3 + n_attributes)
        ``series_id`` and the attributes as categoricals of words, ``date``, ``y``, and ``posted_at`` where it is known.
    refused : DataFrame, shape (n_refused, 5)
        ``row`` (position in what was given), ``series_id``, ``date``, ``y`` and ``reason``.

    Examples
    --------
    >>> sales = pd.DataFrame({"series_id": ["a", "a"], "date": ["2026-01-01", "soon"], "y": [5, 1]})
    >>> read = SalesRows.read(sales, attributes=[])
    >>> len(read.rows), read.refused["reason"].tolist()
    (1, ['no date'])
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
            f"y is beyond {LARGEST:g}": np.abs(y) > LARGEST,
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
