"""What sells no more or not yet stays at zero, and has no say in what the rest is forecast to sell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forecasting.made import HIERARCHY, Level, made_forecaster, made_panel, made_sales, made_values, quarters

from salescope.forecasting import SalesForecaster, backtest, frequency_named
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.combination import BASELINE
from salescope.forecasting.history import node_panel
from salescope.forecasting.living import LivingTree, living_series
from salescope.forecasting.member import recent_level
from salescope.forecasting.origins import Origins
from salescope.forecasting.reconciliation import reconcile
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import forecast_tree
from salescope.forecasting.windows import Windows

REPS = {"1": "N", "2": "N", "3": "S", "4": "S", "5": "S"}
MEMBERS = [SeasonalNaive(), SeasonalNaiveGrowth(), Level()]
# Two more people begin after 25 of 32 quarters: one in a region that is there, one in a region of his own.
LATER = {"6": "N", "7": "W"}
BEGIN = 25


def forecaster() -> SalesForecaster:
    return made_forecaster(members=MEMBERS)


def grown(periods: int = 32) -> pd.DataFrame:
    return made_sales(made_values(series=5, periods=periods), reps=REPS)


@pytest.fixture(scope="module")
def alone() -> pd.DataFrame:
    return backtest(grown(), forecaster=forecaster(), windows=4).points


@pytest.fixture(scope="module")
def joined() -> pd.DataFrame:
    values = made_values(series=2, periods=32, seed=9) * 1e3
    values[:, :BEGIN] = np.nan
    sales = pd.concat([grown(), made_sales(values, reps=LATER)])
    return backtest(sales, forecaster=forecaster(), windows=4).points


@pytest.mark.parametrize("ended", [["4"], ["3", "4", "5"], ["1", "3"]])
def test_an_ended_series_stays_at_zero_and_the_total_where_it_was(ended: list[str]) -> None:
    values = made_values(series=5, periods=28)
    gone = np.isin(list(REPS), ended)
    values[gone, 23:] = 0.0
    fitted = forecaster().fit(made_sales(values, reps=REPS))
    found = fitted.fitted_
    series = found.mean[fitted.tree_.bottom]
    assert (series[gone] == 0).all()
    assert (series[~gone] > 0).all()
    np.testing.assert_allclose(found.mean[0], found.base[0], rtol=1e-9)
    np.testing.assert_allclose(found.mean, fitted.tree_.add_up(series), rtol=1e-12)


def test_where_everything_has_ended_there_is_nothing() -> None:
    values = made_values(series=5, periods=28)
    values[:, 23:] = 0.0
    assert (forecaster().fit(made_sales(values, reps=REPS)).fitted_.mean == 0).all()


def test_what_begins_later_changes_no_forecast_of_earlier_cutoffs(alone, joined) -> None:
    before = joined["cutoff"] <= quarters(BEGIN + 1)[-1]
    assert sorted(joined.loc[before, "window"].unique()) == [2, 3, 4]
    seen = alone[alone["window"] >= 2].drop(columns="actual").set_index(["window", "node", "date"])
    same = joined[before].drop(columns="actual").set_index(["window", "node", "date"]).loc[seen.index]
    pd.testing.assert_frame_equal(same, seen, check_exact=True)


def test_what_begins_later_changes_no_figure_of_windows_that_had_ended(alone, joined) -> None:
    ended = [
        points[points["window"] >= 3].set_index(["window", "node", "date"])["actual"] for points in (alone, joined)
    ]
    pd.testing.assert_series_equal(ended[1].loc[ended[0].index], ended[0], check_exact=True)
    late = joined[joined["window"].ge(2) & joined["node"].str.contains("rep=6|W")]
    assert late["actual"].isna().all()
    assert (late[["mean", "baseline"]] == 0).all(axis=None)


def test_series_that_have_not_begun_do_not_decide_which_levels_decide_alone() -> None:
    values = made_values(series=22, periods=28)
    reps = {f"{place:02}": "NS"[place % 2] for place in range(22)}
    values[4:, :26] = np.nan
    few = dict(list(reps.items())[:4])
    with_them = forecaster().fit(made_sales(values, reps=reps), as_of=quarters(26)[-1]).fitted_
    without = forecaster().fit(made_sales(values[:4], reps=few), as_of=quarters(26)[-1]).fitted_
    assert with_them.gate.weights.tolist() == without.gate.weights.tolist()
    assert with_them.mean[0].tolist() == without.mean[0].tolist()


@given(st.integers(0, 2**32 - 1), st.lists(st.booleans(), min_size=5, max_size=5))
@settings(max_examples=20, deadline=None)
def test_a_living_tree_forecasts_as_the_tree_of_what_lives(seed: int, lives: list[bool]) -> None:
    rng, series = np.random.default_rng(seed), np.array(lives)
    keys = pd.DataFrame({"region": list(REPS.values()), "rep": list(REPS)})
    tree = Tree.of(keys, levels=HIERARCHY)
    base, errors = rng.gamma(2.0, 5.0, (len(tree.nodes), 3)), rng.normal(size=(len(tree.nodes), 9))
    living = LivingTree.of(tree, series=series)
    found = living.reconcile(base, method="mint_shrink", errors=errors, floor=np.zeros(5))
    assert (found[tree.bottom[~series]] == 0).all()
    if not series.any():
        return
    small = Tree.of(keys[series], levels=HIERARCHY)
    rows = [tree.nodes.index(node) for node in small.nodes]
    expected = reconcile(
        base[rows], tree=small, method="mint_shrink", errors=errors[rows], floor=np.zeros(int(series.sum()))
    )
    np.testing.assert_array_equal(found[rows], expected)
    np.testing.assert_allclose(found[0], base[0], rtol=1e-9)


class Month:
    """Is a baseline that repeats the mean of four weeks."""

    name, family = BASELINE, "baseline"

    def forecast(self, panel, *, horizon):
        return np.repeat(recent_level(panel, periods=28)[:, None], horizon, axis=1)


@pytest.mark.parametrize(("closed", "sells"), [(10, True), (100, False)])
def test_a_shop_that_was_closed_for_some_days_has_not_ended(closed: int, sells: bool) -> None:
    values = made_values(series=2, periods=240, season=7)
    values[1, -closed:] = 0.0
    tree = Tree.of(pd.DataFrame({"shop": ["1", "2"]}), levels={"shop": ["shop"]})
    origins = Origins(node_panel(made_panel(values, frequency="day"), tree), [Month()], horizon=7)
    found = forecast_tree(origins, tree=tree, cutoff=240, windows=Windows(count=2, step=7))
    assert (found.mean[tree.bottom[1]] > 0).all() == sells


@pytest.mark.parametrize(("name", "silence"), [("quarter", 4), ("month", 12), ("week", 52), ("day", 91)])
def test_what_lives_is_what_sold_in_the_newest_periods(name: str, silence: int) -> None:
    rng, periods = np.random.default_rng(0), silence + 3
    history = np.where(rng.random((60, periods)) < 0.7 / silence, rng.normal(size=(60, periods)), 0.0)
    began = rng.integers(0, periods + 1, 60)
    history[np.arange(periods)[None] < began[:, None]] = np.nan
    frequency = frequency_named(name)
    whole, short = (living_series(part, frequency=frequency) for part in (history, history[:, :silence]))
    for row, lives, as_short in zip(history, whole, short, strict=True):
        known = [value for value in row if not np.isnan(value)]
        recent = any(value != 0.0 for value in row[-silence:] if not np.isnan(value))
        assert lives == (bool(known) and recent)
        assert as_short == (not np.isnan(row[:silence]).all())
