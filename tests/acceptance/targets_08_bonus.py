"""Row 8: the total payout of a bonus plan on made companies: its P95 and spread from predicted futures, against the true ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome

from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.joint_paths import joint_paths
from salescope.forecasting.sales import sales_of_orders
from salescope.planning import BonusPlan, BonusSimulation, Futures, PlanGrid, simulate_bonus
from salescope.planning.grid import Floats, Ints
from salescope.simulation import CompanySize, MadeCompany, simulate

# None of them was looked at when forecasts and futures were made; companies 0 to 19 are those of forecasts.9.
SEEDS = range(100, 140)
MONTHS, PATHS, TRUE_PATHS = 3, 2_000, 100
SIZE = CompanySize(days=1_096, leads=20, customers=4_000, order_lines=80_000, products=30, representatives=15)
PLAN = BonusPlan(
    tiers=[(0, 1), (1, 2), (1.2, 3)], at_target=3_000, threshold=0.7, cap=2, team_share=0.25, pays="quarter"
)
NOMINAL, MOST_OFF = 95.0, 5.0


@dataclass(frozen=True)
class Found:
    """Is what one company shows: shares in percent, spreads in money."""

    under: float
    under_alone: float
    joint: float
    alone: float
    true: float
    off: Floats


def run() -> Outcome:
    """Pools the share of true futures under the predicted P95, and how far true totals lie from the predicted mean."""
    found = [judged(simulate(seed, size=SIZE, incidents=())) for seed in SEEDS]
    under, alone = (float(np.mean([getattr(one, name) for one in found])) for name in ("under", "under_alone"))
    error = float(np.std([one.under for one in found]) / np.sqrt(len(found)))
    ratio = float(np.median([one.joint / one.alone for one in found]))
    wide = [float(np.sqrt(np.mean([(one.off / one.joint) ** 2 for one in found]))), *spread_ratios(found)]
    figure = (
        f"{len(found)} companies of {SIZE.representatives} representatives, {MONTHS} months, {TRUE_PATHS} true futures each: "
        f"{under:.1f} % (standard error {error:.1f}) of true total payouts under the P95 of joint draws, {alone:.1f} % under "
        f"that of independent ones; sd of joint draws {ratio:.2f} times that of independent ones (median); true totals lie "
        f"{wide[0]:.2f} joint and {wide[1]:.2f} independent sd from the predicted mean (root mean square; 1 is right), "
        f"true futures of one company spread by {wide[2]:.2f} of the joint sd"
    )
    return Outcome(figure, abs(under - NOMINAL) <= MOST_OFF)


def spread_ratios(found: list[Found]) -> tuple[float, float]:
    """Gives how far true totals lie from the predicted mean in independent sd, and the true sd over the joint one."""
    alone = float(np.sqrt(np.mean([(one.off / one.alone) ** 2 for one in found])))
    return alone, float(np.median([one.true / one.joint for one in found]))


def judged(company: MadeCompany) -> Found:
    """Pays the plan in predicted and in true futures of one company."""
    grid, predicted = predicted_futures(company)
    targets = targets_of(company, grid=grid)
    told = simulate_bonus(PLAN, targets=targets, futures=Futures(grid=grid, paths=predicted))
    truth = simulate_bonus(PLAN, targets=targets, futures=Futures(grid=grid, paths=true_futures(company, grid=grid)))
    totals = truth.totals / 100.0
    found = Found(
        under=100.0 * float((totals <= told.joint.p95).mean()),
        under_alone=100.0 * float((totals <= told.independent.p95).mean()),
        joint=told.joint.sd,
        alone=told.independent.sd,
        true=truth.joint.sd,
        off=totals - told.joint.mean,
    )
    print(said(company, told=told, truth=truth, found=found), flush=True)
    return found


def said(company: MadeCompany, *, told: BonusSimulation, truth: BonusSimulation, found: Found) -> str:
    """Writes the figures of one company."""
    return (
        f"company {company.seed}: predicted mean {told.joint.mean:,.0f}, sd {told.joint.sd:,.0f} joint and "
        f"{told.independent.sd:,.0f} independent, P95 {told.joint.p95:,.0f}; true mean {truth.joint.mean:,.0f}, sd "
        f"{truth.joint.sd:,.0f}, P95 {truth.joint.p95:,.0f}; {found.under:.0f} % under"
    )


def predicted_futures(company: MadeCompany) -> tuple[PlanGrid, Floats]:
    """Draws joint futures of every representative from a forecast of what the tables say before the end."""
    orders = company.tables["orders"]
    new_lines = orders[orders["quantity"] > 0]
    sales = sales_of_orders(new_lines, by=["region", "rep_id"], frequency="month", as_of=company.end)
    forecaster = SalesForecaster(MONTHS, hierarchy={"region": ["region"], "rep": ["region", "rep_id"]}, windows=8)
    forecaster.fit(sales, as_of=company.end)
    tree = forecaster.tree_
    months = [f"{date:%Y-%m}" for date in forecaster.dates_ahead()]
    grid = PlanGrid(nodes=tree.nodes, sums=tree.sums.astype(np.int64), months=tuple(months))
    return grid, joint_paths(forecaster).draw(PATHS, seed=company.seed)


def true_futures(company: MadeCompany, *, grid: PlanGrid) -> Floats:
    """Draws what truly may come, in the leaves' order."""
    future = company.simulate_future(months=MONTHS, paths=TRUE_PATHS, seed=company.seed, newcomers=True)
    wide = future.astype({"node": object}).pivot_table(index=["path", "period"], columns="node", values="amount")
    return wide[leaves(grid)].to_numpy().reshape(TRUE_PATHS, MONTHS, -1).transpose(0, 2, 1)


def targets_of(company: MadeCompany, *, grid: PlanGrid) -> Ints:
    """Reads what the company asked of its representatives, in cents."""
    asked = (
        company.tables["targets"].astype({"node": object}).pivot_table(index="node", columns="period", values="amount")
    )
    return np.rint(100.0 * asked.loc[leaves(grid), pd.DatetimeIndex(grid.months)].to_numpy()).astype(np.int64)


def leaves(grid: PlanGrid) -> list[str]:
    """Names leaves as the company's tables do."""
    return [node.replace("rep_id=", "rep=") for node in grid.nodes[len(grid.nodes) - grid.shape[0] :]]
