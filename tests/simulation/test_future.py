"""The future: futures replay, agree with the expected orders, and answer how likely a target is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import OutOfRangeError
from salescope.simulation import CompanySize, MadeCompany, simulate
from salescope.simulation.future import attainment_probabilities
from salescope.simulation.orders import draw_lines


def test_futures_replay_and_more_of_them_begin_alike(tiny: MadeCompany):
    few = tiny.simulate_future(months=2, paths=3, seed=5)
    more = tiny.simulate_future(months=2, paths=6, seed=5)
    pd.testing.assert_frame_equal(few, more[more["path"] < 3].reset_index(drop=True))
    assert not few.equals(tiny.simulate_future(months=2, paths=3, seed=6))


def test_nodes_of_a_future_add_up(tiny: MadeCompany):
    future = tiny.simulate_future(months=2, paths=4)
    level = np.where(future["node"] == "all", "all", np.where(future["node"].str.contains("/rep="), "rep", "region"))
    sums = future.assign(level=level).pivot_table("amount", ["path", "period"], "level", aggfunc="sum")
    np.testing.assert_allclose(sums["all"], sums["rep"])
    np.testing.assert_allclose(sums["all"], sums["region"])


def test_a_future_begins_with_the_first_whole_month():
    size = CompanySize(days=130, leads=20, customers=30, order_lines=200, products=6, representatives=5)
    future = simulate(0, size=size).simulate_future(months=2, paths=1)
    # 130 days from the first of January end on the tenth of May.
    assert future["period"].unique().tolist() == [pd.Timestamp("2024-06-01"), pd.Timestamp("2024-07-01")]


def test_expected_orders_agree_with_futures(small: MadeCompany):
    """Draws ninety days ahead forty times for everyone alive and compares the counts of orders."""
    world, truth = small.world, small.truth["customers"]
    days = world.period.days
    alive = truth["alive"].to_numpy()
    counts = []
    for draw in range(40):
        rng = np.random.default_rng([11, draw])
        died = np.floor(days + rng.exponential(1.0, alive.size) / world.book.death_rate)
        ahead = replace(world, book=replace(world.book, died=np.where(alive, died, world.book.died)))
        counts.append(draw_lines(ahead, window=(days, days + 90), rng=rng)["order"].nunique())
    expected = truth["expected_orders_90"].sum()
    error = np.std(counts, ddof=1) / np.sqrt(len(counts))
    assert abs(np.mean(counts) - expected) < 4 * error
    assert error < 0.02 * expected


def test_expected_orders_grow_with_the_horizon_and_end_with_death(small: MadeCompany):
    truth = small.truth["customers"]
    alive = truth["alive"]
    assert (truth.loc[alive, "expected_orders_90"] > truth.loc[alive, "expected_orders_30"]).all()
    assert (truth.loc[alive, "expected_orders_365"] > truth.loc[alive, "expected_orders_90"]).all()
    assert (truth.loc[~alive, ["expected_orders_30", "expected_orders_365"]] == 0).all().all()


def test_attainment_is_a_share_of_futures(tiny: MadeCompany):
    answer = tiny.attainment(paths=20)
    assert answer["probability"].between(0, 1).all()
    assert answer["period"].nunique() == 3
    ahead = tiny.tables["targets"]["period"] >= tiny.end
    assert len(answer) == ahead.sum()


def test_attainment_of_hand_made_futures():
    period = pd.Timestamp("2025-01-01")
    future = pd.DataFrame({"path": range(4), "period": period, "node": "all", "amount": [1.0, 2.0, 3.0, 4.0]})
    targets = pd.DataFrame({"period": [period], "node": ["all"], "amount": [3.0]})
    assert attainment_probabilities(targets, future=future)["probability"].tolist() == [0.5]


def test_a_higher_target_is_never_likelier(tiny: MadeCompany):
    future = tiny.simulate_future(months=1, paths=30)
    targets = tiny.tables["targets"]
    base = attainment_probabilities(targets, future=future)
    raised = attainment_probabilities(targets.assign(amount=targets["amount"] * 1.1), future=future)
    assert (raised["probability"] <= base["probability"]).all()


@pytest.mark.parametrize("argument", ["months", "paths"])
def test_no_future_at_all_is_refused(tiny: MadeCompany, argument: str):
    with pytest.raises(OutOfRangeError, match=f"0 is out of range for {argument} in simulate_future"):
        tiny.simulate_future(**{argument: 0})
