"""The audited rows, prepared once: every column as a code and as a number, blocks of time, folds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from salescope.evaluation.metrics import auc, within_period_auc
from salescope.evaluation.outcomes import Floats, Ints, outcome_array, require_both
from salescope.evaluation.splits import Split, newest_split, random_folds
from salescope.frames.errors import MisalignedError, TooFewOutcomesError

__all__ = ["MISSING", "Case", "ColumnView", "prepare"]

MISSING = 0
FOLDS = 5
FEWEST_OF_A_KIND = 5
BLOCKS = 20
MOST_BINS = 64
PRIOR_ROWS = 10.0
DATE_FORMATS = ("ISO8601", "%d/%m/%Y", "%m/%d/%Y")


@dataclass(frozen=True, eq=False)
class ColumnView:
    """Holds one column as the audit sees it.

    Parameters
    ----------
    name : str
        The column's name.
    entries : Series, shape (n_rows,)
        The values as they came, blanks as missing; dates in text parsed.
    codes : ndarray of int64, shape (n_rows,)
        0 for missing; numbers and dates in ascending bins (single values where there are few), text by frequency.
    ordered : bool
        Whether codes ascend with the value: numbers, flags and dates.
    """

    name: str
    entries: pd.Series[Any]
    codes: Ints
    ordered: bool

    @property
    def is_date(self) -> bool:
        """Tells whether the column holds dates or instants."""
        return pd.api.types.is_datetime64_any_dtype(self.entries)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Tells for each row whether there is a value."""
        return self.entries.notna().to_numpy(dtype=np.bool_)

    @cached_property
    def numbers(self) -> Floats:
        """Gives the column as numbers for a tree: values where ordered, frequency ranks otherwise."""
        if not self.ordered:
            ranks: Floats = np.where(self.codes == MISSING, np.nan, self.codes)
            return ranks
        if self.is_date:
            days = (self.entries - pd.Timestamp(0)) / pd.Timedelta(days=1)
            return np.asarray(days, dtype=np.float64)
        return np.asarray(self.entries.to_numpy(dtype=np.float64, na_value=np.nan))


@dataclass(frozen=True, eq=False)
class Case:
    """Holds everything the rules of the audit look at.

    Parameters
    ----------
    y : ndarray of int64, shape (n_rows,)
        Outcomes of the closed rows, 0 or 1.
    columns : dict of str to ColumnView
        The columns under audit, closed rows only.
    open_columns : dict of str to Series
        The same columns of rows without outcome yet; empty where there are none.
    order : Series, shape (n_rows,)
        Sortable time of the closed rows, or their row number.
    open_order : Series, shape (n_open,)
        The same for the open rows; may have missing values.
    folds : list of Split
        Random stratified folds.
    newest : Split or None
        The newest fifth against the rest; None where one side has a single kind of outcome.
    seed : int
        Repeats everything that is drawn.
    """

    y: Ints
    columns: dict[str, ColumnView]
    open_columns: dict[str, pd.Series[Any]]
    order: pd.Series[Any]
    open_order: pd.Series[Any]
    folds: list[Split]
    newest: Split | None
    seed: int

    @cached_property
    def blocks(self) -> Ints:
        """Numbers equal-count blocks of time, so that drift between periods can be told from signal within them."""
        ranks = self.order.rank(method="first").to_numpy(dtype=np.float64) - 1
        return (ranks * min(BLOCKS, len(self.y)) // len(self.y)).astype(np.int64)

    @cached_property
    def single_scores(self) -> dict[str, Floats]:
        """Gives each column's own out-of-fold rate of won rows, shrunk towards the base rate by ten rows."""
        return {name: self._out_of_fold_rate(view.codes) for name, view in self.columns.items()}

    def _out_of_fold_rate(self, codes: Ints) -> Floats:
        rates = np.empty(len(codes))
        size = int(codes.max()) + 1
        for fold in self.folds:
            won = np.bincount(codes[fold.train], weights=self.y[fold.train], minlength=size)
            rows = np.bincount(codes[fold.train], minlength=size)
            base = self.y[fold.train].mean()
            rates[fold.test] = ((won + base * PRIOR_ROWS) / (rows + PRIOR_ROWS))[codes[fold.test]]
        return rates

    def single_auc(self, name: str) -> float:
        """Gives what one column reaches alone, out of fold."""
        return auc(self.y, self.single_scores[name])

    def single_auc_within(self, name: str) -> float:
        """Gives the same among rows of one block of time; the plain figure where no block has both outcomes."""
        try:
            return within_period_auc(self.y, self.single_scores[name], period=self.blocks)
        except TooFewOutcomesError:
            return self.single_auc(name)

    def counts(self, codes: Ints) -> tuple[Floats, Floats]:
        """Counts lost and won rows by code.

        Returns
        -------
        tuple of two ndarrays of float64, shape (n_codes,)
        """
        size = int(codes.max()) + 1
        rows, won = (np.bincount(codes, weights=weights, minlength=size) for weights in (None, self.y))
        return np.asarray(rows - won, dtype=np.float64), np.asarray(won, dtype=np.float64)


def _without_zone(values: pd.Series[Any]) -> pd.Series[Any]:
    # Instants of several zones cannot be compared with naive local dates; a shift of hours changes no finding.
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values


def _without_blanks(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = pd.Series(values.to_numpy())
    if pd.api.types.is_datetime64_any_dtype(values):
        return _without_zone(values)
    if pd.api.types.is_timedelta64_dtype(values):
        values = values.dt.total_seconds() / 86_400
    if pd.api.types.is_numeric_dtype(values):
        return values.mask(values.isin([np.inf, -np.inf]))
    text = values.astype("string").str.strip()
    return text.mask(text == "")


def _typed(values: pd.Series[Any]) -> pd.Series[Any]:
    """Gives text that is wholly numbers or dates its type, as an export often hides it."""
    values = _without_blanks(values)
    if values.dtype != "string":
        return values
    present = values.dropna()
    numbers = pd.to_numeric(present, errors="coerce")
    if len(present) and numbers.notna().all():
        return pd.to_numeric(values).astype("Float64")
    for pattern in DATE_FORMATS:
        if len(present) and pd.to_datetime(present.iloc[:100], format=pattern, errors="coerce").notna().all():
            dates = pd.to_datetime(values, format=pattern, errors="coerce")
            if dates.notna().sum() == len(present):
                return dates
    return values


def _codes(values: pd.Series[Any]) -> tuple[Ints, bool]:
    if values.dtype == "string":
        frequent_first = values.value_counts().index
        return pd.Categorical(values, categories=frequent_first).codes.astype(np.int64) + 1, False
    present = values.dropna()
    edges = pd.Index(present.unique()).sort_values()
    if len(edges) > MOST_BINS:
        # The commonest value (a zero, often) has a bin of its own, so that few others are not lost beside it.
        common = present.mode().iloc[0]
        rest = present[present != common].sort_values()
        steps = rest.iloc[:: max(1, len(rest) // MOST_BINS)]
        edges = pd.Index(pd.concat([steps, pd.Series([common]), rest[rest > common].head(1)]).unique()).sort_values()
    codes = np.zeros(len(values), dtype=np.int64)
    codes[values.notna().to_numpy()] = edges.searchsorted(present.to_numpy(), side="right")
    return codes, True


def view_of(name: str, values: pd.Series[Any]) -> ColumnView:
    """Looks at one column.

    Parameters
    ----------
    name : str
        The column's name.
    values : Series, shape (n_rows,)
        Closed rows.

    Returns
    -------
    ColumnView

    Examples
    --------
    >>> view_of("calls", pd.Series([3, None, 1])).codes
    array([2, 0, 1])
    """
    typed = _typed(values.reset_index(drop=True))
    codes, ordered = _codes(typed)
    return ColumnView(name=name, entries=typed, codes=codes, ordered=ordered)


def _newest(order: pd.Series[Any], *, y: Ints) -> Split | None:
    # Rows of one time, or a file sorted by its outcome, have no newest block that could be judged.
    if order.nunique() < 2:
        return None
    split = newest_split(order)
    both = all(0 < y[part].sum() < len(part) for part in (split.train, split.test))
    return split if both else None


def prepare(frame: pd.DataFrame, y: ArrayLike, *, order: ArrayLike | None, skipped: Collection[str], seed: int) -> Case:
    """Prepares the audited rows.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The columns that a model would learn from.
    y : array_like of float, shape (n_rows,)
        1 won, 0 lost, NaN still open.
    order : array_like, shape (n_rows,), optional
        Sortable time of every row, never missing for a closed one; row numbers where absent.
    skipped : collection of str
        Columns to leave out.
    seed : int
        Deals the folds.

    Returns
    -------
    Case

    Raises
    ------
    MisalignedError
        If lengths differ.
    TooFewOutcomesError
        If a kind of outcome has fewer than five rows.
    """
    outcomes = pd.Series(y).reset_index(drop=True).astype("Float64")
    times = _without_zone(pd.Series(np.arange(len(frame)) if order is None else order).reset_index(drop=True))
    for name, values in (("y", outcomes), ("order", times)):
        if len(values) != len(frame):
            raise MisalignedError(name, found=f"{len(values)} values", accepted=f"one for each of {len(frame)} rows")
    closed = outcomes.notna().to_numpy(dtype=np.bool_)
    y_closed = outcome_array(outcomes[closed].to_numpy(dtype=np.float64))
    require_both(y_closed, needed=FEWEST_OF_A_KIND)
    order_closed = times[closed].reset_index(drop=True)
    names = [name for name in frame.columns if name not in skipped]
    return Case(
        y=y_closed,
        columns={name: view_of(name, frame.loc[closed, name]) for name in names},
        open_columns={name: _without_blanks(frame.loc[~closed, name].reset_index(drop=True)) for name in names},
        order=order_closed,
        open_order=times[~closed].reset_index(drop=True),
        folds=random_folds(y_closed, n_folds=FOLDS, seed=seed),
        newest=_newest(order_closed, y=y_closed),
        seed=seed,
    )
