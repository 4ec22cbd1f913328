"""Boosted trees: nothing later is seen, no order and no unit matters, and what is known ahead is used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.contracts.test_forecasters import degenerate
from tests.forecasting.made import made_panel, made_values

from salescope.forecasting import FREQUENCIES, Known, Panel, boosted_training
from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.boosted import Boosted, FittedBoosted
from salescope.forecasting.boosted_events import EventCodes, closed
from salescope.forecasting.boosted_features import features
from salescope.forecasting.boosted_history import BoostedHistory, by_content
from salescope.forecasting.boosted_training import drawn_series, training_cutoffs, training_rows

HORIZON, PERIODS, SERIES = 6, 54, 12


def promoted(values: np.ndarray, *, lift: float = 0.5, ahead: int = HORIZON, seed: int = 5) -> Panel:
    """Sells more where a promotion is on, and knows promotions and prices ahead."""
    rng = np.random.default_rng(seed)
    on = (rng.random((len(values), values.shape[1] + ahead)) < 0.3).astype(float)
    price = rng.lognormal(0, 0.1, on.shape)
    panel = made_panel(values * (1 + lift * on[:, : values.shape[1]]), frequency="month")
    known = Known(values={"promotion": on, "price": price}, kinds={"promotion": "event", "price": "price"})
    return replace(panel, known=known, group=np.r_[0, np.ones(len(values) - 1)].astype(np.int64))


@pytest.fixture(scope="module")
def panel() -> Panel:
    values = made_values(series=SERIES, periods=PERIODS, season=12)
    values[3, :9] = np.nan
    return promoted(values)


@pytest.fixture(scope="module")
def fitted(panel) -> FittedBoosted:
    fitted = Boosted().fit(panel, horizon=HORIZON)
    assert fitted.text is not None
    return fitted


def test_it_learns_what_a_promotion_sells(panel, fitted):
    promotion = promoted(np.full((40, PERIODS), 100.0), lift=0.5)
    found = Boosted().forecast(promotion, horizon=HORIZON)
    on = promotion.known.values["promotion"][:, PERIODS:] > 0
    assert abs(found[on].mean() - 150) < 8
    assert abs(found[~on].mean() - 100) < 5
    assert not np.array_equal(fitted.predict(panel), SeasonalNaiveGrowth().forecast(panel, horizon=HORIZON))


def test_later_sales_and_later_drivers_change_nothing(panel, fitted):
    rng = np.random.default_rng(9)
    later = np.hstack([panel.values, -1e9 * rng.random((SERIES, 9))])
    known = {name: np.hstack([values, 1e9 * rng.random((SERIES, 9))]) for name, values in panel.known.values.items()}
    dates = panel.frequency.starts(panel.dates[0], count=later.shape[1])
    longer = replace(panel, values=later, dates=dates, known=replace(panel.known, values=known))
    again = Boosted().fit(longer.until(PERIODS), horizon=HORIZON)
    assert again.text == fitted.text
    assert again.predict(longer.until(PERIODS)).tobytes() == fitted.predict(panel).tobytes()


@pytest.mark.parametrize("frequency", FREQUENCIES, ids=lambda one: one.name)
def test_features_at_a_cutoff_see_nothing_from_it_on(frequency):
    rng = np.random.default_rng(1)
    cutoff, steps = 130, np.arange(1, 11)
    values = rng.gamma(2, 50, (5, 150))
    values[2, :100] = np.nan
    values[:, 0] = np.where(np.isnan(values[:, 0]), np.nan, 1e4)
    values[2, 100] = 1e4
    on = (rng.random((5, 150)) < 0.3).astype(float)
    known = Known(values={"promotion": on}, kinds={"promotion": "event"})
    panel = replace(made_panel(values, frequency=frequency.name), known=known, group=np.array([0, 1, 1, 2, 2]))
    other = values.copy()
    other[:, cutoff:] = rng.gamma(2, 70, (5, 20))
    before = features(BoostedHistory(panel), cutoff=cutoff, steps=steps)
    after = features(BoostedHistory(replace(panel, values=other)), cutoff=cutoff, steps=steps)
    assert before.keys() == after.keys()
    for name, value in before.items():
        np.testing.assert_array_equal(value, after[name], err_msg=name)
        assert value.shape == (5, 10)


def test_no_training_row_looks_past_the_end():
    history = BoostedHistory(made_panel(made_values(series=5, periods=70, season=12), frequency="month"))
    for cutoff, steps in training_cutoffs(history, horizon=9, seed=0):
        assert cutoff + steps.max() <= 70
        assert steps.min() >= 1
    assert training_cutoffs(history, horizon=60, seed=0) == []


def test_order_of_series_changes_no_bit(panel, fitted):
    order = np.random.default_rng(3).permutation(SERIES)
    mixed = panel.only(order)
    assert Boosted().forecast(mixed, horizon=HORIZON).tobytes() == fitted.predict(panel)[order].tobytes()


@pytest.mark.parametrize(("factor", "tolerance"), [(1024.0, 0.0), (1000.0, 1e-12), (1e-6, 1e-12)])
def test_the_unit_of_sales_changes_the_unit_of_forecasts_alone(panel, fitted, factor, tolerance):
    found = Boosted().fit(replace(panel, values=panel.values * factor), horizon=HORIZON)
    assert found.text == fitted.text
    told = found.predict(replace(panel, values=panel.values * factor))
    np.testing.assert_allclose(told, fitted.predict(panel) * factor, rtol=tolerance)


def test_another_seed_is_another_forecast_and_the_same_seed_is_not(panel, fitted):
    assert Boosted().fit(panel, horizon=HORIZON) == fitted
    assert Boosted(seed=1).fit(panel, horizon=HORIZON) != fitted


def test_written_and_read_it_says_the_same_bits(panel, fitted):
    read = FittedBoosted.from_text(fitted.to_text())
    assert read == fitted
    assert read.predict(panel).tobytes() == fitted.predict(panel).tobytes()
    nothing = FittedBoosted(horizon=2, text=None)
    assert FittedBoosted.from_text(nothing.to_text()) == nothing


def test_a_changed_driver_ahead_changes_its_series_alone(panel, fitted):
    promotion = panel.known.values["promotion"].copy()
    promotion[4, PERIODS:] = 1 - promotion[4, PERIODS:]
    known = replace(panel.known, values={**panel.known.values, "promotion": promotion})
    before, after = fitted.predict(panel), fitted.predict(replace(panel, known=known))
    others = np.arange(SERIES) != 4
    assert after[others].tobytes() == before[others].tobytes()
    more = promotion[4, PERIODS:] > 0
    assert (after[4][more] > before[4][more]).all()
    assert (after[4][~more] < before[4][~more]).all()


def test_closed_periods_sell_nothing_and_teach_nothing():
    rng = np.random.default_rng(2)
    shut = (np.arange(154) % 7 == 6).astype(float) * np.ones((6, 1))
    shut[0] = 0
    values = np.where(shut[:, :140] > 0, 0.0, rng.gamma(50, 2, (6, 140)))
    known = Known(values={"shut": shut}, kinds={"shut": "event"})
    panel = replace(made_panel(values, frequency="day"), known=known)
    found = Boosted().forecast(panel, horizon=14)
    assert (found[shut[:, 140:] > 0] == 0).all()
    assert (found[shut[:, 140:] == 0] > 50).all()
    assert np.array_equal(closed(panel), shut)
    mostly = replace(known, values={"shut": 0.9 * shut})
    assert not closed(replace(panel, known=mostly)).any()


def test_a_node_whose_shops_are_closed_in_part_sells_its_open_share():
    rng = np.random.default_rng(8)
    shut = (rng.random((20, 154)) < 0.2).astype(float)
    shops = np.where(shut[:, :140] > 0, 0.0, rng.gamma(50, 2, (20, 140)))
    known = Known(values={"shut": np.vstack([shut.mean(axis=0), shut])}, kinds={"shut": "event"})
    values = np.vstack([shops.sum(axis=0), shops])
    panel = replace(made_panel(values, frequency="day"), known=known, group=np.r_[0, np.ones(20)].astype(np.int64))
    found = Boosted().forecast(panel, horizon=14)
    np.testing.assert_allclose(found[0], 2000 * (1 - shut[:, 140:].mean(axis=0)), rtol=0.1)
    np.testing.assert_allclose(found[0], found[1:].sum(axis=0), rtol=0.1)


@pytest.mark.parametrize("frequency", FREQUENCIES, ids=lambda one: one.name)
def test_degenerate_series_stay_finite(frequency):
    periods = 240 if frequency.name in {"day", "week"} else 60
    values = np.array([*degenerate(periods).values(), *degenerate(periods).values(), np.full(periods, np.nan)])
    shut = np.tile((np.arange(periods + 3) % 6 == 0) * 1.0, (len(values), 1))
    known = Known(values={"shut": shut}, kinds={"shut": "event"})
    panel = replace(made_panel(values, frequency=frequency.name), known=known)
    fitted = Boosted().fit(panel, horizon=3)
    assert fitted.text is not None
    assert np.isfinite(fitted.predict(panel)).all()
    assert (fitted.predict(panel)[-1] == 0).all()


def test_many_series_are_drawn_and_every_step_is_still_learned(monkeypatch, panel):
    monkeypatch.setitem(
        boosted_training.RECIPES, "month", replace(boosted_training.RECIPES["month"], rows=HORIZON * 8, least=5)
    )
    ordered = panel.only(by_content(panel))
    drawn = ordered.only(drawn_series(ordered.group, most=8, seed=0))
    assert len(drawn.series) == 8
    assert (drawn.group == 0).sum() == 1
    history = BoostedHistory(drawn)
    asked = training_cutoffs(history, horizon=HORIZON, seed=0)
    assert set(np.concatenate([steps for _, steps in asked])) == set(range(1, HORIZON + 1))
    rows = training_rows(history, asked)
    assert len(rows.target) <= 2 * HORIZON * 8
    monkeypatch.setattr("salescope.forecasting.boosted.LEAST_ROWS", 10)
    found = Boosted().forecast(panel, horizon=HORIZON)
    order = np.random.default_rng(4).permutation(SERIES)
    assert Boosted().forecast(panel.only(order), horizon=HORIZON).tobytes() == found[order].tobytes()
    larger = replace(panel, values=panel.values * 1000)
    np.testing.assert_allclose(Boosted().forecast(larger, horizon=HORIZON), found * 1000, rtol=1e-12)
    assert not np.array_equal(found, SeasonalNaiveGrowth().forecast(panel, horizon=HORIZON))


def test_series_are_described_in_parts_without_a_change(monkeypatch, panel, fitted):
    monkeypatch.setattr("salescope.forecasting.boosted.AT_ONCE", SERIES)
    parts = fitted.predict(panel)
    monkeypatch.undo()
    assert parts.tobytes() == fitted.predict(panel).tobytes()


def test_features_against_plain_loops():
    values = made_values(series=2, periods=40, season=12)
    history, cutoff = BoostedHistory(made_panel(values, frequency="month")), 36
    found = features(history, cutoff=cutoff, steps=np.array([1, 5]))
    for row, sold in enumerate(values):
        level = sum(abs(one) for one in sold[:36]) / 36
        for column, step in enumerate((1, 5)):
            seasons = [
                sold[36 - 12 * back + step - 1] / (sum(sold[36 - 12 * back : 48 - 12 * back]) / 12)
                for back in (1, 2, 3)
            ]
            wanted = {
                "level_3": sum(sold[33:36]) / 3 / level,
                "growth_3": sum(sold[33:36]) / sum(sold[21:24]),
                "season_0": seasons[0],
                "season_2": seasons[2],
                "season_mean": sum(seasons) / 3,
                "lag_1": sold[12 + step - 1] / level,
                "zeros": 0.0,
                "step": step,
                "month": (step - 1) % 12 + 1,
            }
            for name, value in wanted.items():
                np.testing.assert_allclose(found[name][row, column], value, rtol=1e-6, err_msg=name)


def test_what_sold_under_the_same_events_against_plain_loops():
    rng = np.random.default_rng(6)
    values, on = rng.gamma(5, 10, (3, 60)), (rng.random((3, 70)) < 0.4).astype(float)
    known = Known(values={"promotion": on}, kinds={"promotion": "event"})
    panel = replace(made_panel(values, frequency="day"), known=known)
    found = features(BoostedHistory(panel), cutoff=60, steps=np.array([2, 9]))
    for row, sold in enumerate(values):
        level = sold.mean()
        for column, step in enumerate((2, 9)):
            total = weight = 0.0
            for day in range(60):
                if day % 7 == (59 + step) % 7 and on[row, day] == on[row, 59 + step]:
                    share = 0.5 ** ((59 - day) / 28)
                    total, weight = total + share * np.sqrt(sold[day] / level), weight + share
            np.testing.assert_allclose(found["alike_0"][row, column], total / weight, rtol=1e-6)
            np.testing.assert_allclose(found["alike_count_0"][row, column], weight, rtol=1e-9)


def test_sets_of_events_are_numbered_apart():
    first, second = np.array([[0.0, 1, 0, 1]]), np.array([[0.0, 0, 1, 1]])
    known = Known(values={"a": first, "b": second}, kinds={"a": "event", "b": "event"})
    codes = EventCodes(replace(made_panel(np.ones((1, 3)), frequency="day"), known=known)).codes
    assert len(set(codes[0])) == 4
