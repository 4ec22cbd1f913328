"""Row 6: what cascades of 200 representatives and of 5,000 nodes cost; the re-plan of 555 nodes has no figure yet."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome

from salescope.planning import PlanGrid, Rule, cascade, fair_share
from salescope.planning.grid import Floats

MONTHS = [f"2027-{month:02d}" for month in range(1, 13)]
GOAL = 1_100_000_000
MOST_SECONDS = {200: 1.0, 4_900: 30.0}


def run() -> Outcome:
    """Measures both, the building of grid and rules included; does not hold until the re-plan is measured too."""
    said, good = [], True
    for (regions, teams, reps), step in (
        ((5, 20, 200), 1),
        ((5, 20, 200), 100),
        ((9, 90, 4_900), 1),
        ((9, 90, 4_900), 100),
    ):
        started, cpu = time.monotonic(), time.process_time()
        grid, fair, rules = company(regions, teams=teams, reps=reps)
        made = cascade(fair, grid=grid, goal=GOAL, rules=rules, step=step)
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu
        kept = all(rule.least <= made.at(rule.node, rule.period) <= rule.most for rule in made.rules)
        good = good and kept and seconds < MOST_SECONDS[reps]
        said.append(f"{len(grid.nodes):,} nodes, {len(rules):,} rules, step {step}: {seconds:.2f} s ({cpu:.2f} CPU-s)")
    print("Both cascades hold." if good else "A cascade is too slow or breaks a rule.")
    return Outcome(
        f"{'; '.join(said)}; the re-plan of 555 nodes is not measured yet, so the row cannot hold", holds=False
    )


def company(regions: int, *, teams: int, reps: int) -> tuple[PlanGrid, Floats, list[Rule]]:
    """Makes a year: growth bounds of every node, a locked month of each region, overridden cells, bounds of quarters."""
    rng, number = np.random.default_rng(0), np.arange(reps)
    keys = pd.DataFrame({"region": number % teams % regions, "team": number % teams, "rep": number}).astype(str)
    grid = PlanGrid.of(keys, months=MONTHS)
    season = (1.0 + 0.3 * np.sin(np.arange(12.0))) * rng.uniform(0.9, 1.1, (reps, 12))
    fair = fair_share(rng.gamma(2.0, 1.0, reps), season=season)
    base = np.rint(fair * GOAL / 1.1).astype(np.int64)
    last = np.rint(grid.sums @ (base.sum(axis=1) * rng.normal(1.02, 0.1, reps).clip(0.7))).astype(np.int64)
    rules = [
        Rule.growth(node, last=int(sold), least=-0.12, most=0.35)
        for node, sold in zip(grid.nodes[1:], last[1:], strict=True)
    ]

    def usual(node: str, period: str) -> float:
        return float(base.ravel()[grid.cells(node, period)].sum())

    for region in range(regions):
        node, month = f"region={region}", MONTHS[rng.integers(12)]
        rules.append(Rule.lock(node, period=month, cents=round(usual(node, month) * rng.uniform(1.0, 1.2))))
    for row in rng.choice(reps, reps // 20, replace=False):
        node, month = grid.nodes[len(grid.nodes) - reps + row], MONTHS[rng.integers(12)]
        cents = round(usual(node, month) * rng.uniform(0.8, 1.5))
        rules.append(Rule.override(node, period=month, cents=cents, reason="agreed"))
    for quarter in ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"):
        rules.append(Rule.floor("all", period=quarter, cents=round(usual("all", quarter) * 1.08)))
        rules.append(Rule.cap("all", period=quarter, cents=round(usual("all", quarter) * 1.13)))
    return grid, fair, rules
