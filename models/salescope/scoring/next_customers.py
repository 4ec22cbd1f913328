"""Recommended customers: whom each representative should turn to next, with which step, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import word_of
from salescope.frames.errors import MisalignedError, MissingColumnError
from salescope.scoring.next_policy import NextPolicy
from salescope.scoring.next_reasons import NextReasons
from salescope.scoring.next_steps import numbers_in
from salescope.scoring.prospects import Ints, Prospects, prospects_of

__all__ = ["NextCustomers", "recommend_customers"]

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NextCustomers:
    """Holds every customer in exactly one of three frames.

    Parameters
    ----------
    recommended : DataFrame, shape (n_recommended, 7)
        From the highest gain on: "customer_id", "representative", "rank" (with the representative, from 1), "step",
        "step_name", "gain" (in the workspace's currency) and "reasons", a tuple of sentences.
    not_chosen : DataFrame, shape (n_not_chosen, 5)
        "customer_id", "representative", "step" (the best; missing where there is none), "gain" and "because".
    skipped : DataFrame, shape (n_skipped, 2)
        Those who opted out: "customer_id" and "because".
    """

    recommended: pd.DataFrame
    not_chosen: pd.DataFrame
    skipped: pd.DataFrame


def recommend_customers(
    customers: pd.DataFrame,
    representatives: pd.DataFrame | None = None,
    *,
    policy: NextPolicy | None = None,
    language: str = "en",
) -> NextCustomers:
    """Recommends to each representative the customers from whom most is to be gained.

    Parameters
    ----------
    customers : DataFrame, shape (n_customers, n_columns)
        "customer_id", each once, "tier", and the columns that the policy names, in any order of rows.
    representatives : DataFrame, shape (n_representatives, n_columns), optional
        The contract's table: "rep_id" and "capacity". Without it only ``policy.top`` is a limit.
    policy : NextPolicy, optional
        How they are chosen.
    language : {"en", "zh"}, default "en"
        The language of names and reasons.

    Returns
    -------
    NextCustomers
        Nobody is lost: recommended, not chosen or skipped, and the latter two with the reason.

    Raises
    ------
    MissingColumnError
        When a column is missing, or so many that no step is left.
    MisalignedError
        When a customer or a representative is there twice.
    UnknownNameError
        When a tier or the language is not known.

    Notes
    -----
    The gain of a step is stake × chance × effect × the share of the cadence that is overdue; each customer gets the
    step of the highest gain. Taking each representative's highest gains first is then not only quick but best: a
    customer has one representative and takes one place of the capacity, so gains add up without touching each other,
    and exchanging any choice for one left out can only lose. Customers of equal gain come in the order of their ids.

    Examples
    --------
    >>> customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "owner": "R-1", "tier": "champions"})
    >>> customers = customers.assign(value=[4000.0, 900.0, 5000.0], churn_probability=0.5)
    >>> customers = customers.assign(days_since_last_contact=[125.0, 200.0, 30.0], opted_out=[False, True, False])
    >>> answer = recommend_customers(customers, pd.DataFrame({"rep_id": ["R-1"], "capacity": [10.0]}))
    >>> answer.recommended[["customer_id", "step_name", "gain"]].round(2).to_numpy().tolist()
    [['a', 'Visit', 74.73]]
    >>> answer.not_chosen["because"].tolist(), answer.skipped["because"].tolist()
    (['not due: last contact 30 days ago, due every 91 (Champions)'], ['opted out'])
    """
    policy = policy or NextPolicy()
    words = NextReasons(language)
    _check(customers, representatives, policy=policy)
    refused = policy.opt_outs.reasons(customers, language=language)
    asked = refused.isna().to_numpy()
    prospects = prospects_of(customers[asked], policy=policy)
    room = _Room.of(representatives, policy=policy)
    places = np.array([room.places(name) for name in prospects.representative], dtype=np.float64)
    ranks = prospects.ranks((prospects.gain > 0) & ~np.isnan(places))
    chosen = (ranks > 0) & (ranks <= places)
    return NextCustomers(
        recommended=_recommended(prospects, ranks=ranks, chosen=chosen, words=words),
        not_chosen=_not_chosen(prospects, ranks=ranks, chosen=chosen, told=_WhyNot(room, policy.columns.leaves, words)),
        skipped=_skipped(customers[~asked], because=refused[~asked]),
    )


@dataclass(frozen=True, slots=True)
class _Room:
    """Holds how many customers each representative can take; without a list everybody takes as many as allowed."""

    capacity: Mapping[str, float] | None
    share: float
    most: float

    @classmethod
    def of(cls, representatives: pd.DataFrame | None, *, policy: NextPolicy) -> _Room:
        most = np.inf if policy.top is None else float(policy.top)
        if representatives is None:
            return cls(None, policy.capacity_share, most)
        names = [word_of(name) or "" for name in representatives["rep_id"]]
        capacity = dict(zip(names, numbers_in(representatives, "capacity").tolist(), strict=True))
        return cls(capacity, policy.capacity_share, most)

    def places(self, name: str | None) -> float:
        """Gives the places of a representative; NaN where there is no such one, or the capacity is not known."""
        if self.capacity is None:
            return self.most
        return float(np.minimum(np.floor(self.capacity.get(name or "", np.nan) * self.share), self.most))


@dataclass(frozen=True, slots=True)
class _WhyNot:
    """Says why customers were not chosen."""

    room: _Room
    leaves: str
    words: NextReasons

    def of(self, prospects: Prospects, row: int, *, rank: int) -> str:
        name = prospects.representative[row]
        if not prospects.gain[row] > 0:
            return prospects.why_not(row, leaves=self.leaves, words=self.words)
        if self.room.capacity is not None:
            if name is None:
                return self.words.said("no_representative")
            if name not in self.room.capacity:
                return self.words.said("strange_representative", name=name)
            if np.isnan(self.room.capacity[name]):
                return self.words.said("no_capacity", name=name)
        return self.words.said("full", name=name or "–", capacity=int(self.room.places(name)), rank=rank)


def _check(customers: pd.DataFrame, representatives: pd.DataFrame | None, *, policy: NextPolicy) -> None:
    needed = {
        "customers": ("customer_id", "tier", policy.columns.representative),
        "representatives": ("rep_id", "capacity"),
    }
    for where, frame in (("customers", customers), ("representatives", representatives)):
        if frame is None:
            continue
        present = [str(name) for name in frame.columns]
        missing = [name for name in needed[where] if name not in present]
        if missing:
            raise MissingColumnError(missing, where=where, present=present)
        keys = pd.Series([word_of(key) for key in frame[needed[where][0]]], dtype=object)
        twice = keys[keys.duplicated() | keys.isna()]
        if len(twice):
            raise MisalignedError(where, found=f"the key {twice.iloc[0]!r} twice or none", accepted="each key once")


def _recommended(prospects: Prospects, *, ranks: Ints, chosen: Flags, words: NextReasons) -> pd.DataFrame:
    gain, best = prospects.gain, prospects.best
    rows = [int(row) for row in np.lexsort((prospects.ids, -gain)) if chosen[row]]
    steps = [prospects.steps[best[row]] for row in rows]
    situations = [prospects.situation(row) for row in rows]
    reasons = [
        words.chosen(step, customer, gain=float(gain[row]))
        for row, step, customer in zip(rows, steps, situations, strict=True)
    ]
    return pd.DataFrame(
        {
            "customer_id": pd.Series(prospects.ids[rows], dtype=TEXT),
            "representative": pd.Series([prospects.representative[row] for row in rows], dtype=TEXT),
            "rank": ranks[rows],
            "step": pd.Series([step.name for step in steps], dtype=TEXT),
            "step_name": pd.Series([step.names.get(words.language, step.name) for step in steps], dtype=TEXT),
            "gain": gain[rows],
            "reasons": pd.Series(reasons, dtype=object),
        }
    )


def _not_chosen(prospects: Prospects, *, ranks: Ints, chosen: Flags, told: _WhyNot) -> pd.DataFrame:
    gain, best = prospects.gain, prospects.best
    rows = [int(row) for row in np.lexsort((prospects.ids, -gain)) if not chosen[row]]
    steps = [prospects.steps[best[row]].name if gain[row] > 0 else None for row in rows]
    return pd.DataFrame(
        {
            "customer_id": pd.Series(prospects.ids[rows], dtype=TEXT),
            "representative": pd.Series([prospects.representative[row] for row in rows], dtype=TEXT),
            "step": pd.Series(steps, dtype=TEXT),
            "gain": np.where(np.isfinite(gain[rows]), gain[rows], np.nan),
            "because": pd.Series([told.of(prospects, row, rank=int(ranks[row])) for row in rows], dtype=TEXT),
        }
    )


def _skipped(customers: pd.DataFrame, *, because: pd.Series) -> pd.DataFrame:
    ids = [word_of(name) for name in customers["customer_id"]]
    told = pd.DataFrame({"customer_id": pd.Series(ids, dtype=TEXT), "because": because.to_numpy(dtype=object)})
    return told.astype({"because": TEXT}).sort_values("customer_id", ignore_index=True)
