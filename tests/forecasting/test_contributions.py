"""What forecasts are made of, against series of which that is known, and against plain regressions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.made import made_forecaster, made_panel, made_sales, made_values
from tests.forecasting.told import Truth

from salescope.forecasting import Known, Tree
from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.contributions import Explained, contributions
from salescope.forecasting.driver_effects import DriverEffects
from salescope.forecasting.seasonal_profiles import seasonal_profiles
from salescope.frames.errors import NotFittedModelError

PERIODS, HORIZON = 24, 6
PARTS = ["trend", "season", "events", "price", "other"]


def made_truth(*, horizon: int = HORIZON, seed: int = 0) -> Truth:
    rng = np.random.default_rng(seed)
    shape = (4, PERIODS + horizon)
    drivers = {
        "promotion": (rng.random(shape) < 0.3).astype(float),
        "price": np.where(rng.random(shape) < 0.2, 4.0, 5.0),
        "weather": np.zeros(shape),
    }
    # The newest quarter's price is the usual one.
    drivers["price"][:, PERIODS - 1] = 5.0
    return Truth(
        horizon=horizon,
        periods=PERIODS,
        slope=np.array([3.0, -1.0, 0.0, 2.0]),
        swing=np.arange(1.0, 5.0),
        drivers=drivers,
    )


@pytest.mark.parametrize("horizon", [HORIZON, 3, 2, 1])
def test_parts_of_a_known_series_are_the_known_ones(horizon: int) -> None:
    truth = made_truth(horizon=horizon)
    explained = Explained.of(truth.forecaster())
    parts, ahead = explained.parts, np.s_[:, PERIODS:]
    assert explained.effects.share == 1.0
    usual = -20.0 * 5.0
    np.testing.assert_allclose(parts.events, 30.0 * truth.drivers["promotion"][ahead], atol=1e-9)
    np.testing.assert_allclose(parts.price, -20.0 * truth.drivers["price"][ahead] - usual, atol=1e-9)
    np.testing.assert_allclose(parts.trend, truth.trend[ahead] + usual, rtol=1e-4)
    np.testing.assert_allclose(parts.season, truth.season[ahead], rtol=1e-4)
    np.testing.assert_allclose(parts.other, 0.0, atol=1e-3)


def test_parts_add_up_at_every_node() -> None:
    forecaster = made_truth().forecaster()
    told = contributions(forecaster)
    assert told.columns.tolist() == [*forecaster.predict().columns, *PARTS]
    np.testing.assert_allclose(told[PARTS].sum(axis=1), told["mean"], rtol=1e-12)
    tree = forecaster.tree_
    for name in PARTS:
        part = told[name].to_numpy().reshape(len(tree.nodes), -1)
        np.testing.assert_allclose(part, tree.sums.toarray() @ part[tree.bottom], rtol=1e-12, atol=1e-9)


def test_drivers_explain_nothing_of_a_forecast_that_did_not_see_them() -> None:
    explained = Explained.of(made_truth().forecaster(alone=True))
    assert explained.effects.share == 0.0
    assert (explained.parts.events == 0).all()
    assert (explained.parts.price == 0).all()


def test_a_part_of_an_effect_is_the_share_of_who_learned_it() -> None:
    truth = made_truth()
    forecaster = truth.forecaster()
    gate = replace(forecaster.fitted_.gate, weights=np.full((3, 2), 0.5))
    forecaster.fitted_ = replace(forecaster.fitted_, gate=gate)
    found = DriverEffects.of(forecaster).from_rest()[0]
    np.testing.assert_allclose(found, 15.0 * truth.drivers["promotion"][:, PERIODS:], atol=1e-9)


def test_a_series_that_ended_has_no_parts() -> None:
    values = made_values(series=4, periods=PERIODS)
    values[2, 12:] = 0.0
    explained = Explained.of(made_forecaster(members=[SeasonalNaiveGrowth()]).fit(made_sales(values)))
    assert not explained.effects.moves[2]
    assert all((part[2] == 0).all() for part in explained.parts.columns().values())


def test_an_unfitted_forecaster_says_so() -> None:
    with pytest.raises(NotFittedModelError):
        contributions(made_forecaster())


def crossed() -> Tree:
    keys = pd.DataFrame({"region": list("NNSS"), "product": list("abab")})
    return Tree.of(keys, levels={"region": ["region"], "product": ["product"]})


def plain_profile(
    history: np.ndarray, *, horizon: int = 4, driver: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    """Regresses sixteen quarters; gives the profile of the newest four and of those ahead, and its squared error."""
    at = np.flatnonzero(~np.isnan(history))
    place = np.eye(4)[np.arange(len(history) + horizon) % 4]
    table = np.column_stack([place[at], at, *([] if driver is None else [driver[at]])])
    found, left, _, _ = np.linalg.lstsq(table, history[at])
    variance = left[0] / (len(at) - table.shape[1])
    centred = np.eye(4) - 0.25
    covariance = np.linalg.inv(table.T @ table)[:4, :4] * variance
    swing = place @ found[:4]
    larger = (swing[at] - swing[at].mean()) * (at - at.mean())
    rate = (larger @ (history[at] - table @ found)) / (larger @ larger)
    rate *= max(0.0, 1.0 - variance / (larger @ larger) / rate**2)
    asked = np.arange(len(history) - 4, len(history) + horizon)
    profile = (place @ centred @ found[:4])[asked] * np.clip(1.0 + rate * (asked - at.mean()), 0.5, 2.0)
    return profile, float(np.trace(centred @ covariance @ centred))


def drawn(own: np.ndarray, prior: np.ndarray, error: float) -> np.ndarray:
    return prior + max(0.0, 1.0 - error / ((own - prior)[:4] ** 2).sum()) * (own - prior)


@pytest.mark.parametrize("short", [3, 21])
def test_profiles_are_regressions_drawn_to_the_nearest_ancestor(short: int) -> None:
    """The second series begins late; with too little for a season of its own it has its region's."""
    tree, periods = crossed(), 24
    values = made_values(series=4, periods=periods, seed=4)
    values[1, :short] = np.nan
    nodes = tree.history(values)
    found = seasonal_profiles(made_panel(nodes), tree=tree, horizon=5).ahead
    newest = nodes[:, -16:]
    level = np.nanmean(newest, axis=1)
    unknown = np.zeros(9), np.inf
    own = [plain_profile(node, horizon=5) if (~np.isnan(node)).sum() > 5 else unknown for node in newest]
    total = drawn(own[0][0], np.zeros(9), own[0][1]) / level[0]
    for series, row in enumerate(tree.bottom):
        region = 1 + series // 2
        above = drawn(own[region][0], total * level[region], own[region][1]) / level[region]
        wanted = drawn(own[row][0], above * level[row], own[row][1])
        np.testing.assert_allclose(found[series], wanted[4:], rtol=1e-3, atol=0.05)


def alone(history: np.ndarray, event: np.ndarray | None = None) -> np.ndarray:
    """Measures the profile of a tree of one series, four quarters ahead."""
    tree = Tree.of(pd.DataFrame({"rep": ["1"]}), levels={"rep": ["rep"]})
    panel = made_panel(np.array([history, history]))
    if event is not None:
        values = {"promotion": np.tile(event, (2, 1)).astype(float)}
        panel = replace(panel, known=Known(values=values, kinds={"promotion": "event"}))
    return seasonal_profiles(panel, tree=tree, horizon=4, drivers=event is not None).ahead[0]


def test_what_drivers_did_is_no_season() -> None:
    event = np.isin(np.arange(20), [3, 7, 11])
    history = made_values(series=1, periods=16, seed=1)[0] + 500.0 * event[:16]
    profile, error = plain_profile(history, driver=event)
    wanted = np.zeros(8)
    for _ in range(3):
        # It is its own region and its own total.
        wanted = drawn(profile, wanted, error)
    np.testing.assert_allclose(alone(history, event), wanted[4:], rtol=1e-3)
    assert alone(history)[3] > wanted[7] + 100.0


def test_a_season_that_grows_with_its_series_grows_on() -> None:
    at = np.arange(20)
    truth = 100.0 * 1.02**at
    shape = np.array([-0.3, 0.1, 0.3, -0.1])[at % 4]
    found = alone((truth * (1.0 + shape))[:16])
    np.testing.assert_allclose(found, (truth * shape)[16:], rtol=0.1)
    assert np.abs(found).sum() > 1.12 * np.abs(alone((100.0 * (1.0 + shape))[:16])).sum()


def test_a_driver_that_is_always_there_in_one_place_leaves_the_others_their_season() -> None:
    place = np.arange(16) % 4
    history = np.array([100.0, 140.0, 120.0, 0.0])[place]
    found = alone(history, np.arange(20) % 4 == 3)
    np.testing.assert_allclose(np.diff(found[:3]), [40.0, -20.0], rtol=1e-3)
    # Nothing is known of the last place but under the event, so it is hardly unlike the others.
    assert abs(found[3]) < 1.0


def test_noise_is_hardly_a_season_where_ancestors_have_none() -> None:
    rng = np.random.default_rng(0)
    values = 100.0 + rng.normal(0.0, 10.0, (40, 12))
    keys = pd.DataFrame({"rep": [f"{number:02}" for number in range(40)]})
    tree = Tree.of(keys, levels={"rep": ["rep"]})
    found = seasonal_profiles(made_panel(tree.history(values)), tree=tree, horizon=4).ahead
    raw = np.array([plain_profile(row)[0][4:] for row in values])
    assert (found**2).mean() < 0.35 * (raw**2).mean()


def test_days_have_weeks_and_years() -> None:
    day = np.arange(3 * 365 + 60)
    year, week = 30.0 * np.sin(2 * np.pi * day / 365.25), 5.0 * (day % 7 == 2)
    history = (200.0 + year + week)[: 3 * 365]
    tree = Tree.of(pd.DataFrame({"rep": ["1"]}), levels={"rep": ["rep"]})
    panel = made_panel(np.array([history, history]), frequency="day")
    found = seasonal_profiles(panel, tree=tree, horizon=60).ahead[0]
    np.testing.assert_allclose(found, (year + week - 5 / 7)[3 * 365 :], atol=0.05)
