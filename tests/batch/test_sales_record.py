"""Published forecasts are judged by what was sold since, and people's numbers beside the machine's."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from tests.batch.sales_night import made_sales, quick_members, salescope

from salescope.frames.errors import MissingColumnError
from salescope.training.asked_sales import ask_sales
from salescope.training.sales import forecast_sales

SETTINGS = "\nsales: {horizon: 3, windows: 1, hierarchy: {region: region}}\n"


@pytest.fixture(scope="module", autouse=True)
def _members():
    with quick_members():
        yield


@pytest.fixture(scope="module")
def workspace(_members, tmp_path_factory):
    return made_sales(tmp_path_factory.mktemp("company"), settings=SETTINGS)


def test_people_s_numbers_are_met_published_and_judged_by_what_was_sold(workspace):
    told = salescope("monitor", "sales", "-w", workspace.path)
    assert "Nothing to judge yet" in told.stdout
    moment = pd.Timestamp("2024-04-01")
    asked = {"node": "region=North", "reason": "Trade fair", "author": "Lin"}
    rows = [{**asked, "date": "2024-05-01", "value": 9_000}, {**asked, "date": "2023-01-01", "value": 1}]
    file = workspace.path / "overrides.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    back = ["forecast", "-w", workspace.path, "--json", "--as-of", moment, "--publish", "--overrides", file]
    out = workspace.path / "changed.csv"
    done = salescope(*back, "--out", out)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["notes"][0]["detail"].startswith("Overrides that hold: 1;")
    assert document["notes"][0]["detail"].endswith("no longer ahead: 1.")
    written = pd.read_csv(out, parse_dates=["date"])
    changed = written[written["date"] == "2024-05-01"].set_index("node")
    assert changed.loc["region=North", "mean"] == pytest.approx(9_000)
    assert document["overrides"][0]["machine"] == pytest.approx(changed.loc["region=North", "machine"])
    regions = changed[changed["level"] == "region"]
    assert regions["mean"].sum() == pytest.approx(changed.loc["all", "mean"])
    parts = written[["trend", "season", "events", "price", "other"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(written["mean"].to_numpy())
    judged = json.loads(salescope("monitor", "sales", "-w", workspace.path, "--json").stdout)
    edition = next(row for row in judged["editions"] if row["publication"] == document["publication"])
    assert (edition["cutoff"][:10], edition["periods"]) == ("2024-04-01", 3)
    asked = ask_sales(workspace, as_of=None)
    panel = asked.forecaster.read(asked.sales, as_of=asked.as_of).origins.panel
    history = pd.DataFrame(np.asarray(panel.values), index=panel.series, columns=panel.dates)
    sold = history.loc["all"]
    total = written[written["node"] == "all"]
    off = total["mean"].to_numpy() - total["date"].map(sold).to_numpy()
    figure = next(row for row in judged["figures"] if (row["window"], row["level"]) == (edition["window"], "all"))
    assert figure["wape"] == pytest.approx(abs(off).sum() / sold[total["date"]].sum())
    north = history.loc["region=North", pd.Timestamp("2024-05-01")]
    people = next(row for row in judged["overrides"] if row["by"] == "all")
    assert people["judged"] == 1
    assert people["wape_override"] == pytest.approx(abs(9_000 - north) / north)
    picture = workspace.path / "record.svg"
    shown = salescope("monitor", "sales", "-w", workspace.path, "--out", picture).stdout
    assert "People's numbers" in shown
    assert picture.read_text(encoding="utf-8").startswith("<?xml")
    late = salescope("monitor", "sales", "-w", workspace.path, "--since", "2024-04-02", "--json")
    assert json.loads(late.stdout)["editions"] == []


def test_overrides_without_a_date_are_refused(workspace):
    with pytest.raises(MissingColumnError, match="date"):
        forecast_sales(workspace, overrides=pd.DataFrame({"node": ["all"], "value": [1.0]}))
