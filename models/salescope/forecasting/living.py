"""The part of a tree that sells: series that have ended or not begun stay at zero, and have no say in anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salescope.forecasting.calendar import Floats, Frequency, Ints
from salescope.forecasting.reconciliation import Method, reconcile
from salescope.forecasting.tree import Tree

__all__ = ["LivingTree", "living_series"]


def living_series(history: Floats, *, frequency: Frequency) -> NDArray[np.bool_]:
    """Says which series sell: those that have begun, and sold something in the newest periods.

    Parameters
    ----------
    history : ndarray of float, shape (n_series, n_periods)
        Sales; NaN before a series began.
    frequency : Frequency
        A season without a sale ends a series, and at least a quarter of a year: that a shop was closed for a week is no
        reason to forecast that it stays closed. A history of no more ends none.

    Returns
    -------
    ndarray of bool, shape (n_series,)

    Examples
    --------
    >>> from salescope.forecasting.calendar import frequency_named
    >>> history = np.array([[1.0] + [0.0] * 4, [1.0] * 2 + [0.0] * 3, [np.nan] * 5])
    >>> living_series(history, frequency=frequency_named("quarter"))
    array([False,  True, False])
    """
    silence = max(frequency.season, frequency.quarter)
    begun = np.isfinite(history).any(axis=1)
    ended = (np.nan_to_num(history[:, -silence:]) == 0).all(axis=1) & (history.shape[1] > silence)
    found: NDArray[np.bool_] = begun & ~ended
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingTree:
    """Holds the part of a tree that sells at a moment.

    Parameters
    ----------
    tree : Tree
        The whole.
    part : Tree
        The series that sell and the nodes above them; the whole where all sell or none does.
    nodes : ndarray of int, shape (n_nodes_of_part,)
        Which nodes of the whole they are.
    series : ndarray of bool, shape (n_bottom,)
        Which series sell.

    Examples
    --------
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2", "3"]}), levels={"rep": ["rep"]})
    >>> living = LivingTree.of(tree, series=np.array([True, False, True]))
    >>> living.part.nodes
    ('all', 'rep=1', 'rep=3')
    >>> living.reconcile(np.array([[9.0], [4.0], [5.0], [4.0]]), method="wls").ravel()
    array([9. , 4.5, 0. , 4.5])
    """

    tree: Tree
    part: Tree
    nodes: Ints
    series: NDArray[np.bool_]

    @classmethod
    def of(cls, tree: Tree, *, series: NDArray[np.bool_]) -> LivingTree:
        """Cuts a tree down to the series that sell.

        Parameters
        ----------
        tree : Tree
            The whole.
        series : ndarray of bool, shape (n_bottom,)
            Which series sell, as of `living_series`.

        Returns
        -------
        LivingTree
        """
        if series.all() or not series.any():
            return cls(tree=tree, part=tree, nodes=np.arange(len(tree.nodes)), series=series)
        nodes = np.flatnonzero(tree.sums @ series.astype(np.float64) > 0)
        part = Tree(
            nodes=tuple(tree.nodes[node] for node in nodes),
            level=tuple(tree.level[node] for node in nodes),
            sums=tree.sums[nodes][:, series],
            bottom=np.searchsorted(nodes, tree.bottom[series]).astype(np.int64),
        )
        return cls(tree=tree, part=part, nodes=nodes, series=series)

    def reconcile(
        self, base: Floats, *, method: Method, errors: Floats | None = None, floor: Floats | None = None
    ) -> Floats:
        """Makes the forecasts of what sells add up to the total's, and all others zero.

        Parameters
        ----------
        base : ndarray of float, shape (n_nodes, horizon)
            One forecast a node of the whole and step.
        method, errors, floor
            As of `salescope.forecasting.reconciliation.reconcile`, for the whole tree.

        Returns
        -------
        ndarray of float, shape (n_nodes, horizon)
        """
        bottom: Floats = np.zeros((len(self.series), base.shape[1]))
        if self.series.any():
            found = reconcile(
                base[self.nodes],
                tree=self.part,
                method=method,
                errors=None if errors is None else errors[self.nodes],
                floor=None if floor is None else floor[self.series],
            )
            bottom[self.series] = found[self.part.bottom]
        return self.tree.add_up(bottom)
