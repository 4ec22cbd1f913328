"""Forecasts of sales are judged, gated and promoted as other models are, and what was promoted says every night's."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.batch import customer_night
from typer.testing import CliRunner

from salescope.bundle import CARD, load_as, parse_json
from salescope.cli.main import app
from salescope.cli.train import result_for_people
from salescope.forecasting import SalesForecaster
from salescope.forecasting.backtest import backtest_history
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.sales_model import SalesModel
from salescope.monitoring import card_page
from salescope.project import SalesSettings
from salescope.registry import champion, load_current
from salescope.registry.tracking import Tracking
from salescope.training import train_sales
from salescope.training.asked_sales import ask_sales
from salescope.training.comparing import Champion
from salescope.training.promoted_sales import promoted_sales, unlikeness
from salescope.training.sales import forecast_sales
from salescope.training.sales_gate import AgainstPublished, against_published, decide_sales, worst_ratio

MONTHLY = SalesSettings(horizon=3, windows=2)


def cheap(self: SalesForecaster):
    """Stands for the members that are there by default, which take longer than tests have."""
    return [SeasonalNaive(), SeasonalNaiveGrowth()] if self.members is None else list(self.members)


@pytest.fixture(scope="module", autouse=True)
def _members():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SalesForecaster, "chosen_members", cheap)
        yield


@pytest.fixture(scope="module")
def house(_members, tmp_path_factory):
    """Is a made company after one training of its sales."""
    made = customer_night.made_workspace(tmp_path_factory.mktemp("company"))
    workspace = made.model_copy(update={"sales": MONTHLY})
    before = forecast_sales(workspace)
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        # The trial of a bundle in a process of its own takes long, and other tests see to it.
        patched.setattr(champion, "offer", lambda _folder, *, digest, **_limits: digest)
        first = train_sales(workspace, progress=lambda *step: told.append(step[0]))
    return SimpleNamespace(
        workspace=workspace,
        before=before,
        first=first,
        told=told,
        tracking=Tracking(workspace.mlflow_uri),
    )


def test_it_is_registered_promoted_and_says_what_it_is_worth(house):
    assert (house.first.version, house.first.promoted, house.first.decision.ground) == ("1", True, "first")
    assert house.tracking.champion("sales").version == "1"
    assert house.told[-4:] == ["comparing", "registering", "promoting", "done"]
    page = card_page(house.first.card, plots={})
    assert "Forecasts of the past, all windows" in page
    people = list(result_for_people(house.first, name="Sales"))
    assert people[-1].startswith("[bold green]Promoted.")


def test_the_run_holds_every_window(house):
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=house.workspace.mlflow_uri)
    run = client.get_run(house.first.run_id)
    figures = run.data.metrics
    assert {"all/mase", "region/skill", "rep/coverage_80", "window/all/mase"} <= set(figures)
    steps = client.get_metric_history(house.first.run_id, "window/all/mase")
    assert [one.step for one in steps] == list(range(1, len(house.first.card["measured"]["windows"]) + 1))
    kept = {file.path for place in ("backtest", "plots") for file in client.list_artifacts(house.first.run_id, place)}
    assert kept == {"backtest/figures.csv", "backtest/points.csv", "plots/backtest.png", "plots/forecast.png"}


def test_what_was_promoted_says_the_same_bits_without_choosing(house):
    _, files = load_current(house.workspace.published_of("sales"))
    model = load_as(SalesModel, files)
    said = model.predict()
    pd.testing.assert_frame_equal(said, house.before.forecast[list(said.columns)], check_exact=True)
    steps = []
    tonight = forecast_sales(house.workspace, progress=lambda *step: steps.append(step[0]))
    assert tonight.version == "1"
    assert {step.partition(" from ")[2] for step in steps[:-1]} == {f"period {len(model.bottom.dates)}"}
    pd.testing.assert_frame_equal(tonight.forecast, house.before.forecast, check_exact=True)
    shared = list(house.before.figures.columns)
    pd.testing.assert_frame_equal(tonight.figures[shared], house.before.figures, check_dtype=False)
    assert tonight.windows.to_dict("list") == house.before.windows.to_dict("list")
    assert "version 1" in tonight.notes["detail"].iloc[0]
    assert house.before.version is None


def test_it_is_chosen_anew_where_the_promoted_one_would_answer_something_else(house):
    assert forecast_sales(house.workspace, anew=True).version is None
    recipe = house.first.card["recipe"]
    for changes, said in (
        ({"horizon": 2}, "its horizon is 3, not 2"),
        ({"hierarchy": [["rep", ["rep_id"]]]}, "its levels of the tree are region, rep, not rep"),
        ({"measure": "quantity"}, "its measure is money, not quantity"),
        ({"levels": [50, 80]}, "it has no interval of 50 %"),
        ({"windows": 9}, ""),
    ):
        assert unlikeness(recipe, {**recipe, **changes}) == said
    other = house.workspace.model_copy(update={"sales": MONTHLY.model_copy(update={"horizon": 2})})
    assert "horizon" in promoted_sales(other, asked=ask_sales(other, as_of=None, levels=(80, 95))).remark
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SalesForecaster, "chosen_members", lambda _: [SeasonalNaive()])
        forgotten = promoted_sales(house.workspace, asked=ask_sales(house.workspace, as_of=None, levels=(80, 95)))
    assert (forgotten.model, "'seasonal_naive_growth', which" in forgotten.remark) == (None, True)
    early = house.before.as_of - pd.DateOffset(months=1)
    back = forecast_sales(house.workspace, as_of=early)
    assert back.version is None
    assert "it has seen later orders" in back.notes["detail"].iloc[0]


def served(house, **changes):
    _, files = load_current(house.workspace.published_of("sales"))
    card = parse_json(files[CARD], file=CARD)
    data = {**card["data"], **{name: changes.pop(name) for name in ("trained_through",) if name in changes}}
    return Champion(version="7", files=files, card={**card, "data": data, "recipe": {**card["recipe"], **changes}})


def test_the_published_one_is_never_judged_by_what_it_has_learned_from(house):
    asked = ask_sales(house.workspace, as_of=None, levels=(80, 95))
    history = asked.forecaster.read(asked.sales, as_of=asked.as_of)
    judged = backtest_history(history, forecaster=asked.forecaster, windows=3)
    compared = lambda one: against_published(one, asked=asked, history=history, judged=judged)  # noqa: E731
    assert compared(None) is None
    same = compared(served(house))
    assert (same.ours, "same settings" in same.basis) == (same.theirs, True)
    again = compared(served(house, windows=1))
    assert "chosen again" in again.basis
    assert np.isfinite(again.theirs)
    before = compared(served(house, trained_through="2000-01-01T00:00:00"))
    assert "as served" in before.basis
    model = load_as(SalesModel, served(house).files)
    errors = []
    for cutoff in judged.points["cutoff"].unique():
        place = list(history.origins.panel.dates).index(cutoff)
        said = model.again(history, cutoff=place).predict()
        rows = judged.points[judged.points["cutoff"] == cutoff]
        off = (said["mean"].to_numpy() - rows["actual"].to_numpy()) / rows["scale"].to_numpy()
        errors.extend(np.nanmean(np.abs(off[rows["level"] == level])) for level in ("all", "region", "rep"))
    assert before.theirs == pytest.approx(np.mean(errors))
    other = compared(served(house, horizon=12))
    assert np.isnan(other.theirs)
    assert "its horizon is 12, not 3" in other.basis


def points_of(**errors: list[float]) -> pd.DataFrame:
    """Makes points of two windows and two levels, each of one node, that were 10 in truth."""
    rows = pd.DataFrame({"window": [1, 1, 2, 2], "level": ["all", "rep"] * 2, "scale": 1.0, "actual": 10.0})
    return rows.assign(**{name: 10.0 + np.array(off) for name, off in errors.items()})


@pytest.mark.parametrize(
    ("mean", "published", "promote", "ground"),
    [
        ([1, 1, 1, 1], None, True, "first"),
        ([1.02, 1, 1.02, 1], None, True, "first"),
        ([1.04, 1, 1.04, 1], None, False, "baseline"),
        ([0.5, 0.5, 1.1, 1.1], None, False, "baseline"),
        ([1, 1, 1, 1], (1.0, 0.995), True, "better"),
        ([1, 1, 1, 1], (1.0, 0.98), False, "champion"),
        ([1, 1, 1, 1], (np.nan, np.nan), True, "first"),
    ],
)
def test_nothing_is_promoted_that_is_worse_in_a_window_or_level(mean, published, promote, ground):
    against = published and AgainstPublished(version="3", basis="as served", ours=published[0], theirs=published[1])
    decision = decide_sales(points_of(mean=mean, baseline=[1, 1, 1, 1]), against=against)
    assert (decision.promote, decision.ground) == (promote, ground)


def test_a_baseline_without_an_error_is_only_met_by_none():
    assert worst_ratio(points_of(mean=[0, 0, 0, 0], baseline=[0, 0, 0, 0]))[0] == 1.0
    ratio, where = worst_ratio(points_of(mean=[0, 1, 0, 1], baseline=[1, 0, 1, 0]))
    assert (ratio, where) == (np.inf, "level 'rep'")


def test_its_card_is_a_page_with_the_forecast_and_the_backtest(house, tmp_path):
    page = tmp_path / "card.html"
    done = CliRunner().invoke(app, ["report", "sales", "-w", str(house.workspace.path), "--out", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert text.count('<img src="data:image/png;base64,') == 2
    assert "Forecasts of the past, all windows" in text
