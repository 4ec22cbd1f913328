"""What a goal is handed down to: the nodes of a tree, and the months of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError, UnknownNameError

__all__ = ["TOTAL", "WHOLE", "Floats", "Ints", "PlanGrid"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

TOTAL = "all"
WHOLE = "plan"


@dataclass(frozen=True)
class PlanGrid:
    """Is the table that targets fill: leaves by months, and the nodes and periods that these add up to.

    Parameters
    ----------
    nodes : tuple of str
        Names of the nodes, as ``region=North/rep=17``; the first is ``all``.
    sums : csr_array of int, shape (n_nodes, n_leaves)
        1 where a leaf belongs to a node. A tree of forecasts has the same table.
    months : tuple of str
        Months of the plan in their order, as ``2027-04``; local calendar months.

    Raises
    ------
    MisalignedError
        If the table has another number of rows than there are nodes.
    OutOfRangeError
        If there is no month or no leaf.

    Examples
    --------
    >>> keys = pd.DataFrame({"region": ["North", "North", "South"], "rep": ["1", "2", "3"]})
    >>> grid = PlanGrid.of(keys, months=["2027-01", "2027-02", "2027-03"])
    >>> grid.nodes
    ('all', 'region=North', 'region=South', 'region=North/rep=1', 'region=North/rep=2', 'region=South/rep=3')
    >>> grid.add_up(np.ones((3, 3), dtype=np.int64))[:2].tolist()
    [[3, 3, 3], [2, 2, 2]]
    >>> list(grid.periods)
    ['2027-01', '2027-02', '2027-03', '2027-Q1', '2027', 'plan']
    """

    nodes: tuple[str, ...]
    sums: sparse.csr_array
    months: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.sums.shape[0] != len(self.nodes):
            raise MisalignedError(
                "sums", found=f"{self.sums.shape[0]} rows", accepted=f"one for {len(self.nodes)} nodes"
            )
        for found, name in ((self.sums.shape[1], "leaves"), (len(self.months), "months")):
            if not found:
                raise OutOfRangeError(found, name=name, where="PlanGrid", least=1)

    @classmethod
    def of(cls, keys: pd.DataFrame, *, months: Sequence[str], levels: Sequence[str] | None = None) -> PlanGrid:
        """Builds the nodes from the attributes of the leaves, each level inside the one before.

        Parameters
        ----------
        keys : DataFrame, shape (n_leaves, n_attributes)
            One row a leaf: ``region``, ``team``, ``rep`` …; no two rows alike in `levels`.
        months : sequence of str
            Months of the plan, as ``2027-04``.
        levels : sequence of str or None
            The attributes from the coarsest to the finest; None for all, in the order of the columns.

        Returns
        -------
        PlanGrid

        Raises
        ------
        MissingColumnError
            If a level is no attribute.
        MisalignedError
            If two leaves have the same attributes.
        """
        wanted = list(keys.columns if levels is None else levels)
        if missing := [level for level in wanted if level not in keys]:
            raise MissingColumnError(missing, where="the leaves of a plan", present=list(keys.columns))
        if keys.duplicated(subset=wanted or None).any():
            raise MisalignedError("keys", found="two leaves of the same attributes", accepted="one row a leaf")
        names, rows = [TOTAL], [np.zeros(len(keys), dtype=np.int64)]
        for depth in range(len(wanted)):
            found, codes = np.unique(_labels(keys, wanted[: depth + 1]), return_inverse=True)
            rows.append(codes.astype(np.int64) + len(names))
            names.extend(found.tolist())
        place = (np.concatenate(rows), np.tile(np.arange(len(keys)), len(rows)))
        ones = np.ones(len(place[0]), dtype=np.int64)
        sums = sparse.csr_array((ones, place), shape=(len(names), len(keys)))
        return cls(nodes=tuple(names), sums=sums, months=tuple(months))

    @property
    def shape(self) -> tuple[int, int]:
        """Is the number of leaves and of months."""
        return int(self.sums.shape[1]), len(self.months)

    @cached_property
    def periods(self) -> Mapping[str, Ints]:
        """Is every period by its name: months, calendar quarters and years, and ``plan`` for all months."""
        found: dict[str, list[int]] = {month: [place] for place, month in enumerate(self.months)}
        for name in (_quarter, _year):
            for place, month in enumerate(self.months):
                found.setdefault(name(month), []).append(place)
        found[WHOLE] = list(range(len(self.months)))
        return {name: np.array(places, dtype=np.int64) for name, places in found.items()}

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {name: row for row, name in enumerate(self.nodes)}

    def cells(self, node: str, period: str) -> Ints:
        """Finds the cells of a node in a period.

        Parameters
        ----------
        node : str
            Its name.
        period : str
            A month ``2027-04``, quarter ``2027-Q2``, year ``2027`` or ``plan``.

        Returns
        -------
        ndarray of int, shape (n_found,)
            Leaf times the number of months, plus month.

        Raises
        ------
        UnknownNameError
            If there is no such node or period.
        """
        if node not in self._row_of:
            raise UnknownNameError(node, what="node", where="the rules of a plan", accepted=self.nodes)
        if period not in self.periods:
            raise UnknownNameError(period, what="period", where="the rules of a plan", accepted=list(self.periods))
        row = self._row_of[node]
        leaves = self.sums.indices[self.sums.indptr[row] : self.sums.indptr[row + 1]].astype(np.int64)
        return np.asarray(leaves[:, None] * len(self.months) + self.periods[period][None, :], dtype=np.int64).ravel()

    def add_up(self, cents: Ints) -> Ints:
        """Adds leaves up to every node, in whole numbers.

        Parameters
        ----------
        cents : ndarray of int, shape (n_leaves, n_months)
            Amounts of the leaves.

        Returns
        -------
        ndarray of int, shape (n_nodes, n_months)
        """
        return np.asarray(self.sums.astype(np.int64) @ cents, dtype=np.int64)


def _labels(keys: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.str_]:
    parts = [f"{column}=" + keys[column].astype(str) for column in columns]
    label = parts[0]
    for part in parts[1:]:
        label = label + "/" + part
    return label.to_numpy(dtype=str)


def _quarter(month: str) -> str:
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


def _year(month: str) -> str:
    return month[:4]
