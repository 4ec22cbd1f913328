"""Recommended customers: the best choice within capacity, nobody lost, nobody who opted out, reasons for all."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError, UnknownNameError
from salescope.scoring.cadence import Cadence
from salescope.scoring.next_customers import recommend_customers
from salescope.scoring.next_policy import CustomerColumns, NextPolicy
from salescope.scoring.next_steps import STEPS, Step
from salescope.scoring.opt_outs import OptOuts
from salescope.scoring.tiers import TIERS

amounts = st.one_of(st.just(np.nan), st.sampled_from([0.0, 100.0, 250.0]), st.floats(-50, 5000, allow_nan=False))
people = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.sampled_from(["R-1", "R-2", "R-9", None]),
            "tier": st.sampled_from(list(TIERS)),
            "value": amounts,
            "money_per_order": amounts,
            "debt_overdue": amounts,
            "complaints_open": st.sampled_from([0.0, 2.0, np.nan]),
            "churn_probability": st.one_of(st.just(np.nan), st.floats(0, 1)),
            "days_since_last_contact": st.one_of(st.just(np.nan), st.integers(0, 400).map(float)),
            "days_since_first_order": st.integers(0, 900).map(float),
            "contacts_total": st.sampled_from([0.0, 3.0, np.nan]),
            "opted_out": st.sampled_from([True, False, None, "yes", "no", "STOP"]),
            "opted_in": st.sampled_from([True, None, None, "y", 0]),
        }
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: pd.DataFrame(rows).assign(customer_id=[f"C{row:02}" for row in range(len(rows))]))
sales_forces = st.tuples(st.sampled_from([0.0, 1.0, 2.9, np.nan]), st.sampled_from([0.5, 1.0, 3.0])).map(
    lambda capacity: pd.DataFrame({"rep_id": ["R-1", "R-2"], "capacity": capacity})
)


def slow_gains(row: dict) -> dict[str, float]:
    """Computes what each step would gain from one customer; steps that are not for it or not known are absent."""
    every = 91.0 if row["tier"] == "champions" else 182.0
    since = row["days_since_last_contact"]
    if math.isnan(since) and row["contacts_total"] == 0:
        since = row["days_since_first_order"]
    late = 1.0 if math.isnan(since) else min(max(since - every, 0) / every, 1.0)
    leaves, gains = row["churn_probability"], {}
    if row["tier"] != "none":
        if row["complaints_open"] > 0:
            gains["settle_complaint"] = row["value"] * leaves * 0.2
        if row["debt_overdue"] > 0:
            gains["collect"] = row["debt_overdue"] * 0.25
    if row["tier"] in {"champions", "loyal", "at_risk"}:
        gains["visit"] = row["value"] * leaves * 0.1 * late
    if row["tier"] in {"promising", "new"}:
        gains["call"] = row["value"] * leaves * 0.05 * late
    if row["tier"] in {"sleeping", "lost"}:
        gains["win_back"] = row["money_per_order"] * leaves * 0.05 * late
    return {name: gain for name, gain in gains.items() if not math.isnan(gain)}


def refuses(row: dict) -> bool:
    return row["opted_out"] in (True, "yes", "STOP") or (row["opted_in"] is not None and row["opted_in"] in (0, False))


def everyone(answer) -> list[str]:
    return [name for frame in (answer.recommended, answer.not_chosen, answer.skipped) for name in frame["customer_id"]]


@settings(max_examples=30)
@given(people, sales_forces)
def test_choices_are_those_of_plain_loops(customers, force):
    answer = recommend_customers(customers, force)
    expected: dict[str, list[tuple[float, str, str]]] = {"R-1": [], "R-2": []}
    for row in customers.to_dict("records"):
        gains = slow_gains(row)
        best = max(gains, key=lambda name: gains[name], default=None)
        if best and gains[best] > 0 and row["owner"] in expected and not refuses(row):
            expected[row["owner"]].append((-gains[best], row["customer_id"], best))
    for name, capacity in zip(force["rep_id"], force["capacity"], strict=True):
        places = 0 if math.isnan(capacity) else int(capacity)
        told = answer.recommended[answer.recommended["representative"] == name]
        chosen = sorted(expected[name])[:places]
        assert told["customer_id"].tolist() == [who for _, who, _ in chosen]
        assert told["step"].tolist() == [step for _, _, step in chosen]
        np.testing.assert_allclose(told["gain"], [-gain for gain, _, _ in chosen])
        assert told["rank"].tolist() == list(range(1, len(chosen) + 1))


@settings(max_examples=30)
@given(people, sales_forces, st.sampled_from(["en", "zh"]))
def test_nobody_is_lost_and_nobody_who_opted_out_is_recommended(customers, force, language):
    answer = recommend_customers(customers, force, language=language)
    assert sorted(everyone(answer)) == customers["customer_id"].tolist()
    rows = {row["customer_id"]: row for row in customers.to_dict("records")}
    assert set(answer.skipped["customer_id"]) == {who for who, row in rows.items() if refuses(row)}
    assert answer.recommended.groupby("representative").size().max() <= 3 or answer.recommended.empty
    assert answer.skipped["because"].notna().all()
    assert answer.not_chosen["because"].notna().all()
    assert answer.recommended["reasons"].map(len).min() >= 2 or answer.recommended.empty
    assert (answer.recommended["gain"] > 0).all()


@settings(max_examples=30)
@given(people, sales_forces, st.integers(0, 99))
def test_order_of_rows_changes_nothing(customers, force, seed):
    answer = recommend_customers(customers, force)
    again = recommend_customers(customers.sample(frac=1, random_state=seed), force.iloc[::-1])
    for name in ("recommended", "not_chosen", "skipped"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(answer, name))


@settings(max_examples=30)
@given(people, st.integers(0, 4))
def test_no_other_choice_within_capacity_gains_more(customers, places):
    customers = customers.assign(owner="R-1", opted_out=None, opted_in=None)
    answer = recommend_customers(customers, pd.DataFrame({"rep_id": ["R-1"], "capacity": [places]}))
    gains = [max(slow_gains(row).values(), default=0.0) for row in customers.to_dict("records")]
    best = max(sum(choice) for choice in combinations([*gains, *[0.0] * places], places))
    assert answer.recommended["gain"].sum() == pytest.approx(best)


def one(**facts: object) -> pd.DataFrame:
    row = {"customer_id": "a", "owner": "R-1", "tier": "champions", "value": 1000.0, "churn_probability": 0.5}
    return pd.DataFrame([{**row, "days_since_last_contact": 182.0, **facts}])


FORCE = pd.DataFrame({"rep_id": ["R-1", "R-2"], "capacity": [1.0, np.nan]})


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        ({"days_since_last_contact": 30.0}, "not due: last contact 30 days ago, due every 91 (Champions)"),
        ({"value": np.nan}, "not known: value"),
        ({"churn_probability": np.nan, "value": np.nan}, "not known: churn_probability, value"),
        ({"value": 0.0}, "nothing to gain"),
        ({"tier": "none"}, "no step is meant for this customer (No order yet)"),
        ({"owner": None}, "has no representative"),
        ({"owner": "R-3"}, "representative R-3 is not among the representatives"),
        ({"owner": "R-2"}, "the capacity of R-2 is not known"),
        ({}, "R-1 can take 1; this one is number 2"),
    ],
)
def test_who_is_not_chosen_is_told_why(facts, because):
    customers = pd.concat([one(customer_id="first", value=9000.0), one(**facts)])
    told = recommend_customers(customers, FORCE).not_chosen
    assert told[["customer_id", "because"]].to_numpy().tolist() == [["a", because]]


@pytest.mark.parametrize(
    ("facts", "step", "reasons"),
    [
        (
            {},
            "Visit",
            (
                "91 days overdue: last contact 182 days ago, due every 91 (Champions)",
                "50% chance to leave",
                "expected value 1,000",
                "expected gain 50, if it changes 10%",
            ),
        ),
        (
            {"debt_overdue": 800.0},
            "Collect",
            ("800 is overdue", "expected gain 200, if it changes 25%"),
        ),
        (
            {"complaints_open": 2.0, "days_since_last_contact": 3.0},
            "Settle the complaint",
            (
                "open complaints: 2",
                "50% chance to leave",
                "expected value 1,000",
                "expected gain 100, if it changes 20%",
            ),
        ),
        (
            {"tier": "lost", "money_per_order": 120.0, "days_since_last_contact": None},
            "Win back",
            (
                "no contact known, due every 182 days (Lost)",
                "50% chance to leave",
                "a usual order is 120",
                "expected gain 3, if it changes 5%",
            ),
        ),
    ],
)
def test_who_is_recommended_is_told_why(facts, step, reasons):
    told = recommend_customers(one(**facts), FORCE).recommended.iloc[0]
    assert (told["step_name"], told["reasons"]) == (step, reasons)


def test_reasons_are_said_in_chinese():
    answer = recommend_customers(pd.concat([one(), one(customer_id="b", opted_out="是")]), FORCE, language="zh")
    told = answer.recommended.iloc[0]
    assert told["step_name"] == "拜訪"
    assert told["reasons"] == (
        "逾期 91 天：上次聯繫在 182 天前，應每 91 天一次（高價值）",
        "流失機率 50%",
        "預期價值 1,000",
        "預期效益 50（假設改變 10%）",
    )
    assert answer.skipped["because"].iloc[0] == "opted_out 為「是」，無法判讀是否同意，故不聯絡"


def test_never_contacted_counts_from_the_first_order():
    facts = {"days_since_last_contact": np.nan, "contacts_total": 0.0, "days_since_first_order": 100.0}
    told = recommend_customers(one(**facts), FORCE).recommended.iloc[0]
    assert told["gain"] == pytest.approx(1000 * 0.5 * 0.1 * 9 / 91)


def test_everything_assumed_can_be_set():
    policy = NextPolicy(
        steps=(Step("phone in", stake="margin", effect=0.5, chance="stays"),),
        cadence=Cadence(days={"loyal": 10.0}, otherwise=30.0, most=3.0),
        opt_outs=OptOuts(opted_out="gdpr", opted_in="newsletter"),
        columns=CustomerColumns(representative="rep", leaves="risk", since_contact="quiet"),
        capacity_share=0.5,
    )
    customers = pd.DataFrame(
        {
            "customer_id": list("abcd"),
            "rep": "R-1",
            "tier": ["loyal", "loyal", "new", "new"],
            "margin": 100.0,
            "risk": 0.2,
            "quiet": [100.0, 20.0, 45.0, 45.0],
            "gdpr": [0, 0, 0, 1],
            "opted_out": True,
        }
    )
    force = pd.DataFrame({"rep_id": ["R-1"], "capacity": [4.0]})
    answer = recommend_customers(customers, force, policy=policy)
    assert answer.recommended["customer_id"].tolist() == ["a", "b"]
    np.testing.assert_allclose(answer.recommended["gain"], [100 * 0.8 * 0.5 * 3, 100 * 0.8 * 0.5])
    assert answer.recommended["reasons"].iloc[0][1:3] == ("80% chance to stay", "margin 100")
    assert answer.recommended["step_name"].tolist() == ["phone in"] * 2
    assert answer.not_chosen["because"].tolist() == ["R-1 can take 2; this one is number 3"]
    assert answer.skipped["customer_id"].tolist() == ["d"]


def test_without_representatives_the_top_of_each_is_taken():
    customers = pd.concat([one(customer_id=str(row), value=100.0 + row, owner="xy"[row % 2]) for row in range(6)])
    assert len(recommend_customers(customers).recommended) == 6
    answer = recommend_customers(customers, policy=NextPolicy(top=2))
    assert answer.recommended["customer_id"].tolist() == ["5", "4", "3", "2"]
    both = recommend_customers(customers.assign(owner="R-1"), FORCE, policy=NextPolicy(top=2))
    assert both.recommended["customer_id"].tolist() == ["5"]


def test_a_step_whose_columns_are_absent_is_left_out():
    bare = one().drop(columns="value").assign(debt_overdue=40.0)
    assert recommend_customers(bare, FORCE).recommended["step"].tolist() == ["collect"]
    with pytest.raises(MissingColumnError, match="'complaints_open', 'debt_overdue', 'money_per_order', 'value'"):
        recommend_customers(one().drop(columns="value"), FORCE)


def test_nobody_is_defined():
    answer = recommend_customers(one().head(0), FORCE)
    full = recommend_customers(one(), FORCE)
    assert everyone(answer) == []
    for name in ("recommended", "not_chosen", "skipped"):
        assert list(getattr(answer, name).columns) == list(getattr(full, name).columns)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(MisalignedError, match="the key 'a' twice"):
        recommend_customers(pd.concat([one(), one()]), FORCE)
    with pytest.raises(MisalignedError, match="representatives"):
        recommend_customers(one(), pd.concat([FORCE, FORCE]))
    with pytest.raises(MissingColumnError, match="'owner' in customers"):
        recommend_customers(one().drop(columns="owner"), FORCE)
    with pytest.raises(MissingColumnError, match="'capacity' in representatives"):
        recommend_customers(one(), FORCE.drop(columns="capacity"))
    with pytest.raises(UnknownNameError, match="Unknown tier 'VIP'"):
        recommend_customers(one(tier="VIP"), FORCE)
    with pytest.raises(UnknownNameError, match="Unknown language 'fr'"):
        recommend_customers(one(), FORCE, language="fr")
    with pytest.raises(UnknownNameError, match="Unknown tier 'VIP'"):
        Step("visit", stake="value", effect=0.1, tiers=("VIP",))
    with pytest.raises(UnknownNameError, match="Unknown chance 'buys'"):
        Step("visit", stake="value", effect=0.1, chance="buys")
    with pytest.raises(UnknownNameError, match="Unknown tier 'VIP'"):
        Cadence(days={"VIP": 91})
    with pytest.raises(OutOfRangeError, match="out of range for otherwise"):
        Cadence(otherwise=0)
    for setting in ({"capacity_share": -1.0}, {"top": -1}, {"steps": ()}):
        with pytest.raises(OutOfRangeError, match=f"out of range for {next(iter(setting))}"):
            NextPolicy(**setting)


def test_the_usual_steps_serve_every_tier_with_orders():
    served = {tier for step in STEPS for tier in step.tiers}
    assert served == set(TIERS) - {"none"}
    assert all(set(step.names) == {"en", "zh"} for step in STEPS)
