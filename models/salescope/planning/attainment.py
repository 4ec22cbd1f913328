"""The attainment probability of every node and period at once, and the run-rate rule beside it."""

from __future__ import annotations

import numpy as np

from salescope.frames.errors import MisalignedError
from salescope.planning.futures import Futures
from salescope.planning.grid import WHOLE, Floats, Ints

__all__ = ["attainment", "run_rate", "sold_cents"]


def sold_cents(futures: Futures, *, period: str = WHOLE) -> Ints:
    """Adds every future of every node up, in whole cents, as targets are.

    Parameters
    ----------
    futures : Futures
        Joint paths.
    period : str
        A month, quarter, year or the whole ``plan``.

    Returns
    -------
    ndarray of int, shape (n_paths, n_nodes)

    Raises
    ------
    UnknownNameError
        If the grid has no such period.
    """
    return np.rint(futures.sums(period) * 100.0).astype(np.int64)


def attainment(futures: Futures, *, cents: Ints) -> Floats:
    """Counts for every node and period in how many futures its target is reached.

    Parameters
    ----------
    futures : Futures
        Joint paths; where months are closed, what was sold in them is in every path.
    cents : ndarray of int, shape (n_leaves, n_months)
        Targets of the leaves, in cents, as a cascade has them.

    Returns
    -------
    ndarray of float, shape (n_nodes, n_periods)
        Attainment probabilities, 0 to 1; periods in the order of ``grid.periods``. A future reaches a target if it
        does so to the cent.

    Raises
    ------
    MisalignedError
        If the targets are not of the leaves and months of the futures.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.planning.grid import PlanGrid
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01"])
    >>> futures = Futures(grid=grid, paths=np.array([[[1.0], [3.0]], [[2.0], [1.0]]]))
    >>> attainment(futures, cents=np.array([[200], [100]]))[:, 0].tolist()
    [1.0, 0.5, 1.0]
    """
    grid = futures.grid
    if cents.shape != grid.shape:
        raise MisalignedError("cents", found=f"shape {cents.shape}", accepted=f"leaves by months, {grid.shape}")
    targets = grid.add_up(cents)
    chances = [
        (sold_cents(futures, period=period) >= targets[:, months].sum(axis=1)).mean(axis=0)
        for period, months in grid.periods.items()
    ]
    return np.column_stack(chances)


def run_rate(futures: Futures, *, last: Floats) -> Floats:
    """Projects the whole plan from its closed months alone: last year's total times the growth until now.

    Parameters
    ----------
    futures : Futures
        Of which only the closed months are read.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency.

    Returns
    -------
    ndarray of float, shape (n_nodes,)
        In the workspace's currency; NaN where no month is closed or nothing was sold in them the year before.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.planning.grid import PlanGrid
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1"]}), months=["2027-01", "2027-02"])
    >>> futures = Futures(grid=grid, paths=np.array([[[11.0, 7.0]]]), closed=1)
    >>> run_rate(futures, last=np.array([[10.0, 30.0]])).tolist()
    [44.0, 44.0]
    """
    grid = futures.grid
    if last.shape != grid.shape:
        raise MisalignedError("last", found=f"shape {last.shape}", accepted=f"leaves by months, {grid.shape}")
    sold = grid.sums @ futures.paths[0, :, : futures.closed].sum(axis=1)
    before = grid.sums @ last[:, : futures.closed].sum(axis=1)
    growth = np.divide(sold, before, out=np.full(len(sold), np.nan), where=before > 0.0)
    return np.asarray((grid.sums @ last.sum(axis=1)) * growth, dtype=np.float64)
