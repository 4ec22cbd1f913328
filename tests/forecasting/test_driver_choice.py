"""Drivers earn their place in a backtest, or are left out and it is said why."""

# ruff: noqa: PD011 - `values` is a field of Known, not of a frame

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.made import made_panel

from salescope.forecasting import Known, Panel, Tree
from salescope.forecasting.driver_choice import EarningDrivers, drivers_that_earn

PERIODS, HORIZON = 60, 6


class Believer:
    """Is a member that believes drivers by name: "sale" lifts by half, "twin" says the same, "lie" doubles."""

    name = "believer"
    family = "boosted"

    def __init__(self) -> None:
        self.asked: list[tuple[int, tuple[str, ...]]] = []

    def forecast(self, panel, *, horizon):
        end, names = panel.values.shape[1], panel.known.values
        self.asked.append((end, tuple(names)))
        told = np.full((len(panel.series), horizon), 100.0)
        ahead = {name: value[:, end : end + horizon] for name, value in names.items()}
        if "sale" in ahead or "twin" in ahead or "holiday" in ahead:
            told += 50 * ahead.get("sale", ahead.get("twin", ahead.get("holiday")))
        return told + (7 * ahead["lie"] if "lie" in ahead else 0)


@pytest.fixture(scope="module")
def panel() -> Panel:
    rng = np.random.default_rng(0)
    on = (rng.random((5, PERIODS + HORIZON)) < 0.4).astype(float)
    values = {
        "sale": on,
        "twin": on,
        "lie": rng.random(on.shape),
        "never": np.zeros(on.shape),
        "holiday": on,
        "holiday_new_year": on,
    }
    known = Known(values=values, kinds=dict.fromkeys(values, "event"))
    return replace(made_panel(100 + 50 * on[:, :PERIODS], frequency="month"), known=known)


def some(panel: Panel, *names: str) -> Panel:
    known = panel.known
    return replace(panel, known=Known(values={name: known.values[name] for name in names}, kinds=known.kinds))


def kept(panel: Panel, *names: str, **asked) -> list[str]:
    found = drivers_that_earn(some(panel, *names), horizon=HORIZON, member=Believer(), **asked)
    report = found.report.set_index("driver")
    assert len(found.sentences()) == len(report)
    assert {name for name, earned in report["earned"].items() if earned} == {
        "holidays" if name.startswith("holiday") else name for name in found.known.values
    }
    assert (report.loc[report["earned"], "error"] < report.loc[report["earned"], "without"]).all()
    return sorted(found.known.values)


def test_what_is_missed_stays_and_what_misleads_goes(panel):
    assert kept(panel, "sale", "lie") == ["sale"]
    assert kept(panel, "lie") == []
    assert kept(panel) == []


def test_of_two_that_say_the_same_one_stays(panel):
    assert len(kept(panel, "sale", "twin", "lie")) == 1


def test_what_never_happens_in_the_windows_can_show_nothing(panel):
    found = drivers_that_earn(some(panel, "sale", "never"), horizon=HORIZON, member=Believer())
    assert list(found.known.values) == ["sale"]
    assert found.sentences()[0] == "never was left out: it changes in no window of the past."
    assert "sale earned its place" in found.sentences()[1]


def test_holidays_stand_and_fall_together(panel):
    assert kept(panel, "holiday", "holiday_new_year", "lie") == ["holiday", "holiday_new_year"]


def test_windows_lie_in_the_past_and_see_no_sales_of_their_own(panel):
    member = Believer()
    drivers_that_earn(some(panel, "sale", "lie"), horizon=HORIZON, windows=2, member=member)
    assert {end for end, _ in member.asked} == {PERIODS - HORIZON, PERIODS - 2 * HORIZON}


def test_what_comes_once_a_year_is_judged_where_it_came(panel):
    yearly = np.zeros((5, PERIODS + HORIZON))
    yearly[:, [35, 47]] = 1
    values = panel.values + 50 * (yearly - panel.known.values["sale"])[:, :PERIODS]
    known = Known(values={"sale": yearly, "lie": panel.known.values["lie"]}, kinds={"sale": "event", "lie": "event"})
    member = Believer()
    found = drivers_that_earn(replace(panel, values=values, known=known), horizon=HORIZON, windows=2, member=member)
    assert list(found.known.values) == ["sale"]
    assert found.report.set_index("driver").loc["sale", "windows"] == 2
    assert {end for end, asked in member.asked if asked == ("lie",)} == {42, 30}


def test_too_little_history_judges_nothing(panel):
    short = some(panel, "sale").until(20)
    found = drivers_that_earn(short, horizon=HORIZON, member=Believer())
    assert found.known.values == {}
    assert found.sentences() == ("sale was left out: it changes in no window of the past.",)


def test_a_forecaster_is_told_only_what_earned_its_place(panel):
    tree = Tree.of(pd.DataFrame({"shop": list("abcde")}), levels={"shop": ["shop"]})
    asked = EarningDrivers(lambda *_: some(told, "sale", "lie").known, horizon=HORIZON, windows=1)
    told = replace(panel, values=np.tile(panel.values, (8, 1)), series=tuple(map(str, range(40))))
    told = replace(
        told,
        known=Known(values={n: np.tile(v, (8, 1)) for n, v in panel.known.values.items()}, kinds=panel.known.kinds),
    )
    assert list(asked(tree, told).values) == ["sale"]
    assert asked.found_.report["earned"].tolist() == [False, True]
