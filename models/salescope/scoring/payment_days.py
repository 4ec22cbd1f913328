"""The days until an invoice is paid as a distribution, of one that has waited for some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salescope.scoring.members import Floats

__all__ = ["CERTAIN", "Unpaid"]

# Log-odds that no contribution of features comes near: what has happened has the chance 1.
CERTAIN = 50.0
LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Holds the chance that invoices are unpaid at the end of every day, seen from the day of issue.

    Parameters
    ----------
    chance : ndarray of float64, shape (n_rows, n_days)
        At the end of days 0, 1, … after issue; never rising, above 0.
    daily : float
        The share paid a day beyond the last of them.

    Notes
    -----
    With S the chance and T the whole day of payment, P(T > d) = S(d), E[T] = Σ S(d), and, of an invoice that is unpaid
    when day a begins, P(T > d | T ≥ a) = S(d) ÷ S(a − 1).

    Examples
    --------
    >>> even = Unpaid(np.array([[0.75, 0.5, 0.25]]), daily=0.25)
    >>> even.mean().tolist(), even.day_of(0.5).tolist(), even.given(np.array([1.0])).mean().tolist()
    ([2.25], [1.0], [3.0])
    """

    chance: Floats
    daily: float

    @property
    def last(self) -> int:
        """Gives the last day that the chances are of; beyond it a steady share is paid a day."""
        return int(self.chance.shape[1]) - 1

    def at(self, day: Floats) -> Floats:
        """Gives the chance at the end of a day.

        Parameters
        ----------
        day : ndarray of float64, shape (n_rows,)
            Whole days after issue, those after the last one taken for it; 1 before the first.

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        place = np.clip(day, 0, self.last).astype(np.int64)
        return np.where(day < 0, 1.0, self.chance[np.arange(len(self.chance)), place])

    def anchored(self, late: Floats, *, due: Floats) -> Unpaid:
        """Lets the chance at the end of the day it is due be a given one, and keeps the shape before and after it.

        Parameters
        ----------
        late : ndarray of float64, shape (n_rows,)
            The chance of late payment.
        due : ndarray of float64, shape (n_rows,)
            Days from issue to the day it is due; where it is NaN nothing changes.

        Returns
        -------
        Unpaid

        Examples
        --------
        >>> even = Unpaid(np.array([[0.8, 0.6, 0.4, 0.2]]), daily=0.5)
        >>> even.anchored(np.array([0.5]), due=np.array([1.0])).chance.round(3).tolist()
        [[0.75, 0.5, 0.333, 0.167]]
        """
        known = ~np.isnan(due)
        then = np.clip(self.at(np.where(known, due, 0.0)), LEAST, 1.0 - LEAST)[:, None]
        wanted = np.clip(late, LEAST, 1.0 - LEAST)[:, None]
        before = 1.0 - (1.0 - wanted) * np.minimum((1.0 - self.chance) / (1.0 - then), 1.0)
        after = wanted * np.minimum(self.chance / then, 1.0)
        inside = np.arange(self.last + 1) <= np.where(known, due, 0.0)[:, None]
        chance = np.where(inside, before, after)
        return Unpaid(np.where(known[:, None], np.maximum(chance, LEAST**2), self.chance), self.daily)

    def given(self, age: Floats) -> Unpaid:
        """Takes into account that an invoice is unpaid when a day begins.

        Parameters
        ----------
        age : ndarray of float64, shape (n_rows,)
            The day, whole days after issue, at most `last` + 1.

        Returns
        -------
        Unpaid
        """
        passed = np.arange(self.last + 1) < age[:, None]
        chance = np.where(passed, 1.0, self.chance / self.at(age - 1.0)[:, None])
        return Unpaid(np.minimum(chance, 1.0), self.daily)

    def mean(self, *, after: Floats | None = None) -> Floats:
        """Gives the expected day of payment, or the expected days from another day to it.

        Parameters
        ----------
        after : ndarray of float64, shape (n_rows,), optional
            The other day; a payment before it counts 0.

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        start = np.zeros(len(self.chance)) if after is None else after
        counted = np.arange(self.last + 1) >= start[:, None]
        beyond = np.maximum(start - self.last - 1.0, 0.0)
        tail = self.chance[:, -1] * np.exp(beyond * np.log1p(-self.daily)) * (1.0 - self.daily) / self.daily
        expected: Floats = np.where(counted, self.chance, 0.0).sum(axis=1) + tail
        return expected

    def day_of(self, share: float) -> Floats:
        """Gives the day by the end of which a share is paid.

        Parameters
        ----------
        share : float
            Above 0, below 1.

        Returns
        -------
        ndarray of float64, shape (n_rows,)
            Whole days after issue.
        """
        open_then = 1.0 - share
        inside = np.count_nonzero(self.chance > open_then, axis=1)
        later = np.log(open_then / np.maximum(self.chance[:, -1], open_then)) / np.log1p(-self.daily)
        day: Floats = np.where(inside <= self.last, inside, self.last + np.ceil(later)).astype(np.float64)
        return day

    def evidence(self, age: Floats, *, due: Floats) -> Floats:
        """Gives what it adds to the log-odds of late payment that an invoice is unpaid when a day begins.

        Parameters
        ----------
        age : ndarray of float64, shape (n_rows,)
            The day, whole days after issue.
        due : ndarray of float64, shape (n_rows,)
            Days from issue to the day it is due; NaN where not known.

        Returns
        -------
        ndarray of float64, shape (n_rows,)
            Minus the logarithm of the share of those who pay in time that would still be waiting (Bayes' rule);
            ``CERTAIN`` after the day it was due, 0 where no due day is known.

        Examples
        --------
        >>> even = Unpaid(np.array([[0.8, 0.6, 0.4, 0.2]] * 3), daily=0.5)
        >>> np.exp(even.evidence(np.array([0.0, 2.0, 4.0]), due=np.full(3, 3.0))).round(2).tolist()[:2]
        [1.0, 2.0]
        """
        known: npt.NDArray[np.bool_] = ~np.isnan(due)
        day = np.where(known, due, 0.0)
        in_time = np.maximum(1.0 - self.at(day), LEAST)
        still = 1.0 - (1.0 - self.at(np.minimum(age - 1.0, day))) / in_time
        weighed = np.minimum(-np.log(np.clip(still, LEAST, 1.0)), CERTAIN)
        return np.where(known, np.where(age > day, CERTAIN, weighed), 0.0)

    def answers(self, age: Floats, *, due: Floats, levels: Sequence[float]) -> Floats:
        """Gives when invoices will be paid that are unpaid when a day begins.

        Parameters
        ----------
        age : ndarray of float64, shape (n_rows,)
            The day, whole days after issue.
        due : ndarray of float64, shape (n_rows,)
            Days from issue to the day it is due; NaN where not known.
        levels : sequence of float
            Levels of intervals, in percent.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3 + 2 * n_levels)
            The median and the mean day of payment, the days expected between the day it is due (or the age, where that
            is later) and payment, and the lower and upper day of each level.
        """
        # Beyond the last day a steady share is paid: whoever waited longer stands where that day ended.
        longer = np.maximum(age - (self.last + 1.0), 0.0)
        waited = self.given(age - longer)
        overdue = waited.mean(after=np.maximum(age, np.nan_to_num(due)) - longer)
        shares = [0.5 + sign * level / 200 for level in levels for sign in (-1, 1)]
        bounds = [waited.day_of(share) + longer for share in shares]
        missing = np.where(np.isnan(due), np.nan, overdue)
        return np.column_stack([waited.day_of(0.5) + longer, waited.mean() + longer, missing, *bounds])
