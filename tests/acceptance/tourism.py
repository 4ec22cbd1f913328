"""Australian tourism as a tree of sales: 555 nodes, monthly, and where it is judged."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy import sparse
from tests.acceptance.real_sets import folder

from salescope.forecasting import Panel, Tree, frequency_named
from salescope.forecasting.calendar import Floats
from salescope.forecasting.tree_forecast import level_codes

__all__ = ["CUTOFFS", "HORIZON", "mase", "tourism"]

HORIZON = 12
# One year apart; the last year of the data is the last that is judged.
CUTOFFS = (216, 204, 192, 180)
LEVELS = {(0, False): "all", (1, False): "state", (2, False): "zone", (3, False): "region"}
CROSSED = {(0, True): "purpose", (1, True): "state/purpose", (2, True): "zone/purpose", (3, True): "region/purpose"}


def tourism() -> tuple[Panel, Tree]:
    """Reads the nodes' histories, and which of the 304 series add up to each."""
    data = folder() / "hierarchical-tourismlarge"
    history = pd.read_csv(data / "data.csv", index_col=0)
    sums = pd.read_csv(data / "agg_mat.csv", index_col=0).to_numpy(dtype=np.float64)
    level = tuple(level_of(node) for node in history.columns)
    bottom = np.arange(len(sums) - sums.shape[1], len(sums))
    tree = Tree(nodes=("all", *history.columns[1:]), level=level, sums=sparse.csr_array(sums), bottom=bottom)
    panel = Panel(
        series=tree.nodes,
        values=history.to_numpy(dtype=np.float64).T.copy(),
        dates=pd.DatetimeIndex(history.index).as_unit("ns"),
        frequency=frequency_named("month"),
        group=level_codes(tree),
    )
    return panel, tree


def level_of(node: str) -> str:
    """Says which level a column belongs to, by how long the name of the place is and whether it names a purpose."""
    found = re.fullmatch(r"(Total|[A-Z]{1,3})(All|Hol|Vis|Bus|Oth)", node)
    if found is None:
        raise ValueError(node)
    place = 0 if found[1] == "Total" else len(found[1])
    return {**LEVELS, **CROSSED}[place, found[2] != "All"]


def mase(forecast: Floats, panel: Panel, *, cutoff: int) -> Floats:
    """Computes each node's mean absolute error, divided by that of the seasonal naive forecast within the history."""
    values, until = panel.values, cutoff + HORIZON  # noqa: PD011 - no frame
    history = values[:, :cutoff]
    scale = np.abs(history[:, 12:] - history[:, :-12]).mean(axis=1)
    actual = values[:, cutoff:until]
    return np.asarray(np.abs(forecast - actual).mean(axis=1) / scale, dtype=np.float64)
