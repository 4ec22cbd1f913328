"""``salescope split``: what adds up to the forecast, and what is refused."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.batch import customer_night
from typer.testing import CliRunner

from salescope.cli.main import app
from salescope.cli.split import _shown
from salescope.forecasting import SalesForecaster
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.frames.errors import SettingsError
from salescope.training.sales import forecast_sales


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        # What the forecast itself is made of is seen to elsewhere.
        patched.setattr(SalesForecaster, "chosen_members", lambda _: [SeasonalNaive(), SeasonalNaiveGrowth()])
        yield customer_night.made_workspace(tmp_path_factory.mktemp("company"))


def splitted(workspace, sales: str, *words):
    settings = workspace.path / "salescope.yaml"
    text = settings.read_text(encoding="utf-8").partition("\nsales:")[0]
    settings.write_text(f"{text}\nsales: {sales}\n", encoding="utf-8")
    return CliRunner().invoke(app, ["split", "-w", str(workspace.path), *map(str, words)])


def test_existing_and_new_customers_add_up_to_the_forecast(workspace, tmp_path):
    out = tmp_path / "split.csv"
    done = splitted(workspace, "{horizon: 3, windows: 1}", "--json", "--out", out)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    parts = pd.DataFrame(told["split"])
    assert parts[["existing", "new", "unnamed"]].sum(axis=1).tolist() == pytest.approx(parts["mean"].tolist())
    loaded = customer_night.load_workspace(workspace.path, environment={})
    forecast = forecast_sales(loaded).forecast.set_index(["node", "date"])["mean"]
    keys = list(zip(parts["node"], pd.to_datetime(parts["date"]), strict=True))
    assert parts["mean"].tolist() == pytest.approx(forecast.loc[keys].tolist())
    assert set(parts["node"]) == {node for node in forecast.index.levels[0] if node.count("=") < 2}
    written = pd.read_csv(out, parse_dates=["date"])
    assert len(written) == len(parts)
    total, regions, *_ = _shown(written, workspace=loaded, out=None)
    assert total.row_count == 3
    assert regions.row_count == parts["node"].nunique() - 1


def test_pieces_are_not_split(workspace):
    done = splitted(workspace, "{measure: quantity}")
    assert isinstance(done.exception, SettingsError)
    assert "set it to money" in str(done.exception)
