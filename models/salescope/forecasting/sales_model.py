"""A forecast that can be published, and forecast again as it was promoted when more is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from salescope.forecasting import sales_bundle
from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.combination import BASELINE, combine
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.history import History
from salescope.forecasting.intervals import series_scale
from salescope.forecasting.living import LivingTree, living_series
from salescope.forecasting.panel import Panel
from salescope.forecasting.reconciliation import Method
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import level_codes
from salescope.frames.errors import MisalignedError, UnknownNameError

__all__ = ["SalesModel"]


@dataclass(frozen=True, kw_only=True)
class SalesModel:
    """Holds a fitted forecaster as it is published: its answers, and how it came to them.

    Parameters
    ----------
    forecaster : SalesForecaster
        Fitted; its members are those that have a share at some level, and the baseline.
    bottom : Panel
        Histories of the series.
    keys : DataFrame of str, shape (n_series, n_attributes)
        Their attributes.
    unreconciled : ndarray of float, shape (n_windows, n_nodes, horizon)
        Actual minus what the combination said in each window, before it was made to add up; NaN where unknown.

    Notes
    -----
    `again` keeps what was promoted: who is averaged at which level, how forecasts are made to add up and with which
    errors, and how wide intervals are in scales of the series. Members see the longer history, and scales are measured
    anew. So a number changes because sales did, not because another method won by a hair; and a night costs one cutoff
    instead of one for each window.

    Examples
    --------
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> dates = pd.date_range("2022-01-01", periods=36, freq="MS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": [float(1 + month % 12) for month in range(36)]})
    >>> forecaster = SalesForecaster(horizon=2, members=[SeasonalNaiveGrowth()])
    >>> history = forecaster.read(sales)
    >>> model = SalesModel.of(forecaster.fit_history(history), history=history)
    >>> SalesModel.from_bundle(model.to_bundle()).forecaster.predict().equals(forecaster.predict())
    True
    """

    kind: ClassVar[str] = "sales_forecaster"

    forecaster: SalesForecaster
    bottom: Panel
    keys: pd.DataFrame
    unreconciled: Floats

    @classmethod
    def of(cls, forecaster: SalesForecaster, *, history: History) -> Self:
        """Takes what is worth keeping of a fit.

        Parameters
        ----------
        forecaster : SalesForecaster
            As `SalesForecaster.fit_history` leaves it; it is not changed.
        history : History
            What it was fitted to.

        Returns
        -------
        SalesModel
        """
        fitted, origins = forecaster.fitted_, history.origins
        used = (fitted.gate.weights > 0).any(axis=0) | (np.asarray(fitted.gate.members) == BASELINE)
        named = [name for name, kept in zip(fitted.gate.members, used, strict=True) if kept]
        gate = replace(fitted.gate, members=tuple(named), weights=fitted.gate.weights[:, used])
        combined = combine(origins.stacked(fitted.cutoffs), gate=fitted.gate, group=level_codes(history.tree))
        actual = [origins.actual(cutoff, known=fitted.cutoff) for cutoff in fitted.cutoffs]
        kept = clone(forecaster).set_params(members=[one for one in origins.members if one.name in named])
        for name in ("tree_", "panel_", "floor_", "intervals_"):
            setattr(kept, name, getattr(forecaster, name))
        kept.fitted_ = replace(fitted, gate=gate)
        return cls(
            forecaster=kept,
            bottom=history.prepared.panel,
            keys=history.prepared.keys.astype(str),
            unreconciled=np.asarray(actual, dtype=np.float64).reshape(combined.shape) - combined,
        )

    def again(self, history: History, *, cutoff: int | None = None) -> SalesForecaster:
        """Forecasts what follows a history as was promoted, without choosing anew.

        Parameters
        ----------
        history : History
            As ``forecaster.read`` of this model's forecaster gives it: longer than the one before, with more series or
            fewer; the same levels.
        cutoff : int, optional
            So many of its periods are seen; all by default.

        Returns
        -------
        SalesForecaster
            On the very same history it says bit for bit the same.

        Raises
        ------
        MisalignedError
            If the tree has other levels.
        UnknownNameError
            If a member is not known any more.

        Notes
        -----
        A node that is new errs as the node of its level whose scale is nearest.
        """
        tree, old = history.tree, self.forecaster.fitted_
        end = history.end if cutoff is None else cutoff
        panel: Panel = history.origins.panel.until(end)
        if tree.levels != self.forecaster.tree_.levels:
            raise MisalignedError("history", found=f"levels {tree.levels}", accepted=f"{self.forecaster.tree_.levels}")
        now, floor = self._now(history, end), history.floor(end)
        scale = series_scale(panel.values, season=panel.frequency.season)
        rows, ratio = self._places(tree, scale=scale)
        base = combine(now, gate=old.gate, group=level_codes(tree))
        living = _living(tree, panel)
        method, errors = self._weighing(self.unreconciled[:, rows] * ratio[:, None])
        found: SalesForecaster = clone(self.forecaster)
        found.prepared_, found.tree_, found.panel_, found.floor_ = history.prepared, tree, panel, floor
        found.intervals_ = replace(self.forecaster.intervals_, group=level_codes(tree))
        found.fitted_ = replace(
            old,
            cutoff=end,
            mean=living.reconcile(base, method=method, errors=errors, floor=floor),
            baseline=now[old.gate.members.index(BASELINE)],
            base=base,
            cutoffs=tuple(one + self._later(panel) for one in old.cutoffs),
            errors=old.errors[:, rows] * ratio[:, None],
            scale=scale,
            scales=old.scales[:, rows] * ratio,
        )
        return found

    def predict(self, asked: pd.DataFrame | None = None) -> pd.DataFrame:
        """Lists the forecast, or what is asked for of it.

        Parameters
        ----------
        asked : DataFrame, shape (n_rows, n_columns), optional
            ``node``, and ``step`` where not every step is asked for; by default every node.

        Returns
        -------
        DataFrame
            As of `SalesForecaster.predict`, in the order of the rows.

        Raises
        ------
        UnknownNameError
            If there is no such node.
        """
        told = self.forecaster.predict()
        if asked is None:
            return told
        nodes = self.forecaster.tree_.nodes
        for node in asked["node"]:
            if node not in nodes:
                raise UnknownNameError(node, what="node", where="the forecast", accepted=nodes)
        by = [name for name in ("node", "step") if name in asked]
        return asked[by].merge(told, on=by, how="left")[list(told.columns)]

    def to_bundle(self) -> dict[str, bytes]:
        """Writes the model as files that run nothing.

        Returns
        -------
        dict of str to bytes
            Canonical JSON: recipe, tree, history, errors, forecast, intervals, and the schema of what can be asked.
        """
        return sales_bundle.to_files(self, schema=self.input_schema())

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Self:
        """Reads a model back; it answers the same bits.

        Parameters
        ----------
        files : mapping of str to bytes
            As `to_bundle` gives them; others are left alone.

        Returns
        -------
        SalesModel

        Raises
        ------
        MisalignedError
            If parts do not fit together.
        """
        return cls(**sales_bundle.from_files(files))

    def input_schema(self) -> dict[str, Any]:
        """Says what a record may ask for.

        Returns
        -------
        dict
            As of `salescope.scoring.schema.schema_of`.
        """
        node = {"name": "node", "label": None, "kind": "category", "usual": None, "example": "all"}
        column = {**node, "categories": list(self.forecaster.tree_.nodes)}
        return {"columns": [column], "ignored": {}, "example": {"node": "all", "step": 1}}

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> Floats:
        """Answers what a loaded copy must answer bit for bit.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            ``node`` and ``step``.

        Returns
        -------
        ndarray of float, shape (n_records, 2 + 2 * n_levels)
            Mean, baseline and ends of intervals; NaN of what is not forecast.
        """
        told = self.forecaster.predict()
        values = told.drop(columns=["node", "level", "date", "step"]).to_numpy(dtype=np.float64)
        place = {key: row for row, key in enumerate(zip(told["node"], told["step"], strict=True))}
        rows = [place.get((record.get("node"), record.get("step")), -1) for record in records]
        return np.where(np.asarray(rows)[:, None] < 0, np.nan, values[rows])

    def canary_rows(self, most: int = 64) -> list[dict[str, Any]]:
        """Gives records that are spread over nodes and steps.

        Parameters
        ----------
        most : int, default 64
            At most so many.

        Returns
        -------
        list of dict
        """
        nodes, horizon = self.forecaster.tree_.nodes, self.forecaster.horizon
        places = np.unique(np.linspace(0, len(nodes) * horizon - 1, most).round().astype(np.int64))
        return [{"node": nodes[place // horizon], "step": int(place % horizon) + 1} for place in places]

    def _now(self, history: History, cutoff: int) -> Floats:
        known = history.origins.names
        for name in self.forecaster.fitted_.gate.members:
            if name not in known:
                raise UnknownNameError(name, what="member", where="a forecaster", accepted=known)
        found = history.origins.stacked([cutoff])[:, 0]
        return found[[known.index(name) for name in self.forecaster.fitted_.gate.members]]

    def _weighing(self, errors: Floats) -> tuple[Method, Floats | None]:
        """Says how forecasts are made to add up, as in the fit; shape of the errors (n_nodes, n_windows * horizon)."""
        reconciler = self.forecaster.fitted_.reconciler
        if reconciler == "wls_level" or not len(errors):
            return ("bottom_up" if reconciler == "bottom_up" else "wls"), None
        return reconciler, errors.transpose(1, 0, 2).reshape(errors.shape[1], -1)

    def _places(self, tree: Tree, *, scale: Floats) -> tuple[Ints, Floats]:
        """Finds whose errors each node of a tree has, and by what they are multiplied."""
        known, measured = self.forecaster.tree_, self.forecaster.fitted_.scale
        place = {node: row for row, node in enumerate(known.nodes)}
        rows, ratio = np.zeros(len(tree.nodes), dtype=np.int64), np.ones(len(tree.nodes))
        alike = {level: known.rows_of(level) for level in known.levels}
        for row, (node, level) in enumerate(zip(tree.nodes, tree.level, strict=True)):
            if node in place:
                rows[row] = place[node]
                continue
            others = alike[level]
            rows[row] = others[np.abs(np.log(measured[others] / scale[row])).argmin()]
            ratio[row] = scale[row] / measured[rows[row]]
        return rows, ratio

    def _later(self, panel: Panel) -> int:
        """Counts the periods by which another calendar begins earlier."""
        mine = self.bottom.dates
        return int(panel.dates.searchsorted(mine[0])) - int(mine.searchsorted(panel.dates[0]))


def _living(tree: Tree, panel: Panel) -> LivingTree:
    history = np.take(panel.values, tree.bottom, axis=0)
    return LivingTree.of(tree, series=living_series(history, frequency=panel.frequency))
