"""The days of a tree's periods, and how what happens to its series becomes shares and means of every node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Frequency, Ints
from salescope.forecasting.tree import TOTAL, Tree
from salescope.frames.errors import UnknownNameError

__all__ = ["DAY", "DayAxis", "last_day"]

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAxis:
    """Holds every day of the periods, and which series each node means.

    Parameters
    ----------
    tree : Tree
        Which series add up to which nodes.
    days : DatetimeIndex, shape (n_days,)
        From the first day of the first period to the last of the last.
    period : ndarray of int, shape (n_days,)
        The period of each.
    count : int
        How many periods there are.
    daily : bool
        Whether a period is a day.

    Examples
    --------
    >>> from salescope.forecasting import frequency_named
    >>> tree = Tree.of(pd.DataFrame({"shop": ["a", "b"]}), levels={"shop": ["shop"]})
    >>> week = frequency_named("week")
    >>> axis = DayAxis.of(tree, dates=week.starts(pd.Timestamp("2026-11-23"), count=2), frequency=week)
    >>> axis.per_period(np.arange(14.0))
    array([ 3., 10.])
    """

    tree: Tree
    days: pd.DatetimeIndex
    period: Ints
    count: int
    daily: bool

    @classmethod
    def of(cls, tree: Tree, *, dates: pd.DatetimeIndex, frequency: Frequency) -> DayAxis:
        """Lists the days of periods.

        Parameters
        ----------
        tree : Tree
            Which series add up to which nodes.
        dates : DatetimeIndex, shape (n_periods,)
            Their first days.
        frequency : Frequency
            How long they are.

        Returns
        -------
        DayAxis
        """
        days = pd.date_range(dates[0], last_day(dates, frequency), freq="D", unit="ns")
        period = np.asarray(dates.searchsorted(days, side="right") - 1, dtype=np.int64)
        return cls(tree=tree, days=days, period=period, count=len(dates), daily=frequency.name == "day")

    def per_period(self, daily: Floats) -> Floats:
        """Averages the days of each period.

        Parameters
        ----------
        daily : ndarray of float, shape (n_days,)
            A value a day; NaN where nothing is known.

        Returns
        -------
        ndarray of float, shape (n_periods,)
            The mean of the days that are known; NaN where none is.
        """
        known = ~np.isnan(daily)
        count = np.bincount(self.period, known.astype(np.float64), self.count)
        total = np.bincount(self.period, np.nan_to_num(daily), self.count)
        return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)

    def everywhere(self, daily: Floats) -> Floats:
        """Gives every node what happens to all.

        Parameters
        ----------
        daily : ndarray of float, shape (n_days,)
            A value a day.

        Returns
        -------
        ndarray of float, shape (n_nodes, n_periods)
        """
        return np.tile(self.per_period(daily), (len(self.tree.nodes), 1))

    def averaged(self, bottom: Floats) -> Floats:
        """Averages the series of each node, each counting alike.

        Parameters
        ----------
        bottom : ndarray of float, shape (n_bottom, n_periods)
            NaN where nothing is known.

        Returns
        -------
        ndarray of float, shape (n_nodes, n_periods)
            The mean of the series that are known; NaN where none is.
        """
        known = self.tree.add_up((~np.isnan(bottom)).astype(np.float64))
        return np.where(known > 0, self.tree.add_up(np.nan_to_num(bottom)) / np.maximum(known, 1.0), np.nan)

    def blank(self, value: float) -> Floats:
        """Makes a table of the series at the bottom.

        Parameters
        ----------
        value : float
            What it is filled with.

        Returns
        -------
        ndarray of float, shape (n_bottom, n_periods)
        """
        return np.full((self.tree.sums.shape[1], self.count), value)

    def nodes(self, table: pd.DataFrame) -> Ints:
        """Finds the nodes that the rows of a table name.

        Parameters
        ----------
        table : DataFrame, shape (n_rows, n_columns)
            Its column ``node``, where there is one, names them; everyone where it is empty.

        Returns
        -------
        ndarray of int, shape (n_rows,)
            Positions in the tree.

        Raises
        ------
        UnknownNameError
            If the tree has no such node.
        """
        wanted = table["node"].fillna(TOTAL).astype(str) if "node" in table else pd.Series(TOTAL, index=table.index)
        place = {node: row for row, node in enumerate(self.tree.nodes)}
        for node in wanted[~wanted.isin(place)]:
            raise UnknownNameError(node, what="node", where="events and drivers", accepted=self.tree.nodes)
        return np.asarray([place[node] for node in wanted], dtype=np.int64)

    def series(self, node: int) -> Ints:
        """Finds the series of a node.

        Parameters
        ----------
        node : int
            Its position in the tree.

        Returns
        -------
        ndarray of int, shape (n_found,)
            Positions at the bottom.
        """
        return np.asarray(self.tree.sums[[node]].indices, dtype=np.int64)


def last_day(dates: pd.DatetimeIndex, frequency: Frequency) -> pd.Timestamp:
    """Finds the last day of periods.

    Parameters
    ----------
    dates : DatetimeIndex, shape (n_periods,)
        First days of the periods.
    frequency : Frequency
        How long they are.

    Returns
    -------
    Timestamp

    Examples
    --------
    >>> from salescope.forecasting import frequency_named
    >>> last_day(pd.DatetimeIndex(["2026-02-01"]), frequency_named("month"))
    Timestamp('2026-02-28 00:00:00')
    """
    return pd.Timestamp(frequency.starts(dates[-1], count=2)[1] - DAY)
