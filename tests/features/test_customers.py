"""Customer features: equal to plain loops, blind to everything from their moment on, and the same bits in any company."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.customer_oracle import features_of

from salescope.features import customer_features, customer_record_features, customer_snapshots
from salescope.frames.errors import MissingColumnError, OutOfRangeError

AS_OF = pd.Timestamp("2024-06-15 12:00")
N_FEATURES = 42
SEEDS = st.integers(0, 10_000)


def drawn_times(rng, rows, *, share_missing=0.0):
    """Draws times around the moment: midnights, the moment itself and both sides of the windows among them."""
    offsets = rng.choice([-400, -365, -180, -90, -30, -3, -1, 0, 1, 20], rows) * 86_400
    seconds = rng.choice([0, 0, -43_200, 1, -1, 7_200], rows)
    times = pd.Series(AS_OF + pd.to_timedelta(offsets + seconds, unit="s"))
    return times.mask(rng.random(rows) < share_missing)


def drawn_tables(seed, *, rows=60):
    rng = np.random.default_rng(seed)
    customer = rng.choice(["a", "b", "c", None], rows, p=[0.4, 0.3, 0.2, 0.1])
    orders = pd.DataFrame(
        {
            "order_id": [f"O{row}" for row in range(rows)],
            "line": "1",
            "customer_id": customer,
            "ordered_at": drawn_times(rng, rows),
            "product_id": rng.choice(["p", "q", "r", None], rows),
            "quantity": rng.choice([1.0, 2.0, 0.5, -1.0, 0.0], rows),
            "unit_price": rng.choice([9.99, 0.0, 120.5, np.nan], rows),
            "discount": rng.choice([0.0, 0.25, np.nan], rows),
            "promised_at": drawn_times(rng, rows, share_missing=0.3),
            "delivered_at": drawn_times(rng, rows, share_missing=0.3),
        }
    )
    contacts = pd.DataFrame(
        {
            "customer_id": rng.choice(["a", "b"], rows),
            "at": drawn_times(rng, rows),
            "kind": rng.choice(["call", "complaint"], rows),
            "resolved_at": drawn_times(rng, rows, share_missing=0.4),
        }
    )
    invoices = pd.DataFrame(
        {
            "invoice_id": [f"I{row}" for row in range(rows)],
            "customer_id": rng.choice(["a", "c"], rows),
            "issued_at": drawn_times(rng, rows).dt.normalize(),
            "due_at": drawn_times(rng, rows).dt.normalize(),
            "paid_at": drawn_times(rng, rows, share_missing=0.3).dt.normalize(),
            "amount": rng.choice([100.0, 12.34, -5.0], rows),
        }
    )
    products = pd.DataFrame({"product_id": ["p", "q", "r"], "category": ["x", "x", None]})
    return {"orders": orders, "contacts": contacts, "invoices": invoices, "products": products}


def numbers(features):
    return features.set_index("customer_id").drop(columns="as_of")


def assert_same_bits(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("seed", range(12))
def test_features_equal_plain_loops(seed):
    tables = drawn_tables(seed)
    found = numbers(customer_features(tables, as_of=AS_OF))
    assert list(found.index) == sorted(found.index)
    for name in found.index:
        expected = features_of(tables, name, AS_OF)
        assert set(expected) == set(found.columns)
        assert len(expected) == N_FEATURES
        np.testing.assert_allclose(
            found.loc[name, list(expected)].to_numpy(float), list(expected.values()), rtol=1e-9, atol=1e-9, err_msg=name
        )


def after_the_moment(tables, seed):
    """Changes everything that is known only from the moment on: later rows, and later ends of earlier rows."""
    rng, changed = np.random.default_rng(seed), {}
    for name, time, ends in (
        ("orders", "ordered_at", ["promised_at", "delivered_at"]),
        ("contacts", "at", ["resolved_at"]),
        ("invoices", "issued_at", ["paid_at"]),
    ):
        frame = tables[name]
        past = frame[frame[time] < AS_OF].copy()
        for end in ends:
            later = ~(past[end] < AS_OF)
            if end != "promised_at":
                past.loc[later, end] = AS_OF + pd.to_timedelta(rng.integers(0, 90, int(later.sum())), unit="D")
        new = frame[frame[time] < AS_OF].sample(frac=1.0, random_state=seed)
        new = new.assign(**{time: AS_OF + pd.Timedelta(seed % 3, "h")})
        changed[name] = pd.concat([past, new], ignore_index=True)
    return {**tables, **changed}


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_nothing_from_the_moment_on_changes_a_bit(seed):
    tables = drawn_tables(seed, rows=40)
    known = customer_features(tables, as_of=AS_OF, customers=["a", "b", "c"])
    assert len(known.columns) == N_FEATURES + 2
    assert_same_bits(customer_features(after_the_moment(tables, seed), as_of=AS_OF, customers=["a", "b", "c"]), known)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_neither_order_nor_other_customers_change_a_bit(seed):
    tables = drawn_tables(seed, rows=40)
    known = customer_features(tables, as_of=AS_OF)
    shuffled = {
        name: frame.sample(frac=1.0, random_state=seed).reset_index(drop=True) for name, frame in tables.items()
    }
    assert_same_bits(customer_features(shuffled, as_of=AS_OF), known)
    for name in known["customer_id"]:
        alone = customer_features(tables, as_of=AS_OF, customers=[name])
        assert_same_bits(alone, known[known["customer_id"] == name].reset_index(drop=True))


@pytest.mark.parametrize("seed", range(5))
def test_several_moments_are_each_what_they_are_alone(seed):
    tables = drawn_tables(seed)
    moments = [AS_OF - pd.Timedelta(100, "D"), AS_OF]
    wanted = pd.DataFrame({"customer_id": ["a", "b", "a", "b"], "as_of": np.repeat(moments, 2)})
    found = customer_features(tables, as_of=wanted)
    for moment in moments:
        alone = customer_features(tables, as_of=moment, customers=["a", "b"])
        assert_same_bits(found[found["as_of"] == moment].reset_index(drop=True), alone)


def inline(tables, name):
    def facts(table, *columns):
        rows = tables[table][tables[table]["customer_id"] == name]
        cells = rows[list(columns)].astype(object)
        return cells.where(cells.notna(), None).map(lambda cell: str(cell) if isinstance(cell, pd.Timestamp) else cell)

    orders = facts("orders", *(column for column in tables["orders"] if column != "customer_id"))
    return {
        "customer_id": name,
        "orders": orders.to_dict("records"),
        "contacts": facts("contacts", "at", "kind", "resolved_at").to_dict("records"),
        "invoices": facts("invoices", "invoice_id", "issued_at", "due_at", "paid_at", "amount").to_dict("records"),
    }


@pytest.mark.parametrize("seed", range(5))
def test_inline_facts_give_the_bits_of_the_batch(seed):
    tables = drawn_tables(seed)
    batch = customer_features(tables, as_of=AS_OF, customers=["a", "b", "c"])
    records = [inline(tables, name) for name in ("a", "b", "c")]
    live = customer_record_features(records, as_of=AS_OF, products=tables["products"])
    pd.testing.assert_frame_equal(live, batch, check_exact=True, check_dtype=False)
    one = customer_record_features(records[1:2], as_of=AS_OF, products=tables["products"])
    np.testing.assert_array_equal(numbers(one).to_numpy(float), numbers(batch).loc[["b"]].to_numpy(float))


@pytest.mark.parametrize("seed", range(4))
def test_snapshots_say_what_followed(seed):
    tables = drawn_tables(seed)
    start = AS_OF - pd.Timedelta(60, "D")
    found = customer_snapshots(tables, as_of=[start], outcome_window=45)
    for row in found.to_dict("records"):
        lines = tables["orders"][tables["orders"]["customer_id"] == row["customer_id"]]
        bought = lines[lines["quantity"] > 0]
        assert (bought["ordered_at"] < start).any()
        window = bought[(bought["ordered_at"] >= start) & (bought["ordered_at"] < start + pd.Timedelta(45, "D"))]
        assert row["y"] == int(window.empty)
        assert row["orders_after"] == window["ordered_at"].dt.normalize().nunique()
        expected = np.nan if window.empty else (window["ordered_at"].min() - start) / pd.Timedelta(1, "D")
        np.testing.assert_equal(row["days_to_next_order"], expected)


def test_what_is_not_given_is_not_known():
    tables = {"orders": drawn_tables(0)["orders"][["order_id", "line", "customer_id", "ordered_at", "quantity"]]}
    found = numbers(customer_features(tables, as_of=AS_OF))
    unknown = ["money_total", "money_per_order", "products_total", "contacts_total", "invoices_total", "debt_open"]
    assert found[unknown].isna().all().all()
    assert found["order_days"].notna().all()


def test_nobody_and_nothing_are_described():
    empty = {name: frame.iloc[:0] for name, frame in drawn_tables(0).items()}
    assert len(customer_features(empty, as_of=AS_OF)) == 0
    nobody = customer_features(empty, as_of=AS_OF, customers=["z"])
    assert nobody["order_days"].tolist() == [0.0]
    assert customer_record_features([], as_of=AS_OF).empty


def test_what_cannot_be_meant_is_refused():
    tables = drawn_tables(0)
    with pytest.raises(MissingColumnError, match="quantity"):
        customer_features({"orders": tables["orders"].drop(columns="quantity")}, as_of=AS_OF)
    with pytest.raises(OutOfRangeError, match="outcome_window"):
        customer_snapshots(tables, as_of=[AS_OF], outcome_window=0)
    with pytest.raises(OutOfRangeError):
        customer_features(tables, as_of="1066-10-14")


def test_an_attribute_of_a_record_is_not_changed_by_another_record():
    exact = 2**53 + 1
    alone = customer_record_features([{"customer_id": "a", "account": exact, "vip": True}], as_of=AS_OF)
    among = customer_record_features(
        [{"customer_id": "a", "account": exact, "vip": True}, {"customer_id": "b"}], as_of=AS_OF
    )
    assert among["account"].iloc[0] == alone["account"].iloc[0] == exact
    assert among["vip"].iloc[0] is alone["vip"].iloc[0] is True
