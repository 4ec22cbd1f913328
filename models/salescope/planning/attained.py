"""Who had targets, how far they came, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.grid import Floats

__all__ = ["Attained", "seniority_bands"]

BANDS = (1.0, 3.0, 5.0, 10.0)


@dataclass(frozen=True)
class Attained:
    """Holds how far those who have targets came, or how likely they are to come there.

    Parameters
    ----------
    attainment : ndarray of float, shape (n_rows,)
        What was sold divided by the target; or, with `probability`, the chance of reaching it. Missing ones are left
        out.
    growth : ndarray of float, shape (n_rows,), or None
        How much each grew before the target was set, as 0.1 for 10 %; NaN where not known.
    potential : ndarray of float, shape (n_rows,), or None
        What each could be expected to sell, in any unit of money; NaN where not known.
    groups : mapping of str to array of str, shape (n_rows,)
        Names of the groups by kind, as ``region`` and ``seniority`` (see `seniority_bands`).
    probability : bool, default False
        Whether `attainment` is a probability.

    Raises
    ------
    MisalignedError
        If something is not of the rows.
    OutOfRangeError
        If an attainment is infinite, or negative or above 1 where it is a probability.
    """

    attainment: Floats = field(repr=False)
    growth: Floats | None = field(default=None, repr=False)
    potential: Floats | None = field(default=None, repr=False)
    groups: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)
    probability: bool = False

    def __post_init__(self) -> None:
        facts = {"growth": self.growth, "potential": self.potential, **self.groups}
        for name, fact in facts.items():
            if fact is not None and len(fact) != len(self.attainment):
                accepted = f"one for each of {len(self.attainment)} rows"
                raise MisalignedError(name, found=f"{len(fact)} values", accepted=accepted)
        wrong = np.isinf(self.attainment)
        if self.probability:
            wrong |= (self.attainment < 0.0) | (self.attainment > 1.0)
        if wrong.any():
            least = "0 and at most 1" if self.probability else "0, and finite"
            raise OutOfRangeError(float(self.attainment[wrong][0]), name="attainment", where="Attained", least=least)


def seniority_bands(years: Floats) -> np.ndarray:
    """Names bands of seniority, for `Attained.groups`.

    Parameters
    ----------
    years : ndarray of float, shape (n_rows,)
        Years in the trade, or with the company.

    Returns
    -------
    ndarray of str, shape (n_rows,)

    Examples
    --------
    >>> seniority_bands(np.array([0.5, 4.0, 30.0, np.nan])).tolist()
    ['under 1 year', '3 to 5 years', '10 years and more', 'not known']
    """
    between = [f"{low:.0f} to {high:.0f} years" for low, high in pairwise(BANDS)]
    names = np.array(["under 1 year", *between, f"{BANDS[-1]:.0f} years and more", "not known"])
    return np.where(np.isfinite(years), names[np.digitize(np.nan_to_num(years), BANDS)], names[-1])
