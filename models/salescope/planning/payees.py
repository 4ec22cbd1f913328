"""Who is paid by a plan: leaves, the nodes that are their teams, and what both are asked for and sell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning.bonus_plan import BonusPlan
from salescope.planning.futures import Futures
from salescope.planning.grid import TOTAL, Floats, Ints, PlanGrid

__all__ = ["Payees", "leaf_names"]


@dataclass(frozen=True)
class Payees:
    """Holds what a simulation of a bonus reads, in cents.

    Parameters
    ----------
    leaves : tuple of str, shape (n_leaves,)
        Their names.
    periods : tuple of str, shape (n_periods,)
        Which are paid.
    team_of : ndarray of int, shape (n_leaves,)
        Which row of the nodes is the team of each.
    teams : csr_array of int, shape (n_leaves, n_leaves)
        1 where a leaf belongs to the team of another, or its own.
    targets : ndarray of int, shape (n_leaves, n_periods)
        What each is asked for.
    sales : ndarray of int, shape (n_paths, n_leaves, n_periods)
        What each sells.
    at_target : ndarray of int, shape (n_leaves,)
        The bonus of one period at target.
    """

    leaves: tuple[str, ...]
    periods: tuple[str, ...]
    team_of: Ints
    teams: sparse.csr_array
    targets: Ints
    sales: Ints
    at_target: Ints

    @classmethod
    def of(cls, plan: BonusPlan, *, targets: Ints, futures: Futures) -> Payees:
        """Adds months up to what is paid for.

        Parameters
        ----------
        plan : BonusPlan
            Says for which periods, and by which team.
        targets : ndarray of int, shape (n_leaves, n_months)
            In cents, as `Cascade.cents`.
        futures : Futures
            Joint paths, in the workspace's currency.

        Returns
        -------
        Payees

        Raises
        ------
        MisalignedError
            If targets are not of the leaves and months of the futures, are no whole cents, or a leaf is no node.
        OutOfRangeError
            If a target is negative.
        UnknownNameError
            If a bonus is given for what is no leaf, or there is no such level of teams.
        """
        grid = futures.grid
        if targets.shape != grid.shape or targets.dtype.kind not in "iu":
            found, accepted = f"shape {targets.shape} of {targets.dtype}", f"whole cents of shape {grid.shape}"
            raise MisalignedError("targets", found=found, accepted=accepted)
        if (targets < 0).any():
            raise OutOfRangeError(int(targets.min()), name="targets", where="simulate_bonus", least=0)
        leaves, periods = leaf_names(grid), plan.periods(grid)
        months = [grid.periods[name] for name in periods]
        asked = np.stack([targets[:, inside].sum(axis=1) for inside in months], axis=1)
        sold = np.stack([futures.paths[:, :, inside].sum(axis=2) for inside in months], axis=2)
        team_of = _teams(grid, leaves=leaves, level=plan.team)
        return cls(
            leaves=leaves,
            periods=periods,
            team_of=team_of,
            teams=grid.sums[team_of].astype(np.int64),
            targets=asked.astype(np.int64),
            sales=np.rint(sold * 100.0).astype(np.int64),
            at_target=plan.cents_at_target(leaves),
        )

    def alone(self, rng: np.random.Generator) -> Ints:
        """Deals the futures of every leaf anew, so that each keeps its own chances and none moves with another.

        Parameters
        ----------
        rng : Generator
            The stream to draw from.

        Returns
        -------
        ndarray of int, shape (n_paths, n_leaves, n_periods)
            Sales, in cents.
        """
        paths = len(self.sales)
        order = np.stack([rng.permutation(paths) for _ in self.leaves], axis=1)
        return np.take_along_axis(self.sales, order[:, :, None], axis=0)

    def of_teams(self, amounts: Ints) -> Ints:
        """Adds up what the teams of leaves have.

        Parameters
        ----------
        amounts : ndarray of int, shape (…, n_leaves, n_periods)
            Of leaves.

        Returns
        -------
        ndarray of int, shape (…, n_leaves, n_periods)
            Of the team of each leaf.
        """
        flat = np.moveaxis(amounts, -2, 0)
        found = self.teams @ flat.reshape(len(self.leaves), -1)
        return np.moveaxis(found.reshape(flat.shape), 0, -2)

    def pay(self, plan: BonusPlan, *, sales: Ints) -> Ints:
        """Pays everybody in every future.

        Parameters
        ----------
        plan : BonusPlan
            The plan.
        sales : ndarray of int, shape (n_paths, n_leaves, n_periods)
            In cents.

        Returns
        -------
        ndarray of int, shape (n_paths, n_leaves, n_periods)
            In whole cents, halves upwards.
        """
        share: Floats = (1.0 - plan.team_share) * plan.scale.pay(sales, targets=self.targets)
        if plan.team_share:
            team = plan.scale.pay(self.of_teams(sales), targets=self.of_teams(self.targets))
            share = share + plan.team_share * team
        # Sixth digits of a cent are those of floating point, and must not decide about a half.
        cents = np.floor(np.round(share * self.at_target[:, None], 6) + 0.5)
        return np.asarray(cents, dtype=np.int64)


def leaf_names(grid: PlanGrid) -> tuple[str, ...]:
    """Finds the name of every leaf.

    Parameters
    ----------
    grid : PlanGrid
        Nodes and months.

    Returns
    -------
    tuple of str, shape (n_leaves,)
        The last node that is this leaf alone.

    Raises
    ------
    MisalignedError
        If a leaf is no node.

    Examples
    --------
    >>> import pandas as pd
    >>> leaf_names(PlanGrid.of(pd.DataFrame({"region": ["N", "S"], "rep": ["1", "2"]}), months=["2027-01"]))
    ('region=N/rep=1', 'region=S/rep=2')
    """
    single = np.flatnonzero(np.diff(grid.sums.indptr) == 1)
    found = {int(grid.sums.indices[grid.sums.indptr[row]]): grid.nodes[row] for row in single}
    if len(found) < grid.shape[0]:
        accepted = f"one for each of {grid.shape[0]} leaves"
        raise MisalignedError("nodes", found=f"{len(found)} nodes of one leaf", accepted=accepted)
    return tuple(found[leaf] for leaf in range(grid.shape[0]))


def _teams(grid: PlanGrid, *, leaves: tuple[str, ...], level: str | None) -> Ints:
    row_of = {name: row for row, name in enumerate(grid.nodes)}
    if level is None:
        above = [name.rpartition("/")[0] for name in leaves]
        return np.array([row_of.get(name, row_of[TOTAL]) for name in above], dtype=np.int64)
    table = grid.sums.tocsc()
    found = np.full(len(leaves), -1, dtype=np.int64)
    for leaf in range(len(leaves)):
        rows = table.indices[table.indptr[leaf] : table.indptr[leaf + 1]]
        found[leaf] = max((int(row) for row in rows if _level(grid.nodes[row]) == level), default=-1)
    if (found < 0).any():
        raise UnknownNameError(level, what="level", where="team of a bonus plan", accepted=_levels(grid))
    return found


def _level(node: str) -> str:
    return node.rpartition("/")[2].partition("=")[0]


def _levels(grid: PlanGrid) -> list[str]:
    return list(dict.fromkeys(_level(node) for node in grid.nodes))
