"""The rules as sums of groups: cells that no rule tells apart move alike, so that they need one unknown together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from salescope.planning.grid import Floats, Ints, PlanGrid
from salescope.planning.rules import Rule

__all__ = ["Limits", "limits_of"]


@dataclass(frozen=True)
class Limits:
    """Holds what sums of groups of cells must keep to.

    Parameters
    ----------
    sums : csr_array of int, shape (n_rules, n_groups)
        1 where a rule speaks of a group.
    least, most : ndarray of int, shape (n_rules,)
        What the sum may be, in cents.
    group : ndarray of int, shape (n_cells,)
        The group of each cell.
    """

    sums: sparse.csr_array
    least: Ints
    most: Ints
    group: Ints

    @property
    def size(self) -> int:
        """Is the number of groups."""
        return int(self.sums.shape[1])

    def keep(self, amounts: Ints) -> bool:
        """Says whether whole amounts keep to every limit, to the cent.

        Parameters
        ----------
        amounts : ndarray of int, shape (n_groups,)
            Amounts of the groups, in cents.

        Returns
        -------
        bool
        """
        found = self.sums @ amounts
        return bool((amounts >= 0).all() and (found >= self.least).all() and (found <= self.most).all())

    def only(self, rows: Ints) -> Limits:
        """Leaves all other rules out.

        Parameters
        ----------
        rows : ndarray of int, shape (n_kept,)
            The rules that are kept.

        Returns
        -------
        Limits
            Of the same groups.
        """
        return Limits(sums=self.sums[rows], least=self.least[rows], most=self.most[rows], group=self.group)

    def add_up(self, cells: Floats) -> Floats:
        """Adds cells up to their groups.

        Parameters
        ----------
        cells : ndarray of float, shape (n_cells,)
            Amounts of the cells.

        Returns
        -------
        ndarray of float, shape (n_groups,)
        """
        return np.bincount(self.group, weights=cells, minlength=self.size).astype(np.float64)


def limits_of(rules: Sequence[Rule], *, grid: PlanGrid, apart: Ints) -> Limits:
    """Finds the groups of cells that are in the same rules.

    Parameters
    ----------
    rules : sequence of Rule
        What is demanded.
    grid : PlanGrid
        Nodes and months.
    apart : ndarray of int, shape (n_cells,)
        Cells that differ here are never in one group, as those that have no share.

    Returns
    -------
    Limits

    Raises
    ------
    UnknownNameError
        If a rule names no node or period of the grid.

    Examples
    --------
    >>> import pandas as pd
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01", "2027-02"])
    >>> limits_of([Rule.goal(100), Rule.cap("rep=2", cents=30)], grid=grid, apart=np.zeros(4, dtype=np.int64)).group
    array([0, 0, 1, 1])
    """
    cells = [grid.cells(rule.node, rule.period) for rule in rules]
    counts = np.array([len(found) for found in cells], dtype=np.int64)
    column = np.concatenate([*cells, np.zeros(0, dtype=np.int64)])
    row = np.repeat(np.arange(len(rules)), counts)
    order = np.lexsort((row, column))
    row, column = row[order], column[order]
    size = grid.shape[0] * grid.shape[1]
    within = np.bincount(column, minlength=size)
    pattern = np.full((size, 1 + int(within.max(initial=0))), -1, dtype=np.int64)
    pattern[:, 0] = apart
    # Each cell's rules stand one after the other, so a rule's place is its distance from the cell's first.
    pattern[column, 1 + np.arange(len(column)) - np.repeat(np.cumsum(within) - within, within)] = row
    _, first, group = np.unique(pattern, axis=0, return_index=True, return_inverse=True)
    members = pattern[first, 1:]
    place, _ = np.nonzero(members >= 0)
    ones = np.ones(len(place), dtype=np.int64)
    sums = sparse.csr_array((ones, (members[members >= 0], place)), shape=(len(rules), len(first)))
    least = np.array([rule.least for rule in rules], dtype=np.int64)
    most = np.array([rule.most for rule in rules], dtype=np.int64)
    return Limits(sums=sums, least=least, most=most, group=group.ravel().astype(np.int64))
