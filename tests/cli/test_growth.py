"""``salescope growth``: existing and new business in both languages, of the published forecast or of one made now."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC
from types import SimpleNamespace

import pandas as pd
import pytest
from tests.batch import customer_night
from tests.scoring import customer_company as made
from typer.testing import CliRunner

from salescope.cli.growth_words import WORDS
from salescope.cli.main import app
from salescope.frames.errors import UnknownNameError
from salescope.store import FORECASTS, ForecastRow, NewPublication, open_store, publish_forecasts

BOUNDS = {"lo_80": 0.0, "hi_80": 1e9, "lo_95": 0.0, "hi_95": 1e9}
AS_OF = pd.Timestamp(made.as_of()) - pd.DateOffset(months=1)
DAYS_LATER = (made.TINY.tables["orders"]["ordered_at"].max().normalize() - AS_OF).days + 1


def salescope(*words):
    return CliRunner().invoke(app, ["growth", *map(str, words)])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Is a workspace that has published a total of 70 and 80, a month before its last orders."""
    workspace = customer_night.made_workspace(tmp_path_factory.mktemp("company"))
    settings = workspace.path / "salescope.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\nsales: {horizon: 2, windows: 1}\n", encoding="utf-8")
    rows = [
        ForecastRow(node="all", level="all", date=day.date(), step=step, mean=60.0 + 10 * step, **BOUNDS)
        for step, day in enumerate(pd.date_range(AS_OF, periods=2, freq="MS"), start=1)
    ]
    moment = AS_OF.to_pydatetime().replace(tzinfo=UTC)
    new = NewPublication(name=FORECASTS, as_of=moment, at=moment, versions={}, currency="EUR")
    about = {"frequency": "month", "horizon": 2, "unit": "money", "levels": ["all"], "coverage": {"all": {"80": None, "95": None}}}  # fmt: skip
    workspace.state.mkdir(exist_ok=True)
    with closing(open_store(workspace.store_url)) as store:
        publish_forecasts(store, rows, of=new, about=about)
    return workspace


def test_the_published_forecast_is_split(workspace, tmp_path):
    done = salescope("-w", workspace.path, "--json", "--out", tmp_path / "a.csv")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    (total,) = told["sums"]
    assert total["mean"] == pytest.approx(150.0)
    assert total["existing"] + total["new"] + total["unnamed"] == pytest.approx(150.0)
    assert (told["publication"], told["horizon"], told["error_forecast"], told["weight_of_customers"]) == (
        1,
        2,
        None,
        0,
    )
    assert told["days_later"] == DAYS_LATER
    written = pd.read_csv(tmp_path / "a.csv", float_precision="round_trip")
    assert written["mean"].tolist() == [period["mean"] for period in told["periods"]] == pytest.approx([70.0, 80.0])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_read_both_parts_and_their_growth_in_their_language(workspace, tmp_path, monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "400")
    shown = salescope("-w", workspace.path, "--language", language, "--out", tmp_path / "a.xlsx")
    assert shown.exit_code == 0, shown.output
    words = WORDS[language]
    for name in ("total", "existing", "new", "growth", "customers", "unmeasured", "meaning"):
        assert words[name].lstrip("#") in shown.stdout
    assert words["later"].format(day=f"{AS_OF:%Y-%m-%d}", days=DAYS_LATER) in shown.stdout
    assert "{" not in shown.stdout
    assert "nan" not in shown.stdout


def test_anew_or_at_a_moment_the_forecast_is_made_now(workspace, tmp_path, monkeypatch):
    asked, moment = [], AS_OF + pd.DateOffset(days=20)

    def forecast_sales(_, *, as_of, progress):
        asked.append(as_of)
        rows = [{"node": node, "date": AS_OF, "mean": mean} for node, mean in (("all", 9.0), ("region=North", 9.0))]
        figures = pd.DataFrame({"level": ["all"], "wape": [0.2]})
        windows = pd.DataFrame({"cutoff": [AS_OF - pd.DateOffset(months=2)]})
        return SimpleNamespace(forecast=pd.DataFrame(rows), as_of=moment, figures=figures, windows=windows, version="3")

    monkeypatch.setattr("salescope.training.sales.forecast_sales", forecast_sales)
    monkeypatch.setenv("COLUMNS", "400")
    words = ("-w", workspace.path, "--out", tmp_path / "a.csv")
    told = json.loads(salescope(*words, "--as-of", f"{moment:%Y-%m-%d}", "--json", "--weigh").stdout)
    assert (told["publication"], told["version"], told["as_of"]) == (None, "3", moment.isoformat())
    assert [row["node"] for row in told["sums"]] == ["all", "region=North"]
    # Less than a year is known of this company: what customers would have been expected to buy is not.
    assert (told["error_forecast"], told["error_customers"], told["weight_of_customers"]) == (0.2, None, 0.0)
    shown = salescope(*words, "--anew").stdout
    assert WORDS["en"]["short"] in shown
    # Whoever looks back knows that more is known by now.
    assert "published" not in shown
    assert asked == [moment, None]


@pytest.mark.parametrize("weigh", [False, True])
def test_how_far_both_sides_were_off_is_said(workspace, tmp_path, monkeypatch, weigh):
    monkeypatch.setattr("salescope.batch.growth.customers_error", lambda *_, **__: 0.1)
    monkeypatch.setattr("salescope.batch.growth.total_error", lambda _: 0.1)
    monkeypatch.setenv("COLUMNS", "400")
    shown = salescope("-w", workspace.path, "--out", tmp_path / "a.csv", *(["--weigh"] if weigh else [])).stdout
    assert WORDS["en"]["measured"].format(ours=0.1, theirs=0.1) in shown
    assert ("The latter weighs 50%" in shown) == weigh
    assert (WORDS["en"]["kept"] in shown) != weigh


def test_both_languages_say_the_same_things():
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_a_language_that_is_not_known_is_refused(workspace):
    assert isinstance(salescope("-w", workspace.path, "--language", "fr").exception, UnknownNameError)
