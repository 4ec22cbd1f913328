"""What leaves with such a market, and among such peers, usually sell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.linear_model import BayesianRidge

from salescope.planning.credibility import credible_means
from salescope.planning.grid import Floats, Ints

__all__ = ["usual_sales"]

FEWEST = 5


def usual_sales(steady: Floats, *, drivers: Mapping[str, Floats], peers: Ints) -> Floats:
    """Estimates what is usually sold per unit of a market, by all leaves and by a leaf's own peers.

    Parameters
    ----------
    steady : ndarray of float, shape (n_leaves,)
        What each leaf sells in an ordinary year; 0 where it has no past.
    drivers : mapping of str to ndarray of float, shape (n_leaves,)
        Sizes of the market, above 0; may be empty.
    peers : ndarray of int, shape (n_leaves,)
        Position of each leaf's group.

    Returns
    -------
    ndarray of float, shape (n_leaves,)
        In the currency of `steady`. Without drivers the geometric mean of the peers, as far as they are believed to
        differ from all; with fewer than five leaves beyond the number of drivers too.

    Notes
    -----
    The logarithm of sales is a line in the logarithms of the drivers, by Bayesian ridge regression (MacKay, 1992), so
    that drivers that say the same share their weight; what is left over within a group of peers is drawn towards 0 by
    `credible_means`. A leaf's own sales are in the estimate, at the weight of one among all.

    Examples
    --------
    Sales go with population; the last leaf sells half of what is usual for such a place.

    >>> people = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    >>> steady = 10.0 * people * np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5])
    >>> usual = usual_sales(steady, drivers={"population": people}, peers=np.zeros(8, dtype=np.int64))
    >>> bool(usual[7] > 1.2 * steady[7]), bool(0.8 < usual[3] / steady[3] < 1.2)
    (True, True)
    """
    sells = steady > 0.0
    if not sells.any():
        return np.zeros(len(steady))
    logs = np.log(steady[sells])
    line = np.full(len(steady), logs.mean())
    if drivers and int(sells.sum()) >= FEWEST + len(drivers):
        market = np.log(np.column_stack([drivers[name] for name in sorted(drivers)]))
        market -= market[sells].mean(axis=0)
        line = np.asarray(BayesianRidge().fit(market[sells], logs).predict(market), dtype=np.float64)
    left = credible_means(logs - line[sells], groups=peers[sells])
    own = np.full(int(peers.max()) + 1, left.common)
    own[: len(left.believed)] = left.believed
    return np.asarray(np.exp(line + own[peers]), dtype=np.float64)
