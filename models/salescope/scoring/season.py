"""The yearly wave of a company's business, as a clock that runs faster in busy months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salescope.scoring.members import Floats

__all__ = ["FLAT", "YearlyWave"]

TURN = 2.0 * np.pi / 365.25


@dataclass(frozen=True, slots=True)
class YearlyWave:
    """Says how busy each day of the year is, 1 on average.

    Parameters
    ----------
    cosine, sine : float
        ``busyness = 1 + cosine * cos(turn * day) + sine * sin(turn * day)``, one turn in 365.25 days; together below
        1, so that no day is ever less than empty.

    Notes
    -----
    A purchase process of constant rate on this clock is one whose rate rises and falls with the year. Days are counted
    from 1970-01-01.

    Examples
    --------
    >>> wave = YearlyWave(cosine=0.0, sine=-0.2)
    >>> wave.elapsed(np.array([0.0, 0.0]), np.array([180.0, 365.25])).round(1)
    array([156.8, 365.2])
    """

    cosine: float = 0.0
    sine: float = 0.0

    @property
    def is_flat(self) -> bool:
        """Says whether every day is like every other."""
        return self.cosine == 0.0 and self.sine == 0.0

    def busyness(self, day: Floats) -> Floats:
        """Gives how busy moments are.

        Parameters
        ----------
        day : ndarray of float64, shape (n_moments,)
            Days since 1970-01-01.

        Returns
        -------
        ndarray of float64, shape (n_moments,)
        """
        return np.asarray(1.0 + self.cosine * np.cos(TURN * day) + self.sine * np.sin(TURN * day))

    def elapsed(self, start: Floats, stop: Floats) -> Floats:
        """Gives how much business passes between two moments: days, each counted as often as it is busy.

        Parameters
        ----------
        start, stop : ndarray of float64, shape (n_spans,)
            Days since 1970-01-01.

        Returns
        -------
        ndarray of float64, shape (n_spans,)
        """
        if self.is_flat:
            return stop - start
        over_cosine, over_sine = self.parts(start, stop)
        return stop - start + self.cosine * over_cosine + self.sine * over_sine

    @staticmethod
    def parts(start: Floats, stop: Floats) -> tuple[Floats, Floats]:
        """Integrates the cosine and the sine between two moments, which is how elapsed business changes with them.

        Parameters
        ----------
        start, stop : ndarray of float64, shape (n_spans,)
            Days since 1970-01-01.

        Returns
        -------
        tuple of ndarray of float64, each of shape (n_spans,)
        """
        over_cosine = (np.sin(TURN * stop) - np.sin(TURN * start)) / TURN
        over_sine = (np.cos(TURN * start) - np.cos(TURN * stop)) / TURN
        return over_cosine, over_sine


FLAT = YearlyWave()
