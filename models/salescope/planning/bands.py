"""Bands of chance: between which probabilities a target is left alone, and which targets are inside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from salescope.frames.errors import OutOfRangeError
from salescope.planning.attainment import sold_cents
from salescope.planning.futures import Futures
from salescope.planning.grid import TOTAL, WHOLE, PlanGrid
from salescope.planning.rules import UNBOUNDED

__all__ = ["Bands", "allowed_cents", "bands_of", "said_band"]

Bands: TypeAlias = tuple[float, float] | Mapping[str, tuple[float, float]]


def bands_of(band: Bands, *, grid: PlanGrid) -> dict[str, tuple[float, float]]:
    """Finds the band of every node that is watched.

    Parameters
    ----------
    band : tuple of float, or mapping of str to such
        One for every node, or one for each node that is watched.
    grid : PlanGrid
        Nodes.

    Returns
    -------
    dict of str to (low, high)

    Raises
    ------
    OutOfRangeError
        If an end is outside of 0 and 1, or the lower is not under the upper.
    UnknownNameError
        If there is no such node.
    """
    bands = dict(band) if isinstance(band, Mapping) else dict.fromkeys(grid.nodes, band)
    for node, (low, high) in bands.items():
        grid.cells(node, WHOLE)
        if not 0.0 <= low < high <= 1.0:
            raise OutOfRangeError(low, name="band", where=f"the band of {node!r}", least=f"0 and under {high:g} (of 1)")
    return bands


def allowed_cents(futures: Futures, *, bands: Mapping[str, tuple[float, float]]) -> dict[str, tuple[int, int]]:
    """Finds the targets of the whole plan that keep each chance inside its band.

    Parameters
    ----------
    futures : Futures
        Joint paths.
    bands : mapping of str to (low, high)
        Probabilities.

    Returns
    -------
    dict of str to (least, most)
        In cents. Where sales are too certain for any target inside, the greatest that is not under the band.

    Examples
    --------
    >>> import pandas as pd
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1"]}), months=["2027-01"])
    >>> futures = Futures(grid=grid, paths=np.arange(1.0, 11.0).reshape(10, 1, 1))
    >>> allowed_cents(futures, bands={"rep=1": (0.3, 0.8)})
    {'rep=1': (201, 800)}
    """
    sold, paths = np.sort(sold_cents(futures), axis=0)[::-1], len(futures.paths)
    row_of = {node: row for row, node in enumerate(futures.grid.nodes)}
    found = {}
    for node, (low, high) in bands.items():
        many, few = math.ceil(low * paths - 1e-9), math.floor(high * paths + 1e-9)
        most = UNBOUNDED if many == 0 else max(int(sold[many - 1, row_of[node]]), 0)
        least = 0 if few >= paths else max(int(sold[few, row_of[node]]) + 1, 0)
        found[node] = (min(least, most), most)
    return found


def said_band(node: str, *, cents: int, allowed: tuple[int, int], chance: float) -> str:
    """Says on which side of its band a chance is; "" inside.

    Parameters
    ----------
    node : str
        Whose.
    cents : int
        The target of the whole plan.
    allowed : tuple of int
        Targets that are inside.
    chance : float
        The attainment probability.

    Returns
    -------
    str
    """
    if allowed[0] <= cents <= allowed[1]:
        return ""
    side = "above" if cents < allowed[0] else "under"
    whose = "the company goal" if node == TOTAL else repr(node)
    return f"the chance of {whose} is {chance:.0%}, {side} its band"
