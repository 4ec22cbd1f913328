"""Reading changes of drivers: which series, which periods, which values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.sales_columns import moments
from salescope.frames.errors import MisalignedError, MissingColumnError, UnknownNameError

__all__ = ["changed_drivers"]

NEEDED = ("node", "driver", "date", "value")


def changed_drivers(changes: pd.DataFrame, *, forecaster: SalesForecaster) -> dict[str, Floats]:
    """Puts changes in place of what is known ahead.

    Parameters
    ----------
    changes : DataFrame, shape (n_changes, 4)
        ``node``, ``driver``, ``date`` and ``value``.
    forecaster : SalesForecaster
        Fitted, with what is known ahead of its nodes.

    Returns
    -------
    dict of str to ndarray of float, each of shape (n_nodes, n_periods + n_ahead)
        The changed drivers only, changed at the bottom of the tree only.

    Raises
    ------
    MissingColumnError
        If a column is not there.
    UnknownNameError
        If the tree has no such node, or nothing such is known ahead.
    MisalignedError
        If a date begins no period ahead, a value is no number, or two changes are about the same.
    """
    missing = [name for name in NEEDED if name not in changes]
    if missing:
        raise MissingColumnError(missing, present=[str(name) for name in changes.columns], where="changes of drivers")
    tree, known = forecaster.tree_, forecaster.panel_.known
    nodes = _places(changes["node"], accepted=tree.nodes, what="node")
    named = tuple(known.values)
    drivers = _places(changes["driver"], accepted=named, what="driver")
    steps, values = _steps(changes["date"], dates=forecaster.dates_ahead()), _numbers(changes["value"])
    if pd.DataFrame({"node": nodes, "driver": drivers, "step": steps}).duplicated().any():
        raise MisalignedError("drivers", found="two changes of one driver, node and date", accepted="one of each")
    values_now, until = known.values, len(forecaster.panel_.dates)  # noqa: PD011 - no frame
    answer = {named[one]: _long(values_now[named[one]], until + forecaster.horizon) for one in np.unique(drivers)}
    starts = tree.sums.indptr
    # The node of fewest series comes last and has the last word.
    for change in np.argsort(-np.diff(starts)[nodes], kind="stable"):
        series = tree.sums.indices[starts[nodes[change]] : starts[nodes[change] + 1]]
        answer[named[drivers[change]]][tree.bottom[series], until + steps[change]] = values[change]
    return answer


def _places(names: pd.Series, *, accepted: tuple[str, ...], what: str) -> Ints:
    place = pd.Index(accepted, dtype=object).get_indexer(pd.Index(names.astype(str), dtype=object))
    if (place < 0).any():
        raise UnknownNameError(str(names[place < 0].iloc[0]), what=what, where="changes of drivers", accepted=accepted)
    return place.astype(np.int64)


def _steps(given: pd.Series, *, dates: pd.DatetimeIndex) -> Ints:
    step = dates.get_indexer(pd.DatetimeIndex(moments(given, name="date")))
    if (step < 0).any():
        found = str(given[step < 0].iloc[0])
        accepted = f"first days of periods from {dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}"
        raise MisalignedError("date", found=found, accepted=accepted)
    return step.astype(np.int64)


def _numbers(given: pd.Series) -> Floats:
    value = pd.to_numeric(given, errors="coerce").to_numpy(dtype=np.float64)
    if not np.isfinite(value).all():
        found = repr(given[~np.isfinite(value)].iloc[0])
        raise MisalignedError("value", found=found, accepted="a finite number in every row")
    return value


def _long(values: Floats, periods: int) -> Floats:
    return np.pad(values, ((0, 0), (0, max(0, periods - values.shape[1]))), constant_values=np.nan)
