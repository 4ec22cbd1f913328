"""Trees of sales: which series add up to which nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from salescope.forecasting.calendar import Floats, Ints
from salescope.frames.errors import MissingColumnError

__all__ = ["TOTAL", "Tree"]

TOTAL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Says which series add up to which nodes; a grouped tree, where a series has parents of several kinds, as well.

    Parameters
    ----------
    nodes : tuple of str, shape (n_nodes,)
        ``all`` first, then level by level; ``region=North/rep=R-017``.
    level : tuple of str, shape (n_nodes,)
        The level of each node.
    sums : scipy.sparse.csr_array, shape (n_nodes, n_bottom)
        1 where a bottom series is part of a node.
    bottom : ndarray of int, shape (n_bottom,)
        Which node each bottom series is.

    Notes
    -----
    Histories and forecasts of nodes are ``sums @ bottom``; whatever is written for a node can be so checked.

    Examples
    --------
    >>> keys = pd.DataFrame({"region": ["N", "N", "S"], "rep": ["1", "2", "3"]})
    >>> tree = Tree.of(keys, levels={"region": ["region"], "rep": ["region", "rep"]})
    >>> tree.nodes
    ('all', 'region=N', 'region=S', 'region=N/rep=1', 'region=N/rep=2', 'region=S/rep=3')
    >>> tree.add_up(np.array([[1.0], [2.0], [4.0]])).ravel()
    array([7., 3., 4., 1., 2., 4.])
    """

    nodes: tuple[str, ...]
    level: tuple[str, ...]
    sums: sparse.csr_array
    bottom: Ints

    @classmethod
    def of(cls, keys: pd.DataFrame, *, levels: Mapping[str, Sequence[str]]) -> Tree:
        """Builds the tree of series from their attributes.

        Parameters
        ----------
        keys : DataFrame, shape (n_bottom, n_attributes)
            One row a bottom series: ``region``, ``rep``, ``category`` …; no two rows alike.
        levels : mapping of str to sequence of str
            The attributes of each level below ``all``, from the coarsest on. A level of every attribute is the bottom;
            where there is none it is added as ``bottom``.

        Returns
        -------
        Tree

        Raises
        ------
        MissingColumnError
            If a level names an attribute that the series do not have.
        """
        wanted = dict.fromkeys(column for columns in levels.values() for column in columns)
        missing = [column for column in wanted if column not in keys]
        if missing:
            raise MissingColumnError(missing, present=list(keys.columns), where="the series of a tree")
        deepest = next((name for name, columns in levels.items() if set(columns) == set(keys.columns)), None)
        every = {**levels, **({} if deepest else {"bottom": list(keys.columns)})}
        names, kinds, rows, place = [TOTAL], [TOTAL], [np.zeros(len(keys), dtype=np.int64)], None
        for level, columns in every.items():
            label = _labels(keys, columns)
            found, codes = np.unique(label.to_numpy(dtype=str), return_inverse=True)
            rows.append(codes.astype(np.int64) + len(names))
            place = rows[-1] if level == (deepest or "bottom") else place
            names.extend(found.tolist())
            kinds.extend([level] * len(found))
        series = np.tile(np.arange(len(keys)), len(rows))
        cells = (np.ones(len(series)), (np.concatenate(rows), series))
        sums = sparse.csr_array(cells, shape=(len(names), len(keys)))
        return cls(nodes=tuple(names), level=tuple(kinds), sums=sums, bottom=np.asarray(place, dtype=np.int64))

    @property
    def levels(self) -> tuple[str, ...]:
        """Is the name of every level, from ``all`` down."""
        return tuple(dict.fromkeys(self.level))

    def rows_of(self, level: str) -> Ints:
        """Finds the nodes of a level.

        Parameters
        ----------
        level : str
            Its name.

        Returns
        -------
        ndarray of int, shape (n_found,)
            Positions in `nodes`.
        """
        return np.flatnonzero(np.asarray(self.level) == level)

    def add_up(self, bottom: Floats) -> Floats:
        """Adds bottom series up to every node.

        Parameters
        ----------
        bottom : ndarray of float, shape (n_bottom, n_periods)
            Their values; none is NaN.

        Returns
        -------
        ndarray of float, shape (n_nodes, n_periods)
        """
        return np.asarray(self.sums @ bottom, dtype=np.float64)

    def history(self, bottom: Floats) -> Floats:
        """Adds histories up; a node begins with the first of its series.

        Parameters
        ----------
        bottom : ndarray of float, shape (n_bottom, n_periods)
            Sales; NaN before a series began.

        Returns
        -------
        ndarray of float, shape (n_nodes, n_periods)
            NaN before a node began.
        """
        begun = self.add_up((~np.isnan(bottom)).astype(np.float64)) > 0
        return np.where(begun, self.add_up(np.nan_to_num(bottom)), np.nan)


def _labels(keys: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    parts = [f"{column}=" + keys[column].astype(str) for column in columns]
    label = parts[0]
    for part in parts[1:]:
        label = label + "/" + part
    return label
