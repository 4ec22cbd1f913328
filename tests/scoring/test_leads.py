"""LeadScorer: what it takes, what it answers, what it refuses."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.acceptance.leads_06_cold_start import cold_start
from tests.acceptance.leads_08_reasons import largest_gap
from tests.acceptance.leads_09_batch_equals_one import differences
from tests.acceptance.real_sets import KNOWN_LATER, Labelled, bank_marketing, month_blocks, telco_churn

from salescope.features import lead_features, lead_snapshots
from salescope.frames.errors import (
    GradeThresholdsError,
    MisalignedError,
    MissingColumnError,
    NotFittedModelError,
    OutcomeError,
    OutOfRangeError,
    UnknownNameError,
)
from salescope.scoring import LeadScorer

START = pd.Timestamp("2024-01-01")
AS_OF = pd.Timestamp("2024-12-31")


@cache
def company() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Makes leads that are won the more often the more they call."""
    rng = np.random.default_rng(0)
    rows = 300
    created = START + pd.to_timedelta(rng.integers(0, 200, rows), unit="D")
    eager = rng.random(rows)
    source, staff = rng.choice(["web", "fair"], rows), rng.integers(1, 500, rows)
    chance = np.clip(eager / 2 + 0.3 * (source == "fair") + 0.3 * (staff < 150), 0, 1)
    outcome = np.where(rng.random(rows) < 0.1, "open", np.where(rng.random(rows) < chance, "won", "lost"))
    leads = pd.DataFrame(
        {
            "lead_id": [f"L{row:04d}" for row in range(rows)],
            "created_at": created,
            "source": rng.choice(["web", "fair"], rows),
            "staff": rng.integers(1, 500, rows),
            "amount": np.where(outcome == "won", 100.0, 0.0),
            "outcome": outcome,
            "outcome_at": pd.Series(created + pd.Timedelta(days=60)).where(pd.Series(outcome != "open")),
        }
    )
    owners = np.repeat(np.arange(rows), rng.poisson(1 + 12 * eager))
    events = pd.DataFrame(
        {
            "lead_id": leads["lead_id"].to_numpy()[owners],
            "at": created[owners] + pd.to_timedelta(rng.integers(1, 60 * 24, len(owners)), unit="h"),
            "kind": rng.choice(["call", "mail"], len(owners)),
            "channel": rng.choice(["phone", "web"], len(owners)),
        }
    )
    return leads, events


@cache
def with_behaviour() -> LeadScorer:
    return LeadScorer().fit(lead_snapshots(*company(), as_of=AS_OF, seed=0))


@cache
def plain() -> LeadScorer:
    return LeadScorer().fit(company()[0].drop(columns=["lead_id"]))


def test_open_leads_are_left_out():
    leads = company()[0]
    closed = leads[leads["outcome"] != "open"]
    assert LeadScorer().fit(leads).to_bundle() == LeadScorer().fit(closed).to_bundle()


def test_what_is_known_only_after_the_outcome_is_no_feature():
    assert set(LeadScorer().fit(company()[0]).columns_) == {"created_at", "source", "staff"}


def test_excluded_columns_are_no_features():
    assert "staff" not in LeadScorer(exclude=["staff"]).fit(company()[0]).columns_


def test_labels_of_the_contract_are_words():
    assert plain().classes_.tolist() == ["lost", "won"]
    assert set(plain().predict(company()[0])) <= {"lost", "won"}


def test_behaviour_raises_the_chance():
    leads, events = company()
    now = lead_features(leads, events, as_of=AS_OF)
    chance = with_behaviour().predict_proba(now)[:, 1]
    calls = now["events_total"]
    assert chance[calls > 9].mean() > chance[calls < 3].mean() + 0.15


def test_records_with_events_are_scored_like_the_frame():
    leads, events = company()
    scorer, few = with_behaviour(), leads.iloc[:25]
    kinds = ["call", "mail"]
    frame = scorer.predict_scores(lead_features(few, events, as_of="2024-05-01", kinds=kinds))
    records = []
    for lead in few.drop(columns=["outcome", "outcome_at", "amount"]).to_dict("records"):
        history = events[events["lead_id"] == lead["lead_id"]].to_dict("records")
        records.append(
            {
                **lead,
                "created_at": lead["created_at"].isoformat(),
                "events": [{**event, "at": event["at"].isoformat()} for event in history],
            }
        )
    answer = scorer.predict_scores(records, as_of=pd.Timestamp("2024-05-01"))
    np.testing.assert_array_equal(answer["probability"], frame["probability"])
    assert answer["lead_id"].tolist() == frame["lead_id"].tolist()
    said = [[reason.text for reason in reasons] for reasons in answer["reasons"]]
    assert said == [[reason.text for reason in reasons] for reasons in frame["reasons"]]


def test_a_kind_of_event_nobody_had_yet_counts_as_zero():
    leads, events = company()
    calls = events[events["kind"] == "call"]
    given = lead_features(leads, calls, as_of=AS_OF, kinds=["call", "mail"])
    found = lead_features(leads, calls, as_of=AS_OF)
    assert "events_of_mail" not in found
    scorer = with_behaviour()
    np.testing.assert_array_equal(scorer.decision_function(found), scorer.decision_function(given))


def test_answers_have_scores_grades_and_reasons():
    answer = plain().predict_scores(company()[0].iloc[:40], top=2)
    assert list(answer.columns) == ["lead_id", "probability", "score", "grade", "reasons"]
    assert set(answer["grade"]) <= set("ABCD")
    for reasons in answer["reasons"]:
        raising = [reason.contribution for reason in reasons if reason.direction == "raises"]
        lowering = [reason.contribution for reason in reasons if reason.direction == "lowers"]
        assert len(raising) <= 2
        assert len(lowering) <= 2
        assert [reason.contribution for reason in reasons] == sorted(raising, reverse=True) + sorted(lowering)


def test_no_reasons_when_none_are_asked_for():
    assert plain().predict_scores(company()[0].iloc[:3], top=0)["reasons"].tolist() == [(), (), ()]


def test_reasons_use_the_users_own_names_and_language():
    scorer = LeadScorer(labels={"staff": "員工數"}).fit(company()[0])
    texts = [
        reason.text
        for reasons in scorer.predict_scores(company()[0].iloc[:40], language="zh")["reasons"]
        for reason in reasons
    ]
    assert any(text.startswith("員工數為 ") and "多數" in text for text in texts)
    assert all(text.endswith(("，提高機會", "，降低機會")) for text in texts)


def test_settable_grades():
    strict = LeadScorer(grades={"A": 100, "B": 99, "C": 98}).fit(company()[0])
    assert strict.predict_scores(company()[0])["grade"].eq("D").mean() > 0.9
    with pytest.raises(GradeThresholdsError):
        LeadScorer(grades={"A": 1}).fit(company()[0])


def test_dates_are_seen_from_the_moment_asked_about():
    leads = company()[0]
    away = np.where(leads["outcome"] == "won", 10, 200) + np.arange(300) % 50
    leads = leads.assign(renewal=AS_OF + pd.to_timedelta(away, unit="D"))
    scorer = LeadScorer().fit(leads.assign(as_of=AS_OF))
    early, late = (scorer.decision_function(leads.assign(as_of=moment)) for moment in (START, AS_OF))
    assert (early != late).any()
    np.testing.assert_array_equal(
        scorer.predict_scores(leads, as_of=START)["probability"],
        scorer.predict_scores(leads.assign(as_of=START))["probability"],
    )


def test_arrays_take_the_names_of_training():
    frame = company()[0][["staff"]].assign(age=np.arange(300) % 90)
    scorer = LeadScorer().fit(frame, company()[0]["outcome"] == "won")
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        bare = scorer.decision_function(frame.to_numpy())
    np.testing.assert_array_equal(bare, scorer.decision_function(frame))


def test_the_schema_names_columns_categories_and_an_example_that_is_accepted():
    schema = plain().input_schema()
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    assert kinds == {"created_at": "date", "source": "category", "staff": "number"}
    assert schema["columns"][1]["categories"] == ["fair", "web"]
    assert json.loads(plain().to_bundle()["schema.json"]) == schema
    assert 0 < plain().predict_proba([schema["example"]])[0, 1] < 1


def test_recalibration_moves_every_answer_along_a_line():
    leads = company()[0]
    scorer = LeadScorer.from_bundle(plain().to_bundle())
    before, scores = scorer.decision_function(leads), scorer.predict_scores(leads)["score"]
    scorer.recalibrate(intercept=-0.3, slope=0.8)
    np.testing.assert_allclose(scorer.decision_function(leads), -0.3 + 0.8 * before, atol=1e-12)
    np.testing.assert_allclose(scorer.contributions(leads).sum(axis=1), scorer.decision_function(leads), atol=1e-9)
    assert (scorer.predict_scores(leads)["score"] - scores).abs().max() <= 1
    with pytest.raises(OutOfRangeError, match="slope"):
        scorer.recalibrate(intercept=0.0, slope=0.0)


def test_what_is_refused():
    leads = company()[0]
    with pytest.raises(NotFittedModelError, match="LeadScorer is not fitted"):
        LeadScorer().predict(leads)
    with pytest.raises(NotFittedModelError, match="LeadScorer is not fitted"):
        LeadScorer().to_bundle()
    with pytest.raises(OutcomeError, match="no column 'outcome'"):
        LeadScorer().fit(leads.drop(columns="outcome"))
    with pytest.raises(OutcomeError, match="Only binary classification"):
        LeadScorer().fit(leads, leads["outcome"])
    with pytest.raises(MisalignedError, match="order"):
        LeadScorer().fit(leads, order=[1, 2])
    with pytest.raises(MissingColumnError, match="'staff'"):
        plain().predict(leads.drop(columns="staff"))
    with pytest.raises(UnknownNameError, match="language 'fr'"):
        plain().predict_scores(leads, language="fr")


def test_newer_records_decide_when_the_market_turns():
    rng = np.random.default_rng(0)
    asked, order = rng.random(3000) < 0.5, np.arange(3000)
    turned = np.where(order < 1500, asked, ~asked)
    y = (rng.random(3000) < np.where(turned, 0.9, 0.1)).astype(int)
    frame = pd.DataFrame({"asked": asked, "staff": rng.integers(1, 90, 3000)})
    timed = LeadScorer().fit(frame, y, order=order).contributions([{"asked": False}])["asked"].iloc[0]
    assert timed > 0.05


def test_real_records_whole_and_damaged(shared_data):
    data = telco_churn(shared_data)
    few = Labelled(data.frame.iloc[:1500], data.y[:1500])
    assert largest_gap(few, rows=300) < 1e-6
    assert differences(few, rows=300, alone=150).total == 0


def test_cold_start_on_real_records(shared_data):
    auc, log_loss = cold_start(telco_churn(shared_data), closed=200, draws=1)
    assert auc > 0.8
    assert log_loss < 0.47


def test_months_of_the_walk(shared_data):
    data = bank_marketing(shared_data)
    blocks = month_blocks(data.frame["month"])
    assert KNOWN_LATER in data.frame
    assert (blocks.max(), int((blocks > 0).sum())) == (21, 22_366)
    assert np.bincount(blocks[blocks > 0])[1:].min() >= 100
