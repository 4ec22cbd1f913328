"""Life cycles of a workspace: figures by hand, levels by name, and nothing at or after the moment."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.batch import customer_night
from tests.scoring import customer_company as made

from salescope.batch.life_cycle import lives_of, read_life_cycles
from salescope.forecasting import prepare_sales
from salescope.frames.errors import SettingsError, UnknownNameError

MONTHS = pd.date_range("2022-01-01", periods=30, freq="MS")
HISTORIES = {
    "grows": [10.0] * 18 + [20.0] * 12,
    "calm": [7.0] * 30,
    "stopped": [5.0] * 20 + [0.0] * 10,
    "like_it": [100.0] * 30,
    "new": [np.nan] * 26 + [30.0] * 4,
}


@pytest.fixture(scope="module")
def lives():
    cells = [
        (name, month, sold)
        for name, sales in HISTORIES.items()
        for month, sold in zip(MONTHS, sales, strict=True)
        if not np.isnan(sold)
    ]
    ready = prepare_sales(
        pd.DataFrame(cells, columns=["product_id", "date", "y"]), frequency="month", attributes=["product_id"]
    )
    category = ["A" if name in ("new", "like_it") else "B" for name in ready.keys["product_id"]]
    launched = pd.Series(pd.to_datetime(["2024-03-05", "2010-05-01", "2023-01-01"]), index=["new", "calm", "grows"])
    told = lives_of(ready, keys=ready.keys.assign(category=category), launched=launched)
    return told.set_index(told["node"].str.removeprefix("product_id="))


def test_stages_come_in_the_order_of_a_life_and_what_sells_most_comes_first(lives):
    assert list(zip(lives.index, lives["stage"], strict=True)) == [
        ("new", "launch"), ("grows", "growth"), ("like_it", "maturity"), ("calm", "maturity"), ("stopped", "ended"),
    ]  # fmt: skip


def test_sales_and_growth_are_of_the_last_year_and_the_one_before(lives):
    last = {name: np.nansum(sales[-12:]) for name, sales in HISTORIES.items()}
    assert lives["sales"].to_dict() == last
    assert lives["share"].to_numpy() == pytest.approx(lives["sales"].to_numpy() / sum(last.values()))
    assert lives.loc["grows", "growth"] == pytest.approx(1.0)
    assert lives.loc["calm", "growth"] == pytest.approx(0.0)
    assert lives.loc["grows", "compared"] == 12
    assert lives.loc[["new", "stopped"], "growth"].isna().all()


def test_a_shift_is_told_with_its_month_and_size(lives):
    assert lives.loc["grows", ["shifts", "shifted"]].tolist() == [1, MONTHS[18]]
    assert lives.loc["grows", "shift"] == pytest.approx(1.0)
    assert lives.loc["calm", "shifts"] == 0
    assert pd.isna(lives.loc["calm", "shifted"])


def test_since_when_is_the_first_sale_the_silence_or_the_first_month_that_told_it(lives):
    assert lives.loc["new", "since"] == MONTHS[26]
    assert lives.loc["stopped", "since"] == MONTHS[20]
    assert MONTHS[18] <= lives.loc["grows", "since"] < MONTHS[24]
    assert lives.loc["calm", "since"] == MONTHS[0]


def test_a_launch_is_told_by_its_day_where_no_sale_was_earlier(lives):
    assert lives.loc["new", "began"] == pd.Timestamp("2024-03-05")
    assert lives.loc["calm", ["began", "began_earlier"]].tolist() == [pd.Timestamp("2010-05-01"), False]
    # It had sold before the day that the table names, and as early as anything is known.
    assert lives.loc["grows", ["began", "began_earlier"]].tolist() == [MONTHS[0], True]


def test_a_launch_is_to_sell_as_its_own_sales_and_its_look_alikes_say(lives):
    assert lives.loc["new", "look_alikes"] >= 1
    assert 12 * 30.0 * 0.9 <= lives.loc["new", "ahead"] <= 12 * 100.0
    assert lives.loc[["grows", "calm", "like_it", "stopped"], "ahead"].isna().all()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.made_workspace(tmp_path_factory.mktemp("company"))


def test_a_level_is_one_of_the_settings_or_a_column(workspace):
    orders, products = (made.TINY.tables | made.TINY.company.tables)["orders"], made.TINY.company.tables["products"]
    told = read_life_cycles(workspace)
    assert set(told.lives["node"]) <= {f"product_id={name}" for name in orders["product_id"]}
    assert set(read_life_cycles(workspace, level="category").lives["node"]) <= {
        f"category={name}" for name in products["category"]
    }
    reps = read_life_cycles(workspace, level="rep").lives
    assert reps["node"].str.fullmatch(r"region=[^/]+/rep_id=.+").all()
    with pytest.raises(UnknownNameError, match="categories"):
        read_life_cycles(workspace, level="categories")
    # All levels hold the same sales.
    assert told.lives["sales"].sum() == pytest.approx(reps["sales"].sum())


def test_nothing_at_or_after_the_moment_is_seen(workspace):
    moment = made.as_of().replace(day=1) - pd.DateOffset(months=3)
    told = read_life_cycles(workspace, as_of=pd.Timestamp(moment))
    assert told.end == pd.Timestamp(moment)
    assert (told.lives["last_sale"].dropna() < told.end).all()
    assert (told.shifts["date"] < told.end).all()
    assert told.shifts["date"].is_monotonic_decreasing


def test_a_workspace_without_orders_is_refused(workspace):
    with pytest.raises(SettingsError, match="no table 'orders'"):
        read_life_cycles(workspace.model_copy(update={"tables": {}}))
