"""Long sales at the door: the same by plain loops, nothing of later rows, and every repair written down."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.forecasting.sales import PreparedSales, prepare_sales, sales_of_orders
from salescope.frames.errors import (
    MisalignedError,
    MissingColumnError,
    OutcomeError,
    OutOfRangeError,
    UnknownNameError,
)

AS_OF = pd.Timestamp("2026-03-18 12:00")
PRODUCTS = pd.DataFrame({"product_id": ["p", "q"], "category": ["tools", None]})
CUSTOMERS = pd.DataFrame({"customer_id": [1, 2], "segment": ["small", "large"]})


def lines(seed: int, *, count: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "order_id": np.arange(count),
            "customer_id": rng.choice([1, 2, None], count),
            "ordered_at": pd.Timestamp("2025-12-20") + pd.to_timedelta(rng.integers(0, 110 * 24, count), unit="h"),
            "product_id": rng.choice(["p", "q", "r"], count),
            "quantity": rng.integers(-2, 6, count),
            "unit_price": rng.integers(1, 9, count) / 4.0,
            "discount": rng.choice([0.0, 0.25, np.nan], count),
            "region": rng.choice(["North", "South", None], count),
        }
    )


def summed(orders: pd.DataFrame, *, measure: str) -> dict[tuple[str, str, str, pd.Timestamp], float]:
    """Region, category, segment and month of every line before March, by a loop."""
    category, segment = {"p": "tools"}, {1: "small", 2: "large"}
    found: dict[tuple[str, str, str, pd.Timestamp], float] = defaultdict(float)
    for line in orders.itertuples():
        if line.ordered_at < pd.Timestamp("2026-03-01"):
            money = line.unit_price * (1 - (0 if np.isnan(line.discount) else line.discount))
            words = (line.region or "unknown", category.get(line.product_id, "unknown"))
            month = line.ordered_at.replace(day=1, hour=0)
            key = (*words, segment.get(line.customer_id, "unknown"), month)
            found[key] += line.quantity * (money if measure == "money" else 1)
    return found


@pytest.mark.parametrize("measure", ["money", "quantity"])
def test_order_lines_add_up_as_in_a_loop(measure: str) -> None:
    orders = lines(1)
    sales = sales_of_orders(
        orders,
        by=["region", "category", "segment"],
        measure=measure,  # type: ignore[arg-type]
        frequency="month",
        as_of=AS_OF,
        products=PRODUCTS,
        customers=CUSTOMERS,
    )
    found = sales.set_index(["region", "category", "segment", "date"])["y"].to_dict()
    assert found == pytest.approx(summed(orders, measure=measure))
    assert sales["lines"].sum() == (orders["ordered_at"] < "2026-03-01").sum()


def same(left: PreparedSales, right: PreparedSales) -> None:
    assert left.panel.series == right.panel.series
    np.testing.assert_array_equal(left.panel.values, right.panel.values)
    pd.testing.assert_index_equal(left.panel.dates, right.panel.dates)
    for name in ("keys", "series", "notes", "refused"):
        pd.testing.assert_frame_equal(getattr(left, name), getattr(right, name))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99), later=st.integers(0, 99), frequency=st.sampled_from(["day", "week", "month"]))
def test_rows_at_or_after_as_of_change_nothing(seed: int, later: int, frequency: str) -> None:
    past, future = lines(seed), lines(later)
    past = past[past["ordered_at"] < AS_OF]
    future = future.assign(
        ordered_at=future["ordered_at"] + (AS_OF - future["ordered_at"].min()), region="West", unit_price=np.nan
    )
    both = pd.concat([past, future], ignore_index=True)
    names = ["region", "category"]
    cut = [
        sales_of_orders(orders, by=names, frequency=frequency, as_of=AS_OF, products=PRODUCTS)
        for orders in (past, both)
    ]
    pd.testing.assert_frame_equal(*cut)
    every = [sales_of_orders(orders, by=names, products=PRODUCTS) for orders in (past, both)]
    before = [every[0], pd.concat([every[0], every[1][every[1]["date"] >= AS_OF]], ignore_index=True)]
    posted = [part.assign(posted_at=part["date"]) for part in before]
    late = posted[0].head(9).assign(posted_at=AS_OF, y=1e9)
    for left, right in [before, (posted[0], pd.concat([posted[1], late], ignore_index=True))]:
        ready = [prepare_sales(part, frequency=frequency, as_of=AS_OF, attributes=names) for part in (left, right)]
        same(*ready)


def test_the_order_of_rows_changes_no_bit() -> None:
    orders = lines(3).assign(unit_price=np.random.default_rng(3).gamma(2.0, 10.0, 60))
    sales = [sales_of_orders(part, by=["region"]) for part in (orders, orders.sample(frac=1, random_state=1))]
    pd.testing.assert_frame_equal(*sales)
    moved = [part.assign(series_id="a") for part in (sales[0], sales[0].sample(frac=1, random_state=2))]
    ready = [prepare_sales(part, frequency="week", attributes=["region"]) for part in moved]
    np.testing.assert_array_equal(ready[0].panel.values, ready[1].panel.values)
    pd.testing.assert_frame_equal(ready[0].keys, ready[1].keys)


def test_every_repair_is_written_down() -> None:
    ready = prepare_sales(
        pd.DataFrame(
            [
                ("a", "2026-01-06", 5.0, "2026-01-06"),
                ("a", "2026-01-06", 5.0, "2026-02-03"),  # twice, and posted a month late
                ("a", "2026-03-31", -2.0, "2026-03-31"),  # nothing in February
                ("a", "2026-04-01", 7.0, "2026-04-01"),  # not whole
                ("b", "2026-03-01", 1.0, "2026-03-01"),
                ("b", "2026-03-02", np.inf, "2026-03-02"),
                ("b", None, 1.0, "2026-03-02"),
                (None, "2026-03-02", 1.0, "2026-03-02"),
                ("b", "2026-03-03", None, "2026-03-03"),
            ],
            columns=["unique_id", "ds", "y", "posted_at"],
        ),
        frequency="month",
        as_of=pd.Timestamp("2026-04-02"),
    )
    np.testing.assert_array_equal(ready.panel.values, [[10.0, 0.0, -2.0], [np.nan, np.nan, 1.0]])
    found = ready.notes.set_index("finding")[["rows", "series"]].apply(tuple, axis=1).to_dict()
    assert found == {
        "refused: no date": (1, 1),
        "refused: no series": (1, 0),
        "refused: y is beyond 1e+15": (1, 1),
        "refused: y is missing or no number": (1, 1),
        "partial_period": (1, 1),
        "partial_first": (2, 1),
        "duplicates": (1, 1),
        "late_postings": (1, 1),
        "gaps": (1, 1),
        "returns": (1, 1),
        "new": (0, 2),
    }
    assert ready.refused["row"].tolist() == [5, 6, 7, 8]
    assert ready.keys.to_dict("list") == {"series_id": ["a", "b"]}
    assert ready.floor.tolist() == [-np.inf, 0.0]
    assert ready.series["began"].dt.month.tolist() == [1, 3]


def test_attributes_that_moved_or_do_not_tell_series_apart() -> None:
    sales = pd.DataFrame(
        {
            "series_id": ["a", "a", "b"],
            "date": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-02-01"]),
            "y": 1.0,
            "region": ["North", "South", "South"],
        }
    )
    ready = prepare_sales(sales, frequency="month", attributes=["region"])
    assert ready.keys.to_dict("list") == {"region": ["South", "South"], "series_id": ["a", "b"]}
    assert ready.notes.set_index("finding")["series"].to_dict() == {"moved": 1, "new": 2}
    joined = prepare_sales(sales.drop(columns="series_id"), frequency="month", attributes=["region"])
    assert joined.panel.series == ("region=North", "region=South")
    assert joined.keys.to_dict("list") == {"region": ["North", "South"]}


def test_the_last_period_is_whole_when_dates_are_first_days() -> None:
    sales = pd.DataFrame({"series_id": "a", "date": ["2026-01-01", "2026-02-01"], "y": [1, 2]})
    np.testing.assert_array_equal(prepare_sales(sales, frequency="month").panel.values, [[1.0, 2.0]])
    late = prepare_sales(sales, frequency="month", late_periods=1)
    np.testing.assert_array_equal(late.panel.values, [[1.0]])


def test_a_thin_last_period_and_an_ended_series_are_marked() -> None:
    months = pd.date_range("2024-01-01", periods=20, freq="MS")
    left = pd.DataFrame({"series_id": "left", "date": months[:12], "y": 9.0})
    kept = pd.DataFrame({"series_id": "kept", "date": months, "y": [10.0] * 19 + [1.0]})
    ready = prepare_sales(pd.concat([left, kept]), frequency="month")
    assert ready.series["state"].tolist() == ["running", "ended"]
    assert "thin_last_period" in ready.notes["finding"].tolist()


def test_lines_without_a_price_or_a_time_are_refused_not_lost() -> None:
    orders = lines(5, count=20).assign(region="North")
    orders.loc[3, "unit_price"] = np.nan
    orders.loc[4, "ordered_at"] = pd.NaT
    sales = sales_of_orders(orders, by=["region"])
    assert sales["lines"].sum() == 20
    refused = prepare_sales(sales, frequency="month").refused["reason"].tolist()
    assert sorted(refused) == ["no date", "y is missing or no number"]


def test_what_cannot_be_meant_is_refused() -> None:
    sales = pd.DataFrame({"series_id": "a", "date": pd.to_datetime(["2026-01-01"]), "y": 1.0})
    for zoned in (
        sales["date"].dt.tz_localize("UTC"),
        pd.Series(["2026-01-01T00:00:00+08:00"]),
        pd.Series(["2026-01-01T00:00Z", "2026-01-01"]),
    ):
        many = pd.DataFrame({"series_id": "a", "date": zoned, "y": 1.0})
        with pytest.raises(MisalignedError, match="time zone"):
            prepare_sales(many, frequency="month")
    with pytest.raises(MisalignedError, match="as_of"):
        prepare_sales(sales, frequency="month", as_of=pd.Timestamp("2026-03-01", tz="UTC"))
    old = pd.DataFrame({"series_id": np.arange(2000), "date": ["1902-01-01"] + ["2026-01-01"] * 1999, "y": 1.0})
    with pytest.raises(OutOfRangeError, match="1902-01-01' is out of range for the first date"):
        prepare_sales(old, frequency="day")
    with pytest.raises(MisalignedError, match="numbers"):
        prepare_sales(sales.assign(date=20260101), frequency="month")
    with pytest.raises(MissingColumnError, match="region"):
        prepare_sales(sales, frequency="month", attributes=["region"])
    with pytest.raises(OutcomeError, match="whole month"):
        prepare_sales(sales, frequency="month", as_of=pd.Timestamp("2026-01-09"))
    with pytest.raises(OutcomeError, match="can be read"):
        prepare_sales(sales.head(0), frequency="month")
    with pytest.raises(OutOfRangeError):
        prepare_sales(sales, frequency="month", late_periods=-1)
    with pytest.raises(MissingColumnError, match="colour"):
        sales_of_orders(lines(1), by=["colour"], products=PRODUCTS)
    with pytest.raises(MissingColumnError, match="unit_price"):
        sales_of_orders(lines(1).drop(columns="unit_price"), by=["region"])
    with pytest.raises(UnknownNameError, match="measure"):
        sales_of_orders(lines(1), by=["region"], measure="weight")  # type: ignore[arg-type]


def test_no_order_lines_make_no_sales() -> None:
    assert sales_of_orders(lines(1).head(0), by=["region"]).empty
    assert sales_of_orders(lines(1), by=[])["series_id"].unique().tolist() == ["all"]
