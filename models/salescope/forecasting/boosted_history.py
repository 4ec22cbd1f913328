"""Histories as boosted trees see them: in units of their own, with running sums, as if no shop had been closed."""

from __future__ import annotations

import numpy as np

from salescope.forecasting.boosted_events import EventCodes, closed
from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.panel import Panel

__all__ = ["LEVEL", "BoostedHistory", "by_content", "quotient"]

LEVEL = {"day": 91, "week": 104, "month": 36, "quarter": 12}
DIGITS = 9
LEAST_OPEN = 0.5


class BoostedHistory:
    """Holds running sums of histories, each divided by its largest absolute value.

    Parameters
    ----------
    panel : Panel
        Histories, and drivers known over them and ahead.

    Attributes
    ----------
    unit : ndarray of float, shape (n_series,)
        What each series was divided by, in the unit of the sales.
    values : ndarray of float, shape (n_series, n_periods)
        Histories in that unit, as if no period were closed in part; NaN before a series began, and where more than
        half of a period was closed.
    open : ndarray of float, shape (n_series, n_known)
        The share of each period in which no event keeps sales away.
    year : int
        Whole seasons of about a year, in periods.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> history = BoostedHistory(monthly([[2.0, 4.0, 8.0]]))
    >>> history.unit, history.mean(0, 2)
    (array([8.]), array([0.375]))
    """

    def __init__(self, panel: Panel) -> None:
        values, self.unit = _in_own_unit(panel)
        self.panel = panel
        self.season = panel.frequency.season
        self.year = panel.frequency.year // self.season * self.season
        self.open: Floats = 1.0 - closed(panel)
        share = self.open[:, : values.shape[1]]
        # What little a chain sells on Sundays says nothing of what it would sell with all shops open.
        self.values: Floats = np.where(share >= LEAST_OPEN, values / np.maximum(share, LEAST_OPEN), np.nan)
        self.events = EventCodes(panel)
        filled = np.nan_to_num(self.values)
        self.sums, self.sizes, self.squares = _running(filled), _running(np.abs(filled)), _running(filled**2)
        self.zeros, self.counts = _running(self.values == 0), _running(~np.isnan(self.values))

    def mean(self, start: int, stop: int, *, of: Floats | None = None) -> Floats:
        """Averages the periods from one to another.

        Parameters
        ----------
        start, stop : int
            Positions of the first period and of the one after the last.
        of : ndarray of float, shape (n_series, n_periods + 1), optional
            Running sums; by default those of the values.

        Returns
        -------
        ndarray of float, shape (n_series,)
            NaN where a series has no such period.
        """
        first, last = max(start, 0), max(stop, 0)
        taken = self.sums if of is None else of
        return quotient(taken[:, last] - taken[:, first], self.counts[:, last] - self.counts[:, first])

    def mean_at(self, first: Ints, last: Ints) -> Floats:
        """Averages several stretches of periods.

        Parameters
        ----------
        first, last : ndarray of int, shape (n_stretches,)
            Positions of the first period of each, and of the one after the last.

        Returns
        -------
        ndarray of float, shape (n_series, n_stretches)
            NaN where a series has no such period.
        """
        return quotient(self.sums[:, last] - self.sums[:, first], self.counts[:, last] - self.counts[:, first])

    def level(self, cutoff: int) -> Floats:
        """Averages the absolute values of the newest periods before a cutoff.

        Parameters
        ----------
        cutoff : int
            Periods of history.

        Returns
        -------
        ndarray of float, shape (n_series,)
            Of the newest quarter of days, two years of weeks, three years of months or quarters; NaN before a series
            began.
        """
        answer = self.mean(cutoff - LEVEL[self.panel.frequency.name], cutoff, of=self.sizes)
        for length in (self.year, cutoff):
            # Closed for longer than that: what was sold before is the level it opens with again.
            answer = np.where(np.isnan(answer), self.mean(cutoff - length, cutoff, of=self.sizes), answer)
        return answer


def by_content(panel: Panel) -> Ints:
    """Sorts series by what they hold, so that the order in which they are given changes no bit.

    Parameters
    ----------
    panel : Panel
        Histories, and drivers known over them and ahead.

    Returns
    -------
    ndarray of int, shape (n_series,)
        Positions; the same in any unit of the sales, for they are sorted by shape first and by size second.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> by_content(monthly([[2.0, 4.0], [1.0, 2.0], [4.0, 4.0]]))
    array([1, 0, 2])
    """
    known = [panel.known.values[name] for name in sorted(panel.known.values)]
    group = np.zeros(len(panel.series)) if panel.group is None else np.asarray(panel.group, dtype=np.float64)
    values, unit = _in_own_unit(panel)
    # Adding nought makes one of both zeros.
    whole = np.ascontiguousarray(np.hstack([group[:, None], values, *known]) + 0.0)
    keys = [(row.tobytes(), float(size)) for row, size in zip(whole, unit, strict=True)]
    return np.asarray(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def quotient(above: Floats, below: Floats) -> Floats:
    """Divides where there is something to divide by.

    Parameters
    ----------
    above, below : ndarray of float
        Of shapes that broadcast.

    Returns
    -------
    ndarray of float
        NaN where `below` is nought.

    Examples
    --------
    >>> quotient(np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    array([0.5, nan])
    """
    usable = np.abs(below) > 1e-12
    return np.where(usable, above / np.where(usable, below, 1.0), np.nan)


def _in_own_unit(panel: Panel) -> tuple[Floats, Floats]:
    largest = np.abs(np.nan_to_num(panel.values)).max(axis=1, initial=0.0)
    unit: Floats = np.where(largest > 0, largest, 1.0)
    # Rounded, so that sales in another currency unit are the very same numbers.
    return np.round(panel.values / unit[:, None], DIGITS), unit


def _running(values: Floats) -> Floats:
    return np.hstack([np.zeros((len(values), 1)), np.cumsum(values, axis=1, dtype=np.float64)])
