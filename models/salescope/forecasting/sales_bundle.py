"""The files of a published forecast: bytes in, bytes out, JSON and nothing that is run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from salescope.forecasting.bundle_arrays import read_array, written_array
from salescope.forecasting.calendar import Floats, frequency_named
from salescope.forecasting.combination import Gate
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.history import node_panel
from salescope.forecasting.intervals import Conformal
from salescope.forecasting.panel import Panel
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import RECONCILERS, TreeForecast, level_codes
from salescope.frames.errors import MisalignedError, UnknownNameError

if TYPE_CHECKING:
    from salescope.forecasting.sales_model import SalesModel

__all__ = ["from_files", "to_files"]

SETTINGS = ("horizon", "frequency", "windows", "step", "seed")


def to_files(model: SalesModel, *, schema: Mapping[str, Any]) -> dict[str, bytes]:
    """Writes a model down.

    Parameters
    ----------
    model : SalesModel
        What is written.
    schema : mapping
        What can be asked of it.

    Returns
    -------
    dict of str to bytes
        Equal models give equal bytes.
    """
    forecaster, fitted = model.forecaster, model.forecaster.fitted_
    hierarchy = forecaster.hierarchy or {}
    parts = {
        "recipe": {
            **{name: getattr(forecaster, name) for name in SETTINGS},
            "levels": list(forecaster.levels),
            "hierarchy": [[level, list(columns)] for level, columns in hierarchy.items()],
            "members": list(fitted.gate.members),
            "reconciler": fitted.reconciler,
            "cutoff": fitted.cutoff,
            "cutoffs": list(fitted.cutoffs),
            "weights": written_array(fitted.gate.weights),
            "skill": written_array(fitted.gate.skill),
        },
        "tree": {"columns": list(model.keys.columns), "keys": [model.keys[name].tolist() for name in model.keys]},
        "history": {
            "series": list(model.bottom.series),
            "first": model.bottom.dates[0].date().isoformat(),
            "values": written_array(model.bottom.values),
        },
        "errors": {
            "reconciled": written_array(fitted.errors),
            "unreconciled": written_array(model.unreconciled),
            "scales": written_array(fitted.scales),
        },
        "forecast": {
            **{name: written_array(getattr(fitted, name)) for name in ("mean", "baseline", "base", "scale")},
            "floor": written_array(forecaster.floor_),
        },
        "intervals": json.loads(forecaster.intervals_.to_json()),
        "schema": schema,
    }
    return {f"{name}.json": _written(content) for name, content in parts.items()}


def from_files(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Reads a model back.

    Parameters
    ----------
    files : mapping of str to bytes
        As `to_files` gives them.

    Returns
    -------
    dict
        The parts of a `salescope.forecasting.sales_model.SalesModel`.

    Raises
    ------
    MisalignedError
        If parts do not fit together.
    UnknownNameError
        If a word is not known.
    """
    names = ("recipe", "tree", "history", "errors", "forecast", "intervals")
    return _Read(**{name: json.loads(files[f"{name}.json"]) for name in names}).parts()


@dataclass(frozen=True, slots=True)
class _Read:
    """Is what the files say."""

    recipe: Mapping[str, Any]
    tree: Mapping[str, Any]
    history: Mapping[str, Any]
    errors: Mapping[str, Any]
    forecast: Mapping[str, Any]
    intervals: Mapping[str, Any]

    def parts(self) -> dict[str, Any]:
        keys = pd.DataFrame(dict(zip(self.tree["columns"], self.tree["keys"], strict=True)), dtype=object)
        forecaster = self._forecaster()
        tree, bottom = Tree.of(keys, levels=forecaster.hierarchy or {}), self._bottom(len(keys))
        forecaster.tree_, forecaster.panel_ = tree, node_panel(bottom, tree)
        forecaster.fitted_ = self._fitted(tree, horizon=forecaster.horizon)
        forecaster.floor_ = read_array(self.forecast["floor"], shape=(len(keys),), name="floor")
        forecaster.intervals_ = self._intervals(tree, forecaster=forecaster)
        unreconciled = self._errors("unreconciled", nodes=len(tree.nodes), horizon=forecaster.horizon)
        return {"forecaster": forecaster, "bottom": bottom, "keys": keys, "unreconciled": unreconciled}

    def _forecaster(self) -> SalesForecaster:
        settings = {name: self.recipe[name] for name in SETTINGS}
        hierarchy = {level: list(columns) for level, columns in self.recipe["hierarchy"]}
        found = SalesForecaster(**settings, hierarchy=hierarchy, levels=tuple(self.recipe["levels"]))
        # One that is no longer known is missed when it is asked to forecast, not when its old answers are read.
        wanted = set(self.recipe["members"])
        found.members = [member for member in found.chosen_members() if member.name in wanted]
        return found

    def _bottom(self, count: int) -> Panel:
        series, pace = tuple(self.history["series"]), frequency_named(self.recipe["frequency"])
        if len(series) != count or self.recipe["cutoff"] < 1:
            raise MisalignedError("history", found=f"{len(series)} series", accepted=f"the {count} of the tree")
        shape = (count, self.recipe["cutoff"])
        values = read_array(self.history["values"], shape=shape, name="history")
        dates = pace.starts(pd.Timestamp(self.history["first"]), count=shape[1])
        return Panel(series=series, values=values, dates=dates, frequency=pace)

    def _fitted(self, tree: Tree, *, horizon: int) -> TreeForecast:
        if self.recipe["reconciler"] not in RECONCILERS:
            raise UnknownNameError(
                self.recipe["reconciler"], what="reconciler", where="a published forecast", accepted=RECONCILERS
            )
        nodes, members = len(tree.nodes), tuple(self.recipe["members"])
        read = {name: self._told(name, shape=(nodes, horizon)) for name in ("mean", "baseline", "base")}
        levels, cutoffs = len(tree.levels), tuple(self.recipe["cutoffs"])
        gate = Gate(
            members=members,
            weights=read_array(self.recipe["weights"], shape=(levels, len(members)), name="weights"),
            skill=read_array(self.recipe["skill"], shape=(levels,), name="skill"),
        )
        return TreeForecast(
            **read,
            cutoff=self.recipe["cutoff"],
            gate=gate,
            reconciler=self.recipe["reconciler"],
            cutoffs=cutoffs,
            errors=self._errors("reconciled", nodes=nodes, horizon=horizon),
            scale=self._told("scale", shape=(nodes,)),
            scales=read_array(self.errors["scales"], shape=(len(cutoffs), nodes), name="scales"),
        )

    def _told(self, name: str, *, shape: tuple[int, ...]) -> Floats:
        return read_array(self.forecast[name], shape=shape, name=name)

    def _errors(self, name: str, *, nodes: int, horizon: int) -> Floats:
        return read_array(self.errors[name], shape=(len(self.recipe["cutoffs"]), nodes, horizon), name=name)

    def _intervals(self, tree: Tree, *, forecaster: SalesForecaster) -> Conformal:
        found = Conformal.from_json(json.dumps(self.intervals))
        shape = (len(forecaster.levels), len(tree.levels), forecaster.horizon)
        if found.widths.shape != shape or not np.array_equal(found.group, level_codes(tree)):
            raise MisalignedError("intervals", found=f"the shape {found.widths.shape}", accepted=f"the shape {shape}")
        return found


def _written(content: object) -> bytes:
    """Writes JSON in the spelling of `salescope.bundle.canonical_json`, which stands above this room."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n".encode()
