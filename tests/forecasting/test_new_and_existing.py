"""New and existing customers: parts add up, agree with slow loops, and look at no later row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.forecasting.cohorts import Acquisition, customer_days
from salescope.forecasting.new_and_existing import SPLIT_COLUMNS, SplitSettings, split_forecast
from salescope.frames.errors import MisalignedError, MissingColumnError, OutcomeError, OutOfRangeError

AS_OF = pd.Timestamp("2026-01-01")
SETTINGS = SplitSettings(as_of=AS_OF)


def made_orders() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n, days = 3_000, (AS_OF - pd.Timestamp("2023-01-01")).days
    customer = rng.integers(0, 200, n)
    begins = np.where(np.arange(200) < 120, 0, rng.integers(0, days, 200))
    at = rng.uniform(begins[customer], days + 30, n)
    names = pd.Series([f"C{code:03d}" for code in customer], dtype=object).where(rng.random(n) > 0.1)
    return pd.DataFrame(
        {
            "customer_id": names,
            "ordered_at": pd.Timestamp("2023-01-01") + pd.to_timedelta((at * 86_400).astype(int), unit="s"),
            "quantity": rng.integers(1, 5, n),
            "unit_price": rng.uniform(5, 50, n).round(2),
            "region": np.where(customer % 3 == 0, "North", "South"),
        }
    )


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return made_orders()


@pytest.fixture(scope="module")
def expected(orders) -> pd.DataFrame:
    known = sorted(orders.loc[orders["ordered_at"] < AS_OF, "customer_id"].dropna().unique())
    grid = pd.MultiIndex.from_product([known, [31, 59, 90, 365]], names=["customer_id", "horizon"]).to_frame(
        index=False
    )
    return grid.assign(orders=grid["horizon"] / 60, money=grid["horizon"] / 2.0)


def forecast_of(*nodes: str) -> pd.DataFrame:
    dates = pd.date_range(AS_OF, periods=3, freq="MS")
    parts = [pd.DataFrame({"node": node, "date": dates, "mean": [900.0, 1_000.0, 1_100.0]}) for node in nodes]
    return pd.concat(parts, ignore_index=True)


def test_parts_add_up_at_every_node(orders, expected):
    split = split_forecast(forecast_of("region=North", "region=South"), orders, expected=expected, settings=SETTINGS)
    assert tuple(split.columns) == SPLIT_COLUMNS
    np.testing.assert_allclose(split["existing"] + split["new"] + split["unnamed"], split["mean"], rtol=1e-12)
    whole = split[split["node"] == "all"].set_index("date")
    leaves = split[split["node"] != "all"].groupby("date")
    for part in ("mean", "existing", "new", "unnamed", "customers"):
        np.testing.assert_allclose(leaves[part].sum(), whole[part], rtol=1e-12)
    assert (split[["existing", "new", "unnamed"]] > 0).all().all()
    assert split["growth_existing"].notna().all()


def test_no_later_row_changes_anything(orders, expected):
    seen = split_forecast(forecast_of("all"), orders, expected=expected, settings=SETTINGS)
    cut = orders[orders["ordered_at"] < AS_OF].sample(frac=1, random_state=1)
    cut = split_forecast(forecast_of("all"), cut, expected=expected, settings=SETTINGS)
    pd.testing.assert_frame_equal(seen, cut, rtol=1e-12)


def test_cohorts_agree_with_plain_loops(orders):
    days = customer_days(orders, as_of=AS_OF)
    found = Acquisition.of(days, as_of=AS_OF)
    begun = days.first[days.first >= days.since]
    money = days.money.groupby(["customer_id", "date"])["y"].sum()
    value, year = 0.0, AS_OF - pd.Timedelta(days=365)
    for age in range(40):
        at = [(name, day + pd.Timedelta(days=age)) for name, day in begun.items()]
        there = [key for key in at if year <= key[1] < AS_OF]
        value += sum(float(money.get(key, 0.0)) for key in there) / len(there)
        assert found.value[age] == pytest.approx(value)
    assert found.rate == pytest.approx(sum(day >= year for day in begun) / 365)
    slow = [sum(found.rate * found.value[later] for later in range(day)) for day in (0, 1, 30)]
    np.testing.assert_allclose(found.money(30)[[0, 1, 30]], slow)


def test_the_customers_sum_weighs_as_it_did(orders, expected):
    mean = []
    for error in (None, 0.2, 1e-6):
        settings = SplitSettings(as_of=AS_OF, error_forecast=0.2, error_customers=error)
        split = split_forecast(forecast_of("all"), orders, expected=expected, settings=settings)
        mean.append((split["mean"] - split["unnamed"]).to_numpy())
    np.testing.assert_allclose(mean[1], (mean[0] + mean[2]) / 2, rtol=1e-9)


def test_who_began_earlier_is_not_new(orders, expected):
    told = pd.DataFrame({"customer_id": orders["customer_id"].dropna().unique(), "since": pd.Timestamp("2020-05-01")})
    split = split_forecast(forecast_of("all"), orders, expected=expected, settings=SETTINGS, customers=told)
    assert (split[["new", "customers"]] == 0).all().all()


def test_what_cannot_be_meant_is_refused(orders, expected):
    early = forecast_of("all").assign(date=pd.date_range("2025-06-01", periods=3, freq="MS"))
    with pytest.raises(MisalignedError, match="date"):
        split_forecast(early, orders, expected=expected, settings=SETTINGS)
    with pytest.raises(MissingColumnError, match="horizon"):
        split_forecast(forecast_of("all"), orders, expected=expected.drop(columns="horizon"), settings=SETTINGS)
    with pytest.raises(OutcomeError, match="No customer had ordered"):
        split_forecast(forecast_of("all"), orders.iloc[:0], expected=expected, settings=SETTINGS)
    with pytest.raises(OutOfRangeError, match="error_customers"):
        SplitSettings(as_of=AS_OF, error_customers=0.0)
