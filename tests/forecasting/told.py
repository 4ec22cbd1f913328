"""A forecaster that has been told the future, so that what its forecasts are made of is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tests.forecasting.made import HIERARCHY, START, made_sales

from salescope.forecasting import Known, Panel, SalesForecaster, Tree, frequency_named
from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.calendar import Floats

__all__ = ["KINDS", "Told", "Truth", "told_forecaster"]

KINDS = {"promotion": "event", "price": "price", "weather": "driver"}
EFFECTS = {"promotion": 30.0, "price": -20.0, "weather": 2.0}


class Told:
    """Is a member that knows what is sold without drivers, and what a unit of each driver adds."""

    name = "told"
    family = "boosted"

    def __init__(self, base: Mapping[str, Floats]) -> None:
        self.base = base
        self.horizon = 0
        self.fits = 0

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        return self.fit(panel, horizon=horizon).predict(panel)

    def fit(self, panel: Panel, *, horizon: int) -> Told:  # noqa: ARG002
        self.horizon, self.fits = horizon, self.fits + 1
        return self

    def predict(self, panel: Panel) -> Floats:
        known = panel.known
        start, stop = len(panel.dates), len(panel.dates) + self.horizon
        added = sum(EFFECTS[name] * known.values[name][:, start:stop] for name in known.values)
        return np.array([self.base[node][start:stop] for node in panel.series]) + added


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Holds series (in the order of the tree) that are a line, a season and drivers, for history and ahead."""

    horizon: int
    periods: int
    slope: Floats
    swing: Floats
    drivers: Mapping[str, Floats]
    noise: Floats | float = 0.0
    level: Floats = field(default_factory=lambda: np.array([400.0, 250.0, 300.0, 150.0]))

    @property
    def trend(self) -> Floats:
        return self.level[:, None] + self.slope[:, None] * np.arange(self.periods + self.horizon)

    @property
    def season(self) -> Floats:
        shape = np.array([-30.0, 10.0, 50.0, -30.0])
        return self.swing[:, None] * shape[np.arange(self.periods + self.horizon) % 4]

    @property
    def base(self) -> Floats:
        return self.trend + self.season

    @property
    def values(self) -> Floats:
        return self.base + sum(EFFECTS[name] * value for name, value in self.drivers.items()) + self.noise

    def forecaster(self, **changes: Any) -> SalesForecaster:
        """Fits a forecaster that was told all but the noise."""
        return told_forecaster(self, **changes)


def told_forecaster(truth: Truth, *, alone: bool = False, **changes: Any) -> SalesForecaster:
    """Fits a forecaster whose only member beside the baseline was told the truth, or the baseline alone."""
    sales = made_sales(truth.values[:, : truth.periods])
    tree = Tree.of(sales[["region", "rep"]].drop_duplicates(ignore_index=True), levels=HIERARCHY)
    told = Told(dict(zip(tree.nodes, tree.add_up(truth.base), strict=True)))
    members = [SeasonalNaiveGrowth(), *([] if alone else [told])]
    settings = {"frequency": "quarter", "hierarchy": HIERARCHY, "members": members, "windows": 2, **changes}

    def known(nodes: Tree, panel: Panel) -> Known:
        values = {name: nodes.add_up(value) for name, value in truth.drivers.items()}
        return Known(values=values, kinds={name: KINDS[name] for name in values})

    return SalesForecaster(truth.horizon, **settings).fit(sales, known=known)


def dates_ahead(truth: Truth) -> Any:
    """Lists the first days of the periods ahead."""
    return frequency_named("quarter").starts(START, count=truth.periods + truth.horizon)[truth.periods :]
