"""Profiles: what every model says on its own, the same bits alone and among others, and nothing that JSON cannot say."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from tests.scoring import customer_company as made

from salescope.features import customer_features, customer_record_features
from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError, UnknownNameError
from salescope.scoring import Baskets, NextPolicy, recommend_customers
from salescope.scoring.profile_columns import next_columns
from salescope.scoring.profiles import CustomerModels, customer_profiles

NAMES = ("churn", "value", "segments", "products")


@pytest.fixture(scope="module")
def profiles():
    return customer_profiles(made.features(), models=made.models(), as_of=made.as_of(), baskets=made.baskets())


def contents(features, **options):
    asked = {"models": made.models(), "as_of": made.as_of(), "baskets": made.baskets(), **options}
    return [profile.content for profile in customer_profiles(features, **asked)]


def test_each_part_is_what_its_model_says(profiles):
    features, models = made.features(), made.models()
    told = pd.DataFrame([profile.content for profile in profiles])
    assert told["customer_id"].tolist() == features["customer_id"].tolist()
    scored = models.churn.predict_scores(features, as_of=made.as_of(), top=3)
    curve = models.churn.churn_curve(features, as_of=made.as_of())
    ordered = features["order_days"].to_numpy() > 0
    assert [churn is not None for churn in told["churn"]] == ordered.tolist()
    for row in np.flatnonzero(ordered):
        churn = told["churn"][row]
        assert (churn["probability"], churn["score"], churn["grade"]) == tuple(scored.iloc[row, 1:4])
        assert [reason["text"] for reason in churn["reasons"]] == [one.text for one in scored["reasons"][row]]
        assert [point["probability"] for point in churn["curve"]] == curve.iloc[row].tolist()
    value, worths = models.value.predict(features)[ordered], told["value"][ordered]
    assert told["value"][~ordered].isna().all()
    assert [worth["money"] for worth in worths] == value["expected_money"].tolist()
    assert [worth["orders_high"] for worth in worths] == value["hi_80"].tolist()
    dates = [None if pd.isna(at) else f"{at:%Y-%m-%d}" for at in value["next_order_at"]]
    assert [worth["next_order_at"] for worth in worths] == dates
    tiers = models.segments.predict(features)
    assert [tier["name"] for tier in told["tier"]] == tiers["tier"].tolist()
    assert [tier["label"] for tier in told["tier"]] == tiers["tier_name"].tolist()


def test_products_are_those_of_the_recommender_for_all_but_who_must_not_be_asked(profiles):
    answer = made.models().products.recommend(made.features()["customer_id"].tolist(), k=3, history=made.baskets())
    for profile in profiles:
        bought = answer[answer["customer_id"] == profile.customer_id]
        told = [(product["product_id"], product["score"], product["reason"]) for product in profile.content["products"]]
        expected = list(bought[["product_id", "score", "because"]].itertuples(index=False, name=None))
        assert told == ([] if profile.content["next"]["skipped"] else expected)


def test_who_must_not_be_contacted_is_skipped_with_the_reason(profiles):
    said = {profile.customer_id: profile.content["next"]["skipped"] for profile in profiles}
    refused = {name: why for name, why in said.items() if why is not None}
    first = made.tables()["customers"]["customer_id"].tolist()[:2]
    assert refused[first[0]] == "opted out"
    assert "'perhaps', which is neither yes nor no" in refused[first[1]]
    assert len(refused) == 2
    for profile in profiles:
        if profile.customer_id in refused:
            assert (profile.gain, profile.content["next"]["step"], profile.content["products"]) == (0.0, None, [])


def test_the_next_step_is_that_of_the_recommendation_when_nobody_else_waits(profiles):
    policy = NextPolicy()
    said = [profile.content for profile in profiles]
    answer = recommend_customers(next_columns(made.features(), said, policy=policy), policy=policy)
    steps = {profile.customer_id: profile.content["next"] for profile in profiles}
    for row in answer.recommended.itertuples():
        step = steps[row.customer_id]
        told = (step["step"], step["step_name"], step["gain"], tuple(step["reasons"]))
        assert told == (row.step, row.step_name, row.gain, row.reasons)
        assert step["rank"] is None
    because = {name: step["because"] for name, step in steps.items() if step["because"]}
    assert because == dict(answer.not_chosen[["customer_id", "because"]].itertuples(index=False))
    assert len(answer.recommended) > 10


def test_a_profile_is_the_same_alone_shuffled_and_as_a_record(profiles):
    features, whole = made.features(), [profile.content for profile in profiles]
    order = np.random.default_rng(0).permutation(len(features))
    assert contents(features.iloc[order]) == [whole[row] for row in order]
    for row in (0, 5, len(features) - 1):
        assert contents(features.iloc[[row]]) == [whole[row]]
    lists = {
        name: dict(tuple(made.tables()[name].groupby("customer_id"))) for name in ("orders", "contacts", "invoices")
    }
    listed = made.tables()["customers"].drop(columns=["churned", "churned_at"], errors="ignore").to_dict("records")
    some = [record for record in listed if record["customer_id"] in set(features["customer_id"])][::10]
    records = [
        record | {name: rows_of(groups, record["customer_id"]) for name, groups in lists.items()} for record in some
    ]
    told = customer_record_features(records, as_of=made.as_of(), products=made.tables()["products"])
    bought = replace(
        Baskets.from_records(records, as_of=made.as_of()),
        customers=tuple(record["customer_id"] for record in records),
    )
    place = {content["customer_id"]: content for content in whole}
    assert contents(told, baskets=bought) == [place[record["customer_id"]] for record in some]


def rows_of(groups, customer_id):
    return groups[customer_id].to_dict("records") if customer_id in groups else []


def test_json_says_every_profile_and_reads_back(profiles):
    told = [profile.content for profile in profiles]
    assert json.loads(json.dumps(told, allow_nan=False)) == told


@pytest.mark.parametrize("missing", NAMES)
def test_every_model_is_optional_and_the_others_say_the_same(profiles, missing):
    without = contents(made.features(), models=replace(made.models(), **{missing: None}))
    part = {"segments": "tier"}.get(missing, missing)
    untouched = {"customer_id", "tier", "churn", "value", "products"} - {part}
    for whole, less in zip((profile.content for profile in profiles), without, strict=True):
        assert {name: less[name] for name in untouched} == {name: whole[name] for name in untouched}
        assert less[part] == ([] if missing == "products" else None)
        assert (less["next"] is None) == (missing == "segments")


def test_without_any_model_there_is_still_a_profile_of_everybody():
    told = customer_profiles(made.features(), models=CustomerModels(), as_of=made.as_of())
    assert [profile.customer_id for profile in told] == made.features()["customer_id"].tolist()
    assert {profile.gain for profile in told} == {0.0}
    parts = ("tier", "churn", "value", "next")
    assert all(profile.content[part] is None for profile in told for part in parts)


def test_nobody_and_somebody_of_whom_nothing_is_known():
    assert contents(made.features().head(0)) == []
    unknown = customer_features(made.tables(), as_of=made.as_of(), customers=["nobody"])
    (told,) = contents(unknown)
    assert (told["tier"]["name"], told["churn"], told["value"]) == ("none", None, None)
    assert told["next"]["because"] == "no step is meant for this customer (No order yet)"
    assert all("%" in product["reason"] for product in told["products"])
    attributes = [name for name in made.tables()["customers"].columns if name not in made.features().columns[:40]]
    bare = customer_record_features([dict.fromkeys(attributes)], as_of=made.as_of())
    (told,) = contents(bare, baskets=Baskets.from_records([]))
    assert (told["customer_id"], told["churn"], told["value"]) == (None, None, None)


def test_attributes_named_like_what_is_said_change_nothing(profiles):
    odd = made.features().assign(tier="gold", value="much", churn_probability=2.0)
    assert contents(odd) == [profile.content for profile in profiles]


def test_languages_and_lengths(profiles):
    chinese = contents(made.features(), language="zh", top=0)
    for before, told in zip((profile.content for profile in profiles), chinese, strict=True):
        assert told["products"] == []
        assert (told["churn"] is None) == (before["churn"] is None)
        if told["churn"] is not None:
            assert (told["churn"]["reasons"], told["churn"]["probability"]) == ([], before["churn"]["probability"])
    assert {told["tier"]["label"] for told in chinese} & {"忠誠", "潛力", "高價值", "新客戶"}


def test_columns_to_choose_by_are_the_same_for_every_customer_alone(profiles):
    policy = NextPolicy()
    said = [profile.content for profile in profiles]
    whole = next_columns(made.features(), said, policy=policy)
    alone = next_columns(made.features().iloc[[3]], said[3:4], policy=policy)
    pd.testing.assert_frame_equal(alone, whole.iloc[[3]].reset_index(drop=True))
    assert "money_total" not in whole.columns


def test_what_cannot_be_meant_is_refused():
    features = made.features().tail(2)
    with pytest.raises(MissingColumnError, match="order_days"):
        contents(features.drop(columns="order_days"))
    with pytest.raises(MisalignedError, match="a bundle holds products"):
        contents(features, baskets=None)
    with pytest.raises(OutOfRangeError):
        contents(features, as_of="someday")
    for models in (made.models(), CustomerModels()):
        with pytest.raises(UnknownNameError, match="language"):
            contents(features, models=models, language="de")
    assert [field.name for field in fields(CustomerModels)] == [*NAMES, "versions"]
