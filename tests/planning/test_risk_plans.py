"""Prepared answers are due exactly when a threshold is met, and survive JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.made import conditioned, recommended

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning import (
    DemandChange,
    LevelShift,
    RiskLibrary,
    RiskPlan,
    Situation,
    TargetPlan,
    Threshold,
    Together,
    run_rate,
)

NORTH = "region=N"


def plan_now(*, factor: float = 1.0, closed: int = 2) -> TargetPlan:
    plan = recommended()
    return replace(plan, futures=conditioned(plan.futures, closed=closed, factor=factor))


def library(*when: Threshold) -> RiskLibrary:
    return RiskLibrary((RiskPlan(name="slow", when=when, answer="call everybody", effect=DemandChange(change=0.05)),))


@given(factor=st.floats(0.7, 1.3), value=st.floats(0.01, 1.0), closed=st.integers(0, 6))
@settings(deadline=None, max_examples=8)
def test_an_answer_is_due_exactly_under_its_threshold(factor: float, value: float, closed: int) -> None:
    plan = plan_now(factor=factor, closed=closed)
    row = plan.table().set_index(["node", "period"]).loc[(NORTH, "2027-Q2")]
    chance = Threshold(kind="chance_under", value=value, node=NORTH, period="2027-Q2")
    assert bool(library(chance).due(Situation(plan=plan))) == (row["probability"] < value)
    rate = Threshold(kind="run_rate_under", value=value + 0.5, node=NORTH)
    pace = run_rate(plan.futures, last=plan.last)[1] * 100.0 / plan.cascade.at(NORTH)
    assert bool(library(rate).due(Situation(plan=plan))) == (closed > 0 and pace < value + 0.5)
    assert np.isnan(pace) == (closed == 0)


def test_an_answer_says_what_it_would_do() -> None:
    plan = plan_now(factor=0.95)
    (answer,) = library(Threshold(kind="chance_under", value=0.99)).due(Situation(plan=plan))
    assert answer.before == pytest.approx(plan.probability)
    assert answer.after is not None
    assert answer.before is not None
    assert answer.after > answer.before
    assert answer.reasons == (f"chance of 'all' in 'plan' under 99%: it is {plan.probability:.0%}",)
    values = json.loads(json.dumps(answer.as_dict(), allow_nan=False))
    assert values["status"] == "proposed"
    assert RiskPlan.from_dict(values["risk_plan"]) == answer.risk_plan


def test_a_lost_account_and_a_shift_are_told_by_name() -> None:
    lost = RiskPlan(name="lost", when=(Threshold(kind="account_lost", account="Ōkina"),), answer="visit the next three")
    shift = RiskPlan(name="shift", when=(Threshold(kind="level_shift", node=NORTH),), answer="ask why")
    both = RiskLibrary((lost, shift))
    plan = plan_now()
    assert both.due(Situation(plan=plan, accounts_lost=["Okina"], level_shifts=[LevelShift(node="all")])) == ()
    found = both.due(Situation(plan=plan, accounts_lost=["Ōkina"], level_shifts=[LevelShift(node=NORTH)]))
    assert [answer.risk_plan.name for answer in found] == ["lost", "shift"]
    assert found[0].after is None
    assert found[0].reasons == ("account 'Ōkina' lost",)


def test_one_threshold_of_several_is_enough() -> None:
    met, unmet = Threshold(kind="chance_under", value=1.0), Threshold(kind="account_lost", account="A")
    (answer,) = library(unmet, met).due(Situation(plan=plan_now(closed=0)))
    assert len(answer.reasons) == 1


def test_a_library_survives_json() -> None:
    when = (Threshold(kind="run_rate_under", value=0.9), Threshold(kind="account_lost", account="Ō"))
    effect = Together((DemandChange(change=0.01), DemandChange(change=0.02, node=NORTH)))
    plans = (
        RiskPlan(name="A", when=when, answer="x", owner="y", effect=effect),
        RiskPlan(name="B", when=when, answer="z"),
    )
    again = RiskLibrary.from_dict(json.loads(json.dumps(RiskLibrary(plans).as_dict(), allow_nan=False)))
    assert again == RiskLibrary(plans)
    assert RiskLibrary.from_dict({}) == RiskLibrary()
    assert all(threshold.said for threshold in when)


BARE = {"name": "A", "when": [{"kind": "level_shift"}], "answer": "x"}


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"plans": [BARE, BARE]}, MisalignedError),
        ({"plans": [{**BARE, "name": " "}]}, MisalignedError),
        ({"plans": [{**BARE, "when": []}]}, MisalignedError),
        ({"plans": [{"name": "A", "when": BARE["when"]}]}, MisalignedError),
        ({"plans": [{**BARE, "anser": "y"}]}, UnknownNameError),
        ({"plans": [{**BARE, "when": [{"kind": "chance_over"}]}]}, UnknownNameError),
        ({"plans": [{**BARE, "when": [{}]}]}, UnknownNameError),
        ({"plans": [{**BARE, "when": [{"kind": "level_shift", "nodes": "all"}]}]}, UnknownNameError),
        ({"plans": [{**BARE, "when": [{"kind": "chance_under", "value": 30}]}]}, OutOfRangeError),
        ({"plans": [{**BARE, "when": [{"kind": "run_rate_under", "value": float("inf")}]}]}, OutOfRangeError),
        ({"plans": [{**BARE, "when": [{"kind": "account_lost"}]}]}, MisalignedError),
        ({"plans": [{**BARE, "effect": {"kind": "demand", "change": -3}}]}, OutOfRangeError),
    ],
)
def test_what_cannot_be_meant_is_refused(values: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        RiskLibrary.from_dict(values)


def test_a_threshold_of_an_unknown_node_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="region=X"):
        library(Threshold(kind="level_shift", node="region=X")).due(Situation(plan=plan_now()))
