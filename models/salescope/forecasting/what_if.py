"""What if: drivers ahead are changed or nodes held at a number, and every node is told again without training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats
from salescope.forecasting.contributions import Explained, Parts
from salescope.forecasting.driver_changes import changed_drivers
from salescope.forecasting.driver_effects import DriverEffects
from salescope.forecasting.locks import lock
from salescope.forecasting.panel import Known
from salescope.frames.errors import MisalignedError

__all__ = ["what_if"]


def what_if(
    explained: Explained, *, drivers: pd.DataFrame | None = None, locks: Mapping[str, Floats] | None = None
) -> pd.DataFrame:
    """Says what a forecast would be with other drivers, or with nodes held at a number.

    Parameters
    ----------
    explained : Explained
        The forecast as it is.
    drivers : DataFrame, shape (n_changes, 4), optional
        ``node``, ``driver``, ``date`` (first day of a period ahead) and the new ``value``: of an event, the share of
        the period that it fills. A node above the bottom stands for all its series; where two rows are about one
        series, that of the node with fewer series holds.
    locks : mapping of str to ndarray of float, each of shape (horizon,), optional
        What a node is held at, by its name; NaN in a period where it is free.

    Returns
    -------
    DataFrame, shape (n_nodes * horizon, 13)
        ``node``, ``level``, ``date``, ``step``, ``before``, ``mean`` (what it would be), ``by_drivers`` and
        ``by_locks`` (what moved it), and ``trend``, ``season``, ``events``, ``price``, ``other`` of the new mean; every
        node is the sum of its series. What locks move is in ``other``: nobody has said why.

    Raises
    ------
    MissingColumnError
        If a column of the changes is not there.
    UnknownNameError
        If the tree has no such node, or nothing such is known ahead.
    MisalignedError
        If a date begins no period ahead, a value is no number, two changes contradict each other, nothing in the
        forecast has learned from drivers, or locks contradict each other or the floors.

    Notes
    -----
    The trees that learned from drivers are asked again, and the difference times their share in the combination is
    added to the series and up the tree (see `DriverEffects` for why the share). Events are changed first, then prices,
    then other drivers, and each kind is credited with what it moves after those before it. A series that cannot sell
    less than nothing stops there. Then locks are met by the least squared moves, each series' in units of its scale.

    Intervals were measured on forecasts that nobody had changed, so none are given.

    Examples
    --------
    >>> from salescope.forecasting import SalesForecaster
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> dates = pd.date_range("2022-01-01", periods=8, freq="QS")
    >>> sales = pd.concat(pd.DataFrame({"rep": rep, "date": dates, "y": 50.0}) for rep in ("1", "2"))
    >>> forecaster = SalesForecaster(
    ...     1, frequency="quarter", hierarchy={"rep": ["rep"]}, members=[SeasonalNaiveGrowth()]
    ... )
    >>> explained = Explained.of(forecaster.fit(sales))
    >>> told = what_if(explained, locks={"rep=1": np.array([60.0])})
    >>> told[["node", "before", "mean", "by_drivers", "by_locks", "trend"]].round(3)
        node  before   mean  by_drivers  by_locks  trend
    0    all   100.0  110.0         0.0      10.0  100.0
    1  rep=1    50.0   60.0         0.0      10.0   50.0
    2  rep=2    50.0   50.0         0.0       0.0   50.0
    >>> what_if(explained, locks={"all": np.array([90.0]), "rep=1": np.array([50.0]), "rep=2": np.array([50.0])})
    Traceback (most recent call last):
    ...
    salescope.frames.errors.MisalignedError: Argument 'locks' has values that contradict each other or a floor: ...
    """
    forecaster = explained.forecaster
    tree, floor = forecaster.tree_, forecaster.floor_
    before = forecaster.fitted_.mean[tree.bottom]
    moved = _moved(explained, drivers)
    driven = before if moved is None else np.maximum(before + sum(moved.values()), floor[:, None])
    freedom = forecaster.fitted_.scale[tree.bottom] ** 2
    after = lock(driven, tree=tree, locks=locks, weight=freedom, floor=floor) if locks else driven
    told = {"before": before, "mean": after, "by_drivers": driven - before, "by_locks": after - driven}
    return _table(explained, told | _parts(explained.parts, mean=after, moved=moved or {}).columns())


def _moved(explained: Explained, drivers: pd.DataFrame | None) -> dict[str, Floats] | None:
    """Measures what the changes of each kind of driver move; None without changes."""
    if drivers is None or drivers.empty:
        return None
    forecaster, effects = explained.forecaster, explained.effects
    changed = changed_drivers(drivers, forecaster=forecaster)
    if not effects.learned:
        raise MisalignedError(
            "drivers",
            found="changes, but no member that learns from drivers has a share in the forecast",
            accepted="locks alone",
        )
    return _by_kind(effects, changed)


def _by_kind(effects: DriverEffects, changed: Mapping[str, Floats]) -> dict[str, Floats]:
    known: Known = effects.panel.known
    said, answer = effects.now, {}
    for kind in ("event", "price", "driver"):
        values = {name: value for name, value in changed.items() if known.kinds[name] == kind}
        if values:
            known = replace(known, values={**known.values, **values})  # noqa: PD011 - no frame
            now = effects.said(known)
            answer[kind], said = now - said, now
    return answer


def _parts(parts: Parts, *, mean: Floats, moved: Mapping[str, Floats]) -> Parts:
    events, price = parts.events + moved.get("event", 0.0), parts.price + moved.get("price", 0.0)
    return replace(parts, events=events, price=price, other=mean - parts.trend - parts.season - events - price)


def _table(explained: Explained, bottom: Mapping[str, Floats]) -> pd.DataFrame:
    forecaster = explained.forecaster
    tree, horizon = forecaster.tree_, forecaster.horizon
    columns: dict[str, Any] = {
        "node": np.repeat(np.asarray(tree.nodes, dtype=object), horizon),
        "level": np.repeat(np.asarray(tree.level, dtype=object), horizon),
        "date": np.tile(forecaster.dates_ahead(), len(tree.nodes)),
        "step": np.tile(np.arange(1, horizon + 1), len(tree.nodes)),
    }
    return pd.DataFrame(columns | {name: tree.add_up(value).ravel() for name, value in bottom.items()})
