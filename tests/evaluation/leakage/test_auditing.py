"""The audit as a whole: honest leads pass, every kind of leak is found and priced, real data as published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.leakage.made import honest_leads

from salescope.evaluation.leakage import audit
from salescope.frames.errors import LeakageError, MisalignedError, TooFewOutcomesError

KNOWN_BEFORE_THE_CALL = [
    *("age", "job", "marital", "education", "default", "housing", "loan", "contact", "month", "day_of_week"),
    *("campaign", "pdays", "previous", "poutcome", "emp.var.rate", "cons.price.idx", "cons.conf.idx"),
    *("euribor3m", "nr.employed"),
]


def found(report):
    return {(finding.kind, finding.columns, finding.blocking) for finding in report.findings}


@pytest.mark.parametrize("first", range(0, 30, 10))
def test_honest_leads_have_no_finding(first):
    for seed in range(first, first + 10):
        made = honest_leads(seed)
        report = audit(made.frame, made.y, order=made.created if seed % 2 else None, seed=seed)
        assert report.findings == (), seed


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("shape", ["poisson", "normal", "exponential", "lognormal"])
def test_a_strong_honest_field_is_a_hint_at_most(seed, shape):
    made = honest_leads(seed, n_rows=4000)
    won = made.y == 1
    demos = {
        "poisson": made.rng.poisson(np.where(won, 3.2, 1.0)),
        "normal": made.rng.normal(size=4000) + 1.47 * won,
        "exponential": made.rng.exponential(np.where(won, 4.5, 1.0)),
        "lognormal": np.exp(made.rng.normal(size=4000) + 1.47 * won),
    }[shape]
    report = audit(made.frame.assign(demo_requests=demos), made.y, order=made.created)
    assert report.blocking == ()


@pytest.mark.parametrize("seed", range(2))
def test_every_leak_is_found_beside_honest_columns(seed):
    made = honest_leads(seed, n_rows=4000)
    won, rng = made.y == 1, made.rng
    reasons = rng.choice(["price", "rival", "timing"], 4000)
    talk = np.exp(rng.normal(5 + 0.6 * won, 0.9))
    closed = made.created + pd.to_timedelta(rng.integers(10, 120, 4000), unit="D")
    leaks = {
        "why": np.where(~won & (rng.random(4000) < 0.5), reasons, None),
        "talk_seconds": np.where(won, np.maximum(talk, 100 + rng.exponential(60, 4000)), talk).round(),
        "closing_mark": np.where(rng.random(4000) < 0.04, ~won, won).astype(int),
        "fee": np.where(won, np.exp(rng.normal(6, 1, 4000)).round(2), 0.0),
        "row_number": np.arange(50_000, 54_000),
    }
    kept = closed <= made.created.max()
    for name, values in leaks.items():
        report = audit(made.frame.assign(**{name: values}), made.y, order=made.created, seed=seed)
        assert [finding.columns for finding in report.blocking] == [(name,)], name
    dated = made.frame.assign(ended=closed)[kept]
    report = audit(dated, made.y[kept], order=made.created[kept])
    assert [finding.columns for finding in report.blocking] == [("ended",)]


def test_what_open_leads_lack_is_found_only_with_them():
    made = honest_leads(1, n_rows=1500)
    waiting = np.arange(1500) >= 1200
    frame = made.frame.assign(signed_by=np.where(waiting, None, made.rng.choice(list("abc"), 1500)))
    y = np.where(waiting, np.nan, made.y)
    assert found(audit(frame, y)) == {("after_outcome", ("signed_by",), True)}
    assert audit(frame[~waiting], y[~waiting]).findings == ()


def test_an_allowed_column_is_left_alone_and_the_refusal_names_the_others():
    made = honest_leads(2, n_rows=1000)
    frame = made.frame.assign(mark=made.y, lead=[f"L-{i}" for i in range(1000)])
    report = audit(frame, made.y)
    with pytest.raises(LeakageError, match=r"(?s)2 blocking findings.*Exclude 'mark', 'lead'"):
        report.raise_for_findings()
    assert found(audit(frame, made.y, allowed=["mark"], key="lead")) == set()


def test_a_leak_kept_twice_is_not_hidden_by_its_copy():
    made = honest_leads(0, n_rows=4000)
    won = made.y == 1
    seconds = np.exp(made.rng.normal(5 + 0.6 * won, 0.9))
    seconds = np.where(won, np.maximum(seconds, 100 + made.rng.exponential(60, 4000)), seconds)
    report = audit(made.frame.assign(seconds=seconds.round(), minutes=(seconds / 60).round(1)), made.y)
    assert {finding.columns for finding in report.blocking} == {("seconds",), ("minutes",)}


def test_the_price_is_what_the_column_adds():
    made = honest_leads(5, n_rows=2000)
    honest = audit(made.frame, made.y)
    leaking = audit(made.frame.assign(mark=made.y), made.y)
    assert leaking.auc_random == honest.auc_random
    assert leaking.findings[0].price_auc == pytest.approx(1 - honest.auc_random, abs=1e-3)


def test_the_audit_repeats_and_leaves_its_input_alone():
    made = honest_leads(3, n_rows=600)
    before = made.frame.copy(deep=True)
    assert audit(made.frame, made.y, seed=4) == audit(made.frame, made.y, seed=4)
    pd.testing.assert_frame_equal(made.frame, before)


def test_what_cannot_be_audited_is_said():
    frame = pd.DataFrame({"a": range(20)})
    with pytest.raises(TooFewOutcomesError, match="4 positive and 16 negative"):
        audit(frame, np.arange(20) < 4)
    with pytest.raises(MisalignedError, match="'y' has 3 values"):
        audit(frame, [0, 1, 1])
    with pytest.raises(MisalignedError, match="'order' has 3 values"):
        audit(frame, np.arange(20) % 2, order=[1, 2, 3])


def test_degenerate_columns_are_defined():
    frame = pd.DataFrame({"one": [1] * 60, "none": [None] * 60, "blank": [""] * 60, "gone": [np.nan] * 60})
    report = audit(frame, np.arange(60) % 3 == 0)
    assert report.findings == ()
    assert report.auc_random == pytest.approx(0.5, abs=0.05)
    assert audit(pd.DataFrame(index=range(60)), np.arange(60) % 3 == 0).findings == ()


def test_bank_marketing_has_one_leak_and_no_other(shared_data):
    # A name without meaning: the figures alone must speak.
    leads = pd.read_csv(shared_data / "bank-marketing" / "bank-additional-full.csv", sep=";")
    leads = leads.rename(columns={"duration": "f11"})
    won = leads.pop("y") == "yes"
    report = audit(leads, won)
    assert found(report) == {("after_outcome", ("f11",), True)}
    assert 0.12 < report.findings[0].price_auc < 0.18


def test_bank_marketing_without_its_leak_has_no_finding(shared_data):
    leads = pd.read_csv(shared_data / "bank-marketing" / "bank-additional-full.csv", sep=";").iloc[-15_000:]
    assert list(leads.columns.drop(["duration", "y"])) == KNOWN_BEFORE_THE_CALL
    assert audit(leads[KNOWN_BEFORE_THE_CALL], leads["y"] == "yes").findings == ()


def test_bank_marketing_has_its_leak_in_any_order_and_in_a_tenth_of_its_rows(shared_data):
    leads = pd.read_csv(shared_data / "bank-marketing" / "bank-additional-full.csv", sep=";")
    for rows in (leads.sample(12_000, random_state=0), leads.iloc[::10]):
        report = audit(rows.drop(columns="y"), rows["y"] == "yes")
        assert found(report) == {("after_outcome", ("duration",), True)}


def test_telco_has_an_identifier_and_nothing_else(shared_data):
    customers = pd.read_csv(shared_data / "telco-churn" / "Telco-Customer-Churn.csv")
    report = audit(customers.drop(columns="Churn"), customers["Churn"] == "Yes")
    assert found(report) == {("identifier", ("customerID",), True)}
    assert report.findings[0].price_auc == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("with_open", [True, False])
def test_opportunities_show_their_closing_date_and_value(shared_data, with_open):
    deals = pd.read_csv(shared_data / "crm-sales-opportunities" / "sales_pipeline.csv")
    y = deals.pop("deal_stage").map({"Won": 1.0, "Lost": 0.0})
    rows = y.notna() | with_open
    report = audit(deals[rows], y[rows], order=pd.to_datetime(deals["engage_date"])[rows])
    value = "after_outcome" if with_open else "target_in_disguise"
    assert found(report) == {
        ("after_outcome", ("close_date",), True),
        (value, ("close_value",), True),
        ("identifier", ("opportunity_id",), True),
    }
