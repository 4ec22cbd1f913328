"""The time of the year as something to learn from, where the moments go round the year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from salescope.features.cells import NEVER, instant_of
from salescope.scoring.door import Rows
from salescope.scoring.members import Floats

__all__ = ["DAY_OF_YEAR", "is_covered", "with_day_of_year"]

DAY_OF_YEAR = "day_of_year"
LONGEST_HOLE = 62
DAYS = 366


def is_covered(moments: pd.Series) -> bool:
    """Says whether moments go round the year without a hole of more than two months.

    Parameters
    ----------
    moments : Series of datetime64, shape (n_rows,)
        Naive; of any years.

    Returns
    -------
    bool

    Examples
    --------
    >>> [is_covered(pd.Series(pd.date_range("2024-03-01", periods=n, freq="MS"))) for n in (9, 12)]
    [False, True]
    """
    days = np.unique(pd.to_datetime(moments).dropna().dt.dayofyear)
    return len(days) > 0 and int(np.diff(np.append(days, days[0] + DAYS)).max()) <= LONGEST_HOLE


def with_day_of_year(rows: Rows) -> Rows:
    """Gives rows the day of the year of their moment, 1 to 366.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, n_columns) or sequence of mappings, shape (n_rows,)
        Their moment is "as_of", naive; without one the day is missing.

    Returns
    -------
    DataFrame or list of dict
        The same with "day_of_year", where they do not have it already.

    Examples
    --------
    >>> with_day_of_year([{"as_of": "2024-02-01"}, {}])
    [{'day_of_year': 32.0, 'as_of': '2024-02-01'}, {'day_of_year': nan}]
    """
    if isinstance(rows, pd.DataFrame):
        if DAY_OF_YEAR in rows.columns:
            return rows
        moments = rows["as_of"] if "as_of" in rows.columns else pd.Series(pd.NaT, index=rows.index)
        return rows.assign(**{DAY_OF_YEAR: _days(moments.to_numpy(dtype="datetime64[ns]").view(np.int64))})
    days = _days(np.array([instant_of(row.get("as_of")) for row in rows], dtype=np.int64)).tolist()
    return [
        {
            DAY_OF_YEAR: day,
            **row,
        }
        for row, day in zip(rows, days, strict=True)
    ]


def _days(instants: np.ndarray[Any, np.dtype[np.int64]]) -> Floats:
    moments = instants.view("datetime64[ns]")
    since_new_year = moments.astype("datetime64[D]") - moments.astype("datetime64[Y]").astype("datetime64[D]")
    return np.where(instants == NEVER, np.nan, since_new_year.astype(np.float64) + 1.0)
