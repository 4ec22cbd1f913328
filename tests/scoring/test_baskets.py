"""Orders, inline facts and baskets as purchases: against plain loops, and the same on every way in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MissingColumnError, OutOfRangeError
from salescope.scoring.baskets import Baskets

MOMENT = pd.Timestamp("2024-03-01 12:00")

lines = st.lists(
    st.tuples(
        st.sampled_from(["b", "a", "C", None, " a "]),
        st.sampled_from(["nut", "bolt", "saw", None, ""]),
        st.sampled_from([-1.0, 0.0, 1.0, 2.5, np.nan]),
        st.integers(-60 * 24, 60 * 24),
    ),
    max_size=30,
)


def framed(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "product_id", "quantity", "hours"], dtype=object)
    frame["ordered_at"] = MOMENT + pd.to_timedelta(frame.pop("hours").astype(float), unit="h")
    return frame


def told(baskets: Baskets) -> list[tuple[str, str, float]]:
    return [
        (baskets.customers[who], baskets.products[what], age)
        for who, what, age in zip(baskets.customer, baskets.product, baskets.age.tolist(), strict=True)
    ]


@settings(max_examples=30)
@given(lines)
def test_purchases_are_those_of_a_plain_loop(rows):
    expected = set()
    for customer, product, quantity, hours in rows:
        if hours < 0 and quantity > 0 and customer and product:
            day = (MOMENT + pd.Timedelta(hours=hours)).normalize()
            expected.add((customer.strip(), product, (MOMENT - day) / pd.Timedelta(days=1)))
    baskets = Baskets.from_orders(framed(rows), as_of=MOMENT)
    assert told(baskets) == sorted(expected)
    assert baskets.customers == tuple(sorted({who for who, _, _ in expected}))
    assert baskets.products == tuple(sorted({what for _, what, _ in expected}))


@settings(max_examples=30)
@given(lines, st.randoms(use_true_random=False))
def test_order_of_rows_and_later_rows_are_irrelevant(rows, random):
    baskets = Baskets.from_orders(framed(rows), as_of=MOMENT)
    mixed = [*rows, ("z", "later", 1.0, 0), ("a", "nut", 1.0, 5)]
    random.shuffle(mixed)
    assert told(Baskets.from_orders(framed(mixed), as_of=MOMENT)) == told(baskets)


@settings(max_examples=30)
@given(lines)
def test_inline_facts_are_read_as_orders_are(rows):
    frame = framed(rows)
    names = sorted({who.strip() for who in frame["customer_id"] if who})
    records = []
    for name in names:
        own = frame[frame["customer_id"].str.strip() == name]
        records.append({"orders": own.drop(columns="customer_id").to_dict("records"), "as_of": MOMENT.isoformat()})
    inline = Baskets.from_records(records)
    batch = Baskets.from_orders(frame, as_of=MOMENT)
    assert [(names[int(who)], what, age) for who, what, age in told(inline)] == told(batch)


def test_a_basket_is_bought_now():
    baskets = Baskets.from_records([{"products": ["saw", "nut", "nut", None]}, {}, {"products": []}])
    assert told(baskets) == [("0", "nut", 1.0), ("0", "saw", 1.0)]
    assert baskets.customers == ("0", "1", "2")


def test_without_a_moment_a_record_is_looked_at_after_its_last_order():
    orders = [{"ordered_at": f"2024-01-{day:02}T08:00:00", "product_id": "nut", "quantity": 1} for day in (1, 5)]
    assert Baskets.from_records([{"orders": orders}]).age.tolist() == [1.0, 5.0]


def test_products_are_left_out_and_moved():
    baskets = Baskets.from_records([{"products": ["saw", "nut", "bolt"]}])
    assert told(baskets.without({"nut"})) == [("0", "bolt", 1.0), ("0", "saw", 1.0)]
    moved = baskets.among(["bolt", "drill", "saw"])
    assert moved.products == ("bolt", "drill", "saw")
    assert told(moved) == [("0", "bolt", 1.0), ("0", "saw", 1.0)]
    assert told(baskets.among([])) == []
    assert told(Baskets.from_records([]).among(["nut"])) == []


def test_what_cannot_be_read_is_refused():
    with pytest.raises(MissingColumnError, match="'quantity' in orders"):
        Baskets.from_orders(framed([]).drop(columns="quantity"), as_of=MOMENT)
    with pytest.raises(OutOfRangeError, match="'soon' is out of range for as_of"):
        Baskets.from_orders(framed([]), as_of="soon")
