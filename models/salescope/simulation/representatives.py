"""Representatives: who sells, where, how well, and since when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.simulation.labels import TEXT, labelled, numbered
from salescope.simulation.period import Floats, Ints, Period

__all__ = ["REGIONS", "SalesForce", "draw_sales_force", "representatives_table", "representatives_truth"]

REGIONS = ("North", "South", "East", "West", "Central")
TEAMS = ("field", "inside", "partner")
RAMP_DAYS = 120.0


@dataclass(frozen=True, slots=True)
class SalesForce:
    """Holds the representatives as arrays of shape ``(n_representatives,)``.

    Parameters
    ----------
    region : ndarray of int
        Position of the region in `REGIONS`; every region has at least one.
    team : ndarray of int
        Position in `TEAMS`.
    capacity : ndarray of float
        Visits a month.
    seniority : ndarray of float
        Years in the trade.
    joined : ndarray of float
        First day with the company, days since the start; negative before it.
    skill : ndarray of float
        What the representative adds to the log-odds of a lead once fully ramped.
    """

    region: Ints
    team: Ints
    capacity: Floats
    seniority: Floats
    joined: Floats
    skill: Floats

    @property
    def names(self) -> pd.api.extensions.ExtensionArray:
        """Is the key of every representative."""
        return numbered("R", np.arange(1, self.region.size + 1), width=3)

    @property
    def nodes(self) -> list[str]:
        """Is the node of every representative, as ``region=North/rep=R-001``."""
        return [f"region={REGIONS[region]}/rep={name}" for region, name in zip(self.region, self.names, strict=True)]

    def effect(self, owner: Ints, *, day: Floats) -> Floats:
        """Computes what owners add to the log-odds of leads created on given days.

        Parameters
        ----------
        owner : ndarray of int, shape (n_leads,)
            Positions of the representatives.
        day : ndarray of float, shape (n_leads,)
            When the leads were created, days since the start.

        Returns
        -------
        ndarray of float, shape (n_leads,)
            The skill, less what somebody who joined lately still has to learn.
        """
        tenure = np.maximum(day - self.joined[owner], 0.0)
        return np.asarray(self.skill[owner] - 0.7 * np.exp(-tenure / RAMP_DAYS))


def draw_sales_force(n: int, *, period: Period, rng: np.random.Generator) -> SalesForce:
    """Draws the representatives.

    Parameters
    ----------
    n : int
        How many; at least one a region.
    period : Period
        The history; a quarter of them joins during its first half.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    SalesForce
        The representatives.
    """
    seniority = rng.gamma(2.0, 3.5, n)
    late = rng.random(n) < 0.25
    joined = np.where(late, rng.uniform(0, period.days / 2, n), -rng.gamma(2.0, 500.0, n) - 1)
    return SalesForce(
        # The first five fill the regions, so that a customer of any region finds an owner.
        region=np.concatenate([np.arange(len(REGIONS)), rng.integers(0, len(REGIONS), n - len(REGIONS))]),
        team=rng.choice(len(TEAMS), n, p=[0.5, 0.35, 0.15]),
        capacity=np.round(rng.normal(60, 12, n).clip(20, 120)),
        seniority=np.round(seniority, 1),
        joined=np.floor(joined),
        skill=rng.normal(0.0, 0.28, n) + 0.12 * np.tanh((seniority - 7) / 5),
    )


def representatives_table(force: SalesForce, *, period: Period) -> pd.DataFrame:
    """Writes the table ``representatives`` of the contract.

    Parameters
    ----------
    force : SalesForce
        The representatives.
    period : Period
        The history.

    Returns
    -------
    DataFrame, shape (n_representatives, 6)
        One row a representative.
    """
    return pd.DataFrame(
        {
            "rep_id": force.names,
            "region": labelled(REGIONS, force.region),
            "team": labelled(TEAMS, force.team),
            "capacity": force.capacity,
            "seniority": force.seniority,
            "since": pd.array(period.moments(force.joined)),
        }
    ).astype({"rep_id": TEXT})


def representatives_truth(force: SalesForce) -> pd.DataFrame:
    """Writes the truth about every representative.

    Parameters
    ----------
    force : SalesForce
        The representatives.

    Returns
    -------
    DataFrame, shape (n_representatives, 2)
        ``rep_id`` and ``skill``, what the representative adds to the log-odds of a lead once fully ramped.
    """
    return pd.DataFrame({"rep_id": force.names, "skill": force.skill})
