"""Existing and new business: sums by loops, the customers' error by hand, and what stands where nothing was measured."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.batch import customer_night
from tests.scoring import customer_company as made

from salescope.batch.growth import SalesToCome, customers_error, growth_sums, published_sales, read_growth
from salescope.batch.new_and_existing import customer_sales, split_by_customers
from salescope.bundle import CARD
from salescope.forecasting import frequency_named
from salescope.forecasting.new_and_existing import SplitSettings
from salescope.frames.errors import SettingsError
from salescope.simulation import CompanySize, simulate
from salescope.store import FORECASTS, ForecastRow, NewPublication, open_store, publish_forecasts

MONTH = frequency_named("month")
END = pd.Timestamp(made.as_of()).replace(day=1)
BOUNDS = {"lo_80": 0.0, "hi_80": 1e9, "lo_95": 0.0, "hi_95": 1e9}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.made_workspace(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def sales(workspace):
    regions = sorted(set(made.TINY.company.tables["customers"]["region"]))
    nodes = ["all", *(f"region={region}" for region in regions), f"region={regions[0]}/rep_id=1"]
    means = [1_000.0 * len(regions), *[1_000.0] * len(regions), 400.0]
    blocks = [
        pd.DataFrame({"node": node, "date": MONTH.starts(END, count=3), "mean": mean})
        for node, mean in zip(nodes, means, strict=True)
    ]
    return SalesToCome(forecast=pd.concat(blocks, ignore_index=True), as_of=END, frequency="month")


@pytest.fixture(scope="module")
def told(workspace, sales):
    return read_growth(workspace, sales=sales)


def test_the_total_and_regions_are_split_and_nothing_else(told, sales):
    assert set(told.sums["node"]) == {node for node in sales.forecast["node"] if "/" not in node}
    assert (told.settings.trust, told.moved) == (0.0, pytest.approx(0.0))
    np.testing.assert_allclose(told.sums[["existing", "new", "unnamed"]].sum(axis=1), told.sums["mean"])


def test_sums_are_those_of_the_periods(told):
    for row in told.sums.to_dict("records"):
        own = told.parts[told.parts["node"] == row["node"]]
        for name in ("mean", "existing", "new", "unnamed", "customers"):
            assert row[name] == pytest.approx(sum(own[name]))
        for part in ("existing", "new"):
            pairs = [
                (now, now / (1 + growth))
                for now, growth in zip(own[part], own[f"growth_{part}"], strict=True)
                if not np.isnan(growth)
            ]
            before = sum(past for _, past in pairs)
            assert row[f"before_{part}"] == pytest.approx(before) if pairs else np.isnan(row[f"before_{part}"])
            if pairs:
                assert row[f"growth_{part}"] == pytest.approx(sum(now for now, _ in pairs) / before - 1)


def test_growth_that_is_not_known_is_missing():
    parts = pd.DataFrame({"node": ["all"], "mean": 3.0, "existing": 2.0, "new": 1.0, "unnamed": 0.0, "customers": 1.0})
    sums = growth_sums(parts.assign(growth_existing=np.nan, growth_new=np.nan))
    assert sums[["before_existing", "growth_existing", "before_new", "growth_new"]].isna().all(axis=None)


@pytest.fixture(scope="module")
def longer():
    """Is a company whose last quarter has a year before it."""
    size = CompanySize(days=549, leads=20, customers=150, order_lines=2_500, products=12, representatives=6)
    return simulate(2, size=size, incidents=())


def test_the_error_over_customers_is_of_windows_that_knew_only_what_was_earlier(workspace, longer, monkeypatch):
    tables = {name: longer.tables[name] for name in ("orders", "customers")}
    end = MONTH.floor(pd.DatetimeIndex([longer.end]))[0]
    starts = MONTH.starts(end - pd.DateOffset(months=3), count=4)
    forecast = pd.DataFrame({"node": "all", "date": MONTH.starts(end, count=4), "mean": 1_000.0})
    windows = SalesToCome(
        forecast=forecast, as_of=end, frequency="month", error=0.1, cutoffs=(starts[0], pd.Timestamp("1990-01-01"))
    )
    error = customers_error(tables, sales=windows)
    earlier = {**tables, "orders": tables["orders"][tables["orders"]["ordered_at"] < starts[0]]}
    alone = SplitSettings(as_of=starts[0], error_forecast=1.0, error_customers=1e-9)
    nothing = pd.DataFrame({"node": "all", "date": starts[:3], "mean": 1.0})
    parts = split_by_customers(earlier, forecast=nothing, settings=alone)
    orders = tables["orders"][tables["orders"]["customer_id"].notna()]
    money = orders["quantity"] * orders["unit_price"] * (1 - orders["discount"].fillna(0))
    sold = [
        money[(orders["ordered_at"] >= start) & (orders["ordered_at"] < stop)].sum() for start, stop in pairwise(starts)
    ]
    wanted = sum(abs(now - was) for now, was in zip(parts["existing"] + parts["new"], sold, strict=True)) / sum(sold)
    assert error == pytest.approx(wanted)
    monkeypatch.setattr("salescope.batch.growth.customer_sales", lambda _: tables)
    monkeypatch.setattr("salescope.batch.growth.customers_error", lambda *_, **__: error)
    kept, weighed = (read_growth(workspace, sales=windows, weigh=weigh) for weigh in (False, True))
    assert (kept.error_customers, kept.settings.trust, kept.moved) == (error, 0.0, pytest.approx(0.0))
    assert weighed.settings.trust == pytest.approx(0.1**2 / (0.1**2 + error**2))
    assert weighed.moved == pytest.approx(weighed.parts["mean"].sum() / 4_000.0 - 1)
    assert weighed.moved != 0


def test_without_a_window_that_could_be_told_there_is_no_error(workspace, sales):
    long_ago = SalesToCome(
        forecast=sales.forecast, as_of=END, frequency="month", error=0.1, cutoffs=(pd.Timestamp("1990-01-01"),)
    )
    assert customers_error(customer_sales(workspace), sales=long_ago) is None


@pytest.mark.parametrize("unit", ["money", "quantity"])
def test_what_is_published_is_split_where_it_is_money(workspace, sales, tmp_path, unit):
    rows = [
        ForecastRow(node=node, level="all" if node == "all" else "region", date=day.date(), step=step, mean=9.0, **BOUNDS)
        for node in ("all", "region=North")
        for step, day in enumerate(MONTH.starts(END, count=2), start=1)
    ]  # fmt: skip
    moment = END.to_pydatetime().replace(tzinfo=UTC)
    new = NewPublication(name=FORECASTS, as_of=moment, at=moment, versions={"sales": "4"}, currency="EUR")
    about = {"frequency": "month", "horizon": 2, "unit": unit, "levels": ["all", "region"],
             "coverage": {level: {"80": None, "95": None} for level in ("all", "region")}}  # fmt: skip
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        assert published_sales(workspace, store=store) is None
        publish_forecasts(store, rows, of=new, about=about)
        found = published_sales(workspace, store=store)
    if unit == "quantity":
        assert found is None
    else:
        assert (found.as_of, found.frequency, found.horizon, found.version) == (END, "month", 2, "4")
        # No such version is promoted here: how well it forecast is not known.
        assert (found.error, found.cutoffs) == (None, ())
        assert found.forecast["mean"].tolist() == [9.0] * 4


def test_pieces_are_refused(workspace, sales):
    counted = workspace.model_copy(update={"sales": workspace.sales.model_copy(update={"measure": "quantity"})})
    with pytest.raises(SettingsError, match="set it to money"):
        read_growth(counted, sales=sales)


def test_how_well_the_version_that_forecast_did_is_on_its_card(workspace, tmp_path, monkeypatch):
    figures = [{"level": "all", "wape": 0.07}, {"level": "region", "wape": 0.3}]
    card = {"measured": {"figures": figures, "windows": [{"window": 1, "cutoff": "2024-05-01", "periods": 2}]}}
    files = {CARD: json.dumps(card).encode()}
    monkeypatch.setattr("salescope.batch.growth.load_current", lambda _: (SimpleNamespace(version="4"), files))
    row = ForecastRow(node="all", level="all", date=END.date(), step=1, mean=9.0, **BOUNDS)
    moment = END.to_pydatetime().replace(tzinfo=UTC)
    about = {"frequency": "month", "horizon": 1, "unit": "money", "levels": ["all"],
             "coverage": {"all": {"80": None, "95": None}}}  # fmt: skip
    found = {}
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        for version in ("3", "4"):
            versions = {"sales": version}
            new = NewPublication(name=FORECASTS, as_of=moment, at=moment, versions=versions, currency="EUR")
            publish_forecasts(store, [row], of=new, about=about)
            found[version] = published_sales(workspace, store=store)
    assert (found["4"].error, found["4"].cutoffs) == (0.07, (pd.Timestamp("2024-05-01"),))
    # Another version serves by now than the one that forecast.
    assert (found["3"].error, found["3"].cutoffs) == (None, ())
