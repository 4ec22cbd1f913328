"""Tiers and movements: against plain loops; a customer's tier is its own; degenerate fifths are defined."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from salescope.features import customer_features
from salescope.frames.errors import MisalignedError, MissingColumnError, NotFittedModelError, UnknownNameError
from salescope.scoring.movements import movements, tier_table
from salescope.scoring.segments import Segmenter
from salescope.scoring.tiers import TIERS, tier_names, tiers_of
from salescope.simulation import CompanySize, simulate

COLUMNS = ("days_since_last_order", "orders_365d", "money_365d", "days_since_first_order")
SCORES = ["recency_score", "frequency_score", "money_score"]


def some_features(customers: int = 200, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    last = rng.integers(1, 700, customers).astype(float)
    frame = pd.DataFrame(
        {
            "customer_id": [f"C{number:03}" for number in range(customers)],
            "days_since_last_order": last,
            "orders_365d": np.where(last > 365, 0, rng.poisson(4, customers) + 1).astype(float),
            "money_365d": np.where(last > 365, 0, rng.lognormal(5, 1, customers)).round(2),
            "days_since_first_order": last + rng.integers(0, 500, customers),
        }
    )
    frame.loc[rng.random(customers) < 0.05, ["days_since_last_order", "days_since_first_order"]] = np.nan
    return frame


FEATURES = some_features()
FITTED = Segmenter().fit(FEATURES)

numbers = st.one_of(st.none(), st.integers(0, 5).map(float), st.floats(-10, 1000, allow_nan=False))
frames = st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=20).map(
    lambda rows: pd.DataFrame(rows, columns=COLUMNS, dtype=float).assign(
        customer_id=lambda frame: [f"C{row}" for row in range(len(frame))]
    )
)


def slow_fifth(value: float, known: list[float]) -> int:
    """Counts whole fifths of the customers below, with the middle of those that a tie fills."""
    ranked = sorted(known)
    cuts = [ranked[max(0, int(np.ceil(share * len(ranked) - 1e-9)) - 1)] for share in (0.2, 0.4, 0.6, 0.8)]
    return 1 + (sum(cut < value for cut in cuts) + sum(cut <= value for cut in cuts)) // 2


def slow_tier(recency: int | None, frequency: int | None, money: int | None, *, new: bool) -> str:
    if recency is None:
        return "none"
    known = [score for score in (frequency, money) if score is not None]
    value = int(sum(known) / len(known) + 0.5) if known else 1
    if new and recency >= 3 and value <= 3:
        return "new"
    table = {
        5: ["promising", "promising", "loyal", "champions", "champions"],
        4: ["promising", "promising", "loyal", "champions", "champions"],
        3: ["promising", "promising", "loyal", "loyal", "loyal"],
        2: ["sleeping", "sleeping", "at_risk", "at_risk", "at_risk"],
        1: ["lost", "lost", "at_risk", "at_risk", "at_risk"],
    }
    return table[recency][value - 1]


@settings(max_examples=40)
@given(frames)
def test_scores_and_tiers_are_those_of_plain_loops(frame):
    told = Segmenter().fit(frame).predict(frame)
    buying = frame[frame["orders_365d"] > 0]
    known = {column: (frame if buying.empty else buying)[column].dropna().tolist() for column in COLUMNS}
    for row, answer in zip(frame.to_dict("records"), told.to_dict("records"), strict=True):
        fifths = [
            None if np.isnan(row[name]) or not known[name] else slow_fifth(row[name], known[name])
            for name in COLUMNS[:3]
        ]
        recency = None if fifths[0] is None else 6 - fifths[0]
        expected = [recency, fifths[1], fifths[2]]
        assert [None if pd.isna(answer[name]) else answer[name] for name in SCORES] == expected
        assert answer["tier"] == slow_tier(*expected, new=row["days_since_first_order"] <= 90)


def test_every_pair_of_scores_has_the_tier_of_the_table():
    for recency, value in product(range(1, 6), range(1, 6)):
        for new in (False, True):
            place = tiers_of(np.array([float(recency)]), np.array([float(value)]), is_new=np.array([new]))[0]
            assert list(TIERS)[place] == slow_tier(recency, value, value, new=new)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_other_customers_and_their_order_do_not_matter_after_fit(seed, rows):
    whole = FITTED.predict(FEATURES)
    some = FEATURES.sample(rows, random_state=seed)
    others = some_features(10, seed).assign(customer_id=lambda frame: "X" + frame["customer_id"], money_365d=1e9)
    told = FITTED.predict(pd.concat([others, some])).iloc[10:]
    pd.testing.assert_frame_equal(told, whole.loc[some.index])


def test_order_of_training_rows_changes_no_bit():
    assert Segmenter().fit(FEATURES.sample(frac=1, random_state=3)).to_bundle() == FITTED.to_bundle()


def test_a_richer_customer_scores_no_lower():
    richer = FITTED.predict(FEATURES.assign(money_365d=FEATURES["money_365d"] * 2 + 1))["money_score"]
    assert (richer >= FITTED.predict(FEATURES)["money_score"]).all()
    fresher = FEATURES.assign(days_since_last_order=FEATURES["days_since_last_order"] / 2)
    known = FEATURES["days_since_last_order"].notna()
    better = FITTED.predict(fresher)["recency_score"] >= FITTED.predict(FEATURES)["recency_score"]
    assert better[known].all()


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_equal_customers_all_have_the_middle_score(value):
    frame = pd.DataFrame({column: [value] * 9 for column in COLUMNS}).assign(customer_id=list("abcdefghi"))
    told = Segmenter(new_within=0).fit(frame).predict(frame)
    assert (told[SCORES] == 3).all(axis=None)
    one = Segmenter().fit(frame.head(1)).predict(frame.head(1))
    assert (one[SCORES] == 3).all(axis=None)


def test_nothing_known_is_defined():
    frame = FEATURES.head(3).assign(**dict.fromkeys(COLUMNS, np.nan))
    blank = Segmenter().fit(frame)
    assert blank.predict(frame)["tier"].tolist() == ["none"] * 3
    assert blank.predict(FEATURES)["tier"].tolist() == ["none"] * len(FEATURES)
    assert blank.predict(FEATURES)[SCORES].isna().all(axis=None)
    assert Segmenter.from_bundle(blank.to_bundle()).to_bundle() == blank.to_bundle()
    assert FITTED.predict(FEATURES.head(0)).empty
    poor = Segmenter().fit(FEATURES.assign(money_365d=np.nan)).predict(FEATURES)
    assert poor["money_score"].isna().all()
    assert {"champions", "lost"} <= set(poor["tier"])


def test_those_who_stopped_long_ago_do_not_make_one_order_frequent():
    gone = FEATURES.assign(orders_365d=0.0, money_365d=0.0, days_since_last_order=900.0, days_since_first_order=999.0)
    crowd = Segmenter().fit(pd.concat([FEATURES, gone, gone, gone]))
    assert crowd.to_bundle() == FITTED.to_bundle()
    assert set(crowd.predict(gone)["tier"]) == {"lost"}
    assert (crowd.predict(gone)[SCORES] == 1).all(axis=None)


def test_cut_points_set_by_hand_are_the_highest_values_of_the_fifths():
    cuts = {"recency": [30, 90, 180, 365], "frequency": [1, 2, 4, 8]}
    segmenter = Segmenter(cuts=cuts).fit(FEATURES)
    frame = FEATURES.head(6).assign(days_since_last_order=[0, 30, 31, 180, 365, 366], orders_365d=[0, 1, 2, 3, 8, 9])
    told = segmenter.predict(frame)
    assert told["recency_score"].tolist() == [5, 5, 4, 3, 2, 1]
    assert told["frequency_score"].tolist() == [1, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(segmenter.cuts_["money"], FITTED.cuts_["money"])


def test_other_columns_may_be_read():
    frame = FEATURES.rename(columns={"orders_365d": "order_days", "money_365d": "money_total"})
    told = Segmenter(frequency="order_days", money="money_total").fit(frame).predict(frame)
    pd.testing.assert_frame_equal(told, FITTED.predict(FEATURES))


def test_bundle_round_trip_is_bit_equal():
    segmenter = Segmenter(cuts={"recency": (30, 90, 180, 365)}).fit(FEATURES)
    files = segmenter.to_bundle()
    read = Segmenter.from_bundle({**files, "more.json": b"{}"})
    assert read.to_bundle() == files
    assert json.loads(files["schema.json"]) == segmenter.input_schema()
    pd.testing.assert_frame_equal(read.predict(FEATURES), segmenter.predict(FEATURES))
    records = json.loads(FEATURES.head(20).to_json(orient="records"))
    records += [{}, segmenter.input_schema()["example"], {"money_365d": "1,200"}]
    np.testing.assert_array_equal(read.canary_values(records), segmenter.canary_values(records))
    alone = [segmenter.canary_values([record])[0] for record in records]
    np.testing.assert_array_equal(alone, segmenter.canary_values(records))
    told = segmenter.predict(FEATURES.head(20))
    np.testing.assert_array_equal(
        segmenter.canary_values(records)[:20, :3], told[SCORES].to_numpy(dtype=float, na_value=np.nan)
    )


def test_fit_and_predict_are_pure():
    before = FEATURES.copy(deep=True)
    clone(FITTED).fit(FEATURES).predict(FEATURES)
    pd.testing.assert_frame_equal(FEATURES, before)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(UnknownNameError, match="Unknown score 'recensy' in cuts: did you mean 'recency'"):
        Segmenter(cuts={"recensy": [1, 2, 3, 4]}).fit(FEATURES)
    for cuts in ([1, 2, 3], [1, 2, 2, 3], [1, None, 3, 4]):
        with pytest.raises(MisalignedError, match="accepted: four rising numbers"):
            Segmenter(cuts={"money": cuts}).fit(FEATURES)
    with pytest.raises(MissingColumnError, match="'money_365d' in customer features"):
        Segmenter().fit(FEATURES.drop(columns="money_365d"))
    with pytest.raises(MissingColumnError, match="'customer_id'"):
        FITTED.predict(FEATURES.drop(columns="customer_id"))
    with pytest.raises(UnknownNameError, match="'fr'"):
        FITTED.predict(FEATURES, language="fr")
    with pytest.raises(NotFittedModelError, match="This Segmenter is not fitted yet"):
        Segmenter().predict(FEATURES)


def test_tiers_have_names_in_both_languages():
    assert FITTED.predict(FEATURES, language="zh")["tier_name"].isin(list(tier_names("zh").values())).all()
    assert len(set(tier_names("zh").values())) == len(set(tier_names("en").values())) == len(TIERS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nobody_moves_when_nothing_changed(language):
    told = FITTED.predict(FEATURES)
    assert movements(told, told.sample(frac=1, random_state=1), language=language).empty
    assert movements(told.head(0), told.head(0)).empty


def test_movements_are_those_of_plain_loops():
    before = FITTED.predict(FEATURES.head(150))
    after = FITTED.predict(some_features(seed=1).tail(150))
    old, new = (frame.set_index("customer_id").to_dict("index") for frame in (before, after))
    expected = {}
    for name in sorted({*old, *new}):
        was, became = old.get(name), new.get(name)
        if was is None or became is None:
            expected[name] = (was and was["tier"], became and became["tier"], ())
        elif was["tier"] != became["tier"]:
            changed = [
                score
                for score in SCORES
                if pd.isna(was[score]) != pd.isna(became[score])
                or (pd.notna(was[score]) and was[score] != became[score])
            ]
            expected[name] = (was["tier"], became["tier"], tuple(score.removesuffix("_score") for score in changed))
    moved = movements(before, after.sample(frac=1, random_state=2))
    assert moved["customer_id"].tolist() == list(expected)
    for row in moved.to_dict("records"):
        start, end, changed = expected[row["customer_id"]]
        assert (None if pd.isna(row["from_tier"]) else row["from_tier"]) == start
        assert (None if pd.isna(row["to_tier"]) else row["to_tier"]) == end
        assert row["changed"] == changed
        assert row["because"]
    assert set(moved.loc[moved["from_tier"].isna(), "because"]) == {"first seen"}
    assert set(moved.loc[moved["to_tier"].isna(), "because"]) == {"no longer listed"}


def test_a_customer_stops_being_new_by_time_alone():
    young = FEATURES.head(1).assign(
        days_since_last_order=50.0, orders_365d=1.0, money_365d=20.0, days_since_first_order=90.0
    )
    older = young.assign(days_since_first_order=91.0)
    moved = movements(FITTED.predict(young), FITTED.predict(older), language="zh").iloc[0]
    assert (moved["from_tier"], moved["to_tier"], moved["changed"]) == ("new", "promising", ())
    assert moved["because"] == "已非新客戶"


def test_movements_need_each_customer_once():
    told = FITTED.predict(FEATURES)
    with pytest.raises(MisalignedError, match="customer 'C000' twice"):
        movements(told, pd.concat([told, told]))
    with pytest.raises(MissingColumnError, match="'tier' in before"):
        movements(told.drop(columns="tier"), told)


def test_the_table_of_tiers_loses_nobody():
    told = FITTED.predict(FEATURES)
    measures = FEATURES[["customer_id", "money_365d"]].assign(chance=0.25)
    table = tier_table(told, measures.head(180))
    assert table["customers"].sum() == len(told)
    assert table["share"].sum() == pytest.approx(1)
    assert table["chance"].sum() == 45
    assert table["money_365d"].sum() == pytest.approx(FEATURES["money_365d"].head(180).sum())
    mixed = tier_table(told.sample(frac=1, random_state=4), measures.head(180).sample(frac=1, random_state=5))
    pd.testing.assert_frame_equal(mixed, table)
    empty = tier_table(told.head(0), measures)
    assert (empty[["customers", "share", "money_365d"]] == 0).all(axis=None)
    with pytest.raises(MisalignedError, match="a customer twice"):
        tier_table(told, pd.concat([measures, measures]))


def test_orders_at_or_after_the_moment_change_no_tier():
    company = simulate(seed=1, size=CompanySize.tiny())
    as_of = company.end - pd.Timedelta(days=60)
    orders = company.tables["orders"]
    past = orders[orders["ordered_at"] < as_of]
    told = [customer_features({"orders": table}, as_of=as_of) for table in (orders, past)]
    files = [Segmenter().fit(frame).to_bundle() for frame in told]
    assert files[0] == files[1]
    pd.testing.assert_frame_equal(*(Segmenter().fit(told[0]).predict(frame) for frame in told))
