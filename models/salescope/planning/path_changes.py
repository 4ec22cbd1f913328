"""Changes of paths that leave what is random as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from salescope.frames.errors import UnknownNameError
from salescope.planning.futures import Futures
from salescope.planning.grid import WHOLE, Floats

__all__ = ["delayed", "factors_since", "month_place", "scaled"]


def scaled(futures: Futures, *, node: str, factors: Floats) -> Futures:
    """Multiplies the open months of a node by a factor each, in every path.

    Parameters
    ----------
    futures : Futures
        Joint paths; closed months are left as they are.
    node : str
        Whose sales.
    factors : ndarray of float, shape (n_months,)
        1 for no change.

    Returns
    -------
    Futures

    Raises
    ------
    UnknownNameError
        If there is no such node.
    """
    cells = futures.grid.cells(node, WHOLE)
    months = futures.grid.shape[1]
    open_cells = cells[cells % months >= futures.closed]
    paths = futures.paths.copy()
    paths.reshape(len(paths), -1)[:, open_cells] *= factors[open_cells % months]
    return replace(futures, paths=paths)


def factors_since(futures: Futures, *, since: str, factor: float) -> Floats:
    """Makes the factors of a change from one month on.

    Parameters
    ----------
    futures : Futures
        Whose months.
    since : str
        The month, as ``2027-04``; "" for the first that is open.
    factor : float
        1 for no change.

    Returns
    -------
    ndarray of float, shape (n_months,)

    Raises
    ------
    UnknownNameError
        If the plan has no such month.
    """
    factors = np.ones(futures.grid.shape[1])
    factors[month_place(futures, since) :] = factor
    return factors


def delayed(futures: Futures, *, node: str, since: str, months: int, share: float) -> Futures:
    """Moves a share of a node's sales to later months, in every path.

    Parameters
    ----------
    futures : Futures
        Joint paths; closed months are left as they are.
    node : str
        Whose sales.
    since : str
        The first month that is moved.
    months : int
        By how many.
    share : float
        How much of the sales is moved, 0 to 1.

    Returns
    -------
    Futures

    Raises
    ------
    UnknownNameError
        If there is no such node or month.
    """
    first = month_place(futures, since)
    leaves = np.unique(futures.grid.cells(node, WHOLE) // futures.grid.shape[1])
    paths = futures.paths.copy()
    for month in range(max(first, futures.closed), futures.grid.shape[1]):
        before = month - months
        launched = futures.paths[:, leaves, before] if before >= first else 0.0
        paths[:, leaves, month] = (1.0 - share) * futures.paths[:, leaves, month] + share * launched
    return replace(futures, paths=paths)


def month_place(futures: Futures, month: str) -> int:
    """Finds a month in the plan.

    Parameters
    ----------
    futures : Futures
        Whose grid has months.
    month : str
        As ``2027-04``; "" for the first that is open.

    Returns
    -------
    int
        Its place; past the end if all months are closed and none is named.

    Raises
    ------
    UnknownNameError
        If the plan has no such month.
    """
    months = futures.grid.months
    if not month:
        return futures.closed
    if month not in months:
        raise UnknownNameError(month, what="month", where="a plan", accepted=months)
    return months.index(month)
