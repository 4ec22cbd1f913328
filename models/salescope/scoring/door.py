"""What a scorer is given: rows as a frame, records or an array, and outcomes as labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_consistent_length, column_or_1d, validate_data

from salescope.frames.errors import MisalignedError, NotFittedModelError, OutcomeError
from salescope.scoring.members import Floats

__all__ = ["Outcomes", "Rows", "UnfittedScorerError", "keys_of", "labelled", "recency", "rows_of", "two_classes"]

Record = Mapping[str, Any]
Rows = pd.DataFrame | Sequence[Record]
Outcomes = tuple[npt.NDArray[np.intp], npt.NDArray[Any]]


class UnfittedScorerError(NotFittedModelError, NotFittedError):  # type: ignore[misc]  # scikit-learn is not typed
    """Says that a scorer is asked before it was fitted; scikit-learn's tools know it as a NotFittedError."""


def rows_of(X: object, *, estimator: BaseEstimator, reset: bool) -> Rows:
    """Reads what a scorer is given as rows with named columns.

    Parameters
    ----------
    X : DataFrame, sequence of mappings, or array-like of shape (n_rows, n_columns)
        The rows. An array takes the names of the columns the scorer was fitted with, or ``x0, x1, …``.
    estimator : BaseEstimator
        The scorer, on which scikit-learn keeps the number and names of columns.
    reset : bool
        Whether the scorer is being fitted.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns) or list of mappings, shape (n_rows,)
    """
    if isinstance(X, pd.DataFrame):
        if reset:
            validate_data(estimator, X, reset=True, skip_check_array=True)
        worded = all(isinstance(name, str) for name in X.columns)
        return X if worded else X.rename(columns=str)
    if isinstance(X, list) and X and all(isinstance(row, Mapping) for row in X):
        return rows_of(pd.DataFrame(X), estimator=estimator, reset=True) if reset else X
    checked = validate_data(estimator, X, reset=reset, dtype=None, ensure_all_finite=False)
    if np.iscomplexobj(checked):
        raise OutcomeError("Complex data not supported in a scorer", remedy="Give real numbers.")
    names = getattr(estimator, "feature_names_in_", [f"x{position}" for position in range(checked.shape[1])])
    return pd.DataFrame(checked, columns=names)


def keys_of(rows: Rows, *, key: str) -> list[Any] | None:
    """Finds the key of each row.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, n_columns) or sequence of mappings, shape (n_rows,)
    key : str
        The column that says whom a row is about.

    Returns
    -------
    list, shape (n_rows,), or None
        None where no row has the key.

    Examples
    --------
    >>> keys_of([{"lead_id": "a"}, {}], key="lead_id"), keys_of([{}], key="lead_id")
    (['a', None], None)
    """
    if isinstance(rows, pd.DataFrame):
        return rows[key].tolist() if key in rows.columns else None
    return [row.get(key) for row in rows] if any(key in row for row in rows) else None


def labelled(rows: pd.DataFrame, y: object, *, estimator: str, column: str, remedy: str) -> Outcomes:
    """Checks the labels of rows.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, n_columns)
    y : array-like of shape (n_rows,), or None
        Labels; None takes the column "y" of snapshots.
    estimator, column, remedy : str
        The class that asks, the column it looked for and what to do, for the message.

    Returns
    -------
    positions : ndarray of int, shape (n_rows,)
        All rows.
    labels : ndarray, shape (n_rows,)

    Raises
    ------
    OutcomeError
        When there are no outcomes.
    """
    if y is None and "y" in rows.columns:
        y = rows["y"]
    if y is None:
        problem = f"{estimator} requires y to be passed, but the target y is None and there is no column {column!r}"
        raise OutcomeError(problem, remedy=remedy)
    labels = column_or_1d(y, warn=True)
    check_consistent_length(rows, labels)
    check_classification_targets(labels)
    return np.arange(len(rows)), labels


def recency(order: npt.ArrayLike, *, rows: int) -> Floats:
    """Weighs records by their place in time: the oldest counts half of the newest.

    Parameters
    ----------
    order : array-like, shape (n_rows,)
        Sortable times or numbers; equal times weigh the same.
    rows : int
        How many there must be.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        With mean 1.

    Raises
    ------
    MisalignedError
        When there are more or fewer, or one is missing.

    Examples
    --------
    >>> weight = recency(["2024-01", "2024-03", "2024-02"], rows=3)
    >>> (weight / weight.max()).round(2)
    array([0.5 , 1.  , 0.71])
    """
    times = pd.Series(np.asarray(order))
    if len(times) != rows or times.isna().any():
        found = f"{len(times)} values, {int(times.isna().sum())} of them missing"
        raise MisalignedError("order", found=found, accepted=f"a sortable time for each of the {rows} rows")
    age = (times.rank().max() - times.rank()) / max(times.rank().max() - 1, 1)
    weight = 0.5 ** age.to_numpy(dtype=np.float64)
    return np.asarray(weight / weight.mean())


def two_classes(labels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Finds the two labels; the second is the positive outcome.

    Parameters
    ----------
    labels : ndarray, shape (n_rows,)

    Returns
    -------
    ndarray, shape (2,)
        In sorted order: "lost" before "won", "No" before "Yes", 0 before 1.

    Raises
    ------
    OutcomeError
        When there are not exactly two.

    Examples
    --------
    >>> two_classes(np.array(["won", "lost", "won"]))
    array(['lost', 'won'], dtype='<U4')
    >>> two_classes(np.array([0, 0]))
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutcomeError: Only one class, 0, is among 2 outcomes. ...
    """
    classes = np.unique(labels)
    if len(classes) == 2:
        return classes
    if len(classes) > 2:
        problem = f"Only binary classification is supported. The type of the target is {type_of_target(labels)}"
        raise OutcomeError(problem, remedy="Give two outcomes, as 'won' and 'lost'; leave open leads out.")
    named = f"Only one class, {classes[0].item()!r}, is" if len(classes) else "No class, of 1 class or more,"
    problem = f"{named} among {len(labels)} outcomes"
    raise OutcomeError(problem, remedy="A scorer learns what tells two outcomes apart: give closed leads of both.")
