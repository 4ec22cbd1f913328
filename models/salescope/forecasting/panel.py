"""Histories of many series on one calendar, and what is known of the periods ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Frequency, Ints

__all__ = ["Known", "Panel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Holds drivers that are known for the periods ahead as well: events, promotions, prices.

    Parameters
    ----------
    values : mapping of str to ndarray of float, each of shape (n_series, n_periods + n_ahead)
        One array a driver, periods of history first; NaN where nothing is known.
    kinds : mapping of str to str
        What each driver is: "event" (0 means nothing happens), "price" or "driver".

    Examples
    --------
    >>> known = Known(values={"promotion": np.array([[0.0, 1.0, 0.0]])}, kinds={"promotion": "event"})
    >>> known.until(2).values["promotion"]
    array([[0., 1.]])
    """

    values: Mapping[str, Floats] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def until(self, period: int) -> Known:
        """Keeps the periods before one.

        Parameters
        ----------
        period : int
            So many periods are kept.

        Returns
        -------
        Known
        """
        return replace(self, values={name: value[:, :period] for name, value in self.values.items()})

    def only(self, rows: Ints) -> Known:
        """Keeps some of the series.

        Parameters
        ----------
        rows : ndarray of int, shape (n_kept,)
            Their positions.

        Returns
        -------
        Known
        """
        return replace(self, values={name: value[rows] for name, value in self.values.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Holds the histories of series on one calendar.

    Parameters
    ----------
    series : tuple of str, shape (n_series,)
        What each is called.
    values : ndarray of float, shape (n_series, n_periods)
        Sales; NaN before a series began, and nowhere else.
    dates : DatetimeIndex, shape (n_periods,)
        First day of each period, without gaps.
    frequency : Frequency
        How long a period is.
    known : Known
        Drivers of the same series, over these periods and those ahead.
    group : ndarray of int, shape (n_series,), or None
        Which level each series belongs to, for models that learn from many; None for one level.

    Examples
    --------
    >>> from salescope.forecasting import frequency_named
    >>> month = frequency_named("month")
    >>> dates = month.starts(pd.Timestamp("2026-01-01"), count=3)
    >>> panel = Panel(series=("a",), values=np.array([[np.nan, 2.0, 3.0]]), dates=dates, frequency=month)
    >>> panel.began, panel.until(2).values
    (array([1]), array([[nan,  2.]]))
    """

    series: tuple[str, ...]
    values: Floats
    dates: pd.DatetimeIndex
    frequency: Frequency
    known: Known = field(default_factory=Known)
    group: Ints | None = None

    @property
    def began(self) -> Ints:
        """Is the position of the first period of each series; the count of periods where there is none."""
        seen = ~np.isnan(self.values)
        first: Ints = np.where(seen.any(axis=1), seen.argmax(axis=1), self.values.shape[1]).astype(np.int64)
        return first

    def until(self, period: int) -> Panel:
        """Cuts the history; what is known of later periods stays, for it is known ahead.

        Parameters
        ----------
        period : int
            So many periods are kept.

        Returns
        -------
        Panel
        """
        return replace(self, values=self.values[:, :period], dates=self.dates[:period])

    def only(self, rows: Ints) -> Panel:
        """Keeps some of the series.

        Parameters
        ----------
        rows : ndarray of int, shape (n_kept,)
            Their positions.

        Returns
        -------
        Panel
        """
        return replace(
            self,
            series=tuple(self.series[row] for row in rows),
            values=self.values[rows],
            known=self.known.only(rows),
            group=None if self.group is None else self.group[rows],
        )
