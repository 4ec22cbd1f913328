"""How much of a trained representative's sales somebody brings who came lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.frames.errors import OutOfRangeError
from salescope.planning.grid import Floats

__all__ = ["Ramp", "fitted_ramp", "tenure_of"]

SPEEDS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0)
MOST_MONTHS = 24.0
DAYS = 30.4375


@dataclass(frozen=True)
class Ramp:
    """Is the curve of learning: what is missing at first fades exponentially with months in the company.

    Parameters
    ----------
    missing : float, default 0.5
        Share of a trained representative's sales that a newcomer without experience does not bring on the first day, 0
        to 1.
    months : float, default 4.0
        Months in which what is missing falls to .37 of itself; above 0.
    experience : float, default 10.0
        Years in the trade, before joining, that halve what is missing; above 0, and ``inf`` if they do not help.

    Raises
    ------
    OutOfRangeError
        If a number cannot be meant.

    Notes
    -----
    The defaults are conventions, for a force in which nobody's beginning was seen: half of the sales on the first
    day, four fifths after four months, nineteen twentieths after nine. `fitted_ramp` draws the first two towards what
    was seen; what experience is worth is never learned, for few join who have any.

    Examples
    --------
    >>> Ramp().at(np.array([-1.0, 0.0, 4.0, 12.0]), seniority=np.zeros(4)).round(2)
    array([0.  , 0.5 , 0.82, 0.98])
    """

    missing: float = 0.5
    months: float = 4.0
    experience: float = 10.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.missing <= 1.0:
            raise OutOfRangeError(self.missing, name="missing", where="Ramp", least="0 and at most 1")
        for name, value in (("months", self.months), ("experience", self.experience)):
            if not value > 0.0:
                raise OutOfRangeError(value, name=name, where="Ramp", least="a little above 0")

    def at(self, tenure: Floats, *, seniority: Floats) -> Floats:
        """Computes what is brought at a tenure.

        Parameters
        ----------
        tenure : ndarray of float
            Months in the company; below 0 before it.
        seniority : ndarray of float
            Years in the trade before joining, of a shape that goes with `tenure`.

        Returns
        -------
        ndarray of float
            1 for somebody trained, 0 before the first day.
        """
        gap = self.missing * np.exp(-tenure.clip(0.0) / self.months) * 2.0 ** (-seniority / self.experience)
        return np.where(tenure >= 0.0, 1.0 - gap, 0.0)


def tenure_of(since: pd.Series, *, months: Sequence[str]) -> tuple[Floats, Floats]:
    """Counts how long representatives have been there in every month, and for how much of it they are.

    Parameters
    ----------
    since : Series of datetime64, shape (n_representatives,)
        First days; missing for somebody who has long been there.
    months : sequence of str
        Calendar months, as ``2027-04``.

    Returns
    -------
    tenure : ndarray of float, shape (n_representatives, n_months)
        Months of 30.4375 days until the middle of what they are there of the month; ``inf`` where `since` is missing.
    present : ndarray of float, shape (n_representatives, n_months)
        Share of the month's days that they are with the company.

    Examples
    --------
    >>> since = pd.Series(pd.to_datetime(["2026-12-17", None]))
    >>> [found.round(2).tolist() for found in tenure_of(since, months=["2026-11", "2026-12", "2027-12"])]
    [[[0.0, 0.25, 11.98], [inf, inf, inf]], [[0.0, 0.48, 1.0], [1.0, 1.0, 1.0]]]
    """
    month = np.array(list(months), dtype="datetime64[M]")
    first, end = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]")
    came = since.to_numpy(dtype="datetime64[D]")
    known = ~np.isnat(came)
    day = np.where(known, came, first[0]).astype(np.int64)[:, None]
    start, stop = first.astype(np.int64)[None, :], end.astype(np.int64)[None, :]
    begins = np.maximum(start, day)
    present = ((stop - begins) / (stop - start)).clip(0.0)
    tenure = np.where(present > 0.0, (begins + stop) / 2.0 - day, 0.0) / DAYS
    return np.where(known[:, None], tenure, np.inf), np.where(known[:, None], present, 1.0)


def fitted_ramp(brought: Floats, *, tenure: Floats, seniority: Floats, default: Ramp | None = None) -> Ramp:
    """Learns the curve from what newcomers brought, drawn towards the default where few were seen.

    Parameters
    ----------
    brought : ndarray of float, shape (n_representatives, n_months)
        Sales divided by what a trained representative with such selling time sells in the month; NaN where not known.
    tenure : ndarray of float, shape (n_representatives, n_months)
        Months in the company in the middle of each month.
    seniority : ndarray of float, shape (n_representatives,)
        Years in the trade before joining.
    default : Ramp or None
        Where to be drawn to; None for `Ramp()`.

    Returns
    -------
    Ramp

    Notes
    -----
    For each speed of a few the share that is missing is least squares over the months of the first two years of those
    who were seen joining, and the speed with the least squares is taken, beside a level of each person's own: who
    sells little for good learns no slower. The share is then drawn to the default's by its squared standard error,
    clustered by representative, against .25 squared, the scatter that is thought of between companies. Fewer than two
    newcomers say nothing.
    """
    prior = default or Ramp()
    young = np.isfinite(brought) & (tenure >= 0.0) & (tenure <= MOST_MONTHS)
    persons = (young & (tenure < 12.0)).sum(axis=1) >= 3
    rows, columns = np.nonzero(young & persons[:, None])
    if len(np.unique(rows)) < 2:
        return prior
    lost, old = 1.0 - brought[rows, columns], tenure[rows, columns]
    eased = 2.0 ** (-seniority[rows] / prior.experience)
    fits = [_missing(np.exp(-old / speed) * eased, lost, rows=rows) for speed in SPEEDS]
    best = int(np.argmin([left for _, _, left in fits]))
    share, variance, _ = fits[best]
    trust = 0.25**2 / (0.25**2 + variance)
    missing = float(np.clip(trust * share + (1.0 - trust) * prior.missing, 0.0, 1.0))
    # The speed is as hard to tell as the share, so it is drawn by as much, in ratios.
    return Ramp(missing, float(SPEEDS[best] ** trust * prior.months ** (1.0 - trust)), prior.experience)


def _missing(fades: Floats, lost: Floats, *, rows: np.ndarray) -> tuple[float, float, float]:
    x, y = _within(fades, rows), _within(lost, rows)
    power = float(x @ x)
    if power <= 1e-12:
        return 0.0, float("inf"), float("inf")
    share = float(x @ y) / power
    left = y - share * x
    variance = float((np.bincount(rows, x * left) ** 2).sum()) / power**2
    return share, variance, float(left @ left)


def _within(values: Floats, rows: np.ndarray) -> Floats:
    counts = np.bincount(rows).clip(1)
    return np.asarray(values - (np.bincount(rows, values) / counts)[rows], dtype=np.float64)
