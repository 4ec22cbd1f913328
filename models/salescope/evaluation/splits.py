"""Ways to hold rows back: the newest by default, random folds to compare with, walk-forward by period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from salescope.evaluation.outcomes import Ints, outcome_array, require_both
from salescope.frames.errors import MisalignedError

__all__ = ["Split", "newest_split", "random_folds", "time_codes", "walk_forward"]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Holds which rows are learned from and which are judged.

    Parameters
    ----------
    train : ndarray of int64, shape (n_train,)
        Row positions, ascending.
    test : ndarray of int64, shape (n_test,)
        Row positions, ascending; none of them in ``train``.
    """

    train: Ints
    test: Ints


def time_codes(order: ArrayLike, *, name: str = "order") -> Ints:
    """Ranks times densely, so that splits need to know nothing about their type.

    Parameters
    ----------
    order : array_like, shape (n_rows,)
        Times (naive local dates or instants), row numbers, or anything pandas can sort; none missing.
    name : str, default "order"
        The argument's name, for the message.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        0 for the oldest; equal times have equal codes.

    Raises
    ------
    MisalignedError
        If a time is missing.

    Examples
    --------
    >>> time_codes(["2026-02", "2026-01", "2026-02"])
    array([1, 0, 1])
    """
    codes = pd.factorize(pd.Series(order), sort=True, use_na_sentinel=True)[0]
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise MisalignedError(name, found=f"no value in row {row}", accepted="a time or number in every row")
    return codes.astype(np.int64)


def newest_split(order: ArrayLike, *, closed_at: ArrayLike | None = None, share: float = 0.2) -> Split:
    """Holds the newest rows back.

    Parameters
    ----------
    order : array_like, shape (n_rows,)
        Sortable time (naive local date or instant) or row number of every row.
    closed_at : array_like of same kind as order, shape (n_rows,), optional
        When each outcome became known. Where given, a training row must have closed before the first test row's
        time: what nobody could know yet is not learned from. A row without a time never trains.
    share : float, default 0.2
        The share of rows to hold back. Rows of equal time stay on one side: the boundary moves to the older end
        of its tie (so at least ``share`` is held back), or to the newer end where nothing would be left to train on.

    Returns
    -------
    Split
        Every training row is strictly older than every test row.

    Raises
    ------
    MisalignedError
        If ``share`` is not between 0 and 1, all times are equal, or lengths differ.

    Examples
    --------
    >>> newest_split([2024, 2025, 2026, 2026, 2023], share=0.2)
    Split(train=array([0, 1, 4]), test=array([2, 3]))
    >>> newest_split([2026, 2026], share=0.5)
    Traceback (most recent call last):
    salescope.frames.errors.MisalignedError: Argument 'order' has one time in all rows; accepted: at least two times.
    """
    if not 0 < share < 1:
        raise MisalignedError("share", found=f"the value {share!r}", accepted="a number between 0 and 1")
    codes = time_codes(order)
    if codes.size == 0 or codes.max() == 0:
        raise MisalignedError("order", found="one time in all rows", accepted="at least two times")
    held = min(len(codes) - 1, max(1, round(share * len(codes))))
    boundary = max(1, int(np.sort(codes)[len(codes) - held]))
    test = codes >= boundary
    train = ~test
    if closed_at is not None:
        train &= _closed_before(order, closed_at=closed_at, first_test=int(np.flatnonzero(codes == boundary)[0]))
    return Split(np.flatnonzero(train), np.flatnonzero(test))


def _column(values: ArrayLike) -> pd.Series[Any]:
    return pd.Series(values).reset_index(drop=True)


def _closed_before(order: ArrayLike, *, closed_at: ArrayLike, first_test: int) -> NDArray[np.bool_]:
    times, closed = _column(order), _column(closed_at)
    if len(times) != len(closed):
        raise MisalignedError("closed_at", found=f"{len(closed)} values", accepted=f"one for each of {len(times)} rows")
    return closed.lt(times.iloc[first_test]).to_numpy(dtype=np.bool_)


def random_folds(y: ArrayLike, *, n_folds: int = 5, seed: int = 0, group: ArrayLike | None = None) -> list[Split]:
    """Deals rows into stratified folds, shuffled: the usual figure, shown beside the newest, never instead of it.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1; ``n_folds`` of each kind at least.
    n_folds : int, default 5
        How many folds.
    seed : int, default 0
        Repeats the dealing.
    group : array_like, shape (n_rows,), optional
        Whose row it is, where a subject has several; rows of a group stay in one fold. By default each is its own.

    Returns
    -------
    list of Split, length n_folds
        Every row is tested exactly once.

    Raises
    ------
    TooFewOutcomesError
        If a kind of outcome has fewer rows than folds.

    Examples
    --------
    >>> [fold.test.tolist() for fold in random_folds([0, 0, 1, 1], n_folds=2)]
    [[1, 2], [0, 3]]
    """
    outcomes = outcome_array(y)
    require_both(outcomes, needed=n_folds)
    kind = StratifiedKFold if group is None else StratifiedGroupKFold
    folds = kind(n_folds, shuffle=True, random_state=seed)
    return [Split(train, test) for train, test in folds.split(np.zeros((len(outcomes), 1)), outcomes, group)]


def walk_forward(period: ArrayLike, *, first: str | float | pd.Timestamp | None = None) -> Iterator[Split]:
    """Walks through time: each period is judged by what all earlier ones taught.

    Parameters
    ----------
    period : array_like, shape (n_rows,)
        The period of every row, sortable in time: period starts (naive local dates) or block numbers.
    first : str, float or Timestamp, optional
        The first period to judge; by default the second there is. Earlier periods only train.

    Yields
    ------
    Split
        One a period, oldest first; ``train`` holds all rows of earlier periods.

    Raises
    ------
    MisalignedError
        If a period is missing.

    Examples
    --------
    >>> [(split.train.tolist(), split.test.tolist()) for split in walk_forward([1, 1, 2, 3])]
    [([0, 1], [2]), ([0, 1, 2], [3])]
    """
    codes = time_codes(period, name="period")
    late = np.ones(len(codes), dtype=np.bool_) if first is None else _column(period).ge(first).to_numpy()
    for code in np.unique(codes[late & (codes > 0)]):
        yield Split(np.flatnonzero(codes < code), np.flatnonzero(codes == code))
