"""What chance alone would have made of a correlation, or of a difference between groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salescope.planning.grid import Floats

__all__ = ["Correlation", "correlation", "difference_by_chance"]

FEWEST = 4
BLOCK = 2_000_000


@dataclass(frozen=True)
class Correlation:
    """Holds a correlation and how far it can be believed.

    Parameters
    ----------
    value : float
        Pearson's; NaN where there are fewer than four pairs or one side does not vary.
    lo, hi : float
        Its 95 % interval, by bootstrap over pairs.
    chance : float
        Share of permutations with one as large in absolute value, counting the given order; 1 where there is none.
    """

    value: float
    lo: float
    hi: float
    chance: float

    @property
    def surely(self) -> bool:
        """Is whether chance makes one as large in fewer than 5 of 100 permutations, and the interval is without 0."""
        return self.chance < 0.05 and self.lo * self.hi > 0.0


NOTHING = Correlation(float("nan"), float("nan"), float("nan"), 1.0)


def correlation(values: Floats, other: Floats | None, *, draws: int, rng: np.random.Generator) -> Correlation:
    """Correlates two columns over the rows where both are known.

    Parameters
    ----------
    values, other : ndarray of float, shape (n_rows,)
        The columns; None for one that is not known at all.
    draws : int
        Permutations, and bootstrap samples.
    rng : numpy.random.Generator
        Where they are drawn from.

    Returns
    -------
    Correlation

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = correlation(np.arange(12.0), np.arange(12.0) ** 2, draws=500, rng=rng)
    >>> round(found.value, 2), found.surely
    (0.96, True)
    """
    if other is None:
        return NOTHING
    both = np.isfinite(values) & np.isfinite(other)
    x, y = values[both], other[both]
    if len(x) < FEWEST or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return NOTHING
    found = float(_pearson(x[None, :], y[None, :])[0])
    permuted, drawn = [], []
    for few in _blocks(draws, wide=len(x)):
        permuted.append(_pearson(rng.permuted(np.tile(x, (few, 1)), axis=1), y[None, :]))
        rows = rng.integers(0, len(x), size=(few, len(x)))
        drawn.append(_pearson(x[rows], y[rows]))
    as_large = int((np.abs(np.concatenate(permuted)) >= abs(found) - 1e-12).sum())
    lo, hi = np.nanquantile(np.concatenate(drawn), (0.025, 0.975))
    return Correlation(found, float(lo), float(hi), (1 + as_large) / (1 + draws))


def difference_by_chance(
    values: Floats, member: np.ndarray, *, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Asks of every group whether it stands apart from the others by more than chance sets some group apart.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows,)
        Finite.
    member : ndarray of bool, shape (n_rows, n_groups)
        Whose row it is; groups may overlap, and each has a row.
    draws : int
        Permutations.
    rng : numpy.random.Generator
        Where they are drawn from.

    Returns
    -------
    apart : ndarray of float, shape (n_groups,)
        Mean of the group less the mean of all other rows; 0 where there is no other.
    chance : ndarray of float, shape (n_groups,)
        Share of permutations in which some group stands as far apart in standard errors, counting the given order.

    Examples
    --------
    >>> values = np.array([1.0, 1.1, 0.9, 1.0, 1.1, 0.9, 2.0, 2.1, 1.9, 2.0])
    >>> member = (values > 1.5)[:, None] == np.array([True, False])
    >>> apart, chance = difference_by_chance(values, member, draws=500, rng=np.random.default_rng(0))
    >>> apart.round(2), bool((chance < 0.05).all())
    (array([ 1., -1.]), True)
    """
    inside = member.sum(axis=0).astype(np.float64)
    # What the sum of a group, less its share of the whole, is multiplied by to be the difference to the others.
    factor = len(values) / (inside * np.where(inside < len(values), len(values) - inside, np.inf))
    error = np.sqrt(factor)
    apart = _sums(values[None, :], member)[0] * factor
    if np.ptp(values) == 0.0 or not factor.any():
        return np.zeros(len(inside)), np.ones(len(inside))
    told = np.abs(apart) / np.where(error > 0.0, error, np.inf)
    most = np.concatenate(
        [
            np.abs(_sums(rng.permuted(np.tile(values, (few, 1)), axis=1), member) * error).max(axis=1)
            for few in _blocks(draws, wide=len(values))
        ]
    )
    larger = (most[:, None] >= told[None, :] - 1e-12).sum(axis=0)
    return apart, np.asarray((1 + larger) / (1 + draws), dtype=np.float64)


def _sums(rows: Floats, member: np.ndarray) -> Floats:
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)) @ member.astype(np.float64), dtype=np.float64)


def _pearson(x: Floats, y: Floats) -> Floats:
    left, right = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    power = (left**2).sum(axis=1) * (right**2).sum(axis=1)
    return np.where(power > 0.0, (left * right).sum(axis=1) / np.sqrt(np.where(power > 0.0, power, 1.0)), np.nan)


def _blocks(draws: int, *, wide: int) -> list[int]:
    few = max(1, BLOCK // max(wide, 1))
    return [min(few, draws - done) for done in range(0, draws, few)]
