"""The collection list: closed forms, plain loops, nothing from the day on, who is left out and why, in two languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from tests.receivables.drawn_invoices import SEEDS, START, billed, drawn, otherwise_later
from tests.receivables.receivables_oracle import listed

from salescope.features import invoice_features, invoice_snapshots
from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError, UnknownNameError
from salescope.receivables import CollectionPolicy, collection_list
from salescope.receivables.collection_wording import WORDS
from salescope.scoring import PaymentScorer

MOMENT = START + pd.Timedelta(days=120)
POLICY = CollectionPolicy(yearly_cost=0.365, effect=0.5)  # Half a thousandth of the money a day.


def scored(**days):
    return pd.DataFrame({"invoice_id": list(days), "probability": 0.5, "overdue_days": list(days.values())})


def test_the_gain_is_money_times_the_days_to_come_that_a_call_saves():
    invoices = billed(("a", 0, 20, None, 500.0), ("b", 115, 10, None, 2000.0), ("b", 100, 10, None, 100.0))
    calls = collection_list(invoices, as_of=MOMENT, scores=scored(I0=4.0, I1=6.0), policy=POLICY)
    assert calls.invoices["invoice_id"].tolist() == ["I1", "I0", "I2"]
    assert calls.invoices["gain"].tolist() == pytest.approx([2000 * 6 / 2000, 500 * 4 / 2000, 100 * 10 / 2000])
    # A hundred days overdue weigh nothing beside the four to come; without a forecast or a history as many again come.
    assert calls.invoices["days_overdue"].tolist() == [0, 100, 10]
    assert calls.invoices["expected_days"].tolist() == [6.0, 4.0, 10.0]
    assert calls.invoices["probability"].tolist() == [0.5, 1.0, 1.0]
    assert calls.customers["customer_id"].tolist() == ["b", "a"]
    assert calls.customers["gain"].tolist() == pytest.approx([6.5, 1.0])
    assert calls.customers[["rank", "amount", "overdue", "invoices"]].to_numpy().tolist() == [
        [1, 2100, 100, 2],
        [2, 500, 500, 1],
    ]


def test_reasons_say_it_in_words():
    invoices = billed(
        ("a", 0, 20, None, 500.0), ("b", 115, 10, None, 2000.0), ("b", 100, 19, None, 100.0), ("b", 99, 9, None, -30.0)
    )
    scores = scored(I0=4.0, I1=6.0)
    calls = collection_list(invoices, as_of=MOMENT, scores=scores, policy=POLICY)
    worth = "if a call saves 50% of the days at 36.5% a year"
    assert calls.invoices.set_index("invoice_id")["reasons"].to_dict() == {
        "I0": ("100 days overdue", "payment expected in 4 days", f"expected gain 1.00, {worth}"),
        "I1": ("due in 5 days", "50% chance of late payment, by 12 days if it is late", f"expected gain 6.00, {worth}"),
        "I2": (
            "1 day overdue", "taken to stay open for as long again",
            "30.00 of credit notes already taken off", f"expected gain 0.04, {worth}",
        ),
    }  # fmt: skip
    assert calls.customers["reasons"].iloc[0] == (
        "owes 2,070.00 on 2 invoices, 70.00 of it overdue",
        "the oldest: 1 day overdue",
        "most is at stake with invoice I1: due in 5 days; 50% chance of late payment, by 12 days if it is late",
        f"expected gain 6.04, {worth}",
    )
    said = collection_list(invoices, as_of=MOMENT, scores=scores, language="zh").customers["reasons"].iloc[0]
    assert said[0] == "2 張發票共欠 2,070.00，其中逾期 70.00"
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_without_a_forecast_a_customer_is_as_late_as_it_usually_is():
    """Paid 12 and 0 days late and 3 days early before: 4 on average; one that is 6 days overdue is later than that."""
    before = [("a", 0, 10, 22, 5.0), ("a", 20, 10, 30, 5.0), ("a", 40, 10, 47, 5.0)]
    invoices = billed(*before, ("a", 115, 10, None, 90.0))
    calls = collection_list(invoices, as_of=MOMENT, policy=POLICY)
    assert calls.invoices[["invoice_id", "expected_days"]].to_numpy().tolist() == [["I3", 4.0]]
    assert calls.invoices["reasons"].iloc[0][:2] == ("due in 5 days", "the customer pays 4 days late on average")
    late = collection_list(billed(*before, ("a", 104, 10, None, 90.0)), as_of=MOMENT)
    assert late.invoices["expected_days"].tolist() == [6.0]
    assert late.invoices["reasons"].iloc[0][:2] == ("6 days overdue", "taken to stay open for as long again")


def test_who_is_left_out_is_named_with_the_reason():
    invoices = billed(
        ("a", 0, 20, None, 500.0), ("b", 0, 20, None, 50.0), (None, 0, 20, None, 9.0), ("c", 0, 20, None, 8.0), ("c", 1, 20, None, -8.0),
        ("d", 119, 20, None, 7.0), ("d", 118, 20, None, 6.0), ("e", 0, 20, None, 5.0), ("e", 0, 20, 90, 5.0),
    )  # fmt: skip
    customers = pd.DataFrame({"customer_id": ["a", "b", "e"], "opted_out": ["yes", "perhaps", None]})
    told = collection_list(invoices, as_of=MOMENT, scores=scored(I6=0.0), customers=customers)
    assert told.left_out.set_index("invoice_id")["because"].to_dict() == {
        "I0": "opted out",
        "I1": "opted_out says 'perhaps', which is neither yes nor no; nobody is contacted on a guess",
        "I2": "names no customer",
        "I3": "covered by open credit notes of the customer",
        "I5": "not overdue, and neither a forecast nor earlier invoices tell of a delay",
        "I6": "no delay is expected",
    }
    assert told.left_out["amount"].tolist() == [500.0, 50.0, 9.0, 8.0, 7.0, 6.0]
    assert told.invoices["invoice_id"].tolist() == ["I7"]
    assert (
        collection_list(invoices, as_of=MOMENT, customers=customers, language="zh").left_out["because"].iloc[0]
        == "已拒絕聯絡"
    )


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_the_list_equals_plain_loops(seed):
    rng = np.random.default_rng(seed)
    invoices = drawn(seed)
    some = invoices["invoice_id"].sample(frac=0.5, random_state=seed)
    scores = pd.DataFrame({"invoice_id": some, "probability": rng.random(len(some))})
    scores["overdue_days"] = np.where(rng.random(len(some)) < 0.1, 0.0, rng.exponential(9.0, len(some)))
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "opted_in": rng.random(3) < 0.7})
    calls = collection_list(invoices, as_of=MOMENT, scores=scores, customers=customers, policy=POLICY)
    days = dict(zip(scores["invoice_id"], scores["overdue_days"], strict=True))
    out = set(customers["customer_id"][~customers["opted_in"]])
    expected, others = listed(invoices, MOMENT, scores=days, out=out, cost=0.365, effect=0.5)
    found = calls.invoices.set_index("invoice_id")
    assert set(calls.left_out["invoice_id"]) == others
    assert set(found.index) == expected.keys()
    for name, (money, waits, gain) in expected.items():
        assert found.loc[name, ["amount", "expected_days", "gain"]].tolist() == pytest.approx([money, waits, gain])
    assert calls.invoices["gain"].is_monotonic_decreasing
    sums = calls.invoices.groupby("customer_id")[["gain", "amount"]].sum()
    for row in calls.customers.to_dict("records"):
        assert [row["gain"], row["amount"]] == pytest.approx(sums.loc[row["customer_id"]].tolist())
        assert row["amount"] == round(row["amount"], 2)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_nothing_from_the_day_on_and_no_order_of_rows_moves_the_list(seed):
    invoices = drawn(seed)
    tables = (invoices, otherwise_later(invoices, day=MOMENT, seed=seed))
    first, again = (collection_list(table, as_of=MOMENT) for table in tables)
    for name in ("customers", "invoices", "left_out"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name), check_exact=True)


def test_answers_of_the_payment_scorer_are_taken_as_they_are():
    rng = np.random.default_rng(0)
    rows = [
        (f"c{n % 7}", int(day), 14, int(day) + (8 if n % 7 else 40), 90.0)
        for n, day in enumerate(rng.integers(0, 150, 160))
    ]
    invoices = billed(*rows)
    scorer = PaymentScorer().fit(invoice_snapshots(invoices, as_of=MOMENT))
    scores = scorer.predict_scores(invoice_features(invoices, as_of=MOMENT), top=0)
    calls = collection_list(invoices, as_of=MOMENT, scores=scores)
    assert len(calls.invoices) == len(scores)
    assert calls.customers["customer_id"].iloc[0] == "c0"
    told = scores.set_index("invoice_id").loc[calls.invoices["invoice_id"]]
    assert calls.invoices["expected_days"].tolist() == told["overdue_days"].tolist()


def test_nothing_owed_gives_empty_frames():
    for invoices in (billed(), billed(("a", 0, 10, 20, 9.0)), billed(("a", 0, 10, None, -9.0))):
        calls = collection_list(invoices, as_of=MOMENT)
        assert (len(calls.customers), len(calls.invoices), len(calls.left_out)) == (0, 0, 0)
        assert {"customer_id", "rank", "gain", "reasons"} <= set(calls.customers.columns)


def test_what_cannot_be_meant_is_refused():
    invoices = billed(("a", 0, 10, None, 9.0))
    with pytest.raises(MissingColumnError, match="overdue_days"):
        collection_list(invoices, as_of=MOMENT, scores=scored(I0=1.0).drop(columns="overdue_days"))
    with pytest.raises(MisalignedError, match="an invoice twice"):
        collection_list(invoices, as_of=MOMENT, scores=pd.concat([scored(I0=1.0)] * 2))
    with pytest.raises(MissingColumnError, match="customer_id"):
        collection_list(invoices, as_of=MOMENT, customers=pd.DataFrame({"name": ["a"]}))
    with pytest.raises(UnknownNameError, match="'fr'"):
        collection_list(invoices, as_of=MOMENT, language="fr")
    for wrong in ({"effect": 1.5}, {"yearly_cost": 0.0}, {"yearly_cost": float("nan")}):
        with pytest.raises(OutOfRangeError):
            CollectionPolicy(**wrong)
