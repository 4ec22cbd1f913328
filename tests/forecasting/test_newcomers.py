"""Planned newcomers: every node is the sum of its parts, those who do not gain stay, and the plan is taken at its word."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.forecasting import SalesForecaster, Tree
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.newcomers import with_newcomers
from salescope.frames.errors import MisalignedError, MissingColumnError, NotFittedModelError

SEASON = 1 + 0.5 * np.sin(np.arange(48) * np.pi / 6)
LEVELS = {"category": ["category"], "product": ["category", "product"]}
SCALES = {("tools", "a"): 10.0, ("tools", "b"): 20.0, ("tools", "c"): 30.0, ("paint", "d"): 500.0}
PLAN = pd.DataFrame(
    {
        "category": ["tools", "tools", "garden"],
        "product": ["x", "y", "z"],
        "starts": pd.to_datetime(["2026-01-01", "2026-03-16", "2026-06-01"]),
        "expected": [np.nan, 100.0, 7.0],
    }
)


@pytest.fixture(scope="module")
def fitted():
    dates = pd.date_range("2022-01-01", periods=48, freq="MS")
    sales = pd.concat(
        pd.DataFrame({"category": category, "product": product, "date": dates, "y": scale * SEASON})
        for (category, product), scale in SCALES.items()
    )
    members = [SeasonalNaive(), SeasonalNaiveGrowth()]
    return SalesForecaster(6, hierarchy=LEVELS, windows=2, members=members).fit(sales)


@pytest.fixture(scope="module")
def told(fitted):
    return with_newcomers(fitted, PLAN)


def by_node(frame, name="mean"):
    return frame.set_index(["step", "node"])[name].unstack("step")  # noqa: PD010 - each cell once


def test_every_node_is_the_sum_of_its_parts(told):
    keys = pd.DataFrame(
        [*SCALES, *zip(PLAN["category"], PLAN["product"], strict=True)], columns=["category", "product"]
    )
    means = by_node(told.forecast)
    assert set(means.index) == set(Tree.of(keys, levels=LEVELS).nodes)
    products = means[means.index.str.contains("/")]
    np.testing.assert_allclose(means.loc["all"], products.sum())
    for category in ("tools", "paint", "garden"):
        own = products[products.index.str.startswith(f"category={category}/")]
        np.testing.assert_allclose(means.loc[f"category={category}"], own.sum())


def test_whoever_gains_nothing_stays_and_all_others_rise_by_what_is_added(told, fitted):
    before, after, added = by_node(fitted.predict()), by_node(told.forecast), by_node(told.forecast, "added")
    for node in before.index:
        np.testing.assert_allclose(after.loc[node], before.loc[node] + added.loc[node])
    assert (added.loc[["category=paint", "category=tools/product=a"]] == 0).all(axis=None)
    for bound in ("lo_80", "hi_95"):
        moved = by_node(told.forecast, bound)
        np.testing.assert_allclose(moved.loc[before.index], by_node(fitted.predict(), bound) + added.loc[before.index])
        assert moved.loc["category=garden"].isna().all()


def test_scale_and_shape_are_those_of_look_alikes_unless_planned(told):
    means, table = by_node(told.forecast), told.newcomers.set_index("product")
    # Of three tools that sell 10, 20 and 30 a mean month the median is 20, in the shape that all have.
    assert table["scale"].tolist() == pytest.approx([20.0, 100.0, 7.0])
    assert table["planned"].tolist() == [False, True, True]
    assert table.loc["x", "look_alikes"] == 3
    np.testing.assert_allclose(means.loc["category=tools/product=x"], 20.0 * SEASON[:6])


def test_a_period_counts_by_the_days_somebody_is_there(told):
    means = by_node(told.forecast)
    began = means.loc["category=tools/product=y"]
    np.testing.assert_allclose(began[[1, 2, 3, 4]], [0.0, 0.0, 100.0 * SEASON[2] * 16 / 31, 100.0 * SEASON[3]])
    assert (means.loc["category=garden", [1, 2, 3, 4, 5]] == 0).all()
    assert means.loc["category=garden", 6] > 0


def test_no_newcomer_changes_nothing(fitted):
    nothing = with_newcomers(fitted, PLAN.head(0))
    pd.testing.assert_frame_equal(by_node(nothing.forecast), by_node(fitted.predict()))
    assert nothing.newcomers.empty


@pytest.mark.parametrize(
    "wrong",
    [
        {"product": ["a", "y", "z"]},
        {"product": ["y", "y", "z"]},
        {"starts": pd.to_datetime(["2025-12-31", "2026-03-16", "2026-06-01"])},
        {"starts": pd.to_datetime([None, "2026-03-16", "2026-06-01"])},
    ],
)
def test_plans_that_cannot_be_meant_are_refused(fitted, wrong):
    with pytest.raises(MisalignedError):
        with_newcomers(fitted, PLAN.assign(**wrong))


def test_what_is_not_there_is_refused(fitted):
    with pytest.raises(MissingColumnError, match="starts"):
        with_newcomers(fitted, PLAN.drop(columns="starts"))
    with pytest.raises(NotFittedModelError):
        with_newcomers(SalesForecaster(), PLAN)
