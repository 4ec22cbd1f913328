"""Features of invoices: equal to plain loops, blind to everything from their day on, and the same bits one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.invoice_oracle import features_of

from salescope.features import invoice_features, invoice_record_features, invoice_snapshots
from salescope.frames.errors import MissingColumnError, OutOfRangeError

START = pd.Timestamp("2024-01-01")
KEPT = ["invoice_id", "customer_id", "issued_at", "due_at", "as_of"]
SEEDS = st.integers(0, 10_000)


def drawn_days(rng, rows, *, spread, missing=0.0):
    days = pd.Series(pd.to_timedelta(rng.integers(0, spread, rows), unit="D"))
    return days.mask(rng.random(rows) < missing)


def drawn(seed, rows=50):
    """Draws invoices of few customers; some are due or paid before issue, and some have no customer or no due day."""
    rng = np.random.default_rng(seed)
    issued = START + drawn_days(rng, rows, spread=60)
    return pd.DataFrame(
        {
            "invoice_id": [f"I{row}" for row in range(rows)],
            "customer_id": rng.choice(["a", "b", "c", None], rows, p=[0.5, 0.3, 0.1, 0.1]),
            "issued_at": issued,
            "due_at": issued - pd.Timedelta(days=2) + drawn_days(rng, rows, spread=30, missing=0.05),
            "amount": rng.choice([100.0, 12.34, 0.0, -5.0], rows, p=[0.5, 0.3, 0.1, 0.1]),
            "paid_at": issued - pd.Timedelta(days=1) + drawn_days(rng, rows, spread=50, missing=0.2),
            "channel": rng.choice(["post", "mail"], rows),
        }
    )


def same_bits(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def check_against_loops(known, invoices):
    rows = {row["invoice_id"]: row for row in invoices.to_dict("records")}
    names = [name for name in known.columns if name not in {*KEPT, "channel"}]
    for row in known.to_dict("records"):
        expected = features_of(rows.values(), rows[row["invoice_id"]], row["as_of"])
        assert list(expected) == names
        found = np.array([row[name] for name in names])
        np.testing.assert_allclose(found, np.array(list(expected.values()), dtype=float), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_features_equal_plain_loops(seed):
    invoices = drawn(seed)
    known = invoice_features(invoices)
    assert known["invoice_id"].tolist() == invoices["invoice_id"].tolist()
    check_against_loops(known, invoices)
    moment = START + pd.Timedelta(days=40)
    still_open = invoice_features(invoices, as_of=moment)
    paid = invoices[["issued_at", "paid_at"]].max(axis="columns").where(invoices["paid_at"].notna())
    expected = invoices[(invoices["issued_at"] < moment) & ~(paid < moment)]
    assert still_open["invoice_id"].tolist() == expected["invoice_id"].tolist()
    check_against_loops(still_open, invoices)


def otherwise_later(invoices, *, day, seed):
    """Changes what is known only from a day on: later payments, later invoices, and others of the same day."""
    rng = np.random.default_rng(seed)
    kept = invoices[invoices["issued_at"] <= day].copy()
    later = ~(kept["paid_at"] < day)
    delays = drawn_days(rng, len(kept), spread=90, missing=0.3).set_axis(kept.index)
    kept["paid_at"] = kept["paid_at"].mask(later, day + delays)
    others = invoices.assign(
        invoice_id="X" + invoices["invoice_id"],
        issued_at=day + drawn_days(rng, len(invoices), spread=3),
        due_at=day + pd.Timedelta(days=5),
    )
    return pd.concat([kept, others], ignore_index=True), kept["invoice_id"]


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(0, 60))
def test_nothing_from_the_day_on_changes_a_bit(seed, offset):
    invoices, day = drawn(seed, 40), START + pd.Timedelta(days=offset)
    changed, names = otherwise_later(invoices, day=day, seed=seed)
    known, then = (invoice_features(table) for table in (invoices, changed))
    kept = [table[table["invoice_id"].isin(names)].reset_index(drop=True) for table in (known, then)]
    same_bits(kept[1], kept[0])


@settings(max_examples=8, deadline=None)
@given(SEEDS, st.booleans())
def test_one_by_one_and_in_another_order_give_the_same_bits(seed, at_issue):
    invoices = drawn(seed, 40)
    moment = None if at_issue else START + pd.Timedelta(days=30)
    known = invoice_features(invoices, as_of=moment)
    shuffled = invoice_features(invoices.sample(frac=1.0, random_state=seed), as_of=moment)
    same_bits(shuffled.set_index("invoice_id").loc[known["invoice_id"]].reset_index(), known)
    rows = invoices.set_index("invoice_id", drop=False)
    for row in known[known["customer_id"].notna()].to_dict("records"):
        others = invoices[invoices["customer_id"].eq(row["customer_id"])].sample(frac=1.0, random_state=seed)
        record = {**rows.loc[row["invoice_id"]].to_dict(), "invoices": others.to_dict("records")}
        (live,) = invoice_record_features([record], as_of=moment)
        assert set(live) == set(row)
        for name, value in row.items():
            assert live[name] == value or (pd.isna(live[name]) and pd.isna(value)), name


def test_snapshots_say_what_was_known_of_payments():
    invoices, day = drawn(1), START + pd.Timedelta(days=40)
    told = invoice_snapshots(invoices, as_of=day).set_index("invoice_id")
    rows = invoices.set_index("invoice_id")
    expected = rows[(rows["issued_at"] < day) & (rows["amount"] >= 0)]
    assert told.index.tolist() == expected.index.tolist()
    for name, row in expected.iterrows():
        paid = max(row["paid_at"], row["issued_at"]) if row["paid_at"] < day else None
        due = max(row["due_at"], row["issued_at"])
        found = told.loc[name]
        assert found["days_watched"] == (day - row["issued_at"]).days - 1
        assert found["days_to_settle"] == (paid - row["issued_at"]).days if paid else np.isnan(found["days_to_settle"])
        if due < day:
            assert found["y"] == (paid is None or paid > due)
        else:
            assert np.isnan(found["y"])
    # What happens from the day on is not in them.
    later = invoices.assign(paid_at=invoices["paid_at"].where(invoices["paid_at"] < day, day))
    same_bits(invoice_snapshots(later, as_of=day), invoice_snapshots(invoices, as_of=day))


def test_attributes_that_had_not_happened_are_missing():
    invoices = drawn(0, 3).assign(customer_id="a", issued_at=START, paperless_since=[START, pd.NaT, "2023-12-31"])
    customers = pd.DataFrame({"customer_id": ["a", "a"], "region": ["North", "South"], "churned": True, "size": 7})
    known = invoice_features(invoices, customers=customers)
    assert known["paperless_since"].isna().tolist() == [True, True, False]
    assert known["region"].tolist() == ["North"] * 3
    assert not {"churned", "paid_at"} & set(known.columns)


def test_no_invoices_give_no_rows_and_a_record_without_facts_stays_as_it_is():
    invoices = drawn(0)
    empty = invoices.iloc[:0]
    assert list(invoice_features(empty).columns) == list(invoice_features(invoices).columns)
    assert len(invoice_snapshots(empty, as_of=START)) == 0
    assert invoice_record_features([]) == []
    assert invoice_record_features([{"amount": 7.0, "terms_days": 30}]) == [{"amount": 7.0, "terms_days": 30}]


def test_what_cannot_be_described_is_refused():
    with pytest.raises(MissingColumnError, match="due_at"):
        invoice_features(drawn(0).drop(columns="due_at"))
    with pytest.raises(OutOfRangeError, match="as_of"):
        invoice_snapshots(drawn(0), as_of="soon")
    assert len(invoice_features(drawn(0).drop(columns="paid_at"))) == 50
