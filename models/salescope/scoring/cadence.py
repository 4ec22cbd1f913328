"""How often a customer should be seen, and by how much that is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from salescope.frames.errors import OutOfRangeError, UnknownNameError
from salescope.scoring.members import Floats
from salescope.scoring.tiers import TIERS

__all__ = ["Cadence"]

QUARTER, HALF_YEAR = 91.0, 182.0


@dataclass(frozen=True, slots=True)
class Cadence:
    """Says how many days may pass between contacts.

    Parameters
    ----------
    days : mapping of str to float, default {"champions": 91.0}
        By tier; the customers of high value are seen every quarter.
    otherwise : float, default 182
        For every other tier: half a year.
    most : float, default 1
        How many cadences overdue count at most; beyond, waiting longer makes a contact no more urgent, so that the
        longest forgotten do not crowd out all others.

    Raises
    ------
    UnknownNameError
        When a tier is not known.
    OutOfRangeError
        When a number is not above 0.

    Examples
    --------
    >>> cadence = Cadence()
    >>> cadence.of(["champions", "loyal"]).tolist()
    [91.0, 182.0]
    >>> cadence.urgency(["champions", "loyal", "loyal"], since_contact=np.array([136.5, 100.0, 999.0])).tolist()
    [0.5, 0.0, 1.0]
    """

    days: Mapping[str, float] = field(default_factory=lambda: {"champions": QUARTER})
    otherwise: float = HALF_YEAR
    most: float = 1.0

    def __post_init__(self) -> None:
        for tier in self.days:
            if tier not in TIERS:
                raise UnknownNameError(tier, what="tier", where="Cadence", accepted=list(TIERS))
        for name, value in {**self.days, "otherwise": self.otherwise, "most": self.most}.items():
            if not value > 0:
                raise OutOfRangeError(value, name=name, where="Cadence", least="more than 0")

    def of(self, tiers: Sequence[str]) -> Floats:
        """Gives the days between contacts.

        Parameters
        ----------
        tiers : sequence of str, shape (n_customers,)

        Returns
        -------
        ndarray of float64, shape (n_customers,)
        """
        return np.array([self.days.get(tier, self.otherwise) for tier in tiers], dtype=np.float64)

    def urgency(self, tiers: Sequence[str], *, since_contact: Floats) -> Floats:
        """Gives the days overdue as a share of the cadence.

        Parameters
        ----------
        tiers : sequence of str, shape (n_customers,)
        since_contact : ndarray of float64, shape (n_customers,)
            Days since the last contact; NaN where it is not known whether there was one.

        Returns
        -------
        ndarray of float64, shape (n_customers,)
            0 until the day it is due, 1 from a whole cadence later on (`most`); 1 where nothing is known.
        """
        cadence = self.of(tiers)
        late = np.clip((since_contact - cadence) / cadence, 0.0, self.most)
        return np.where(np.isnan(since_contact), 1.0, late)
