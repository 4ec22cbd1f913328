"""A published forecast: the same bits after reading, the same bits on the same history, and no choosing on a longer."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.made import REPS, made_forecaster, made_sales, made_values

from salescope.bundle import bundle_model, load_model
from salescope.forecasting import tree_forecast
from salescope.forecasting.baselines import SeasonalNaive
from salescope.forecasting.sales_model import SalesModel
from salescope.frames.errors import DamagedBundleError, MisalignedError, UnknownNameError


def model_of(*, periods: int = 24, reconciler: str | None = None, **changes) -> tuple[SalesModel, object, object]:
    forecaster = made_forecaster(**changes)
    history = forecaster.read(made_sales(periods=periods))
    with pytest.MonkeyPatch.context() as patch:
        if reconciler:
            patch.setattr(tree_forecast, "RECONCILERS", (reconciler,))
        fitted = forecaster.fit_history(history)
    return SalesModel.of(fitted, history=history), fitted, history


@pytest.fixture(scope="module")
def made():
    return model_of()


def changed(files: dict[str, bytes], name: str, **changes: object) -> dict[str, bytes]:
    return {**files, name: json.dumps({**json.loads(files[name]), **changes}).encode()}


def test_what_was_written_answers_the_same_bits(made):
    model, fitted, _ = made
    files = model.to_bundle()
    read = SalesModel.from_bundle(files)
    pd.testing.assert_frame_equal(read.forecaster.predict(), fitted.predict(), check_exact=True)
    pd.testing.assert_frame_equal(read.forecaster.predict_sums(2), fitted.predict_sums(2), check_exact=True)
    assert read.to_bundle() == files
    assert list(read.forecaster.hierarchy) == ["region", "rep"]
    rows = model.canary_rows(20)
    assert len(rows) == 20
    assert np.array_equal(read.canary_values(rows), model.canary_values(rows))
    first = fitted.predict().iloc[0]
    assert model.canary_values([{"node": "all", "step": 1}])[0, 0] == first["mean"]
    assert np.isnan(model.canary_values([{"node": "nobody", "step": 1}, {}])).all()


@pytest.mark.parametrize("reconciler", tree_forecast.RECONCILERS)
def test_on_the_same_history_it_says_the_same_bits(reconciler):
    model, fitted, history = model_of(reconciler=reconciler)
    assert model.forecaster.fitted_.reconciler == reconciler
    read = SalesModel.from_bundle(model.to_bundle())
    again = read.again(read.forecaster.read(made_sales()))
    pd.testing.assert_frame_equal(again.predict(), fitted.predict(), check_exact=True)
    assert again.prepared_.notes.equals(history.prepared.notes)


def test_a_short_history_without_a_window_is_published_as_well():
    model, fitted, _ = model_of(periods=3)
    read = SalesModel.from_bundle(model.to_bundle())
    pd.testing.assert_frame_equal(read.forecaster.predict(), fitted.predict(), check_exact=True)
    again = read.again(read.forecaster.read(made_sales(periods=4)))
    assert np.isfinite(again.fitted_.mean).all()


def test_a_longer_history_with_new_people_is_forecast_at_one_cutoff_as_was_promoted(made):
    model, _, _ = made
    reps = {**REPS, "5": "S", "6": "W"}
    values = made_values(series=6, periods=26)
    values[4, :20], values[5, :22] = np.nan, np.nan
    asked = []
    history = model.forecaster.read(made_sales(values, reps=reps), tell=lambda *told: asked.append(told))
    again = model.again(history)
    assert asked == [(26, member.name) for member in model.forecaster.members]
    told = again.predict()
    first = told[told["step"] == 1].set_index("node")["mean"]
    assert first["region=W"] == first["region=W/rep=6"]
    assert first[["region=N", "region=S", "region=W"]].sum() == pytest.approx(first["all"])
    assert again.fitted_.gate is model.forecaster.fitted_.gate
    assert np.isfinite(told.select_dtypes("number").to_numpy()).all()
    tree, old = again.tree_, model.forecaster
    new = tree.nodes.index("region=W/rep=6")
    alike = [row for row, level in enumerate(old.tree_.level) if level == "rep"]
    nearest = min(alike, key=lambda row: abs(np.log(old.fitted_.scale[row] / again.fitted_.scale[new])))
    ratio = again.fitted_.scale[new] / old.fitted_.scale[nearest]
    np.testing.assert_allclose(again.fitted_.errors[:, new], old.fitted_.errors[:, nearest] * ratio)
    same = tree.nodes.index("region=N/rep=1"), old.tree_.nodes.index("region=N/rep=1")
    assert np.array_equal(again.fitted_.errors[:, same[0]], old.fitted_.errors[:, same[1]], equal_nan=True)


def test_an_earlier_beginning_moves_the_windows(made):
    model, _, _ = made
    sales = made_sales()
    earlier = sales[sales["date"] == sales["date"].min()].assign(
        date=lambda rows: rows["date"] - pd.DateOffset(months=6)
    )
    again = model.again(model.forecaster.read(pd.concat([earlier, sales])))
    assert again.fitted_.cutoffs == tuple(cutoff + 2 for cutoff in model.forecaster.fitted_.cutoffs)


def test_another_tree_or_a_forgotten_member_is_refused(made):
    model, _, _ = made
    flat = made_forecaster(hierarchy={"rep": ["region", "rep"]})
    with pytest.raises(MisalignedError, match="levels"):
        model.again(flat.read(made_sales()))
    few = made_forecaster(members=[SeasonalNaive()])
    with pytest.raises(UnknownNameError, match="member"):
        model.again(few.read(made_sales()))


def test_what_is_asked_for_is_answered_row_by_row(made):
    model, fitted, _ = made
    asked = pd.DataFrame({"node": ["region=S", "all"], "step": [2, 1]})
    told = model.predict(asked)
    assert told[["node", "step"]].to_numpy().tolist() == [["region=S", 2], ["all", 1]]
    assert told["mean"].iloc[1] == fitted.predict()["mean"].iloc[0]
    assert len(model.predict(asked[["node"]])) == 2 * fitted.horizon
    assert model.predict().equals(fitted.predict())
    with pytest.raises(UnknownNameError, match="nobody"):
        model.predict(pd.DataFrame({"node": ["nobody"]}))


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("recipe.json", {"horizon": 5}),
        ("recipe.json", {"cutoff": 25}),
        ("recipe.json", {"cutoff": 0}),
        ("recipe.json", {"cutoffs": [20]}),
        ("recipe.json", {"members": ["theta"]}),
        ("recipe.json", {"levels": [80]}),
        ("recipe.json", {"reconciler": "magic"}),
        ("recipe.json", {"frequency": "fortnight"}),
        ("recipe.json", {"weights": {"shape": [3, 2], "float64": "!"}}),
        ("tree.json", {"keys": [["N"], ["1"]]}),
        ("forecast.json", {"mean": {"shape": [7, 4], "float64": ""}}),
        ("forecast.json", {"floor": {"shape": "x"}}),
        ("history.json", {"series": ["a"]}),
        ("intervals.json", {"group": [0] * 7}),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(made, file, changes):
    files = made[0].to_bundle()
    with pytest.raises((MisalignedError, UnknownNameError)):
        SalesModel.from_bundle(changed(files, file, **changes))


def test_a_bundle_of_it_is_loaded_after_every_check(made):
    model, fitted, _ = made
    files = bundle_model(model, canary_rows=model.canary_rows(), card={"name": "sales"}, made_with="0.1.0")
    read = load_model(files)
    assert isinstance(read, SalesModel)
    assert read.forecaster.predict().equals(fitted.predict())
    with pytest.raises(DamagedBundleError, match="SHA-256"):
        load_model({**files, "forecast.json": files["forecast.json"].replace(b"A", b"B", 1)})
