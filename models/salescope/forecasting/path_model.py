"""Futures of a whole tree: a small recipe, learned from a fit and its windows, that joint paths are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from salescope.forecasting.calendar import Floats
from salescope.forecasting.season_shares import SeasonShares, season_shares
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import TreeForecast
from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError

__all__ = ["PathModel", "path_model"]

OWN_SHARE = 0.1
FEWEST_FREEDOM = 3
ARRAYS = ("centre", "errors", "signed")


@dataclass(frozen=True)
class PathModel:
    """Draws futures of every series; adding each of them up gives one coherent future of the tree.

    Parameters
    ----------
    centre : ndarray of float, shape (n_series, horizon)
        What the paths lie around, in units of sales; their median, nearly.
    errors : ndarray of float, shape (n_windows, n_series, horizon)
        How far such a centre was from what followed in windows of the past; NaN where unknown.
    signed : ndarray of float, shape (n_series,)
        1 for a series that may be negative, 0 for one that may not.

    Raises
    ------
    MisalignedError
        If shapes do not fit together.
    OutOfRangeError
        If there is no window, or a value that must be finite is not.

    Notes
    -----
    A path is ``centre + c (sqrt(1 - a) E'z + sqrt(a) e)``: the windows' errors ``E`` over the root of their count, a
    standard normal ``z`` a window, and for every series alone the errors ``e`` of a window drawn for it, with a random
    sign; ``a`` is one tenth. So steps belong together as they did, and the covariance of series is low rank plus
    diagonal. It is shrunk by no more than that, because whatever is taken from it is missing at the total. One ``c`` a
    path makes normal errors Student's, for a spread that was measured in so many windows.
    A month below zero is made up for by the other months of its series, and a series below zero by all the others, so
    that the sums people ask about stay what they were: cutting at zero would lift every total.

    Examples
    --------
    >>> errors = np.random.default_rng(0).normal(size=(6, 2, 12))
    >>> model = PathModel(centre=np.full((2, 12), 9.0), errors=errors, signed=np.zeros(2))
    >>> paths = model.draw(1_000, seed=1)
    >>> paths.shape, bool(abs(np.median(paths.sum(axis=(1, 2))) - 216.0) < 2.0)
    ((1000, 2, 12), True)
    >>> bool(np.array_equal(paths[:5], PathModel.from_arrays(model.to_arrays()).draw(5, seed=1)))
    True
    """

    centre: Floats = field(repr=False)
    errors: Floats = field(repr=False)
    signed: Floats = field(repr=False)

    def __post_init__(self) -> None:
        if self.errors.ndim != 3 or self.centre.shape != self.errors.shape[1:]:
            raise MisalignedError(
                "errors", found=f"shape {self.errors.shape}", accepted=f"windows of the shape {self.centre.shape}"
            )
        if self.signed.shape != self.centre.shape[:1]:
            raise MisalignedError("signed", found=f"shape {self.signed.shape}", accepted="one for each series")
        if not len(self.errors):
            raise OutOfRangeError(0, name="windows", where="PathModel", least="one, which needs a longer history")
        for name, values in (("centre", self.centre), ("errors", self.errors[~np.isnan(self.errors)])):
            if not np.isfinite(values).all():
                raise OutOfRangeError("an infinite or unknown value", name=name, where="PathModel", least="finite")

    def draw(self, paths: int, *, seed: int) -> Floats:
        """Draws futures.

        Parameters
        ----------
        paths : int
            How many.
        seed : int
            The same seed gives the same paths, and more paths begin with the fewer.

        Returns
        -------
        ndarray of float, shape (paths, n_series, horizon)
            In units of sales.

        Raises
        ------
        OutOfRangeError
            If no path is asked for.
        """
        if paths < 1:
            raise OutOfRangeError(paths, name="paths", where="PathModel.draw", least=1)
        known = np.isfinite(self.errors).sum(axis=0)
        # Few known windows weigh more each, so that what is unknown does not make a series calmer.
        scaled = np.nan_to_num(self.errors) * np.sqrt(len(self.errors) / np.maximum(known, 1))
        bound = self.signed == 0.0
        found = np.empty((paths, *self.centre.shape))
        for place, child in enumerate(np.random.SeedSequence(seed).spawn(paths)):
            path = self.centre + _drawn(scaled, rng=np.random.default_rng(child))
            path[bound] = _above_zero(path[bound])
            found[place] = path
        return found

    def to_arrays(self) -> dict[str, Floats]:
        """Gives the arrays that it can be made of again.

        Returns
        -------
        dict of str to ndarray of float
            ``centre``, ``errors`` and ``signed``.
        """
        return {name: getattr(self, name) for name in ARRAYS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> PathModel:
        """Makes it of its arrays again.

        Parameters
        ----------
        arrays : mapping of str to ndarray of float
            As `to_arrays` gives them.

        Returns
        -------
        PathModel

        Raises
        ------
        UnknownNameError
            If the arrays are not exactly those.
        """
        for name in sorted(set(arrays) ^ set(ARRAYS)):
            raise UnknownNameError(name, what="array", where="the arrays of a PathModel", accepted=ARRAYS)
        return cls(**{name: np.asarray(arrays[name], dtype=np.float64) for name in ARRAYS})


def path_model(
    fit: TreeForecast,
    *,
    history: Floats,
    tree: Tree,
    season: int,
    errors: Floats | None = None,
    horizon: int | None = None,
    floor: Floats | None = None,
) -> PathModel:
    """Learns from a fit what its paths lie around and how far they stray.

    Parameters
    ----------
    fit : TreeForecast
        A coherent forecast and its errors in windows of the past.
    history : ndarray of float, shape (n_nodes, n_periods)
        Sales of every node before the cutoff of the fit, and nothing later; NaN before a series began.
    tree : Tree
        Which series add up to which nodes.
    season : int
        Periods of a season.
    errors : ndarray of float, shape (n_windows, n_nodes, horizon), or None
        Other errors than those of the fit's windows, where it has too few or none; as `measured_errors` gives them.
    horizon : int or None
        How many of the steps; None for all. After a close, those that are left of a plan.
    floor : ndarray of float, shape (n_series,), or None
        What no series falls under; -inf for one that may be anything, as every one may if it is None.

    Returns
    -------
    PathModel

    Raises
    ------
    MisalignedError
        If the history is not that of the fit.
    OutOfRangeError
        If the fit has fewer steps, or no window.

    Notes
    -----
    A forecast of months is chosen for its absolute error and errs for the sum of many; `season_shares` corrects that.
    """
    steps = fit.mean.shape[1] if horizon is None else horizon
    if not 1 <= steps <= fit.mean.shape[1]:
        raise OutOfRangeError(steps, name="horizon", where="path_model", least=f"1 and at most {fit.mean.shape[1]}")
    if history.shape != (len(tree.nodes), fit.cutoff):
        accepted = f"{len(tree.nodes)} nodes and {fit.cutoff} periods"
        raise MisalignedError("history", found=f"the shape {history.shape}", accepted=accepted)
    shares = season_shares(fit, history=history, tree=tree, season=season, horizon=steps)
    own = history[tree.bottom]
    told = (fit.errors if errors is None else errors)[:, tree.bottom, :steps]
    if len(shares.weights) > 1:
        told = np.array([_corrected(fit, shares, own=own, tree=tree, window=window) for window in range(len(told))])
    return PathModel(
        centre=shares.corrected(fit.mean[tree.bottom, :steps], history=own),
        errors=told,
        signed=np.ones(len(own)) if floor is None else np.where(np.isfinite(floor), 0.0, 1.0),
    )


def _corrected(fit: TreeForecast, shares: SeasonShares, *, own: Floats, tree: Tree, window: int) -> Floats:
    """Says how far the corrected forecast of a window was off; of what is not wholly known, the one of the fit."""
    steps, cutoff = shares.horizon, fit.cutoffs[window]
    found = fit.errors[window, tree.bottom, :steps].copy()
    whole = np.isfinite(found).all(axis=1)
    actual, said = own[whole, cutoff : cutoff + steps], np.zeros((len(own), steps))
    said[whole] = actual - found[whole]
    found[whole] = actual - shares.corrected(said, history=own[:, :cutoff])[whole]
    return found


def _drawn(scaled: Floats, *, rng: np.random.Generator) -> Floats:
    windows, series, _ = scaled.shape
    shared = np.tensordot(rng.normal(size=windows) / np.sqrt(windows), scaled, axes=1)
    which = rng.integers(0, windows, series)
    alone = scaled[which, np.arange(series)] * rng.choice([-1.0, 1.0], series)[:, None]
    freedom = max(windows, FEWEST_FREEDOM)
    heavy = np.sqrt((1 + 1 / freedom) * freedom / rng.chisquare(freedom))
    drawn: Floats = heavy * (np.sqrt(1 - OWN_SHARE) * shared + np.sqrt(OWN_SHARE) * alone)
    return drawn


def _above_zero(path: Floats) -> Floats:
    """Takes what is below zero from the other months of a series, then from the other series."""
    positive = np.maximum(path, 0.0)
    kept = positive * _shrunk(path.sum(axis=1), positive.sum(axis=1))[:, None]
    found: Floats = kept * _shrunk(path.sum(keepdims=True), kept.sum(keepdims=True))
    return found


def _shrunk(wanted: Floats, found: Floats) -> Floats:
    return np.divide(np.maximum(wanted, 0.0), found, out=np.zeros_like(found), where=found > 0.0)
