"""What is known of every leaf of a plan before it is asked for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.grid import Floats, Ints

__all__ = ["LeafFacts", "years_of"]


@dataclass(frozen=True)
class LeafFacts:
    """Holds the past of every leaf and, where there is one, its account base, its market and who its peers are.

    Parameters
    ----------
    history : ndarray of float, shape (n_leaves, n_years)
        Yearly sales in the workspace's currency, the newest year last, all of it before `as_of`; NaN before a leaf
        began. Net returns of a whole year count as 0. `years_of` makes it of months.
    peers : sequence of str, shape (n_leaves,), or None
        The group whose members are alike, as state, segment or team; None for one group.
    accounts : mapping of str to ndarray of float, shape (n_leaves, n_years)
        Account bases by name, as ``customers`` or ``recent customers``: how many there were at the end of each year.
    drivers : mapping of str to ndarray of float, shape (n_leaves,)
        Sizes of the leaf's market by name, as ``population`` or ``economy``; above 0.

    Raises
    ------
    MisalignedError
        If a fact is not of the leaves and years of the history.
    OutOfRangeError
        If a figure is infinite or negative, a driver not above 0, or nothing was ever sold.

    Examples
    --------
    >>> LeafFacts(history=np.array([[1.0, 2.0], [3.0, 4.0]]), drivers={"population": np.array([5.0])})
    Traceback (most recent call last):
        ...
    salescope.frames.errors.MisalignedError: Argument 'population' has shape (1,); accepted: shape (2,).
    """

    history: Floats = field(repr=False)
    peers: Sequence[str] | None = None
    accounts: Mapping[str, Floats] = field(default_factory=dict, repr=False)
    drivers: Mapping[str, Floats] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.history.ndim != 2 or not self.history.size:
            raise MisalignedError("history", found=f"shape {self.history.shape}", accepted="leaves by years")
        if self.peers is not None and len(self.peers) != len(self.history):
            raise MisalignedError(
                "peers", found=f"{len(self.peers)} names", accepted=f"one for {len(self.history)} leaves"
            )
        for name, fact in self.accounts.items():
            _refuse_shape(name, fact, wanted=self.history.shape)
            _refuse(name, fact, wrong=np.isinf(fact) | (fact < 0.0), least="0, and finite")
        for name, fact in self.drivers.items():
            _refuse_shape(name, fact, wanted=self.history.shape[:1])
            _refuse(name, fact, wrong=~(np.isfinite(fact) & (fact > 0.0)), least="a little above 0, and finite")
        _refuse("history", self.history, wrong=np.isinf(self.history), least="0, and finite")
        if not (self.sold > 0.0).any():
            raise OutOfRangeError(0.0, name="history", where="LeafFacts", least="one sale above 0")

    @cached_property
    def known(self) -> np.ndarray:
        """Is True where a leaf has a year, of shape (n_leaves, n_years)."""
        return np.isfinite(self.history)

    @cached_property
    def sold(self) -> Floats:
        """Is the history with 0 where it is missing or below."""
        return np.where(self.known, self.history, 0.0).clip(0.0)

    @cached_property
    def codes(self) -> Ints:
        """Is the position of each leaf's group of peers."""
        if self.peers is None:
            return np.zeros(len(self.history), dtype=np.int64)
        return np.unique(np.asarray(self.peers, dtype=str), return_inverse=True)[1].astype(np.int64)

    def until(self, year: int) -> LeafFacts:
        """Cuts off what was not known at the beginning of a year.

        Parameters
        ----------
        year : int
            Position in the history, at least 1.

        Returns
        -------
        LeafFacts
            The same leaves with the years before it. Drivers stay as they are: markets change slowly.

        Raises
        ------
        OutOfRangeError
            If nothing was sold before it.
        """
        return LeafFacts(
            history=self.history[:, :year],
            peers=self.peers,
            accounts={name: fact[:, :year] for name, fact in self.accounts.items()},
            drivers=self.drivers,
        )


def years_of(monthly: Floats, *, per_year: int = 12) -> Floats:
    """Adds periods up to years that end with the newest period, so that no year is an unfinished one.

    Parameters
    ----------
    monthly : ndarray of float, shape (n_leaves, n_periods)
        Sales of consecutive periods, the newest last; NaN before a leaf began.
    per_year : int, default 12
        Periods of a year.

    Returns
    -------
    ndarray of float, shape (n_leaves, n_years)
        The oldest periods are left out where they make no whole year. A year of which at least half is known is the
        mean of that times `per_year`; of which less is known, NaN.

    Raises
    ------
    OutOfRangeError
        If there is no whole year.

    Examples
    --------
    >>> years_of(np.array([[9.0, 1.0, 2.0, 3.0, 4.0], [np.nan, np.nan, np.nan, np.nan, 5.0]]), per_year=2)
    array([[ 3.,  7.],
           [nan, 10.]])
    """
    n_years = monthly.shape[1] // per_year if per_year > 0 else 0
    if not n_years:
        raise OutOfRangeError(monthly.shape[1], name="monthly", where="years_of", least=f"{max(per_year, 1)} periods")
    cut = monthly[:, monthly.shape[1] - n_years * per_year :].reshape(len(monthly), n_years, per_year)
    seen = np.isfinite(cut).sum(axis=2)
    mean = np.nansum(cut, axis=2) / np.maximum(seen, 1)
    return np.where(2 * seen >= per_year, mean * per_year, np.nan)


def _refuse_shape(name: str, fact: Floats, *, wanted: tuple[int, ...]) -> None:
    if fact.shape != wanted:
        raise MisalignedError(name, found=f"shape {fact.shape}", accepted=f"shape {wanted}")


def _refuse(name: str, fact: Floats, *, wrong: np.ndarray, least: str) -> None:
    if wrong.any():
        raise OutOfRangeError(float(fact[wrong][0]), name=name, where="LeafFacts", least=least)
