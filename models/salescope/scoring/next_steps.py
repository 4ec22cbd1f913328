"""What can be done about a customer, whom each step is for, and what it is taken to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.frames.errors import OutOfRangeError, UnknownNameError
from salescope.scoring.members import Floats
from salescope.scoring.tiers import TIERS

__all__ = ["STEPS", "Chance", "Step", "numbers_in"]

Chance = Literal["leaves", "stays", "certain"]


@dataclass(frozen=True, slots=True)
class Step:
    """Describes one thing a representative can do.

    Parameters
    ----------
    name : str
        What it is, as "visit".
    stake : str
        The column with the money that the step is about, in the workspace's currency.
    effect : float
        The share of the stake times its chance that the step is taken to change, 0 to 1. It is an assumption: set it
        to what your own trials showed.
    chance : {"leaves", "stays", "certain"}, default "leaves"
        The stake is in play if the customer leaves, if it stays, or in any case.
    tiers : tuple of str, default ()
        Whom it is for; empty for every tier but the one without orders.
    needs : str, optional
        A column that must be above 0, as open complaints.
    on_cadence : bool, default True
        Whether it waits until the next contact is due, and counts more the longer that is overdue.
    names : mapping of str to str
        Its name by language; the name itself where a language is missing.

    Raises
    ------
    UnknownNameError
        When a tier or the chance is not known.
    OutOfRangeError
        When the effect is not from 0 to 1.

    Examples
    --------
    >>> Step("visit", stake="value", effect=10.0)
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 10.0 is out of range for effect in Step 'visit': give a value of ...
    """

    name: str
    stake: str
    effect: float
    chance: Chance = "leaves"
    tiers: tuple[str, ...] = ()
    needs: str | None = None
    on_cadence: bool = True
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = f"Step {self.name!r}"
        if not 0 <= self.effect <= 1:
            raise OutOfRangeError(self.effect, name="effect", where=where, least="0, at most 1")
        if self.chance not in get_args(Chance):
            raise UnknownNameError(self.chance, what="chance", where=where, accepted=get_args(Chance))
        for tier in self.tiers:
            if tier not in TIERS:
                raise UnknownNameError(tier, what="tier", where=where, accepted=list(TIERS))

    def fits(self, customers: pd.DataFrame, *, tiers: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Says for whom the step is.

        Parameters
        ----------
        customers : DataFrame, shape (n_customers, n_columns)
        tiers : sequence of str, shape (n_customers,)

        Returns
        -------
        ndarray of bool, shape (n_customers,)
        """
        accepted = self.tiers or [tier for tier in TIERS if tier != "none"]
        meant = np.array([tier in accepted for tier in tiers], dtype=bool)
        return meant if self.needs is None else meant & (numbers_in(customers, self.needs) > 0)

    def gain(self, customers: pd.DataFrame, *, leaves: Floats, urgency: Floats) -> Floats:
        """Gives the expected gain.

        Parameters
        ----------
        customers : DataFrame, shape (n_customers, n_columns)
        leaves : ndarray of float64, shape (n_customers,)
            The chance that the customer leaves.
        urgency : ndarray of float64, shape (n_customers,)
            Days overdue as a share of the cadence.

        Returns
        -------
        ndarray of float64, shape (n_customers,)
            Stake × chance × effect × urgency, in the workspace's currency; NaN where a part is not known.
        """
        chances = {"leaves": leaves, "stays": 1.0 - leaves, "certain": np.ones(len(customers))}
        due = urgency if self.on_cadence else np.ones(len(customers))
        return numbers_in(customers, self.stake) * chances[self.chance] * self.effect * due


def numbers_in(customers: pd.DataFrame, column: str) -> Floats:
    """Reads a column of numbers.

    Parameters
    ----------
    customers : DataFrame, shape (n_customers, n_columns)
    column : str

    Returns
    -------
    ndarray of float64, shape (n_customers,)
        NaN where there is none, or no finite one.

    Examples
    --------
    >>> numbers_in(pd.DataFrame({"value": ["7", None, "much"]}), "value").tolist()
    [7.0, nan, nan]
    """
    numbers = pd.to_numeric(customers[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


STEPS: tuple[Step, ...] = (
    Step(
        "settle_complaint", stake="value", effect=0.2, needs="complaints_open", on_cadence=False,
        names={"en": "Settle the complaint", "zh": "處理客訴"},
    ),
    Step(
        "collect", stake="debt_overdue", effect=0.25, chance="certain", needs="debt_overdue", on_cadence=False,
        names={"en": "Collect", "zh": "催收"},
    ),
    Step(
        "visit", stake="value", effect=0.1, tiers=("champions", "loyal", "at_risk"),
        names={"en": "Visit", "zh": "拜訪"},
    ),
    Step("call", stake="value", effect=0.05, tiers=("promising", "new"), names={"en": "Call", "zh": "致電"}),
    Step(
        "win_back", stake="money_per_order", effect=0.05, tiers=("sleeping", "lost"),
        names={"en": "Win back", "zh": "挽回"},
    ),
)  # fmt: skip
"""What is recommended unless told otherwise; of equal gains the earlier step is chosen.

A complaint is settled and a debt collected as soon as there is one, for everybody; visits are for those whose value is
worth a journey, calls for the others who still buy, and who stopped is won back by one usual order. The effects are
cautious assumptions, not measurements: replace them by your own.
"""
