"""Periods of a forecast: days, weeks, months and quarters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salescope.frames.errors import UnknownNameError

__all__ = ["FREQUENCIES", "Floats", "Frequency", "Ints", "frequency_named"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Frequency:
    """Says how long a period is, and how many of them make a season.

    Parameters
    ----------
    name : {"day", "week", "month", "quarter"}
        The word for it.
    alias : str
        Pandas' name of the first day of a period; weeks begin on Monday.
    season : int
        Periods of one season: a week of days, a year of everything else.
    year : int
        Periods of a year.
    quarter : int
        Periods of a quarter.

    Examples
    --------
    >>> month = frequency_named("month")
    >>> month.season, month.starts(pd.Timestamp("2026-03-17"), count=2).strftime("%d.%m.").tolist()
    (12, ['01.03.', '01.04.'])
    """

    name: str
    alias: str
    season: int
    year: int
    quarter: int

    def starts(self, moment: pd.Timestamp, *, count: int) -> pd.DatetimeIndex:
        """Lists the first days of periods.

        Parameters
        ----------
        moment : Timestamp
            Naive; lies in the first of the periods.
        count : int
            How many.

        Returns
        -------
        DatetimeIndex, shape (count,)
        """
        return pd.date_range(self.floor(pd.DatetimeIndex([moment]))[0], periods=count, freq=self.alias, unit="ns")

    def floor(self, moments: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """Finds the first day of the period of each moment.

        Parameters
        ----------
        moments : DatetimeIndex, shape (n_moments,)
            Naive.

        Returns
        -------
        DatetimeIndex, shape (n_moments,)
            Midnights.
        """
        code = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q-DEC"}[self.name]
        return moments.to_period(code).to_timestamp(how="start").as_unit("ns")


FREQUENCIES = (
    Frequency("day", "D", 7, 365, 91),
    Frequency("week", "W-MON", 52, 52, 13),
    Frequency("month", "MS", 12, 12, 3),
    Frequency("quarter", "QS", 4, 4, 1),
)


def frequency_named(name: str) -> Frequency:
    """Finds a frequency.

    Parameters
    ----------
    name : str
        "day", "week", "month" or "quarter".

    Returns
    -------
    Frequency

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> frequency_named("week").season
    52
    >>> frequency_named("fortnight")
    Traceback (most recent call last):
    ...
    salescope.frames.errors.UnknownNameError: Unknown frequency 'fortnight' in a forecast: ...
    """
    known = {frequency.name: frequency for frequency in FREQUENCIES}
    if name not in known:
        raise UnknownNameError(name, what="frequency", where="a forecast", accepted=tuple(known))
    return known[name]
