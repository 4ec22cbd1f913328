"""Boosted trees that learn from all series together, every step directly."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import lightgbm
import numpy as np

from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.boosted_features import features
from salescope.forecasting.boosted_history import BoostedHistory, by_content
from salescope.forecasting.boosted_training import RECIPES, Recipe, drawn_series, training_cutoffs, training_rows
from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.member import lengths
from salescope.forecasting.panel import Panel

__all__ = ["Boosted", "FittedBoosted"]

LEAST_ROWS = 200
# Rows of series and steps that are described at once: about a hundred megabytes.
AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class FittedBoosted:
    """Holds trees that have learned, and forecasts panels with them; drivers ahead may be others than before.

    Parameters
    ----------
    horizon : int
        Steps that were learned.
    text : str or None
        LightGBM's own text; None where there was too little to learn from.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> panel = monthly([[3.0] * 36])
    >>> FittedBoosted.from_text(Boosted().fit(panel, horizon=2).to_text()).predict(panel)
    array([[3., 3.]])
    """

    horizon: int
    text: str | None

    def predict(self, panel: Panel) -> Floats:
        """Forecasts the periods after the panel's last one.

        Parameters
        ----------
        panel : Panel
            Histories; the series, groups and names of drivers that were learned from.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
            In the unit of the sales. A series of fewer than two seasons gets the baseline; of a period that an event
            closes, the open share counts.
        """
        answer = SeasonalNaiveGrowth().forecast(panel, horizon=self.horizon)
        rows = np.flatnonzero(lengths(panel) >= 2 * panel.frequency.season)
        if self.text is None or not len(rows):
            return answer
        order = by_content(panel)
        history, cutoff = BoostedHistory(panel.only(order)), panel.values.shape[1]
        root = self._roots(history, cutoff=cutoff)
        level = np.nan_to_num(history.level(cutoff)) * history.unit
        mean = np.empty_like(answer)
        mean[order] = np.sign(root) * root**2 * level[:, None]
        share = history.open[:, cutoff : cutoff + self.horizon]
        mean[order, : share.shape[1]] *= share
        answer[rows] = mean[rows]
        return answer

    def to_text(self) -> str:
        """Writes what was learned.

        Returns
        -------
        str
            JSON around LightGBM's text.
        """
        return json.dumps({"horizon": self.horizon, "trees": self.text}, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> FittedBoosted:
        """Reads what `to_text` wrote.

        Parameters
        ----------
        text : str
            From a source that is trusted or was checked: LightGBM's reader is not for damaged text.

        Returns
        -------
        FittedBoosted
        """
        content = json.loads(text)
        return cls(horizon=content["horizon"], text=content["trees"])

    def _roots(self, history: BoostedHistory, *, cutoff: int) -> Floats:
        """Asks the trees for a few steps at a time, so that memory does not grow with the horizon."""
        booster, parts = lightgbm.Booster(model_str=self.text), []
        for steps in _blocks(len(history.unit), self.horizon):
            found = features(history, cutoff=cutoff, steps=steps)
            table = np.stack([value.ravel() for value in found.values()], axis=1).astype(np.float32)
            parts.append(np.asarray(booster.predict(table, num_threads=1), dtype=np.float64).reshape(-1, len(steps)))
        return np.concatenate(parts, axis=1)


@dataclass(frozen=True, slots=True)
class Boosted:
    """Fits one set of boosted trees to all series: signed roots of sales over their recent level.

    Parameters
    ----------
    seed : int, default 0
        Of the bags of rows and columns, and of the steps and series that are drawn where there are many.

    Notes
    -----
    The root stands between the mean, which one good month drags along, and the median, which forgets what sells
    seldom. Cost grows with the series until about a hundred and fifty thousand rows of series and steps (twice as many
    for days): then fewer steps of each cutoff are learned, and with more than about fourteen thousand monthly series,
    some of them only.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> Boosted().forecast(monthly([[3.0] * 36]), horizon=2)
    array([[3., 3.]])
    """

    seed: int = 0

    name: ClassVar[str] = "boosted"
    family: ClassVar[str] = "boosted"

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        """Learns from a panel and forecasts the periods after it.

        Parameters
        ----------
        panel : Panel
            Histories, and drivers known over them and ahead.
        horizon : int
            How many periods ahead.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
        """
        return self.fit(panel, horizon=horizon).predict(panel)

    def fit(self, panel: Panel, *, horizon: int) -> FittedBoosted:
        """Learns from cutoffs whose periods ahead have all happened.

        Parameters
        ----------
        panel : Panel
            Histories, and drivers known over them.
        horizon : int
            How many steps to learn.

        Returns
        -------
        FittedBoosted
            Without trees where fewer than 200 rows could be learned from.
        """
        nothing = FittedBoosted(horizon=horizon, text=None)
        if not (lengths(panel) >= 2 * panel.frequency.season).any():
            return nothing
        recipe = RECIPES[panel.frequency.name]
        history = BoostedHistory(self._learned_from(panel, most=max(1, recipe.rows // horizon)))
        rows = training_rows(history, training_cutoffs(history, horizon=horizon, seed=self.seed))
        if rows is None or len(rows.target) < LEAST_ROWS:
            return nothing
        data = lightgbm.Dataset(rows.inputs, rows.target, weight=rows.weight)
        booster = lightgbm.train(self._settings(recipe), data, recipe.trees)
        return FittedBoosted(horizon=horizon, text=booster.model_to_string())

    def _learned_from(self, panel: Panel, *, most: int) -> Panel:
        ordered = panel.only(by_content(panel))
        group = np.zeros(len(ordered.series), dtype=np.int64) if ordered.group is None else ordered.group
        return ordered.only(drawn_series(group, most=most, seed=self.seed))

    def _settings(self, recipe: Recipe) -> dict[str, Any]:
        return {
            "objective": "l2", "num_leaves": recipe.leaves, "learning_rate": 0.1, "min_data_in_leaf": recipe.least,
            "lambda_l2": 5.0, "feature_fraction": 0.6, "bagging_fraction": 0.5, "bagging_freq": 1, "max_bin": 63,
            "num_threads": 1, "verbose": -1, "seed": self.seed, "deterministic": True, "force_col_wise": True,
        }  # fmt: skip


def _blocks(series: int, horizon: int) -> list[Ints]:
    each = max(1, AT_ONCE // max(1, series))
    steps = np.arange(1, horizon + 1, dtype=np.int64)
    return [steps[start : start + each] for start in range(0, horizon, each)]
