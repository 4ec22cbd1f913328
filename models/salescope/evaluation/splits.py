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

__all__ = ["Split", "newest_snapshots", "newest_split", "random_folds", "time_codes", "walk_forward", "walk_snapshots"]


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


def walk_snapshots(as_of: ArrayLike, *, outcome_window: int) -> Iterator[Split]:
    """Walks through the moments of snapshots: each is judged by those whose outcome windows had closed by then.

    Parameters
    ----------
    as_of : array_like of datetime64, shape (n_rows,)
        The moment of every snapshot, naive.
    outcome_window : int
        How long the window from a moment stays open, days.

    Yields
    ------
    Split
        One a moment that has snapshots to learn from, oldest first. ``test`` holds the snapshots of the moment, and
        ``train`` those of moments at least a window earlier: of the others nobody could know the outcome yet. A
        customer's own earlier snapshots are among them, as they will be when the model is used.

    Raises
    ------
    MisalignedError
        If a moment is missing, or is no time.

    Examples
    --------
    >>> moments = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-04-01"])
    >>> [(split.train.tolist(), split.test.tolist()) for split in walk_snapshots(moments, outcome_window=59)]
    [([0], [2]), ([0, 1], [3, 4])]
    """
    moments = _column(as_of)
    if not pd.api.types.is_datetime64_any_dtype(moments.dtype):
        raise MisalignedError("as_of", found=f"values of type {moments.dtype}", accepted="a time in every row")
    time_codes(moments, name="as_of")
    closed = moments + pd.Timedelta(days=outcome_window)
    for moment in moments.drop_duplicates().sort_values():
        train = np.flatnonzero(closed.le(moment))
        if len(train):
            yield Split(train, np.flatnonzero(moments.eq(moment)))


def newest_snapshots(as_of: ArrayLike, *, outcome_window: int) -> Split:
    """Holds the snapshots of the newest moment back, and learns from those whose outcome windows had closed by then.

    Parameters
    ----------
    as_of : array_like of datetime64, shape (n_rows,)
        The moment of every snapshot, naive.
    outcome_window : int
        How long the window from a moment stays open, days.

    Returns
    -------
    Split
        The last one of `walk_snapshots`.

    Raises
    ------
    MisalignedError
        If no moment lies at least a window before the newest.

    Examples
    --------
    >>> moments = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-04-01"])
    >>> newest_snapshots(moments, outcome_window=90)
    Split(train=array([0]), test=array([2]))
    >>> newest_snapshots(moments, outcome_window=120)
    Traceback (most recent call last):
    salescope.frames.errors.MisalignedError: Argument 'as_of' has 3 moments within 90 days; accepted: one at least ...
    """
    moments = _column(as_of)
    split = None
    for found in walk_snapshots(moments, outcome_window=outcome_window):
        split = found
    if split is None or moments.iloc[split.test[0]] != moments.max():
        span = (moments.max() - moments.min()).days if len(moments) else 0
        raise MisalignedError(
            "as_of",
            found=f"{moments.nunique()} moments within {span} days",
            accepted=f"one at least {outcome_window} days before the newest",
        )
    return split
