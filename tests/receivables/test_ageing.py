"""Ageing: every day overdue in its bucket, plain loops, nothing from the day on, and what has no answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.receivables.drawn_invoices import SEEDS, START, billed, drawn, otherwise_later
from tests.receivables.receivables_oracle import aged

from salescope.frames.errors import OutOfRangeError
from salescope.receivables import ageing, days_outstanding

MOMENT = START + pd.Timedelta(days=120)
CUTS = st.sets(st.integers(1, 100), max_size=4).map(sorted)


def test_every_day_overdue_falls_into_its_bucket():
    """One invoice due on each of 120 days before the moment and 20 days from it on, each of one unit of money."""
    invoices = billed(
        *(("a", day, 0, None, 1.0) for day in range(120)), *(("a", 5, day, None, 1.0) for day in range(115, 135))
    )
    old = ageing(invoices, as_of=MOMENT)
    assert old.buckets["bucket"].tolist() == ["not_due", "1_30", "31_60", "61_90", "over_90"]
    assert old.buckets["invoices"].tolist() == [20, 30, 30, 30, 30]
    assert old.buckets["money"].tolist() == [20.0, 30.0, 30.0, 30.0, 30.0]
    assert old.buckets["from_day"].tolist()[1:] == [1, 31, 61, 91]
    assert old.buckets["to_day"].tolist()[:4] == [0, 30, 60, 90]
    assert old.customers["days_overdue"].tolist() == [120]
    assert ageing(invoices, as_of=MOMENT, cuts=()).buckets["bucket"].tolist() == ["not_due", "overdue"]


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, cuts=CUTS, day=st.integers(-5, 200), rows=st.integers(0, 40))
def test_buckets_equal_plain_loops(seed, cuts, day, rows):
    invoices, as_of = drawn(seed, rows), START + pd.Timedelta(days=day)
    old = ageing(invoices, as_of=as_of, cuts=cuts)
    counts, money, customers = aged(invoices, as_of, cuts)
    names = old.buckets["bucket"].tolist()
    assert old.buckets["invoices"].tolist() == counts
    assert old.buckets["money"].tolist() == [float(part) for part in money]
    assert old.credit_notes == float(sum(credit for _, credit, _ in customers.values()))
    found = {}
    for row in old.customers.to_dict("records"):
        name = None if pd.isna(row["customer_id"]) else row["customer_id"]
        found[name] = ([row[bucket] for bucket in names], row["credit_notes"], row["days_overdue"])
        assert row["balance"] == pytest.approx(sum(found[name][0]) - row["credit_notes"], abs=1e-9)
        assert row["overdue"] == pytest.approx(sum(found[name][0][1:]), abs=1e-9)
    expected = {
        name: ([float(part) for part in parts], float(credit), oldest)
        for name, (parts, credit, oldest) in customers.items()
    }
    assert found == expected
    assert old.customers["overdue"].is_monotonic_decreasing


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_nothing_from_the_day_on_moves_a_bucket_and_the_total_is_that_of_the_days_outstanding(seed):
    invoices = drawn(seed)
    old, again = (ageing(table, as_of=MOMENT) for table in (invoices, otherwise_later(invoices, day=MOMENT, seed=seed)))
    pd.testing.assert_frame_equal(old.buckets, again.buckets, check_exact=True)
    pd.testing.assert_frame_equal(old.customers, again.customers, check_exact=True)
    waits = days_outstanding(invoices, as_of=MOMENT)
    assert old.balance == pytest.approx(waits.receivables, abs=1e-9)
    assert old.buckets["money"].iloc[1:].sum() == pytest.approx(waits.overdue, abs=1e-9)


def test_no_invoices_all_paid_and_only_credit_notes_are_defined():
    for invoices in (billed(), billed(("a", 100, 10, 105, 9.0))):
        old = ageing(invoices, as_of=MOMENT)
        assert (len(old.customers), old.balance, old.credit_notes) == (0, 0.0, 0.0)
        assert old.buckets["money"].tolist() == [0.0] * 5
        assert np.isnan(old.buckets["share"]).all()
    credit = ageing(billed(("a", 100, 10, None, -9.0)), as_of=MOMENT)
    assert (credit.balance, credit.credit_notes, credit.buckets["money"].sum()) == (-9.0, 9.0, 0.0)
    assert credit.customers["days_overdue"].tolist() == [0]


@pytest.mark.parametrize("cuts", [(0, 30), (30, 30), (60, 30), (-1,)])
def test_cuts_that_do_not_rise_are_refused(cuts):
    with pytest.raises(OutOfRangeError, match="cuts"):
        ageing(billed(), as_of=MOMENT, cuts=cuts)
