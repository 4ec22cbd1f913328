"""Futures of a whole tree drawn at once: errors of backtests that belong together across series and steps."""

from __future__ import annotations

import numpy as np

from salescope.forecasting.calendar import Floats
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError, OutOfRangeError

__all__ = ["sample_paths"]

OWN_SHARE = 0.1
FEWEST_FREEDOM = 3


def sample_paths(
    bottom: Floats, *, errors: Floats, tree: Tree, paths: int, seed: int, floor: Floats | None = None
) -> Floats:
    """Draws futures of every series; `Tree.add_up` of each is one coherent future of the tree.

    Parameters
    ----------
    bottom : ndarray of float, shape (n_bottom, horizon)
        Reconciled forecasts of the series.
    errors : ndarray of float, shape (n_windows, n_nodes, horizon)
        Actual minus reconciled forecast; NaN where unknown, which is drawn as no shared error.
    tree : Tree
        Which series add up to which nodes.
    paths : int
        How many.
    seed : int
        The same seed gives the same paths, and more paths begin with the fewer.
    floor : ndarray of float, shape (n_bottom,), or None
        What no series falls under; -inf for one that may be anything.

    Returns
    -------
    ndarray of float, shape (paths, n_bottom, horizon)
        In units of sales.

    Raises
    ------
    MisalignedError
        If the errors are not of the nodes and steps of the forecasts.
    OutOfRangeError
        If no path is asked for.

    Notes
    -----
    A path is ``forecast + c (sqrt(1 - a) E'z + sqrt(a) e)``: the windows' errors ``E`` over the root of their count, a
    standard normal ``z`` a window, and for every series alone the errors ``e`` of a window drawn for it, with a random
    sign; ``a`` is one tenth. So steps belong together as they did, and the covariance of series is low rank plus
    diagonal. It is shrunk by no more than that, because whatever is taken from it is missing at the total.
    One ``c`` a path makes normal errors Student's, for a spread that was measured in so many windows.

    Examples
    --------
    >>> import pandas as pd
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    >>> errors = np.random.default_rng(0).normal(size=(8, 3, 4))
    >>> found = sample_paths(np.full((2, 4), 9.0), errors=errors, tree=tree, paths=5, seed=1)
    >>> found.shape, [tree.add_up(path).shape for path in found[:1]]
    ((5, 2, 4), [(3, 4)])
    """
    if paths < 1:
        raise OutOfRangeError(paths, name="paths", where="sample_paths", least=1)
    if errors.shape[1:] != (len(tree.nodes), bottom.shape[1]) or not len(errors):
        accepted = f"windows of {len(tree.nodes)} nodes and {bottom.shape[1]} steps"
        raise MisalignedError("errors", found=f"the shape {errors.shape}", accepted=accepted)
    own = errors[:, tree.bottom]
    known = np.isfinite(own).sum(axis=0)
    # Few known windows weigh more each, so that what is unknown does not make a series calmer.
    scaled = np.nan_to_num(own) * np.sqrt(len(own) / np.maximum(known, 1))
    children = np.random.SeedSequence(seed).spawn(paths)
    found = np.stack([bottom + _drawn(scaled, rng=np.random.default_rng(child)) for child in children])
    return found if floor is None else np.maximum(found, floor[None, :, None])


def _drawn(scaled: Floats, *, rng: np.random.Generator) -> Floats:
    windows, series, _ = scaled.shape
    shared = np.tensordot(rng.normal(size=windows) / np.sqrt(windows), scaled, axes=1)
    which = rng.integers(0, windows, series)
    alone = scaled[which, np.arange(series)] * rng.choice([-1.0, 1.0], series)[:, None]
    freedom = max(windows, FEWEST_FREEDOM)
    heavy = np.sqrt((1 + 1 / freedom) * freedom / rng.chisquare(freedom))
    drawn: Floats = heavy * (np.sqrt(1 - OWN_SHARE) * shared + np.sqrt(OWN_SHARE) * alone)
    return drawn
