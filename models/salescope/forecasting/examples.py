"""Small panels for the examples of docstrings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import frequency_named
from salescope.forecasting.panel import Panel

__all__ = ["monthly"]


def monthly(rows: Sequence[Sequence[float]]) -> Panel:
    """Makes a panel of months from January 2020 on.

    Parameters
    ----------
    rows : sequence of sequence of float, shape (n_series, n_periods)
        Sales; NaN before a series began.

    Returns
    -------
    Panel

    Examples
    --------
    >>> monthly([[1.0, 2.0]]).dates[-1]
    Timestamp('2020-02-01 00:00:00')
    """
    values = np.asarray(rows, dtype=np.float64)
    month = frequency_named("month")
    dates = month.starts(pd.Timestamp("2020-01-01"), count=values.shape[1])
    names = tuple(f"series {row}" for row in range(len(values)))
    return Panel(series=names, values=values, dates=dates, frequency=month)
