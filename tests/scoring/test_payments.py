"""PaymentScorer: what it takes, what it answers, what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.features import invoice_features, invoice_snapshots
from salescope.frames.errors import OutOfRangeError
from salescope.scoring import PaymentScorer
from salescope.scoring.payment_wording import PAYING

START = pd.Timestamp("2024-01-01")
MOMENT = START + pd.Timedelta(days=240)


@pytest.fixture(scope="module")
def invoices() -> pd.DataFrame:
    """Draws invoices of slow and quick customers; what is paid after the moment is open."""
    rng = np.random.default_rng(0)
    customer = rng.integers(0, 30, 500)
    issued = START + pd.to_timedelta(rng.integers(0, 240, 500), unit="D")
    takes = pd.to_timedelta(np.where(customer % 3 == 0, 35, 15) + rng.integers(0, 12, 500), unit="D")
    frame = pd.DataFrame({"invoice_id": [f"I{row}" for row in range(500)], "customer_id": [f"C{n}" for n in customer]})
    paid = pd.Series(issued + takes)
    frame = frame.assign(issued_at=issued, due_at=issued + pd.Timedelta(days=30), amount=rng.integers(50, 500, 500))
    return frame.assign(amount=frame["amount"] * 1.0, paid_at=paid.where(paid < MOMENT))


@pytest.fixture(scope="module")
def fitted(invoices) -> PaymentScorer:
    return PaymentScorer().fit(invoice_snapshots(invoices, as_of=MOMENT))


def test_what_becomes_of_an_invoice_is_never_a_feature(fitted):
    used = set(fitted.columns_)
    assert {"amount", "days_to_settle_mean", "invoices_late_share", "debt_open"} <= used
    assert not used & {"y", "days_watched", "days_to_settle", "paid_at", "days_since_issue", "days_until_due"}


def test_slow_customers_are_told_from_quick_ones(invoices, fitted):
    asked = invoice_features(invoices, as_of=MOMENT)
    scored = fitted.predict_scores(asked, as_of=START + pd.Timedelta(days=200))
    assert scored.columns.tolist() == [
        "invoice_id", "probability", "score", "grade", "reasons",
        "days_median", "days_mean", "overdue_days", "lo_80", "hi_80",
    ]  # fmt: skip
    slow = asked["customer_id"].str.removeprefix("C").astype(int).mod(3).eq(0)
    assert scored.loc[slow, "probability"].mean() > 0.9
    assert scored.loc[slow, "days_median"].between(33, 48).mean() > 0.9
    quick = fitted.predict_scores(invoice_features(invoices).tail(50))
    assert quick.loc[quick["probability"] < 0.1, "days_median"].between(13, 30).all()


def test_facts_inline_are_scored_like_the_batch(invoices, fitted):
    asked = invoice_features(invoices, as_of=MOMENT).iloc[:12]
    wanted = fitted.predict_scores(asked)
    rows = invoices.set_index("invoice_id", drop=False)
    records = []
    for row in asked.to_dict("records"):
        others = invoices[invoices["customer_id"].eq(row["customer_id"])]
        told = rows.loc[row["invoice_id"]].drop("paid_at").to_dict()
        records.append({**told, "invoices": others.to_dict("records")})
    found = fitted.predict_scores(records, as_of=MOMENT)
    pd.testing.assert_frame_equal(found, wanted.astype(found.dtypes), check_exact=True)


def test_the_longer_it_waits_the_likelier_it_is_late(invoices, fitted):
    new = invoice_features(invoices).tail(40)
    looks = [fitted.predict_scores(new.assign(days_since_issue=age), top=9) for age in (0.0, 10.0, 20.0, 30.0, 31.0)]
    chance = np.array([look["probability"] for look in looks])
    assert (np.diff(chance, axis=0) >= 0).all()
    assert (chance[-1] == 1.0).all()
    assert looks[-1]["grade"].eq("A").all()
    assert (looks[-1]["days_median"] >= 31).all()
    assert looks[-1]["overdue_days"].between(0, 30).all()
    # What the waiting adds is a reason like any other, and the parts still sum up.
    assert {reasons[0].column for reasons in looks[-1]["reasons"]} == {"days_since_issue"}
    asked = new.assign(days_since_issue=20.0)
    parts = fitted.contributions(asked)
    np.testing.assert_allclose(parts.sum(axis="columns"), fitted.decision_function(asked))
    assert parts.columns[-1] == "days_since_issue"


def test_the_moment_says_how_long_it_has_waited(invoices, fitted):
    new = invoice_features(invoices).tail(3)
    later = fitted.predict_days(new.assign(issued_at=MOMENT), as_of=MOMENT + pd.Timedelta(days=9))
    pd.testing.assert_frame_equal(later, fitted.predict_days(new.assign(days_since_issue=9.0)))
    assert fitted.predict_days(new.drop(columns="terms_days"))["overdue_days"].isna().all()


def test_intervals_are_nested_and_levels_checked(invoices, fitted):
    days = fitted.predict_days(invoice_features(invoices).tail(30), levels=(50, 90))
    lines = days[["lo_90", "lo_50", "days_median", "hi_50", "hi_90"]].to_numpy()
    assert (np.diff(lines, axis=1) >= 0).all()
    with pytest.raises(OutOfRangeError, match="levels"):
        fitted.predict_days([{}], levels=(100,))


def test_without_days_only_the_chance_is_learned_and_bundled(invoices):
    snapshots = invoice_snapshots(invoices, as_of=MOMENT).drop(columns=["days_watched", "days_to_settle"])
    scorer = PaymentScorer().fit(snapshots.tail(120))
    asked = snapshots.tail(5)
    assert scorer.curve_ is None
    assert scorer.predict_days(asked).isna().all(axis=None)
    read = PaymentScorer.from_bundle(scorer.to_bundle())
    assert read.curve_ is None
    records = [{"terms_days": 30, "days_since_issue": age} for age in (0, 29, 31)]
    np.testing.assert_array_equal(read.canary_values(records), scorer.canary_values(records))
    assert scorer.predict_proba(records)[2, 1] == 1.0


def test_the_schema_always_has_what_the_days_are_read_from(fitted):
    schema = fitted.input_schema()
    # All terms are equal, so that they are no feature; they are still where the day due is read.
    assert "terms_days" not in {column.name for column in fitted.encoder_.used_}
    assert {"days_since_issue", "terms_days"} <= {column["name"] for column in schema["columns"]}
    assert "terms_days" not in schema["ignored"]
    assert np.isfinite(fitted.canary_values([schema["example"], {}])[0]).all()


def test_reasons_speak_of_late_payment(invoices, fitted):
    row = invoice_features(invoices).tail(1)
    english, chinese = (fitted.predict_scores(row, language=language)["reasons"].iloc[0] for language in ("en", "zh"))
    assert all(reason.text.endswith("the chance of late payment") for reason in english)
    assert all(reason.text.endswith(("提高延遲付款機會", "降低延遲付款機會")) for reason in chinese)
    made = set(invoice_features(invoices).columns) - {"invoice_id", "customer_id", "issued_at", "due_at", "as_of"}
    for phrases in PAYING.values():
        assert made - {"days_until_due"} <= set(phrases.labels)
