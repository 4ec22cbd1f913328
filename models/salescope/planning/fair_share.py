"""The fair share: what each leaf and month would be asked for if nobody had a wish."""

from __future__ import annotations

import numpy as np

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.grid import Floats

__all__ = ["fair_share"]


def fair_share(
    potential: Floats, *, season: Floats, capacity: Floats | None = None, ramp_up: Floats | None = None
) -> Floats:
    """Multiplies potential, capacity, ramp-up and season to the proportion of the goal that each cell should bear.

    Parameters
    ----------
    potential : ndarray of float, shape (n_leaves,)
        Achievable sales of each leaf, in any unit of money.
    season : ndarray of float, shape (n_months,) or (n_leaves, n_months)
        Weight of each month; only proportions within a leaf count.
    capacity : ndarray of float, shape (n_leaves,), or None
        Selling time at hand, 1 for a full one; None for 1.
    ramp_up : ndarray of float, shape (n_leaves, n_months), or None
        Productivity of a newcomer in each month, 1 when fully trained; None for 1.

    Returns
    -------
    ndarray of float, shape (n_leaves, n_months)
        Proportions that add up to 1.

    Raises
    ------
    MisalignedError
        If shapes do not fit together.
    OutOfRangeError
        If a factor is negative or not finite, or nothing is left of the whole.

    Examples
    --------
    A representative who comes in the second of two months bears half of what the other does.

    >>> fair_share(np.array([6.0, 6.0]), season=np.array([1.0, 1.0]), ramp_up=np.array([[1.0, 1.0], [0.0, 1.0]])).round(
    ...     2
    ... )
    array([[0.33, 0.33],
           [0.  , 0.33]])
    """
    rhythm = season if season.ndim == 2 else np.tile(season, (len(potential), 1))
    factors: dict[str, Floats] = {
        "potential": potential[:, None],
        "capacity": np.ones((len(potential), 1)) if capacity is None else capacity[:, None],
        "ramp_up": np.ones((len(potential), 1)) if ramp_up is None else ramp_up,
        "season": rhythm,
    }
    share: Floats = np.ones(rhythm.shape)
    for name, factor in factors.items():
        if not (np.isfinite(factor).all() and (factor >= 0.0).all()):
            raise OutOfRangeError(
                float(factor[~(np.isfinite(factor) & (factor >= 0.0))][0]),
                name=name,
                where="fair_share",
                least="0, and finite",
            )
        if len(factor) != len(share) or factor.size not in {len(share), share.size}:
            raise MisalignedError(name, found=f"shape {factor.shape}", accepted=f"one for each of {share.shape}")
        share = share * (_proportions(factor) if name == "season" else factor)
    if not share.sum() > 0.0:
        raise OutOfRangeError(0.0, name="potential", where="fair_share", least="one cell above 0")
    return np.asarray(share / share.sum(), dtype=np.float64)


def _proportions(season: Floats) -> Floats:
    whole = season.sum(axis=1, keepdims=True)
    return np.asarray(season / np.where(whole > 0.0, whole, 1.0), dtype=np.float64)
