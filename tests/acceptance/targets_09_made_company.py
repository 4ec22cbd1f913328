"""Row 9: on made companies the chances of reaching targets are the simulator's, as far as luck allows.

Targets are 95 to 110 % of what each node sold in the same months a year before, as in row 2: what a planner could know.
The company's own table of targets stretches the true mean of its last ninety days, which no forecast knows; where a
forecast errs upwards, such a target looks easy. Its calibration error is printed, and says nothing about forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tests.acceptance.attainment import MULTIPLES, calibration_error
from tests.acceptance.outcome import Outcome
from tests.acceptance.targets_08_bonus import MONTHS, SIZE, TRUE_PATHS, leaves, predicted_futures, true_futures

from salescope.planning import Futures, PlanGrid
from salescope.planning.grid import Floats
from salescope.simulation import MadeCompany, simulate

# Neither the companies of row 8 nor those that forecasts are judged by.
SEEDS = range(200, 240)
# Of what companies would show whose chances are right, this share is calibrated better than the floor.
FLOOR = 0.95
PATHS = range(TRUE_PATHS)


@dataclass(frozen=True)
class Told:
    """Is what one company shows: chances, and in which true and predicted futures each target is reached."""

    chance: Floats
    truly: Floats
    predicted: Floats


def run() -> Outcome:
    """Compares the calibration error with that of outcomes which are drawn from the predicted futures themselves."""
    both = [judged(simulate(seed, size=SIZE, incidents=())) for seed in SEEDS]
    told, table = [one for one, _ in both], [one for _, one in both]
    error, luck = (
        errors(told),
        [calibration_error([(one.chance, one.predicted[path]) for one in told]) for path in PATHS],
    )
    found, floor = float(np.mean(error)), float(np.quantile(luck, FLOOR))
    against = float(np.mean(np.abs(np.concatenate([one.chance - one.truly.mean(axis=0) for one in told]))))
    brier = float(np.mean([np.mean((one.chance - one.truly) ** 2) for one in told]))
    rate = float(np.mean([one.truly.mean() for one in told]))
    figure = (
        f"{len(told)} companies, {told[0].chance.size} targets each, {TRUE_PATHS} true futures: calibration error {found:.4f}; "
        f"floor {floor:.4f}, which {100 * FLOOR:.0f} % of draws from the chances themselves keep, their mean "
        f"{np.mean(luck):.4f}; chance said to true chance {against:.3f} on average; Brier {brier:.4f}, of the rate alone "
        f"{rate * (1 - rate):.4f}; of the company's own targets, which know the true mean, {np.mean(errors(table)):.4f}"
    )
    return Outcome(figure, found <= floor)


def errors(told: list[Told]) -> list[float]:
    """Computes the calibration error of each true future over all companies."""
    return [calibration_error([(one.chance, one.truly[path]) for one in told]) for path in PATHS]


def judged(company: MadeCompany) -> tuple[Told, Told]:
    """Counts in predicted and in true futures how often targets are reached: multiples of last year's, and the table's."""
    grid, paths = predicted_futures(company)
    truth = true_futures(company, grid=grid)
    last = last_year(company, grid=grid)
    found = told_of(grid, paths, truth=truth, targets=[multiple * last for multiple in MULTIPLES])
    table = told_of(grid, paths, truth=truth, targets=[targets_of(company, grid=grid)])
    print(
        f"company {company.seed}: said {found.chance.mean():.3f} on average, true {found.truly.mean():.3f}", flush=True
    )
    return found, table


def told_of(grid: PlanGrid, paths: Floats, *, truth: Floats, targets: list[Floats]) -> Told:
    """Counts how often targets are reached in predicted paths and in true ones."""
    predicted = np.concatenate([reached(grid, paths, targets=asked) for asked in targets], axis=1)
    truly = np.concatenate([reached(grid, truth, targets=asked) for asked in targets], axis=1)
    return Told(chance=predicted.mean(axis=0), truly=truly, predicted=predicted[:TRUE_PATHS])


def last_year(company: MadeCompany, *, grid: PlanGrid) -> Floats:
    """Adds what every node sold in the same months a year before, and in the quarter; shape (n_months + 1, n_nodes)."""
    orders = company.tables["orders"]
    lines = orders[orders["quantity"] > 0]
    money = lines["quantity"] * lines["unit_price"] * (1 - lines["discount"])
    month = lines["ordered_at"].dt.to_period("M").astype(str)
    node = "region=" + lines["region"].astype(str) + "/rep=" + lines["rep_id"].astype(str)
    before = [str(pd.Period(name, "M") - 12) for name in grid.months]
    sold = pd.crosstab(node, month, values=money, aggfunc="sum").reindex(leaves(grid), columns=before).fillna(0.0)
    months = np.asarray(grid.sums @ sold.to_numpy()).T
    return np.vstack([months, months.sum(axis=0)])


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
