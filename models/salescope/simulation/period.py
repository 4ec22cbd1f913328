"""The days a made company lives through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["SECONDS_A_DAY", "Floats", "Ints", "Moments", "Period"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Moments = NDArray[np.datetime64]

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Period:
    """Holds the history of a company and the days ahead of it.

    Parameters
    ----------
    start : pandas.Timestamp
        First day, naive local midnight.
    days : int
        Days of history: everything recorded lies in ``[start, end)``.
    ahead : int, default 365
        Days after ``end`` for which the calendar and the demand are known to the simulator.

    Examples
    --------
    >>> period = Period(pd.Timestamp("2024-01-01"), days=10)
    >>> period.end
    Timestamp('2024-01-11 00:00:00')
    >>> period.moments(np.array([0.5, np.nan]))
    array(['2024-01-01T12:00:00.000000000',                           'NaT'],
          dtype='datetime64[ns]')
    """

    start: pd.Timestamp
    days: int
    ahead: int = 365

    @property
    def end(self) -> pd.Timestamp:
        """Is the first midnight after the history."""
        return self.start + pd.Timedelta(days=self.days)

    @property
    def span(self) -> int:
        """Is the count of known days, history and ahead together."""
        return self.days + self.ahead

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Is every known day, shape ``(span,)``."""
        return pd.date_range(self.start, periods=self.span, freq="D", unit="ns")

    def moments(self, days: Floats) -> Moments:
        """Turns days since the start into whole seconds of the calendar.

        Parameters
        ----------
        days : ndarray of float, shape (n_rows,)
            Days since ``start``; NaN for never.

        Returns
        -------
        ndarray of datetime64[ns], shape (n_rows,)
            Naive local moments, NaT where the day is NaN.
        """
        known = np.isfinite(days)
        seconds = np.floor(np.where(known, days, 0.0) * SECONDS_A_DAY).astype("timedelta64[s]")
        moments = np.datetime64(self.start, "ns") + seconds.astype("timedelta64[ns]")
        return np.where(known, moments, np.datetime64("NaT", "ns"))
