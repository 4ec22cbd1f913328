"""A made company's sales from the orders to the service: what is forecast is what is published and read."""

from __future__ import annotations

import json
from contextlib import closing

import pandas as pd
import pytest
from tests.batch.sales_night import made_sales, quick_members, salescope
from tests.service.place import Running

from salescope.batch.sales_forecasts import ForecastEdition, forecast_rows, publish_sales_forecast
from salescope.cli.forecast import measured_in
from salescope.service import ServiceSettings
from salescope.store import FORECASTS, HostileValueError, create_key, open_store, publications

SETTINGS = (
    "\nsales:\n  horizon: 3\n  windows: 1\n  levels: [50]\n"
    "  hierarchy: {region: region, rep: [region, rep_id], none: [nowhere], twice: [region, nowhere]}\n"
)
ENDS = {"lo_80": 8.0, "hi_80": 12.0, "lo_95": 7.0, "hi_95": 13.0}
NOTHING = pd.DataFrame({"window": [], "level": [], "cutoff": [], "periods": []})


@pytest.fixture(scope="module", autouse=True)
def _members():
    with quick_members():
        yield


@pytest.fixture(scope="module")
def workspace(_members, tmp_path_factory):
    return made_sales(tmp_path_factory.mktemp("company"), settings=SETTINGS)


@pytest.fixture(scope="module")
def told(workspace):
    out = workspace.path / "forecast.parquet"
    done = salescope("forecast", "-w", workspace.path, "--json", "--out", out)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), pd.read_parquet(out)


@pytest.fixture(scope="module")
def ask(workspace, told):
    with closing(open_store(workspace.store_url)) as store:
        key = create_key(store, label="reader", scopes=["forecasts:read"], at=pd.Timestamp("2026-01-01", tz="UTC"))
    settings = ServiceSettings(published=workspace.published, store_url=workspace.store_url)
    running = Running(settings)
    with running.start() as client:
        headers = {"Authorization": f"Bearer {key.secret}"}
        # As of then, for another test publishes as well.
        then = {"as_of": told[0]["as_of"]}
        yield lambda **query: client.get("/v1/forecasts", params={**then, **query}, headers=headers)
    running.stop()


def test_the_service_tells_what_was_forecast(ask, told):
    document, frame = told
    seen = 0
    for level, nodes in frame.groupby("level"):
        body = ask(level=level, limit="200", levels="80,95").json()
        assert body["next_cursor"] is None
        for node in body["forecasts"]:
            rows = nodes[nodes["node"] == node["node"]].sort_values("step")
            periods = node["periods"]
            assert [it["date"] for it in periods] == rows["date"].dt.strftime("%Y-%m-%d").tolist()
            assert [it["mean"] for it in periods] == rows["mean"].tolist()
            assert [it["baseline"] for it in periods] == rows["baseline"].tolist()
            parts = rows[["trend", "season", "events", "price", "other"]]
            assert [it["contributions"] for it in periods] == parts.to_dict("records")
            assert [sum(it["contributions"].values()) for it in periods] == pytest.approx(rows["mean"].tolist())
            for place, interval in enumerate((80, 95)):
                assert [it["intervals"][place]["low"] for it in periods] == rows[f"lo_{interval}"].tolist()
                assert [it["intervals"][place]["high"] for it in periods] == rows[f"hi_{interval}"].tolist()
            seen += len(periods)
    assert seen == len(frame)
    measured = {row["level"]: row["coverage_80"] for row in document["measured"]}
    assert ask().json()["forecasts"][0]["coverage"]["80"] == measured["all"]
    publication = ask().json()["publication"]
    assert (publication["frequency"], publication["horizon"], publication["unit"]) == ("month", 3, "money")
    assert publication["levels"] == list(dict.fromkeys(frame["level"]))
    assert pd.Timestamp(publication["as_of"]).tz_localize(None) == pd.Timestamp(document["as_of"])


def test_it_is_said_what_was_measured_and_what_was_left_out(told):
    document, _ = told
    assert [row["detail"] for row in document["notes"] if row["finding"] == "left_out"] == [
        "Level 'none' was left out: no mapped table has 'nowhere'.",
        "Level 'twice' was left out: without 'nowhere' it is level 'region' again.",
    ]
    assert [row["window"] for row in document["windows"]] == list(range(1, len(document["windows"]) + 1))
    assert all(1 <= row["periods"] <= 3 for row in document["windows"])


def test_looking_back_publishes_only_when_it_is_asked_for(workspace, told):
    document, _ = told
    moment = pd.Timestamp(document["as_of"]) - pd.DateOffset(months=2)
    back = ["forecast", "-w", workspace.path, "--json", "--as-of", moment]
    assert json.loads(salescope(*back).stdout)["publication"] is None
    assert json.loads(salescope(*back, "--publish", "--keep", 2).stdout)["publication"] > document["publication"]
    with closing(open_store(workspace.store_url)) as store:
        newest, older = publications(store, name=FORECASTS)
        assert newest.as_of.replace(tzinfo=None) == moment
        assert older.about["windows"] == [
            {"cutoff": row["cutoff"][:10], "periods": row["periods"]} for row in document["windows"]
        ]


def test_a_table_that_cannot_be_stored_leaves_the_old_one(workspace, told):
    _, frame = told
    bad = frame.assign(mean=frame["mean"].where(frame["node"] != frame["node"].iloc[-1], float("inf")))
    edition = ForecastEdition(as_of=pd.Timestamp("2030-01-01"), figures=NOTHING, windows=NOTHING)
    with closing(open_store(workspace.store_url)) as store:
        before = publications(store, name=FORECASTS)
        with pytest.raises(HostileValueError, match="mean"):
            publish_sales_forecast(workspace, bad, store=store, edition=edition)
        assert publications(store, name=FORECASTS) == before


def test_contributions_travel_where_there_are_some():
    row = {"node": "all", "level": "all", "date": pd.Timestamp("2026-03-01"), "step": 1, "mean": 10.0, "baseline": 9.0}
    bare = pd.DataFrame([{**row, **ENDS}])
    assert next(forecast_rows(bare)).contributions == {}
    parts = {"trend": 8.0, "season": 1.5, "events": 0.5, "price": float("nan"), "other": 0.0}
    assert next(forecast_rows(bare.assign(**parts))).contributions == {
        "trend": 8.0,
        "season": 1.5,
        "events": 0.5,
        "other": 0.0,
    }


def test_what_events_move_travels_with_the_rows_that_they_move():
    row = {"node": "all", "level": "all", "date": pd.Timestamp("2026-03-01"), "mean": 10.0, "baseline": 9.0, **ENDS}
    forecast = pd.DataFrame([{**row, "step": 1}, {**row, "step": 2}])
    moved = pd.DataFrame(
        {"node": "all", "step": [2, 2], "driver": ["sale", "fair"], "now": [0.5, 0], "per_unit": [8.0, -1]}
    )
    assert [one.responses for one in forecast_rows(forecast, moved)] == [{}, {"sale": (0.5, 8.0), "fair": (0.0, -1.0)}]


def test_people_are_told_how_much_the_measure_is_worth():
    windows = pd.DataFrame({"window": [1, 2], "cutoff": pd.to_datetime(["2025-07-01", "2025-01-01"]), "periods": 6})
    assert (
        measured_in(windows, horizon=6, frequency="month") == "Measured in 2 windows of the past, up to 6 months long."
    )
    assert "too short" in measured_in(windows.head(0), horizon=6, frequency="month")
    assert "one window" in measured_in(windows.head(1), horizon=6, frequency="month")
