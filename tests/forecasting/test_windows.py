"""Cutoffs against a walk back through the periods, and against what members are really asked."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.forecasting.made import made_forecaster, made_sales

from salescope.forecasting.backtest import backtest_history
from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.windows import Windows, cutoffs_before, fit_cutoffs, planned_cutoffs, windows_in_words

ENDS, HORIZONS, COUNTS = st.integers(1, 90), st.integers(1, 15), st.integers(1, 7)


def walked(end: int, *, horizon: int, windows: int, step: int, least: int) -> list[int]:
    """Goes back period by period: a window every `step` of them, while history lasts and all of it has happened."""
    found: list[int] = []
    for cutoff in range(end, 0, -1):
        whole = cutoff + horizon <= end
        due = not found or found[-1] - cutoff == step
        first = cutoff == end - horizon
        if whole and (first or (found and due)) and cutoff >= least and len(found) < windows:
            found.append(cutoff)
    if not found:
        third = max(end // 3, 1)
        found = [cutoff for cutoff in range(1, end) if end - cutoff == third]
    return found


@given(ENDS, HORIZONS, COUNTS, HORIZONS, st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_cutoffs_are_those_of_a_walk_back(end: int, horizon: int, windows: int, step: int, least: int) -> None:
    asked = {"horizon": horizon, "windows": windows, "step": step, "least": least}
    assert cutoffs_before(end, **asked) == walked(end, **asked)


@given(ENDS, HORIZONS, COUNTS, st.sampled_from([4, 7, 12]))
@example(40, 14, 6, 12)
@settings(max_examples=60, deadline=None)
def test_a_fit_wants_two_seasons_before_each_window_and_one_where_there_is_no_more(end, horizon, count, season) -> None:
    found = fit_cutoffs(end, horizon=horizon, season=season, windows=Windows(count=count, step=horizon))
    after_two = [
        cutoff for cutoff in range(end - horizon, 2 * season - 1, -1) if (end - horizon - cutoff) % horizon == 0
    ]
    after_two = after_two[:count]
    assert found[: len(after_two)] == after_two
    if len(after_two) >= 2:
        assert found == after_two
    elif end >= 2 * season and end - horizon >= max(season, 4):
        after_one = range(end - horizon, max(season, 4) - 1, -horizon)
        assert found == list(after_one)[:count]
    assert all(0 < cutoff < end for cutoff in found)
    assert len(found) <= count


class Spy:
    """Is a member that remembers how much history it was shown."""

    name, family = "spy", "baseline"

    def __init__(self) -> None:
        self.seen: list[int] = []

    def forecast(self, panel, *, horizon):
        self.seen.append(len(panel.dates))
        return np.zeros((len(panel.values), horizon))


def test_what_is_planned_is_what_members_are_asked_each_cutoff_once() -> None:
    for periods, fit in ((3, True), (17, True), (40, False)):
        spy = Spy()
        forecaster = made_forecaster(members=[SeasonalNaiveGrowth(), spy], windows=2, step=3)
        history = forecaster.read(made_sales(periods=periods))
        if fit:
            forecaster.fit_history(history)
        backtest_history(history, forecaster=forecaster, windows=3)
        planned = planned_cutoffs(
            periods,
            horizon=4,
            season=4,
            windows=Windows(count=2, step=3),
            judged=Windows(count=3, step=4),
            fit=fit,
        )
        assert sorted(spy.seen, reverse=True) == planned


def test_a_forecast_says_on_how_many_windows_it_was_measured() -> None:
    told = {}
    for periods in (1, 5, 9, 40):
        fitted = made_forecaster(members=[SeasonalNaiveGrowth()]).fit(made_sales(periods=periods)).fitted_
        assert fitted.measured_on == windows_in_words(fitted.cutoffs, end=periods, horizon=4)
        told[periods] = (fitted.whole_windows, fitted.measured_on)
    assert told == {
        1: (0, "not measured, for history is too short for a window"),
        5: (0, "measured on 1 window, which ended after 1 of 4 periods"),
        9: (1, "measured on 1 window"),
        40: (3, "measured on 3 windows"),
    }
