"""Row 9: on made companies the chances of reaching targets are the simulator's, as far as luck allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tests.acceptance.attainment import calibration_error
from tests.acceptance.outcome import Outcome
from tests.acceptance.targets_08_bonus import MONTHS, SIZE, TRUE_PATHS, leaves, predicted_futures, true_futures

from salescope.planning import Futures, PlanGrid
from salescope.planning.grid import Floats
from salescope.simulation import MadeCompany, simulate

# Neither the companies of row 8 nor those that forecasts are judged by.
SEEDS = range(200, 240)
# Of what one company after the other would show whose chances are right, this share is calibrated better than the floor.
FLOOR = 0.95


@dataclass(frozen=True)
class Told:
    """Is what one company shows: chances, and in which true and predicted futures each target is reached."""

    chance: Floats
    truly: Floats
    predicted: Floats


def run() -> Outcome:
    """Compares the calibration error with that of outcomes which are drawn from the predicted futures themselves."""
    told = [judged(simulate(seed, size=SIZE, incidents=())) for seed in SEEDS]
    error = [calibration_error([(one.chance, one.truly[path]) for one in told]) for path in range(TRUE_PATHS)]
    luck = [calibration_error([(one.chance, one.predicted[path]) for one in told]) for path in range(TRUE_PATHS)]
    found, floor = float(np.mean(error)), float(np.quantile(luck, FLOOR))
    against = float(np.mean(np.abs(np.concatenate([one.chance - one.truly.mean(axis=0) for one in told]))))
    brier = np.mean([np.mean((one.chance - one.truly) ** 2) for one in told])
    rate = np.mean([one.truly.mean() for one in told])
    figure = (
        f"{len(told)} companies, {told[0].chance.size} targets each, {TRUE_PATHS} true futures: calibration error {found:.4f} "
        f"(floor {floor:.4f}, which {100 * FLOOR:.0f} % of lucky draws keep, mean {np.mean(luck):.4f}); chance said to true "
        f"chance {against:.3f} on average; Brier {brier:.4f}, of the rate alone {rate * (1 - rate):.4f}"
    )
    return Outcome(figure, found <= floor)


def judged(company: MadeCompany) -> Told:
    """Counts in predicted and in true futures how often each target of months and of the quarter is reached."""
    grid, paths = predicted_futures(company)
    targets = targets_of(company, grid=grid)
    predicted = reached(grid, paths, targets=targets)
    truly = reached(grid, true_futures(company, grid=grid), targets=targets)
    told = Told(chance=predicted.mean(axis=0), truly=truly, predicted=predicted[:TRUE_PATHS])
    print(
        f"company {company.seed}: said {told.chance.mean():.3f} on average, true {truly.mean():.3f}; total of the quarter "
        f"said {told.chance[-len(grid.nodes)]:.3f}, true {truly[:, -len(grid.nodes)].mean():.3f}",
        flush=True,
    )
    return told


def targets_of(company: MadeCompany, *, grid: PlanGrid) -> Floats:
    """Reads what was asked of every node in each month, and adds the quarter; shape (n_months + 1, n_nodes)."""
    asked = company.tables["targets"].astype({"node": object})
    wide = asked.pivot_table(index="period", columns="node", values="amount")
    named = [*grid.nodes[: len(grid.nodes) - grid.shape[0]], *leaves(grid)]
    months = wide.loc[pd.DatetimeIndex(grid.months), named].to_numpy()
    return np.vstack([months, months.sum(axis=0)])


def reached(grid: PlanGrid, paths: Floats, *, targets: Floats) -> Floats:
    """Says in which paths each target is reached; shape (n_paths, (n_months + 1) * n_nodes), the quarter last."""
    futures = Futures(grid=grid, paths=paths)
    sums = [futures.sums(period) for period in (*grid.months[:MONTHS], "plan")]
    return np.concatenate([part >= asked for part, asked in zip(sums, targets, strict=True)], axis=1).astype(float)
