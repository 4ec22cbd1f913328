"""What each event moves each series, measured ahead of any question, so that a what-if is a sum and needs no model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.contributions import Explained
from salescope.forecasting.driver_effects import DriverEffects

__all__ = ["event_responses"]

COLUMNS = ("node", "date", "step", "driver", "now", "per_unit")
# Trees of days look at the day before and after: only every third one is changed at a time.
APART = {"day": 3}


def event_responses(explained: Explained) -> pd.DataFrame:
    """Measures what each event moves each series in each period ahead.

    Parameters
    ----------
    explained : Explained
        The forecast as it is.

    Returns
    -------
    DataFrame, shape (n_responses, 6)
        ``node`` (at the bottom of the tree), ``date``, ``step``, ``driver``, ``now`` (the share of the period that it
        is known to fill) and ``per_unit``: with another share the forecast is ``mean + (share - now) * per_unit``. An
        event that moves a series in no way, or is not known so far ahead, has no row there.

    Notes
    -----
    The unit is from nothing to a whole period of it, so that one event put in or taken out is answered as `what_if`
    does. What it does to the days beside it, and what two events at once do to each other, is in `what_if` alone.
    Prices are left out: what trees say of them is no line, and no number a unit would answer for all of it.

    Examples
    --------
    >>> from salescope.forecasting import SalesForecaster
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> dates = pd.date_range("2022-01-01", periods=8, freq="QS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": 50.0})
    >>> forecaster = SalesForecaster(1, frequency="quarter", members=[SeasonalNaiveGrowth()])
    >>> event_responses(Explained.of(forecaster.fit(sales))).empty
    True
    """
    effects, forecaster = explained.effects, explained.forecaster
    tree, dates = forecaster.tree_, forecaster.dates_ahead()
    parts = [pd.DataFrame(columns=list(COLUMNS))]
    for name, now, per_unit in _responses(effects) if effects.learned else ():
        series, step = np.nonzero((per_unit != 0) & ~np.isnan(now))
        nodes = np.asarray(tree.nodes, dtype=object)[tree.bottom[series]]
        values = (nodes, dates[step], step + 1, name, now[series, step], per_unit[series, step])
        parts.append(pd.DataFrame(dict(zip(COLUMNS, values, strict=True))))
    kept = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(kept, ignore_index=True)


def _responses(effects: DriverEffects) -> Iterator[tuple[str, Floats, Floats]]:
    """Gives each event with what is known of it ahead, and what a unit moves; both (n_bottom, horizon)."""
    panel = effects.panel
    known, start, horizon = panel.known, len(panel.dates), effects.now.shape[1]
    apart = APART.get(panel.frequency.name, 1)
    for name in sorted(known.kinds):
        if known.kinds[name] != "event":
            continue
        ahead = known.values[name][effects.bottom, start : start + horizon]  # noqa: PD011 - no frame
        now = np.pad(ahead, ((0, 0), (0, horizon - ahead.shape[1])), constant_values=np.nan)
        per_unit: Floats = np.zeros_like(effects.now)
        for first in range(apart):
            steps = np.arange(first, ahead.shape[1], apart)
            moved = _said(effects, name, steps=steps, share=1.0) - _said(effects, name, steps=steps, share=0.0)
            per_unit[:, steps] = moved[:, steps]
        yield name, now, per_unit


def _said(effects: DriverEffects, name: str, *, steps: Ints, share: float) -> Floats:
    known = effects.panel.known
    changed = known.values[name].copy()  # noqa: PD011 - no frame
    changed[np.ix_(effects.bottom, len(effects.panel.dates) + steps)] = share
    return effects.said(replace(known, values={**known.values, name: changed}))  # noqa: PD011 - no frame
