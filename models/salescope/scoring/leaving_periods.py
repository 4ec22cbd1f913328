"""When customers left, as rows of person and period: what a discrete-time hazard learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import DAY
from salescope.scoring.members import Floats

__all__ = ["LeavingPeriods", "contract_periods", "silence_periods"]

Ints = npt.NDArray[np.int64]

PARTS_OF_WINDOW = 3
MOST_PERIODS = 36
FEWEST_AT_RISK = 50
MOST_STARTS = 20_000


@dataclass(frozen=True, slots=True)
class LeavingPeriods:
    """Holds one row for every period in which a customer could still leave.

    Parameters
    ----------
    row : ndarray of int64, shape (n_periods,)
        The position of the snapshot that looks ahead.
    period : ndarray of int64, shape (n_periods,)
        Which period after it, from 0.
    left : ndarray of int64, shape (n_periods,)
        1 where the customer left in that period.
    ends : tuple of float
        When every period ends, days after the snapshot.
    """

    row: Ints
    period: Ints
    left: Ints
    ends: tuple[float, ...]

    def told(self) -> LeavingPeriods:
        """Leaves out the periods at the end of which too few customers are seen to say anything.

        Returns
        -------
        LeavingPeriods
        """
        seen = np.bincount(self.period, minlength=len(self.ends))
        first = int(self.period.min()) if len(self.period) else len(self.ends)
        thin = np.flatnonzero(seen[first:] < FEWEST_AT_RISK)
        stop = first + int(thin[0]) if len(thin) else len(self.ends)
        kept = self.period < stop
        ends = self.ends[: max(stop, min(first, len(self.ends)))]
        return LeavingPeriods(self.row[kept], self.period[kept], self.left[kept], ends)


def contract_periods(days: Floats, known: Floats, *, outcome_window: int) -> LeavingPeriods:
    """Cuts the time until contracts ended into thirds of the outcome window.

    Parameters
    ----------
    days : ndarray of float64, shape (n_rows,)
        When each customer left, days after its snapshot; NaN where it had not.
    known : ndarray of float64, shape (n_rows,)
        For how many days after the snapshot it is known who left.
    outcome_window : int
        Days.

    Returns
    -------
    LeavingPeriods
        A customer is looked at from period to period until it left, and only in periods that are over.

    Examples
    --------
    >>> periods = contract_periods(np.array([40.0, np.nan]), np.array([90.0, 70.0]), outcome_window=90)
    >>> periods.row.tolist(), periods.period.tolist(), periods.left.tolist(), periods.ends
    ([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 0, 0], (30.0, 60.0, 90.0))
    """
    length = outcome_window / PARTS_OF_WINDOW
    count = int(np.clip(np.floor(known.max(initial=0.0) / length), PARTS_OF_WINDOW, MOST_PERIODS))
    over = np.minimum(np.floor(known / length), count).astype(np.int64)
    last = np.where(np.isnan(days), np.inf, np.floor(days / length))
    looked_at = np.minimum(over, last + 1).astype(np.int64)
    row = np.repeat(np.arange(len(days)), looked_at)
    period = np.arange(len(row)) - np.repeat(np.cumsum(looked_at) - looked_at, looked_at)
    ends = tuple(outcome_window * part / PARTS_OF_WINDOW for part in range(1, count + 1))
    return LeavingPeriods(row, period, (period == last[row]).astype(np.int64), ends)


def silence_periods(customer: Ints, as_of: Ints, *, silent: Ints, outcome_window: int) -> LeavingPeriods:
    """Finds for each snapshot the first later one that found the customer silent for a whole outcome window.

    Parameters
    ----------
    customer : ndarray of int64, shape (n_rows,)
        Whose snapshot it is.
    as_of : ndarray of int64, shape (n_rows,)
        Its moment, nanoseconds since 1970.
    silent : ndarray of int64, shape (n_rows,)
        1 where nothing was ordered in the window that starts there.
    outcome_window : int
        Days.

    Returns
    -------
    LeavingPeriods
        Period 0, the window of the snapshot itself, is left out: it is what the scorer answers. A period more is the
        usual distance of two moments. The ends are those of the windows, when the silence is complete.

    Examples
    --------
    >>> days, silent = np.array([0, 30, 60, 0]), np.array([0, 0, 1, 1])
    >>> periods = silence_periods(np.array([7, 7, 7, 8]), days * DAY, silent=silent, outcome_window=90)
    >>> periods.row.tolist(), periods.period.tolist(), periods.left.tolist(), periods.ends
    ([0, 0, 1], [1, 2, 1], [0, 1, 1], (90.0, 120.0, 150.0))
    """
    moments = np.unique(as_of)
    if len(moments) < 2:
        empty = np.zeros(0, dtype=np.int64)
        return LeavingPeriods(empty, empty, empty, (float(outcome_window),))
    step = float(np.median(np.diff(moments)))
    table = pd.DataFrame({"customer": customer, "as_of": as_of, "silent": silent})
    starts = table[table["silent"] == 0].reset_index(names="row")
    # Pairs grow with the square of the moments; some starts, evenly spaced over customers and moments, tell the same.
    starts = starts.sort_values(["customer", "as_of"]).iloc[:: max(-(-len(starts) // MOST_STARTS), 1)]
    pairs = starts.drop(columns="silent").merge(table, on="customer", suffixes=("", "_later"))
    pairs = pairs[pairs["as_of_later"] > pairs["as_of"]].sort_values(["row", "as_of_later"])
    before = pairs.groupby("row")["silent"].cumsum() - pairs["silent"]
    pairs = pairs[before == 0]
    pairs["period"] = ((pairs["as_of_later"] - pairs["as_of"]) / step).round().clip(lower=1).astype(np.int64)
    seen = pairs.groupby(["row", "period"], as_index=False)["silent"].max()
    count = min(int(seen["period"].max()) if len(seen) else 0, MOST_PERIODS)
    seen = seen[seen["period"] <= count]
    ends = tuple(outcome_window + number * step / DAY for number in range(count + 1))
    row, period, left = (seen[name].to_numpy(dtype=np.int64) for name in ("row", "period", "silent"))
    return LeavingPeriods(row, period, left, ends)
