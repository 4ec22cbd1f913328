"""What is to be forecast: the levels that tables allow, and what the settings say is known ahead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.batch import customer_night

from salescope.forecasting import SalesForecaster
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.frames.errors import MissingColumnError, UnknownNameError
from salescope.project import SalesSettings
from salescope.training.asked_sales import ask_sales
from salescope.training.promoted_sales import drivers_of
from salescope.training.sales import forecast_sales

REGIONS = {"region": ("region",)}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.made_workspace(tmp_path_factory.mktemp("company"))


def asking(workspace, **settings):
    sales = SalesSettings(**{"horizon": 3, "windows": 1, "hierarchy": REGIONS, **settings})
    return workspace.model_copy(update={"sales": sales})


def written(workspace, name: str, *rows: dict[str, object]) -> str:
    pd.DataFrame(rows).to_csv(workspace.path / name, index=False)
    return name


def known_of(workspace, **settings):
    asked = ask_sales(asking(workspace, **settings), as_of=None)
    return asked.forecaster.read(asked.sales, as_of=asked.as_of, known=asked.known)


def test_levels_lose_the_columns_that_no_table_has(workspace):
    hierarchy = {"rep": ("region", "rep_id"), "desk": ("nowhere", "rep_id"), "none": ("nowhere",), "same": ("rep_id",)}
    asked = ask_sales(asking(workspace, hierarchy=hierarchy), as_of=None)
    assert asked.forecaster.hierarchy == {"rep": ["region", "rep_id"], "desk": ["rep_id"]}
    assert asked.notes["detail"].tolist() == [
        "Level 'desk' is made without 'nowhere', which no mapped table has.",
        "Level 'none' was left out: no mapped table has 'nowhere'.",
        "Level 'same' was left out: without more columns it is level 'desk' again.",
    ]


def test_holidays_events_and_drivers_of_the_settings_are_known_ahead(workspace):
    fair = {"event": "fair", "start": "2024-09-01", "end": "2024-09-15", "node": "region=North"}
    day = {"event": "visit", "start": "2024-09-02", "end": None, "node": None}
    price = {"driver": "price", "date": "2020-01-01", "value": 2.5, "kind": "price"}
    history = known_of(
        workspace,
        country="DE",
        events=written(workspace, "events.csv", fair, day),
        drivers=written(workspace, "prices.csv", price),
    )
    panel = history.origins.panel
    known, ahead = panel.known, len(panel.dates)
    assert known.kinds | {"holiday": "event", "fair": "event", "visit": "event", "price": "price"} == known.kinds
    dates = panel.frequency.starts(panel.dates[0], count=ahead + 4)
    september = dates.get_loc(pd.Timestamp("2024-09-01"))
    north = panel.series.index("region=North")
    told = dict(known.values)
    fairs, visits, prices = told["fair"], told["visit"], told["price"]
    assert fairs[north, september] == pytest.approx(0.5)
    assert visits[0, september] == pytest.approx(1 / 30)
    assert prices.shape == (len(panel.series), len(dates))
    assert np.all(prices == 2.5)


def test_without_a_setting_nothing_is_known_ahead(workspace):
    assert ask_sales(asking(workspace), as_of=None).known is None


def test_files_that_cannot_be_meant_are_refused(workspace):
    with pytest.raises(UnknownNameError, match="nowhere"):
        known_of(workspace, events="nowhere.csv")
    somewhere = {"event": "fair", "start": "2024-09-01", "node": "region=Moon"}
    with pytest.raises(UnknownNameError, match="Moon"):
        known_of(workspace, events=written(workspace, "moon.csv", somewhere))
    with pytest.raises(MissingColumnError, match="start"):
        known_of(workspace, events=written(workspace, "bare.csv", {"event": "fair"}))


def test_it_is_said_whether_what_is_known_ahead_has_earned_a_place(workspace, monkeypatch):
    # Neither of them learns from drivers.
    monkeypatch.setattr(SalesForecaster, "chosen_members", lambda _: [SeasonalNaive(), SeasonalNaiveGrowth()])
    details = forecast_sales(asking(workspace, country="CN")).notes["detail"].tolist()
    assert details[0].startswith("holidays ")
    assert details[1] == "Members that know holidays, events and drivers earned no share of the forecast."
    assert not any("Members" in words for words in forecast_sales(asking(workspace)).notes["detail"])


def test_a_night_knows_what_had_earned_a_place_and_every_feast_or_none(workspace):
    visit = {"event": "visit", "start": "2024-09-02"}
    asked = ask_sales(asking(workspace, country="DE", events=written(workspace, "visits.csv", visit)), as_of=None)
    history = asked.forecaster.read(asked.sales, as_of=asked.as_of)
    kept = {
        drivers: set(drivers_of({"drivers": drivers}, known=asked.known)(history.tree, history.origins.panel).values)
        for drivers in (("visit",), ("holiday", "holiday_of_old"))
    }
    assert kept["visit",] == {"visit"}
    assert {"holiday", "holiday_labor_day"} <= kept["holiday", "holiday_of_old"]
    assert "visit" not in kept["holiday", "holiday_of_old"]
    assert drivers_of({"drivers": []}, known=asked.known) is None
    assert drivers_of({"drivers": ["visit"]}, known=None) is None
