"""Joint paths: their spread, what belongs together, that sums keep their middle, and that a seed gives them again."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.calendar import Floats
from salescope.forecasting.examples import monthly
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.history import node_panel
from salescope.forecasting.joint_paths import joint_paths
from salescope.forecasting.origins import Origins
from salescope.forecasting.path_model import PathModel, path_model
from salescope.forecasting.season_shares import MEMORIES, SeasonShares, season_shares
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import TreeForecast, Windows, forecast_tree
from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError

CENTRE = np.full((3, 4), 50.0)
# The variance of Student's distribution of 30 degrees, and of a mean of 30.
WIDER = np.sqrt(30 / 28 * 31 / 30)
TREE = Tree.of(pd.DataFrame({"region": list("NNSS"), "rep": list("1234")}), levels={"region": ["region"]})


def model(*, shared: float = 0.0, level: float = 50.0, signed: float = 0.0) -> PathModel:
    rng = np.random.default_rng(0)
    own = rng.normal(size=(30, 3, 1)) * (1 - shared) + rng.normal(size=(30, 1, 1)) * shared
    errors = own * np.array([1.0, 1.5, 2.0, 3.0])
    return PathModel(centre=CENTRE * 0 + level, errors=errors, signed=np.full(3, signed))


@cache
def fitted(*, periods: int = 96, seed: int = 0, extra: int = 0) -> tuple[TreeForecast, Floats]:
    """Forecasts four series whose shares wander about a mean; `extra` months after the cutoff are not looked at."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(0.0, 0.2, size=(4, 10))).repeat(12, axis=1)
    shares = level * np.array([[4.0], [6.0], [8.0], [3.0]])
    sales = 200.0 * shares / shares.sum(axis=0) + rng.normal(size=level.shape)
    sales = sales[:, : periods + extra]
    panel = node_panel(monthly(sales.tolist()), TREE)
    origins = Origins(panel, [SeasonalNaive(), SeasonalNaiveGrowth()], horizon=12)
    fit = forecast_tree(origins, tree=TREE, cutoff=periods, windows=Windows(count=6, step=12), floor=np.zeros(4))
    return fit, np.asarray(panel.values)[:, :periods]


def test_each_step_of_each_series_is_as_uncertain_as_its_windows() -> None:
    found = model().draw(2000, seed=1)
    np.testing.assert_allclose(found.std(axis=0), WIDER * np.sqrt((model().errors ** 2).mean(axis=0)), rtol=0.09)
    np.testing.assert_allclose(found.mean(axis=0), CENTRE, atol=0.3)


def test_steps_and_series_that_erred_together_do_so_again() -> None:
    found = model(shared=1.0).draw(2000, seed=1)
    assert np.corrcoef(found[:, 0, 0], found[:, 0, 3])[0, 1] > 0.99
    assert abs(np.corrcoef(found[:, 0, 0], found[:, 2, 0])[0, 1] - 0.9) < 0.05


def test_a_seed_gives_the_same_paths_and_more_begin_with_the_fewer() -> None:
    np.testing.assert_array_equal(model().draw(5, seed=7)[:3], model().draw(3, seed=7))
    assert not np.array_equal(model().draw(3, seed=7), model().draw(3, seed=8))


def test_nothing_falls_below_zero_and_sums_stay_what_they_were() -> None:
    free, bound = model(level=2.0, signed=1.0).draw(800, seed=1), model(level=2.0).draw(800, seed=1)
    assert free.min() < 0.0 <= bound.min()
    totals = free.sum(axis=(1, 2))
    np.testing.assert_allclose(bound.sum(axis=(1, 2)), np.maximum(totals, 0.0), atol=1e-9)
    own = free.sum(axis=2)
    untouched = (own >= 0).all(axis=1)
    assert 0.2 < untouched.mean() < 1.0
    np.testing.assert_allclose(bound.sum(axis=2)[untouched], own[untouched], atol=1e-9)


def test_unknown_errors_make_a_series_no_calmer() -> None:
    errors = model().errors.copy()
    errors[::2, 0] = np.nan
    errors[:, 1] = np.nan
    found = PathModel(centre=CENTRE, errors=errors, signed=np.ones(3)).draw(1500, seed=1)
    np.testing.assert_allclose(
        found[:, 0].std(axis=0), WIDER * np.sqrt(np.nanmean(errors[:, 0] ** 2, axis=0)), rtol=0.07
    )
    np.testing.assert_array_equal(found[:, 1].std(axis=0), 0.0)


def test_what_does_not_fit_is_refused() -> None:
    good = model()
    with pytest.raises(MisalignedError, match="windows of the shape"):
        PathModel(centre=CENTRE[:, :2], errors=good.errors, signed=good.signed)
    with pytest.raises(MisalignedError, match="signed"):
        PathModel(centre=CENTRE, errors=good.errors, signed=np.ones(2))
    with pytest.raises(OutOfRangeError, match="windows"):
        PathModel(centre=CENTRE, errors=good.errors[:0], signed=good.signed)
    with pytest.raises(OutOfRangeError, match="centre"):
        PathModel(centre=CENTRE * np.nan, errors=good.errors, signed=good.signed)
    with pytest.raises(OutOfRangeError, match="0 is out of range for paths"):
        good.draw(0, seed=0)
    with pytest.raises(UnknownNameError, match="more"):
        PathModel.from_arrays({**good.to_arrays(), "more": CENTRE})


def average(history: Floats, *, said: Floats, years: int, horizon: int) -> Floats:
    """Averages by loops what the same months of past years brought, scaled to the forecast's total."""
    found = []
    for series in history:
        whole = min(years, len(series) // 12)
        starts = [len(series) - 12 * (back + 1) for back in range(whole)]
        found.append(sum(series[start + month] for start in starts for month in range(horizon)) / whole)
    return np.array(found) * said.sum() / sum(found)


@pytest.mark.parametrize("horizon", [12, 3])
def test_weights_are_those_of_a_constrained_least_squares(horizon: int) -> None:
    fit, history = fitted()
    found = season_shares(fit, history=history, tree=TREE, season=12, horizon=horizon)
    rows, wanted = [], []
    for window, cutoff in enumerate(fit.cutoffs):
        actual = history[:, cutoff : cutoff + horizon]
        said = (actual - fit.errors[window][:, :horizon]).sum(axis=1)
        before = history[TREE.bottom, :cutoff]
        parts = [average(before, said=said[TREE.bottom], years=years, horizon=horizon) for years in MEMORIES]
        for node in range(len(TREE.nodes)):
            own = TREE.sums[[node]].toarray().ravel()
            scale = fit.scales[window, node]
            rows.append([said[node] / scale, *[own @ part / scale for part in parts]])
            wanted.append(actual[node].sum() / scale)
    system, target = np.array(rows), np.array(wanted)

    def loss(weights: Floats) -> float:
        return float(((system @ weights - target) ** 2).mean())

    best = minimize(
        loss, np.full(5, 0.2), method="SLSQP", bounds=[(0, 1)] * 5, options={"ftol": 1e-12, "maxiter": 500},
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1.0},
    )  # fmt: skip
    mine = np.array(list(found.weights.values()))
    assert list(found.weights) == ["forecast", "2 seasons", "4 seasons", "8 seasons", "all seasons"]
    assert mine.min() >= 0.0
    assert mine.sum() == pytest.approx(1.0)
    assert loss(mine) == pytest.approx(best.fun, rel=1e-4)
    assert mine[0] < 0.9  # shares that wander about a mean are drawn to it


def test_the_centre_and_its_errors_are_those_of_the_corrected_forecast() -> None:
    fit, history = fitted()
    shares = season_shares(fit, history=history, tree=TREE, season=12, horizon=12)
    found = path_model(fit, history=history, tree=TREE, season=12, floor=np.zeros(4))
    own = history[TREE.bottom]
    mixed = shares.weights["forecast"] * fit.mean[TREE.bottom].sum(axis=1)
    for years, weight in zip(MEMORIES, list(shares.weights.values())[1:], strict=True):
        mixed += weight * average(own, said=fit.mean[TREE.bottom].sum(axis=1), years=years, horizon=12)
    np.testing.assert_allclose(found.centre.sum(axis=1), mixed)
    np.testing.assert_allclose(found.centre.sum(), fit.mean[0].sum())
    cutoff = fit.cutoffs[1]
    actual = own[:, cutoff : cutoff + 12]
    before = shares.corrected(actual - fit.errors[1, TREE.bottom], history=own[:, :cutoff])
    np.testing.assert_allclose(found.errors[1], actual - before)
    assert not found.signed.any()


def test_nothing_after_the_cutoff_is_looked_at() -> None:
    fit, history = fitted()
    again, longer = fitted(extra=24)
    changed = path_model(again, history=longer, tree=TREE, season=12)
    np.testing.assert_array_equal(changed.centre, path_model(fit, history=history, tree=TREE, season=12).centre)
    with pytest.raises(MisalignedError, match="7 nodes and 96 periods"):
        path_model(fit, history=np.pad(history, ((0, 0), (0, 1))), tree=TREE, season=12)
    with pytest.raises(OutOfRangeError, match="horizon"):
        path_model(fit, history=history, tree=TREE, season=12, horizon=13)


def test_few_windows_leave_the_forecast_alone() -> None:
    fit, history = fitted(periods=36)
    assert season_shares(fit, history=history, tree=TREE, season=12, horizon=12).weights == {"forecast": 1.0}
    found = path_model(fit, history=history, tree=TREE, season=12)
    np.testing.assert_allclose(found.centre, fit.mean[TREE.bottom])


@pytest.mark.parametrize("months", [8, 40])
def test_a_fitted_forecaster_has_joint_paths(months: int) -> None:
    dates = pd.date_range("2023-01-01", periods=months, freq="MS")
    told = np.random.default_rng(0).gamma(9.0, 5.0, size=(months, 2))
    sales = pd.DataFrame(told, columns=["1", "2"]).assign(date=dates).melt("date", var_name="series_id", value_name="y")
    members = [SeasonalNaive(), SeasonalNaiveGrowth()]
    forecaster = SalesForecaster(3, frequency="month", members=members).fit(sales)
    model = joint_paths(forecaster, horizon=2)
    np.testing.assert_allclose(model.centre.sum(), forecaster.fitted_.mean[0, :2].sum())
    paths = model.draw(50, seed=1)
    assert paths.shape == (50, 2, 2)
    assert paths.std(axis=0).min() > 0.0
    assert paths.min() >= 0.0


@given(
    weights=st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4),
    began=st.lists(st.integers(0, 30), min_size=3, max_size=3),
    said=st.lists(st.just(0.0) | st.floats(1e-3, 1e6), min_size=3, max_size=3),
    horizon=st.integers(1, 15),
)
@settings(deadline=None, max_examples=60)
def test_corrected_sums_keep_the_total_and_the_zeros(
    weights: list[float], began: list[int], said: list[float], horizon: int
) -> None:
    history = np.random.default_rng(1).gamma(2.0, 50.0, size=(3, 30))
    for row, start in enumerate(began):
        history[row, :start] = np.nan
    shares = SeasonShares(
        weights=dict(
            zip(
                ["forecast", "2 seasons", "4 seasons", "8 seasons"],
                np.array(weights) / max(sum(weights), 1e-9),
                strict=True,
            )
        )
        if sum(weights) > 1e-3
        else {"forecast": 1.0},
        season=4,
        horizon=horizon,
    )
    forecast = np.outer(said, np.ones(horizon))
    found = shares.corrected(forecast, history=history)
    assert (found >= 0.0).all()
    np.testing.assert_allclose(found.sum(), forecast.sum(), rtol=1e-9)
    assert (found[forecast == 0.0] == 0.0).all()
