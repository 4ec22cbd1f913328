"""Days outstanding: closed forms, plain loops, nothing from the day on, and what has no answer."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.receivables.drawn_invoices import COLUMNS, SEEDS, START, billed, drawn, otherwise_later
from tests.receivables.receivables_oracle import waits_of

from salescope.frames.errors import MissingColumnError, OutOfRangeError
from salescope.receivables import days_outstanding

MOMENT = START + pd.Timedelta(days=120)


def figures(waits):
    return [
        waits.window_days, waits.credit_sales, waits.receivables, waits.overdue, waits.credit_notes,
        waits.days_sales_outstanding, waits.best_possible, waits.average_days_delinquent, waits.count_back,
    ]  # fmt: skip


@pytest.mark.parametrize(("terms", "delay"), [(30, 0), (30, 12), (10, 25)])
def test_a_steady_business_waits_its_terms_and_its_delay(terms, delay):
    """One invoice of 7 a day, paid so many days after it was due: it is owed for exactly its terms and the delay."""
    invoices = billed(*(("a", day, terms, day + terms + delay, 7.0) for day in range(300)))
    waits = days_outstanding(invoices, as_of=START + pd.Timedelta(days=250))
    # Issued yesterday is one day old; due today is not overdue, and paid today is not paid: today has not been.
    assert figures(waits)[5:] == [terms + delay, min(terms, terms + delay), delay, terms + delay]
    assert waits.window_days == 90


def test_counting_back_does_not_take_fallen_sales_for_later_payment():
    """Sales are halved, customers pay after 20 days as before; the simple figure moves, the other one does not."""
    invoices = billed(*(("a", day, 30, day + 20, 10.0 if day < 70 else 20.0) for day in range(90)))
    waits = days_outstanding(invoices, as_of=START + pd.Timedelta(days=90))
    assert waits.days_sales_outstanding == 20 * 20 * 90 / (70 * 10 + 20 * 20)
    assert waits.count_back == 20
    part = days_outstanding(billed(("a", 0, 9, None, 60.0), ("a", 5, 9, 6, 100.0)), as_of=START + pd.Timedelta(days=8))
    assert part.count_back == 2 + 60 / 100


def test_a_short_history_is_not_stretched_over_the_window():
    invoices = billed(("a", 50, 30, None, 40.0), ("b", 60, 30, 62, 40.0))
    waits = days_outstanding(invoices, as_of=START + pd.Timedelta(days=70))
    assert (waits.window_days, waits.days_sales_outstanding) == (20, 10.0)


def test_a_credit_note_lowers_sales_and_what_is_owed_and_leaves_the_overdue_whole():
    invoices = billed(("a", 0, 10, None, 100.0), ("a", 50, 30, None, 60.0), ("a", 55, 30, None, -20.0))
    waits = days_outstanding(invoices, as_of=START + pd.Timedelta(days=60), window=60)
    assert figures(waits)[:5] == [60, 140.0, 140.0, 100.0, 20.0]
    assert waits.best_possible == pytest.approx(40 * 60 / 140)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, window=st.integers(1, 200), day=st.integers(-5, 200), rows=st.integers(0, 40))
def test_figures_equal_plain_loops(seed, window, day, rows):
    invoices, as_of = drawn(seed, rows), START + pd.Timedelta(days=day, hours=7)
    found = figures(days_outstanding(invoices, as_of=as_of, window=window))
    np.testing.assert_allclose(found, waits_of(invoices, as_of, window), rtol=1e-12, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_nothing_from_the_day_on_moves_a_figure(seed):
    invoices = drawn(seed)
    changed = otherwise_later(invoices, day=MOMENT, seed=seed)
    found = [figures(days_outstanding(table, as_of=MOMENT)) for table in (invoices, changed)]
    np.testing.assert_array_equal(*found)


def test_no_invoices_all_paid_and_only_credit_notes_are_defined():
    nothing = days_outstanding(billed(), as_of=MOMENT)
    assert (nothing.window_days, nothing.receivables, nothing.count_back) == (90, 0.0, 0.0)
    assert math.isnan(nothing.days_sales_outstanding)
    paid = days_outstanding(billed(("a", 100, 10, 105, 9.0)), as_of=MOMENT)
    assert figures(paid)[5:] == [0.0, 0.0, 0.0, 0.0]
    credit = days_outstanding(billed(("a", 100, 10, None, -9.0)), as_of=MOMENT)
    assert (credit.receivables, credit.credit_notes, credit.overdue, credit.count_back) == (-9.0, 9.0, 0.0, 0.0)
    assert math.isnan(credit.days_sales_outstanding)
    # More is owed than was ever sold on balance: counting back never ends.
    odd = days_outstanding(billed(("a", 90, 10, None, 9.0), ("a", 91, 10, 92, -5.0)), as_of=MOMENT)
    assert math.isnan(odd.count_back)


def test_a_table_without_payments_is_owed_and_one_without_amounts_is_refused():
    invoices = billed(("a", 100, 10, 105, 9.0))
    assert days_outstanding(invoices.drop(columns="paid_at"), as_of=MOMENT).receivables == 9.0
    assert invoices.columns.tolist() == COLUMNS
    with pytest.raises(MissingColumnError, match="amount"):
        days_outstanding(invoices.drop(columns="amount"), as_of=MOMENT)
    with pytest.raises(OutOfRangeError, match="window"):
        days_outstanding(invoices, as_of=MOMENT, window=0)
    with pytest.raises(OutOfRangeError, match="as_of"):
        days_outstanding(invoices, as_of="soon")
