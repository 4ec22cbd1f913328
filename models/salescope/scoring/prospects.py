"""Customers beside the best step for each, its gain, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import word_of
from salescope.frames.errors import MissingColumnError, UnknownNameError
from salescope.scoring.members import Floats
from salescope.scoring.next_policy import NextPolicy
from salescope.scoring.next_reasons import NextReasons, Situation
from salescope.scoring.next_steps import Step, numbers_in
from salescope.scoring.tiers import TIERS

__all__ = ["Prospects", "prospects_of"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Prospects:
    """Holds customers who may be contacted, one position each.

    Parameters
    ----------
    ids : ndarray of str, shape (n_customers,)
        Their keys.
    representative : list of str or None, shape (n_customers,)
        Who looks after each.
    tiers : list of str, shape (n_customers,)
    since, every, leaves : ndarray of float64, shape (n_customers,)
        Days since the last contact, days between contacts, the chance to leave; NaN where not known.
    facts : dict of str to ndarray of float64, shape (n_customers,)
        What the steps are about, by column.
    steps : tuple of Step, shape (n_steps,)
        The steps whose columns are there.
    gains : ndarray of float64, shape (n_steps, n_customers)
        NaN where a part is not known, minus infinity where the step is not for the customer.
    best : ndarray of int64, shape (n_customers,)
        The position of each customer's best step, the earlier of equal ones.
    gain : ndarray of float64, shape (n_customers,)
        Its gain; minus infinity where none is known.
    """

    ids: npt.NDArray[np.object_]
    representative: list[str | None]
    tiers: list[str]
    since: Floats
    every: Floats
    leaves: Floats
    facts: Mapping[str, Floats]
    steps: tuple[Step, ...]
    gains: Floats
    best: Ints
    gain: Floats

    def ranks(self, able: npt.NDArray[np.bool_]) -> Ints:
        """Ranks customers with their representatives, from 1.

        Parameters
        ----------
        able : ndarray of bool, shape (n_customers,)
            Who is to be ranked.

        Returns
        -------
        ndarray of int64, shape (n_customers,)
            By falling gain, equal gains by id; 0 for the others.
        """
        order = np.lexsort((self.ids, -self.gain))
        order = order[able[order]]
        names = pd.Series([name or "" for name in self.representative], dtype=object).iloc[order]
        ranks = np.zeros(len(self.ids), dtype=np.int64)
        ranks[order] = names.groupby(names, sort=False).cumcount().to_numpy() + 1
        return ranks

    def situation(self, row: int) -> Situation:
        """Gives what is said of a customer.

        Parameters
        ----------
        row : int

        Returns
        -------
        Situation
        """
        return Situation(
            tier=self.tiers[row],
            since=float(self.since[row]),
            every=float(self.every[row]),
            leaves=float(self.leaves[row]),
            facts={name: float(values[row]) for name, values in self.facts.items()},
        )

    def why_not(self, row: int, *, leaves: str, words: NextReasons) -> str:
        """Says why there is nothing to gain from a customer.

        Parameters
        ----------
        row : int
        leaves : str
            The column of the chance to leave.
        words : NextReasons

        Returns
        -------
        str
        """
        meant = [step for step, gain in zip(self.steps, self.gains[:, row], strict=True) if gain != -np.inf]
        customer = self.situation(row)
        if not meant:
            return words.no_step(customer)
        if any(step.on_cadence for step in meant) and customer.since <= customer.every:
            return words.not_due(customer)
        lacking = {step.stake for step in meant if np.isnan(customer.facts[step.stake])}
        if np.isnan(customer.leaves) and any(step.chance != "certain" for step in meant):
            lacking.add(leaves)
        return words.said("unknown", columns=", ".join(sorted(lacking))) if lacking else words.said("no_gain")


def prospects_of(customers: pd.DataFrame, *, policy: NextPolicy) -> Prospects:
    """Reads customers and finds what each step would gain.

    Parameters
    ----------
    customers : DataFrame, shape (n_customers, n_columns)
        Those who may be contacted.
    policy : NextPolicy

    Returns
    -------
    Prospects

    Raises
    ------
    UnknownNameError
        When a tier is not known.
    MissingColumnError
        When no step has its columns.
    """
    columns = policy.columns
    tiers = [word_of(tier) or "none" for tier in customers["tier"]]
    for tier in sorted(set(tiers) - set(TIERS)):
        raise UnknownNameError(tier, what="tier", where="customers", accepted=list(TIERS))
    leaves = _optional(customers, columns.leaves)
    since = _since_contact(customers, policy=policy)
    urgency = policy.cadence.urgency(tiers, since_contact=since)
    steps = _possible(customers, policy=policy)
    gains = np.array(
        [
            np.where(step.fits(customers, tiers=tiers), step.gain(customers, leaves=leaves, urgency=urgency), -np.inf)
            for step in steps
        ]
    )
    known = np.nan_to_num(gains, nan=-np.inf, neginf=-np.inf)
    columns_told = {name for step in steps for name in (step.stake, step.needs) if name is not None}
    return Prospects(
        ids=np.array([word_of(name) for name in customers["customer_id"]], dtype=object),
        representative=[word_of(name) for name in customers[columns.representative]],
        tiers=tiers,
        since=since,
        every=policy.cadence.of(tiers),
        leaves=leaves,
        facts={name: numbers_in(customers, name) for name in sorted(columns_told)},
        steps=steps,
        gains=gains,
        best=np.argmax(known, axis=0).astype(np.int64),
        gain=np.asarray(known.max(axis=0), dtype=np.float64),
    )


def _optional(customers: pd.DataFrame, column: str) -> Floats:
    return numbers_in(customers, column) if column in customers.columns else np.full(len(customers), np.nan)


def _since_contact(customers: pd.DataFrame, *, policy: NextPolicy) -> Floats:
    """Gives the days since the last contact; of those who never had one, since the first order."""
    columns = policy.columns
    since, first = (_optional(customers, name) for name in (columns.since_contact, columns.since_first))
    never = np.isnan(since) & (_optional(customers, columns.contacts) == 0)
    return np.where(never, first, since)


def _possible(customers: pd.DataFrame, *, policy: NextPolicy) -> tuple[Step, ...]:
    lacking: dict[str, list[str]] = {}
    for step in policy.steps:
        read = {step.stake, step.needs or step.stake} | ({policy.columns.leaves} if step.chance != "certain" else set())
        lacking[step.name] = sorted(read - set(map(str, customers.columns)))
    possible = tuple(step for step in policy.steps if not lacking[step.name])
    if not possible:
        missing = sorted({column for columns in lacking.values() for column in columns})
        raise MissingColumnError(missing, where="customers", present=[str(name) for name in customers.columns])
    return possible
