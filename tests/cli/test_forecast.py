"""``salescope forecast`` and ``salescope backtest``: what adds up, what is written, and what is refused in one line."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.batch import customer_night
from typer.testing import CliRunner

from salescope.cli.main import app
from salescope.frames.errors import OutcomeError, UnknownNameError
from salescope.project import load_workspace
from salescope.training.sales import backtest_sales, forecast_sales

SETTINGS = (
    "\nsales:\n  horizon: 3\n  windows: 1\n  hierarchy: {region: region, rep: [region, rep_id], none: [nowhere]}\n"
)


def salescope(*words):
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = customer_night.made_workspace(tmp_path_factory.mktemp("company"))
    settings = made.path / "salescope.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    return load_workspace(made.path, environment={})


def test_a_forecast_adds_up_and_says_how_often_its_intervals_held(workspace, tmp_path):
    out, plot = tmp_path / "forecast.csv", tmp_path / "forecast.png"
    done = salescope("forecast", "-w", workspace.path, "--level", "region", "--json", "--out", out, "--plot", plot)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    written = pd.read_csv(out)
    assert set(written["level"]) == {"all", "region", "rep"}
    months = written.pivot_table(index="level", columns="step", values="mean", aggfunc="sum")
    assert months.loc["region"].tolist() == pytest.approx(months.loc["all"].tolist())
    assert months.loc["rep"].tolist() == pytest.approx(months.loc["all"].tolist())
    assert {row["level"] for row in told["forecast"]} == {"region"}
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert told["plot"] == str(plot)
    assert {row["level"] for row in told["measured"]} == {"all", "region", "rep"}
    assert (told["horizon"], told["frequency"], told["currency"]) == (3, "month", workspace.currency)


def test_a_backtest_lists_levels_and_windows(workspace, tmp_path):
    out, plot = tmp_path / "points.csv", tmp_path / "backtest.svg"
    done = salescope("backtest", "-w", workspace.path, "--windows", 1, "--json", "--out", out, "--plot", plot)
    assert done.exit_code == 0, done.output
    figures = pd.DataFrame(json.loads(done.stdout)["figures"])
    assert set(figures["window"]) == {0, 1}
    assert plot.read_text(encoding="utf-8").startswith("<?xml")
    points = pd.read_csv(out)
    total = points[points["node"] == points["node"].iloc[0]]
    error = (total["actual"] - total["mean"]).abs()
    assert figures.iloc[0]["wape"] == pytest.approx(error.sum() / total["actual"].abs().sum())
    assert figures.iloc[0]["mase"] == pytest.approx((error / total["scale"]).mean())


def test_people_read_tables(workspace):
    shown = salescope("forecast", "-w", workspace.path)
    assert shown.exit_code == 0, shown.output
    assert "Sales to come" in shown.stdout
    assert "Forecasts of the past" in shown.stdout
    judged = salescope("backtest", "-w", workspace.path, "--windows", 1)
    assert "Forecasts of the past" in judged.stdout


def test_nothing_at_or_after_the_moment_is_seen(workspace):
    whole = forecast_sales(workspace).forecast["date"].min()
    moment = whole - pd.DateOffset(months=2)
    assert forecast_sales(workspace, as_of=moment).forecast["date"].min() == moment
    points = backtest_sales(workspace, windows=1, as_of=moment).points
    assert points["actual"].notna().any()
    assert points.loc[points["date"] >= moment, "actual"].isna().all()


def test_what_is_not_there_is_refused(workspace):
    refused = salescope("forecast", "-w", workspace.path, "--node", "region=Nowhere")
    assert isinstance(refused.exception, UnknownNameError)
    drawn = salescope("backtest", "-w", workspace.path, "--plot", "backtest.gif")
    assert isinstance(drawn.exception, UnknownNameError)
    bare = workspace.model_copy(update={"tables": {}})
    with pytest.raises(OutcomeError, match="orders"):
        forecast_sales(bare)
