"""A made company of 3,000 weekly series with promotions and prices, and a forecaster that learned from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.forecasting import Known, Panel, SalesForecaster, Tree, frequency_named
from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.boosted import Boosted
from salescope.forecasting.calendar import Floats
from salescope.forecasting.origins import Origins
from salescope.forecasting.smoothing import Smoothing
from salescope.forecasting.tree_forecast import level_codes

__all__ = ["HORIZON", "PERIODS", "forecaster_of_drivers"]

SERIES, PERIODS, HORIZON = 3_000, 208, 26


def forecaster_of_drivers() -> tuple[SalesForecaster, Floats]:
    """Fits a forecaster; gives also what promotions truly add, (n_series, horizon), in the order of the tree."""
    number = np.arange(SERIES)
    keys = pd.DataFrame({"region": number % 10, "rep": number % 200, "product": number}).astype(str)
    tree = Tree.of(keys, levels={"region": ["region"], "rep": ["region", "rep"], "line": ["region", "rep", "product"]})
    rng = np.random.default_rng(7)
    week = np.arange(PERIODS + HORIZON)
    shape = (SERIES, len(week))
    promotion = (rng.random(shape) < 0.1).astype(np.float64)
    usual = rng.lognormal(2.0, 0.5, (SERIES, 1))
    price = usual * np.where(rng.random(shape) < 0.1, 0.9, 1.0)
    swing = 1.0 + 0.3 * np.sin(2 * np.pi * (week / 52 + 0.2 * rng.random((SERIES, 1))))
    base = rng.lognormal(4.0, 0.7, (SERIES, 1)) * swing * (price / usual) ** -1.5
    sold = base * (1.0 + 0.5 * promotion) * rng.lognormal(0.0, 0.15, shape)
    frequency = frequency_named("week")
    sizes = np.asarray(tree.sums.sum(axis=1)).reshape(-1, 1)
    panel = Panel(
        series=tree.nodes,
        values=tree.add_up(sold[:, :PERIODS]),
        dates=frequency.starts(pd.Timestamp("2021-01-04"), count=PERIODS),
        frequency=frequency,
        known=Known(
            values={"promotion": tree.add_up(promotion) / sizes, "price": tree.add_up(price) / sizes},
            kinds={"promotion": "event", "price": "price"},
        ),
        group=level_codes(tree),
    )
    members = [SeasonalNaiveGrowth(), Smoothing(), Boosted()]
    forecaster = SalesForecaster(HORIZON, frequency="week", members=members, windows=2)
    origins = Origins(panel, members, horizon=HORIZON)
    forecaster.fit_tree(origins, tree=tree, cutoff=PERIODS, floor=np.zeros(SERIES))
    return forecaster, (base * 0.5 * promotion)[:, PERIODS:]
