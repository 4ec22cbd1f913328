"""DeLong's variance of the area under the ROC curve, for one model and for two judged on the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

from salescope.evaluation.outcomes import Floats, Ints

__all__ = ["Interval", "Placements", "normal_interval", "placements"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Holds the two ends of an interval.

    Parameters
    ----------
    lo : float
        The lower end.
    hi : float
        The upper end.

    Examples
    --------
    >>> 0.5 in Interval(0.48, 0.53)
    True
    """

    lo: float
    hi: float

    def __contains__(self, value: float) -> bool:
        return self.lo <= value <= self.hi


@dataclass(frozen=True, slots=True)
class Placements:
    """Holds where every won row stands among the lost ones, and the other way round.

    Parameters
    ----------
    won : ndarray of float64, shape (n_won,)
        Share of the lost rows that score below each won row, ties counted half.
    lost : ndarray of float64, shape (n_lost,)
        Share of the won rows that score above each lost row, ties counted half.
    """

    won: Floats
    lost: Floats

    @property
    def auc(self) -> float:
        """Gives the area under the ROC curve: the mean placement."""
        return float(self.won.mean())

    def minus(self, other: Placements) -> Placements:
        """Takes the row-wise difference to another model's placements on the same rows.

        Its ``auc`` is then the difference of the two areas and its ``variance`` DeLong's paired variance: the
        covariance between the models is inside the differences, so that no matrix is needed.
        """
        return Placements(self.won - other.won, self.lost - other.lost)

    @property
    def variance(self) -> float:
        """Gives DeLong's variance of ``auc``; 0 where a kind has a single row."""
        return sum(float(part.var(ddof=1)) / len(part) for part in (self.won, self.lost) if len(part) > 1)


def placements(y: Ints, score: Floats) -> Placements:
    """Finds every row's placement by midranks, in O(n log n).

    Parameters
    ----------
    y : ndarray of int64, shape (n_rows,)
        Outcomes, 0 or 1, both present.
    score : ndarray of float64, shape (n_rows,)
        Higher means more likely won; any monotone scale.

    Returns
    -------
    Placements

    Notes
    -----
    E. DeLong, D. DeLong, D. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44 (1988); the midrank form is by X. Sun and W. Xu, "Fast implementation of
    DeLong's algorithm", IEEE Signal Processing Letters 21 (2014).

    Examples
    --------
    >>> placements(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.4, 0.9])).auc
    0.875
    """
    won, lost = score[y == 1], score[y == 0]
    ranks = rankdata(score)
    above = (ranks[y == 1] - rankdata(won)) / len(lost)
    below = 1.0 - (ranks[y == 0] - rankdata(lost)) / len(won)
    return Placements(above, below)


def normal_interval(mean: float, variance: float, *, level: float = 95) -> Interval:
    """Gives the normal interval around an estimate.

    Parameters
    ----------
    mean : float
        The estimate.
    variance : float
        Its variance.
    level : float, default 95
        Percent.

    Returns
    -------
    Interval

    Examples
    --------
    >>> interval = normal_interval(0.0, 1.0)
    >>> round(interval.hi, 2)
    1.96
    """
    reach = float(norm.ppf(0.5 + level / 200.0)) * float(np.sqrt(variance))
    return Interval(mean - reach, mean + reach)
