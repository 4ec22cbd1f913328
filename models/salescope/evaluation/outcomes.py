"""The two arrays every judgement starts from: outcomes that are 0 or 1, and scores that fit them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salescope.frames.errors import MisalignedError, TooFewOutcomesError

__all__ = ["Floats", "Ints", "aligned_array", "outcome_array", "probability_array", "require_both"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def outcome_array(y: ArrayLike) -> Ints:
    """Checks outcomes and gives them as integers.

    Parameters
    ----------
    y : array_like of bool, int or float, shape (n_rows,)
        1 (or True) for won, 0 (or False) for lost.

    Returns
    -------
    ndarray of int64, shape (n_rows,)

    Raises
    ------
    MisalignedError
        If ``y`` is empty, not one-dimensional or holds anything but 0 and 1.

    Examples
    --------
    >>> outcome_array([True, False, 1])
    array([1, 0, 1])
    >>> outcome_array([0, 2])
    Traceback (most recent call last):
    salescope.frames.errors.MisalignedError: Argument 'y' has the value 2.0; accepted: 0 and 1 only, closed leads only.
    """
    values = np.asarray(y, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0:
        raise MisalignedError("y", found=f"shape {values.shape}", accepted="one outcome a row, at least one row")
    strange = values[~np.isin(values, (0.0, 1.0))]
    if len(strange):
        raise MisalignedError("y", found=f"the value {strange[0]!s}", accepted="0 and 1 only, closed leads only")
    return values.astype(np.int64)


def aligned_array(values: ArrayLike, *, name: str, n_rows: int) -> Floats:
    """Checks that finite numbers are there, one for each outcome.

    Parameters
    ----------
    values : array_like of float, shape (n_rows,)
        Scores or probabilities.
    name : str
        The argument's name, for the message.
    n_rows : int
        How many are needed.

    Returns
    -------
    ndarray of float64, shape (n_rows,)

    Raises
    ------
    MisalignedError
        If the length differs or a value is not finite.

    Examples
    --------
    >>> aligned_array([0.5, 1], name="p", n_rows=2)
    array([0.5, 1. ])
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (n_rows,):
        raise MisalignedError(name, found=f"shape {numbers.shape}", accepted=f"one value for each of {n_rows} outcomes")
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise MisalignedError(name, found=f"the value {numbers[row]!s} in row {row}", accepted="finite numbers only")
    return numbers


def probability_array(p: ArrayLike, *, n_rows: int, name: str = "p") -> Floats:
    """Checks that probabilities are there, one for each outcome.

    Parameters
    ----------
    p : array_like of float, shape (n_rows,)
        Probabilities from 0 to 1.
    n_rows : int
        How many are needed.
    name : str, default "p"
        The argument's name, for the message.

    Returns
    -------
    ndarray of float64, shape (n_rows,)

    Raises
    ------
    MisalignedError
        If the length differs or a value is outside 0 to 1.

    Examples
    --------
    >>> probability_array([0.2, 1.5], n_rows=2)
    Traceback (most recent call last):
    salescope.frames.errors.MisalignedError: Argument 'p' has the value 1.5 in row 1; accepted: probabilities ...
    """
    numbers = aligned_array(p, name=name, n_rows=n_rows)
    outside = np.flatnonzero((numbers < 0) | (numbers > 1))
    if len(outside):
        row = int(outside[0])
        raise MisalignedError(
            name, found=f"the value {numbers[row]!s} in row {row}", accepted="probabilities from 0 to 1"
        )
    return numbers


def require_both(y: Ints, *, needed: int = 1) -> None:
    """Checks that enough outcomes of both kinds are there.

    Parameters
    ----------
    y : ndarray of int64, shape (n_rows,)
        Outcomes, 0 or 1.
    needed : int, default 1
        How many of each kind.

    Raises
    ------
    TooFewOutcomesError
        If either kind has fewer.

    Examples
    --------
    >>> require_both(np.array([0, 1]))
    """
    won = int(y.sum())
    if min(won, len(y) - won) < needed:
        raise TooFewOutcomesError(won=won, lost=len(y) - won, needed=needed)
