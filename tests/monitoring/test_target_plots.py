"""The plots of targets: what is drawn is what the plan says, in both languages, and however many nodes there are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import UnknownNameError
from salescope.monitoring.target_plots import MOST_BARS, chance_plot, plan_plot
from salescope.planning import Futures, Goal, PlanGrid, TargetPlanner


def made_plan(*, reps: int, closed: int):
    months = [f"2027-{month:02d}" for month in range(1, 13)]
    grid = PlanGrid.of(pd.DataFrame({"rep": [f"{rep:02d}" for rep in range(reps)]}), months=months)
    paths = np.random.default_rng(0).normal(1e5, 1e4, size=(200, reps, 12))
    paths[:, :, :closed] = 9e4
    futures = Futures(grid=grid, paths=paths, closed=closed)
    return TargetPlanner(grid, futures=futures, last=np.full((reps, 12), 9.5e4)).recommend(Goal.probability(0.7))


@pytest.mark.parametrize("closed", [0, 4, 12])
def test_the_fan_ends_at_the_goal_and_begins_where_months_are_over(closed):
    plan = made_plan(reps=3, closed=closed)
    nodes = plan.futures.grid.nodes
    fan, bars = plan_plot(plan, nodes=nodes, unit="TWD", language="zh").axes
    drawn = {tuple(line.get_ydata()[-1:].round(2)) for line in fan.lines if len(line.get_ydata()) == 12}
    assert (round(plan.amount, 2),) in drawn
    assert (round(float(plan.last.sum()), 2),) in drawn
    assert fan.get_ylabel() == "TWD（萬）"
    lengths = [patch.get_width() for patch in bars.patches[len(nodes) :]]
    table = plan.table()
    assert lengths == table.loc[table["period"] == "plan", "probability"].tolist()
    assert [text.get_text() for text in bars.get_yticklabels()][::-1] == ["總計", "00", "01", "02"]


def test_many_nodes_are_cut_and_counted():
    plan = made_plan(reps=40, closed=0)
    _, bars = plan_plot(plan, nodes=plan.futures.grid.nodes, unit="TWD").axes
    assert (len(bars.patches), bars.get_xlabel()) == (2 * MOST_BARS, f"{41 - MOST_BARS} more")


def test_targets_of_several_periods_say_which():
    told = pd.DataFrame(
        {"node": ["all", "rep=1"], "period": ["2027", "2027-Q1"], "target": [5e6, 1e6], "probability": [0.5, 1.0]}
    )
    (axes,) = chance_plot(told, unit="EUR").axes
    assert [text.get_text() for text in axes.get_yticklabels()][::-1] == [
        "Total, 2027, 5 million EUR",
        "1, 2027-Q1, 1 million EUR",
    ]
    with pytest.raises(UnknownNameError, match="fr"):
        chance_plot(told, unit="EUR", language="fr")
