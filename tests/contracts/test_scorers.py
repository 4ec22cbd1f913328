"""The contract of every scorer: one suite over all of them, whose number of checks is asserted.

A new scorer joins by one row in ``SCORERS``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from salescope.features import customer_features, invoice_features, lead_features
from salescope.frames.errors import OutcomeError, SalescopeError
from salescope.scoring import ChurnScorer, LeadScorer, PaymentScorer

START = pd.Timestamp("2024-01-01")
N_CHECKS = 21


@dataclass(frozen=True)
class Subject:
    """Is a scorer under the contract, with its data of two outcomes."""

    name: str
    make: Callable[[], Any]
    data: Callable[[int, int], tuple[pd.DataFrame, np.ndarray]]
    described: Callable[[pd.DataFrame, pd.DataFrame, pd.Timestamp], pd.DataFrame]


def lead_data(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "source": rng.choice(["web", "fair", "call", None], rows),
            "staff": rng.lognormal(3, 1, rows).round(),
            "revenue": [f"{value:,.0f}" for value in rng.lognormal(9, 1, rows)],
            "asked": rng.random(rows) < 0.3,
            "as_of": START + pd.to_timedelta(rng.integers(10, 400, rows), unit="D"),
            "created_at": START + pd.to_timedelta(rng.integers(0, 10 * 24, rows), unit="h"),
            "note": [
                " ".join(["word"] * int(count)) + f" {row}" for row, count in enumerate(rng.integers(3, 20, rows))
            ],
        }
    )
    frame.loc[rng.random(rows) < 0.1, "staff"] = np.nan
    log_odds = 0.8 * frame["asked"] + frame["source"].eq("fair") - 0.01 * frame["staff"].fillna(0)
    return frame, (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)


def customer_data(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Gives snapshots of customers, several of each, at six moments."""
    frame, y = lead_data(rows, seed)
    rng = np.random.default_rng(seed)
    frame["customer_id"] = [f"C{number}" for number in rng.integers(0, max(rows // 3, 1), rows)]
    frame["as_of"] = START + pd.to_timedelta(30 * rng.integers(1, 7, rows), unit="D")
    return frame.drop(columns="created_at"), y


def described_lead(leads: pd.DataFrame, facts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    events = facts.rename(columns={"key": "lead_id"})
    return lead_features(leads.rename(columns={"key": "lead_id"}), events, as_of=as_of)


def described_customer(customers: pd.DataFrame, facts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    orders = facts.rename(columns={"key": "customer_id", "at": "ordered_at", "kind": "product_id"})
    tables = {"orders": orders.assign(quantity=1.0), "customers": customers.rename(columns={"key": "customer_id"})}
    return customer_features(tables, as_of=as_of, customers=customers["key"].tolist())


def invoice_data(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Gives invoices as they were known at issue, with what became of their payment."""
    frame, y = customer_data(rows, seed)
    rng = np.random.default_rng(seed)
    days = np.where(y == 1, 40.0, 20.0) + 10 * rng.integers(0, 2, rows)
    return frame.assign(terms_days=30.0, days_watched=45.0, days_to_settle=np.where(days > 45, np.nan, days)), y


def described_invoice(invoices: pd.DataFrame, facts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    asked = invoices.rename(columns={"key": "invoice_id"}).assign(customer_id=invoices["key"], issued_at=as_of)
    earlier = facts.rename(columns={"key": "customer_id", "at": "issued_at"})
    earlier = earlier.assign(paid_at=earlier["issued_at"] + pd.Timedelta(days=9), invoice_id="")
    table = pd.concat([asked, earlier], ignore_index=True).assign(amount=1.0)
    known = invoice_features(table.assign(due_at=table["issued_at"] + pd.Timedelta(days=7)))
    return known.iloc[: len(asked)].drop(columns=["invoice_id", "customer_id", "kind"])


SCORERS = [
    Subject("LeadScorer", LeadScorer, lead_data, described_lead),
    Subject("ChurnScorer", partial(ChurnScorer, outcome_window=30), customer_data, described_customer),
    Subject("PaymentScorer", PaymentScorer, invoice_data, described_invoice),
]


@cache
def fitted(subject: Subject, rows: int = 400):
    return subject.make().fit(*subject.data(rows, 0))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def check_clone_is_equal(subject):
    scorer = subject.make()
    assert clone(scorer).get_params() == scorer.get_params()


def check_fit_is_pure(subject):
    frame, y = subject.data(200, 1)
    before, labels = frame.copy(deep=True), y.copy()
    subject.make().fit(frame, y)
    pd.testing.assert_frame_equal(frame, before)
    np.testing.assert_array_equal(y, labels)


def check_predict_is_pure(subject):
    scorer, frame = fitted(subject), subject.data(50, 2)[0]
    before, files = frame.copy(deep=True), scorer.to_bundle()
    scorer.predict_proba(frame)
    scorer.predict_scores(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert scorer.to_bundle() == files


def check_seed_is_idempotent(subject):
    data = subject.data(300, 3)
    assert subject.make().fit(*data).to_bundle() == subject.make().fit(*data).to_bundle()


def check_fit_twice_is_fit_once(subject):
    scorer = subject.make().fit(*subject.data(200, 4))
    scorer.fit(*subject.data(400, 0))
    assert scorer.to_bundle() == fitted(subject).to_bundle()


def check_order_of_training_rows_is_irrelevant(subject):
    frame, y = subject.data(300, 5)
    mixed = np.random.default_rng(0).permutation(len(y))
    shuffled = subject.make().fit(frame.iloc[mixed], y[mixed])
    assert shuffled.to_bundle() == subject.make().fit(frame, y).to_bundle()


def check_order_of_new_rows_is_irrelevant(subject):
    frame = subject.data(300, 6)[0]
    mixed = np.random.default_rng(0).permutation(len(frame))
    scorer = fitted(subject)
    np.testing.assert_array_equal(scorer.predict_proba(frame.iloc[mixed]), scorer.predict_proba(frame)[mixed])


def check_batch_is_one_by_one(subject):
    frame, scorer = subject.data(120, 7)[0], fitted(subject)
    whole = scorer.predict_proba(frame)[:, 1]
    np.testing.assert_array_equal([scorer.predict_proba(frame.iloc[[row]])[0, 1] for row in range(120)], whole)
    np.testing.assert_array_equal([scorer.predict_proba([row])[0, 1] for row in records(frame)], whole)


def check_reasons_of_one_are_those_of_the_batch(subject):
    frame, scorer = subject.data(40, 8)[0], fitted(subject)
    whole = scorer.predict_scores(frame)
    for row, record in enumerate(records(frame)):
        assert scorer.predict_scores([record])["reasons"][0] == whole["reasons"].iloc[row]


def check_bundle_round_trip_is_bit_equal(subject):
    frame, scorer = subject.data(300, 9)[0], fitted(subject)
    files = scorer.to_bundle()
    read = type(scorer).from_bundle(files)
    np.testing.assert_array_equal(read.decision_function(frame), scorer.decision_function(frame))
    pd.testing.assert_frame_equal(read.predict_scores(frame), scorer.predict_scores(frame))
    pd.testing.assert_frame_equal(read.contributions(frame), scorer.contributions(frame))
    assert read.to_bundle() == files


def check_bundle_is_plain_text(subject):
    for name, content in fitted(subject).to_bundle().items():
        assert "/" not in name
        if name.endswith(".json"):
            json.loads(content)
        else:
            assert content.startswith(b"tree\n")


def check_contributions_are_additive(subject):
    frame, scorer = subject.data(300, 10)[0], fitted(subject)
    odd = frame.assign(source="never seen", staff=np.nan)
    for rows in (frame, odd):
        total = scorer.contributions(rows).sum(axis="columns")
        np.testing.assert_allclose(total, scorer.decision_function(rows), atol=1e-9)


def check_score_follows_probability(subject):
    scored = fitted(subject).predict_scores(subject.data(400, 11)[0]).sort_values("probability")
    assert scored["score"].is_monotonic_increasing
    assert scored["score"].between(1, 100).all()
    assert scored["grade"].iloc[::-1].is_monotonic_increasing


def check_constant_column_is_ignored(subject):
    frame, y = subject.data(200, 12)
    plain, padded = subject.make().fit(frame, y), subject.make().fit(frame.assign(same="x"), y)
    new = subject.data(50, 13)[0]
    np.testing.assert_array_equal(padded.decision_function(new.assign(same="z")), plain.decision_function(new))


def check_all_missing_is_defined(subject):
    frame, y = subject.data(200, 14)
    scorer = subject.make().fit(pd.DataFrame({"a": [None] * 200, "b": np.nan}), y)
    probability = scorer.predict_proba([{}])[0, 1]
    assert abs(probability - y.mean()) < 0.01
    blank = dict.fromkeys(frame.columns)
    assert np.isfinite(fitted(subject).decision_function([blank])).all()


def check_one_class_is_refused(subject):
    frame, y = subject.data(100, 15)
    with pytest.raises(OutcomeError, match="Only one class, 0, is among 100 outcomes"):
        subject.make().fit(frame, np.zeros_like(y))


def check_one_row_is_refused(subject):
    frame, y = subject.data(1, 16)
    with pytest.raises(SalescopeError, match="one class"):
        subject.make().fit(frame, y)


def check_few_outcomes_give_the_prior(subject):
    frame, _ = subject.data(60, 17)
    y = np.array([1, 1, 1] + [0] * 57)
    scorer = subject.make().fit(frame, y)
    np.testing.assert_allclose(scorer.predict_proba(frame)[:, 1], 3.5 / 61)
    assert (scorer.predict_scores(frame)["score"] == 50).all()
    assert (scorer.predict_scores(frame)["reasons"].map(len) == 0).all()


def check_unseen_category_is_scored(subject):
    frame, scorer = subject.data(20, 18)[0], fitted(subject)
    scored = scorer.predict_scores(frame.assign(source="never seen"))
    assert scored["probability"].between(0, 1, inclusive="neither").all()


def check_huge_values_are_scored(subject):
    frame, scorer = subject.data(5, 19)[0], fitted(subject)
    for value in (1e308, -1e308, np.inf):
        assert np.isfinite(scorer.decision_function(frame.assign(staff=value))).all()


def check_no_future_row_changes_the_past(subject):
    frame, y = subject.data(200, 20)
    frame = frame.assign(key=[f"L{row:03}" for row in range(200)]).drop(
        columns=["as_of", "customer_id"], errors="ignore"
    )
    rng = np.random.default_rng(21)
    facts = pd.DataFrame(
        {
            "key": rng.choice(frame["key"], 3000),
            "at": START + pd.to_timedelta(rng.integers(0, 90 * 24, 3000), unit="h"),
            "kind": rng.choice(["call", "mail"], 3000),
        }
    )
    as_of = START + pd.Timedelta(days=45)
    known = [subject.described(frame, table, as_of) for table in (facts, facts[facts["at"] < as_of])]
    fits = [subject.make().fit(rows, y) for rows in known]
    assert fits[0].to_bundle() == fits[1].to_bundle()
    np.testing.assert_array_equal(*(fits[0].decision_function(rows) for rows in known))


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("subject", SCORERS, ids=lambda subject: subject.name)
def test_scorer(subject, check):
    check(subject)


def test_no_check_got_lost():
    assert len(CHECKS) == N_CHECKS
    assert len({check.__name__ for check in CHECKS}) == N_CHECKS
