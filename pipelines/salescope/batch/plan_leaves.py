"""Whom targets are handed down to: the first branch of the tree that is forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

__all__ = ["plan_leaves", "plan_levels"]


def plan_levels(hierarchy: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Finds the attributes that targets are handed down by: those of the first branch of a tree.

    Parameters
    ----------
    hierarchy : mapping of str to sequence of str
        Each level below the total, the columns that make it.

    Returns
    -------
    tuple of str
        From the coarsest to the finest; levels that are no part of one another are other views of the same sales.

    Examples
    --------
    >>> plan_levels({"region": ["region"], "rep": ["region", "rep_id"], "category": ["category"]})
    ('region', 'rep_id')
    """
    chain: list[str] = []
    for columns in hierarchy.values():
        if set(chain) < set(columns):
            chain += [column for column in columns if column not in chain]
    return tuple(chain)


def plan_leaves(keys: pd.DataFrame, *, levels: Sequence[str]) -> tuple[pd.DataFrame, sparse.csr_array]:
    """Finds the leaves of a plan, and which series of the forecast are of each.

    Parameters
    ----------
    keys : DataFrame, shape (n_series, n_attributes)
        The attributes of each series.
    levels : sequence of str
        As of `plan_levels`.

    Returns
    -------
    keys : DataFrame of str, shape (n_leaves, n_levels)
        The attributes of each leaf, in the order of their names.
    gather : csr_array, shape (n_leaves, n_series)
        1 where a series is of a leaf.

    Examples
    --------
    >>> found, gather = plan_leaves(pd.DataFrame({"rep": ["2", "1", "2"], "product": ["a", "a", "b"]}), levels=["rep"])
    >>> found["rep"].tolist(), gather.toarray().tolist()
    (['1', '2'], [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    """
    told = keys[list(levels)].astype(str)
    groups = told.groupby(list(levels), sort=True)
    codes = groups.ngroup().to_numpy(dtype=np.int64)
    found = told.assign(_leaf=codes).drop_duplicates("_leaf").sort_values("_leaf").drop(columns="_leaf")
    cells = (np.ones(len(codes)), (codes, np.arange(len(codes))))
    return found.reset_index(drop=True), sparse.csr_array(cells, shape=(len(found), len(codes)))
