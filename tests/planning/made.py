"""A small company whose futures are made, for the planner and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from salescope.planning import Futures, Goal, PlanGrid, TargetPlan, TargetPlanner

__all__ = ["KEYS", "MONTHS", "conditioned", "futures_of", "planner_of", "recommended"]

KEYS = pd.DataFrame({"region": ["N", "N", "S", "S"], "rep": ["1", "2", "3", "4"]})
MONTHS = tuple(f"2027-{month:02d}" for month in range(1, 7))


def futures_of(*, seed: int = 0, paths: int = 300, months: Sequence[str] = MONTHS) -> Futures:
    """Draws futures with an error that all leaves share, one of each leaf and one of each cell."""
    rng = np.random.default_rng(seed)
    grid = PlanGrid.of(KEYS, months=months)
    level = rng.gamma(4.0, 250.0, (1, len(KEYS), 1)) * rng.uniform(0.7, 1.3, (1, 1, len(months)))
    shared, own = rng.normal(0.0, 0.08, (paths, 1, 1)), rng.normal(0.0, 0.08, (paths, len(KEYS), 1))
    noise = rng.normal(0.0, 0.15, (paths, *grid.shape))
    return Futures(grid=grid, paths=np.maximum(level * (1.0 + shared + own + noise), 0.0))


def planner_of(*, seed: int = 0, paths: int = 300, **more: Any) -> TargetPlanner:
    """Makes a planner whose last year was somewhat less than what is expected."""
    futures = futures_of(seed=seed, paths=paths)
    last = futures.paths.mean(axis=0) * np.random.default_rng(seed + 1).uniform(0.85, 1.0, futures.grid.shape)
    return TargetPlanner(futures.grid, futures=futures, last=last, **more)


def recommended(*, seed: int = 0, chance: float = 0.55, **more: Any) -> TargetPlan:
    """Recommends a plan."""
    return planner_of(seed=seed, **more).recommend(Goal.probability(chance))


def conditioned(futures: Futures, *, closed: int, factor: Any = 1.0, path: int = 0) -> Futures:
    """Closes months at what one path says, and moves the open months of every path by a factor."""
    paths = futures.paths.copy()
    paths[:, :, :closed] = futures.paths[path, :, :closed] * factor
    paths[:, :, closed:] *= factor
    return replace(futures, paths=paths, closed=closed)
