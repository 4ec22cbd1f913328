"""ChurnScorer: what it takes, what it answers, what it refuses."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from salescope.features import customer_features, customer_snapshots
from salescope.frames.errors import OutcomeError, OutOfRangeError
from salescope.scoring import ChurnScorer
from salescope.scoring.customer_wording import CUSTOMER_LABELS
from salescope.scoring.time_of_year import is_covered, with_day_of_year
from salescope.simulation import CompanySize, simulate

WINDOW = 45


@cache
def company():
    return simulate(seed=0, size=CompanySize.tiny())


def moments(count: int, days: int = 30) -> list[pd.Timestamp]:
    return [company().end - pd.Timedelta(days=WINDOW + days * number) for number in range(count)]


@cache
def snapshots() -> pd.DataFrame:
    return customer_snapshots(company().tables, as_of=moments(3), outcome_window=WINDOW)


@cache
def fitted() -> ChurnScorer:
    return ChurnScorer(outcome_window=WINDOW).fit(snapshots(), order=snapshots()["as_of"])


def test_what_followed_is_never_a_feature():
    used = set(fitted().columns_)
    assert {"days_since_last_order", "money_90d", "segment"} <= used
    assert not used & {"y", "orders_after", "money_after", "days_to_next_order", "customer_id", "as_of"}


def test_silence_is_predicted_from_snapshots():
    now = customer_features(company().tables, as_of=company().end)
    scored = fitted().predict_scores(now)
    assert scored.columns.tolist() == ["customer_id", "probability", "score", "grade", "reasons"]
    quiet = now["days_since_last_order"] > 90
    assert scored.loc[quiet, "probability"].mean() > scored.loc[~quiet, "probability"].mean() + 0.2
    assert scored.loc[scored["probability"].idxmax(), "grade"] == "A"


def test_facts_inline_are_scored_like_the_batch():
    tables, end = company().tables, company().end
    now = customer_features(tables, as_of=end).iloc[:25]
    now["customer_id"] = now["customer_id"].astype(object)
    wanted = fitted().predict_scores(now)
    curve = fitted().churn_curve(now)
    attributes = tables["customers"].set_index("customer_id")
    records = []
    for name in now["customer_id"]:
        own = {
            table: tables[table][tables[table]["customer_id"].eq(name)] for table in ("orders", "contacts", "invoices")
        }
        products = tables["products"].set_index("product_id")["category"]
        own["orders"] = own["orders"].assign(category=own["orders"]["product_id"].map(products))
        facts = {table: frame.to_dict("records") for table, frame in own.items()}
        told = attributes.loc[name].drop(["churned", "churned_at"]).to_dict()
        records.append({"customer_id": name, **told, **facts})
    found = fitted().predict_scores(records, as_of=end)
    np.testing.assert_array_equal(found["probability"], wanted["probability"])
    np.testing.assert_array_equal(fitted().churn_curve(records, as_of=end), curve)
    assert found["reasons"].tolist() == wanted["reasons"].tolist()


def test_facts_without_a_moment_are_refused():
    with pytest.raises(OutOfRangeError, match="as_of"):
        fitted().predict_proba([{"orders": []}])


def test_reasons_speak_of_leaving():
    row = customer_features(company().tables, as_of=company().end).iloc[:1]
    english = fitted().predict_scores(row)["reasons"].iloc[0]
    chinese = fitted().predict_scores(row, language="zh")["reasons"].iloc[0]
    assert {reason.text.rpartition(" – ")[2] for reason in english} <= {
        "raises the chance of leaving",
        "lowers the chance of leaving",
    }
    assert all(reason.text.endswith(("提高流失機會", "降低流失機會")) for reason in chinese)
    assert [reason.column for reason in english] == [reason.column for reason in chinese]


def flagged(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    plan = rng.choice(["monthly", "yearly"], rows)
    return pd.DataFrame({"plan": plan, "churned": rng.random(rows) < np.where(plan == "monthly", 0.6, 0.2)})


@pytest.mark.parametrize("words", [None, {True: "Yes", False: "No"}, {True: 1, False: 0}])
def test_the_flag_of_the_contract_is_the_outcome(words):
    frame = flagged()
    labels = frame["churned"] if words is None else frame["churned"].map(words)
    open_ended = pd.DataFrame({"plan": ["yearly"] * 30, "churned": [None] * 30})
    told = pd.concat([frame.assign(churned=labels.astype(object)), open_ended], ignore_index=True)
    scorer = ChurnScorer().fit(told)
    given = ChurnScorer().fit(frame.drop(columns="churned"), labels)
    assert scorer.classes_.tolist() == given.classes_.tolist()
    np.testing.assert_array_equal(scorer.decision_function(frame), given.decision_function(frame))


def test_ends_of_contracts_become_windows():
    frame = flagged(200)
    moment = pd.Timestamp("2024-06-01")
    days = np.where(frame["churned"], np.arange(200) % 50, np.nan)
    # Whole days and a mask: pandas reads uninitialised memory where a float of days is missing, and warns now and then.
    ends = pd.Series(moment + pd.to_timedelta(np.arange(200) % 50, unit="D"))
    frame = frame.assign(as_of=moment, churned_at=ends.where(frame["churned"].to_numpy()))
    # Somebody who had left before is no customer; somebody without a contract has nothing to end.
    gone = frame.iloc[:20].assign(churned_at=moment - pd.Timedelta(days=1), churned=True)
    free = frame.iloc[:20].assign(churned_at=pd.NaT, churned=None)
    told = pd.concat([frame.astype({"churned": object}), gone, free], ignore_index=True)
    scorer = ChurnScorer(outcome_window=30).fit(told)
    given = ChurnScorer(outcome_window=30).fit(frame, (days < 30).astype(np.int64))
    assert scorer.to_bundle() == given.to_bundle()


def test_a_window_shorter_than_a_day_is_refused():
    with pytest.raises(OutOfRangeError, match="outcome_window"):
        ChurnScorer(outcome_window=0).fit(snapshots())


def test_without_outcomes_nothing_is_learned():
    with pytest.raises(OutcomeError, match="no column 'churned'"):
        ChurnScorer().fit(flagged().drop(columns="churned"))


def yearly(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    moment = pd.Timestamp("2023-01-01") + pd.to_timedelta(30 * (np.arange(600) % count), unit="D")
    summer = moment.dayofyear.isin(range(150, 240))
    y = (rng.random(600) < np.where(summer, 0.7, 0.2)).astype(np.int64)
    return pd.DataFrame({"as_of": moment, "size": rng.normal(size=600), "y": y})


def test_the_season_is_learned_where_moments_go_round_the_year():
    scorer = ChurnScorer().fit(yearly(12))
    assert "day_of_year" in scorer.columns_
    asked = [{"size": 0.0}, {"size": 0.0, "as_of": "2024-07-01"}]
    for july in (scorer.predict_proba(asked[1:])[0, 1], scorer.predict_proba(pd.DataFrame(asked[1:]))[0, 1]):
        assert july > 0.5
    winter = scorer.predict_scores(asked[:1], as_of=pd.Timestamp("2024-12-20"))
    assert winter["probability"].iloc[0] < 0.4
    assert np.isfinite(scorer.predict_proba(asked)).all()


def test_half_a_year_tells_no_season():
    assert "day_of_year" not in ChurnScorer().fit(yearly(6)).columns_


def test_several_snapshots_of_a_customer_are_dealt_together():
    frame = yearly(6).assign(customer_id=np.arange(600) // 6)
    alone = ChurnScorer().fit(frame.assign(customer_id=range(600)))
    assert ChurnScorer().fit(frame).to_bundle() != alone.to_bundle()
    assert ChurnScorer().fit(frame.drop(columns="customer_id")).ensemble_.to_files() == alone.ensemble_.to_files()


def test_days_of_the_year_count_from_new_year():
    days = pd.Series(pd.to_datetime(["2023-01-01", "2023-12-31", "2024-12-31", None]))
    found = pd.DataFrame(with_day_of_year(pd.DataFrame({"as_of": days})))["day_of_year"]
    np.testing.assert_array_equal(found, [1, 365, 366, np.nan])
    records = [{"as_of": None if pd.isna(day) else day.isoformat()} for day in days]
    np.testing.assert_array_equal([row["day_of_year"] for row in with_day_of_year(records)], found)
    assert not is_covered(days.iloc[3:])


def test_every_feature_of_customers_has_a_name_in_both_languages():
    listed = company().tables["customers"].columns
    made = [name for name in snapshots().columns if name not in {*listed, *ChurnScorer.not_features, "as_of"}]
    for labels in CUSTOMER_LABELS.values():
        assert [name for name in made if name not in labels] == []
