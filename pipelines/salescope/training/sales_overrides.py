"""Numbers that people put in place of the machine's: met by the whole tree, and kept beside it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salescope.forecasting import Overrides, SalesForecaster
from salescope.forecasting.sales_columns import moments
from salescope.frames.errors import MissingColumnError

__all__ = ["Overridden", "overridden"]

DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """Holds a forecast that people have changed.

    Parameters
    ----------
    forecast : DataFrame
        As of `salescope.forecasting.contributions`, with the new means; what overrides moved is in ``other``, and
        ``machine`` is what was forecast. Intervals are the machine's: they were measured on its errors alone.
    table : DataFrame, shape (n_overrides, 7)
        ``node``, ``level``, ``date``, ``value``, ``machine``, ``reason`` and ``author`` of those that hold.
    passed : int
        How many rows were of periods that are no longer ahead.
    """

    forecast: pd.DataFrame
    table: pd.DataFrame
    passed: int


def overridden(fitted: SalesForecaster, told: pd.DataFrame, *, overrides: pd.DataFrame) -> Overridden:
    """Puts people's numbers in place of the machine's, so that every node still adds up.

    Parameters
    ----------
    fitted : SalesForecaster
        Fitted.
    told : DataFrame
        What it says, as of `salescope.forecasting.contributions`.
    overrides : DataFrame, shape (n_rows, n_columns)
        ``node``, ``date`` (first day of a period), ``value``, ``reason`` and ``author``. Rows of periods before the
        first one ahead are left out: one file serves every night.

    Returns
    -------
    Overridden

    Raises
    ------
    MissingColumnError
        If a column is not there.
    UnknownNameError
        If the tree has no such node.
    MisalignedError
        If a row cannot be meant, or rows contradict each other; see `salescope.forecasting.Overrides`.
    """
    if DATE not in overrides:
        raise MissingColumnError([DATE], present=[str(name) for name in overrides], where="overrides")
    tree, ahead = fitted.tree_, fitted.dates_ahead()
    passed = moments(overrides[DATE], name=DATE) < ahead[0]
    machine = fitted.fitted_.mean[tree.bottom]
    read = Overrides.read(overrides[~passed], tree=tree, dates=ahead, bottom=machine)
    freedom = fitted.fitted_.scale[tree.bottom] ** 2
    mean = tree.add_up(read.apply(machine, tree=tree, weight=freedom, floor=fitted.floor_)).ravel()
    moved = told.assign(mean=mean, other=told["other"] + mean - told["mean"], machine=told["mean"])
    return Overridden(forecast=moved, table=read.table, passed=int(passed.sum()))
