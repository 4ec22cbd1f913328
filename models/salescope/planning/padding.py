"""What padding costs: safe targets of the parts make another goal of the whole than they say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.planning.futures import Futures
from salescope.planning.grid import Floats

__all__ = ["PROBABILITIES", "padding"]

PROBABILITIES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)


def padding(futures: Futures, *, last: Floats) -> pd.DataFrame:
    """Says for several probabilities which goal has it, and what the leaves' own targets of it would add up to.

    Parameters
    ----------
    futures : Futures
        Joint paths.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency.

    Returns
    -------
    DataFrame, shape (6, 8)
        ``probability`` (90 to 40 %), ``amount`` and ``growth`` of the goal that has it, ``expected_miss`` (what is
        missing of that goal in the mean over all futures), ``sum_of_own`` (if every leaf had a target of that
        probability of its own), ``own_growth``, ``own_probability`` (with which the whole reaches that sum) and
        ``padding`` (``amount`` less ``sum_of_own``: what the parts keep back beyond the whole). Growth is NaN where
        nothing was sold.

    Examples
    --------
    Where leaves are independent of each other, targets that each is to reach with 60 % leave nearly nothing in doubt.

    >>> from salescope.planning.grid import PlanGrid
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": [str(rep) for rep in range(25)]}), months=["2027-01"])
    >>> paths = np.random.default_rng(0).normal(100.0, 10.0, size=(2_000, 25, 1))
    >>> found = padding(Futures(grid=grid, paths=paths), last=np.full((25, 1), 95.0)).set_index("probability")
    >>> found.loc[0.6, ["growth", "own_growth", "own_probability"]].round(2).tolist()
    [0.05, 0.03, 0.9]
    """
    total, before = futures.of(futures.grid.nodes[0]), float(last.sum())
    amounts = np.quantile(total, 1.0 - np.array(PROBABILITIES))
    own = np.quantile(futures.paths.sum(axis=2), 1.0 - np.array(PROBABILITIES), axis=0).sum(axis=1)
    growth, own_growth = (found / before - 1.0 if before > 0.0 else np.full(6, np.nan) for found in (amounts, own))
    return pd.DataFrame(
        {
            "probability": PROBABILITIES,
            "amount": amounts,
            "growth": growth,
            "expected_miss": np.maximum(amounts[:, None] - total[None, :], 0.0).mean(axis=1),
            "sum_of_own": own,
            "own_growth": own_growth,
            "own_probability": (total[None, :] >= own[:, None]).mean(axis=1),
            "padding": amounts - own,
        }
    )
