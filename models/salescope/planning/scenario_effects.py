"""What a scenario does to the chance of every node, and how surely that is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salescope.planning.attainment import sold_cents
from salescope.planning.grid import WHOLE, Floats, Ints
from salescope.planning.scenarios import AnyScenario
from salescope.planning.target_plan import TargetPlan

__all__ = ["scenario_effects"]


def scenario_effects(
    plan: TargetPlan, scenarios: Sequence[AnyScenario], *, periods: Sequence[str] = (WHOLE,)
) -> pd.DataFrame:
    """Compares the chances of a plan's targets with and without each scenario, path by path.

    Parameters
    ----------
    plan : TargetPlan
        Whose targets, and whose futures: the scenarios change these very paths (common random numbers).
    scenarios : sequence of Scenario
        What is supposed.
    periods : sequence of str
        Months, quarters, years or the whole ``plan``.

    Returns
    -------
    DataFrame, shape (n_scenarios * n_periods * n_nodes, 10)
        ``scenario`` (in words), ``node``, ``period``, ``cents`` (the target), ``before`` and ``after`` (attainment
        probabilities), ``effect`` (their difference), ``error`` (its standard error, from the paths' own differences),
        ``independent_error`` (what it would be with other random numbers for each) and ``sales`` (change of the mean
        sales, in the workspace's currency).

    Raises
    ------
    UnknownNameError
        If the grid has no such node, period or month.

    Notes
    -----
    The difference of two averages over the same paths has the variance of the paths' differences: Glasserman and Yao,
    Some guidelines and guarantees for common random numbers, Management Science 38 (1992).

    Examples
    --------
    >>> from salescope.planning.futures import Futures
    >>> from salescope.planning.goals import Goal
    >>> from salescope.planning.grid import PlanGrid
    >>> from salescope.planning.planner import TargetPlanner
    >>> from salescope.planning.scenarios import DemandChange
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01"])
    >>> futures = Futures(grid=grid, paths=np.random.default_rng(0).normal(100.0, 10.0, size=(1_000, 2, 1)))
    >>> plan = TargetPlanner(grid, futures=futures, last=np.full((2, 1), 95.0)).recommend(Goal.probability(0.6))
    >>> found = scenario_effects(plan, [DemandChange(change=-0.02)]).iloc[0]
    >>> found[["before", "after", "effect", "error", "independent_error"]].astype(float).round(3).tolist()
    [0.6, 0.503, -0.097, 0.009, 0.022]
    """
    targets = plan.futures.grid.add_up(plan.cascade.cents)
    months = plan.futures.grid.periods
    before = {period: sold_cents(plan.futures, period=period) for period in periods}
    frames = []
    for scenario in scenarios:
        futures = scenario.applied(plan.futures)
        for period in periods:
            wanted = targets[:, months[period]].sum(axis=1)
            columns = _compared(before[period], after=sold_cents(futures, period=period), wanted=wanted)
            names = {"scenario": scenario.said, "node": plan.futures.grid.nodes, "period": period, "cents": wanted}
            frames.append(pd.DataFrame({**names, **columns}))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _compared(before: Ints, *, after: Ints, wanted: Ints) -> dict[str, Floats]:
    first, second = (before >= wanted), (after >= wanted)
    chances = first.mean(axis=0), second.mean(axis=0)
    differences = second.astype(np.float64) - first
    freedom = max(len(before) - 1, 1)
    alone = sum(chance * (1.0 - chance) for chance in chances)
    return {
        "before": chances[0],
        "after": chances[1],
        "effect": differences.mean(axis=0),
        "error": np.sqrt(differences.var(axis=0) / freedom),
        "independent_error": np.sqrt(alone / freedom),
        "sales": (after.mean(axis=0) - before.mean(axis=0)) / 100.0,
    }
