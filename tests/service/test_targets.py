"""Plans and targets over HTTP: sums to the cent, every version kept, one change at a time, and nothing hostile gets a 5xx."""

from __future__ import annotations

import base64
import json
from io import StringIO
from itertools import product

import numpy as np
import pandas as pd
import pytest
from tests.acceptance.leads_13_malformed_bodies import JSON_TYPE, malformed_bodies
from tests.service.place import made_place, publish_made_futures
from tests.store.made import REPS, made_futures

from salescope.forecasting.path_model import PathModel
from salescope.planning.futures import MOST_PATHS, SEED
from salescope.service import targets_worker
from salescope.service.targets_worker import answer_to, array_of, draw, main
from salescope.store import MOST_PLANS_A_PAGE

FUTURES = made_futures()
LAST = float(FUTURES.last.sum())
PLAN = "a plan that is made first"
REP = {"rep_id": "R", "capacity": 1}
GOAL = {"goal": {"kind": "growth", "value": 0.05}}
LOCK = {"kind": "lock", "node": "region=South", "period": "2026-04", "amount": 700.0}


@pytest.fixture(scope="module")
def call(client, shared_place):
    publish_made_futures(shared_place)

    def send(path: str, body: object = None, *, scope: str = "plans:write", method: str | None = None):
        how = method or ("GET" if body is None else "POST")
        return client.request(how, path, json=body, headers=shared_place.headers(scope))

    return send


@pytest.fixture
def plan(call):
    answer = call("/v1/plans", {"name": "計劃 2026", **GOAL})
    assert answer.status_code == 200, answer.text
    return answer.json()


def cents(body) -> dict[tuple[str, str], int]:
    return {(row["node"], row["period"]): row["cents"] for row in body["targets"]}


def whole(**more) -> dict:
    return {"show": {"nodes": ["all"], "level": "rep"}, **more}


def check_sums(body) -> None:
    told = cents(body)
    periods = {period for _, period in told}
    leaves = {node for node, _ in told} - {"all"}
    for period in periods:
        assert told["all", period] == sum(told[leaf, period] for leaf in leaves)
    for node in {"all", *leaves}:
        assert told[node, "plan"] == sum(told[node, month] for month in FUTURES.months)


def test_recommended_targets_add_up_and_carry_their_chances(call):
    answer = call("/v1/targets:recommend", whole(**GOAL, rules=[LOCK]), scope="plans:read")
    body = answer.json()
    assert answer.status_code == 200, body
    check_sums(body)
    assert body["amount"] == pytest.approx(LAST * 1.05, abs=0.01)
    assert body["growth"] == pytest.approx(0.05, abs=1e-5)
    sold = FUTURES.arrays["paths"].sum(axis=(1, 2))
    assert body["probability"] == pytest.approx(np.mean(np.rint(sold * 100) >= round(body["amount"] * 100)))
    assert (
        sum(value for (node, period), value in cents(body).items() if period == "2026-04" and "South" in node) == 70_000
    )
    assert (body["publication"]["versions"], body["publication"]["currency"]) == ({"sales": "2026.03"}, "EUR")
    assert [row["probability"] for row in body["padding"]] == [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    assert body["request_id"] == answer.headers["x-request-id"]


def test_the_whole_and_its_first_level_are_told_by_default(call):
    body = call("/v1/targets:recommend", {"goal": {"kind": "probability", "value": 0.6}}, scope="plans:read").json()
    assert {node for node, _ in cents(body)} == {"all", "region=North", "region=South"}
    assert body["probability"] == pytest.approx(0.6, abs=0.01)
    one = call(
        "/v1/targets:recommend", {**GOAL, "show": {"nodes": ["all"], "periods": ["2026-Q2"]}}, scope="plans:read"
    )
    assert list(cents(one.json())) == [("all", "2026-Q2")]


def test_a_plan_keeps_every_version_with_who_and_why(call, plan, shared_place):
    number = plan["plan"]["id"]
    assert (plan["plan"]["version"], plan["plan"]["status"], plan["plan"]["name"]) == (1, "draft", "計劃 2026")
    node = f"region=North/rep={REPS['North'][0]}"
    change = {"version": 1, "node": node, "amount": 300.0, "reason": "育嬰假", **whole()}
    over = call(f"/v1/plans/{number}:override", change).json()
    check_sums(over)
    assert cents(over)[node, "plan"] == 30_000
    assert cents(over)["all", "plan"] == cents(plan)["all", "plan"]
    locked = call(f"/v1/plans/{number}:lock", {"version": 2, "node": "region=South", **whole()}).json()
    assert locked["amount"] == plan["amount"]
    freed = call(f"/v1/plans/{number}:release", {"version": 3, "node": node, **whole()}).json()
    south = sum(value for (name, period), value in cents(over).items() if period == "plan" and "South" in name)
    assert sum(value for (name, period), value in cents(freed).items() if period == "plan" and "South" in name) == south
    assert [rule["kind"] for rule in freed["rules"]] == ["goal", "lock"]
    done = call(f"/v1/plans/{number}:approve", {"version": 4, "reason": "board"}, scope="plans:approve").json()
    assert (done["plan"]["status"], done["plan"]["by"], done["plan"]["reason"]) == (
        "approved",
        "plans:approve",
        "board",
    )
    history = call(f"/v1/plans/{number}/versions", scope="plans:read").json()["versions"]
    assert [(it["version"], it["action"], it["by"]) for it in history] == [
        (5, "approve", "plans:approve"),
        (4, "release", "plans:write"),
        (3, "lock", "plans:write"),
        (2, "override", "plans:write"),
        (1, "create", "plans:write"),
    ]
    first = call(f"/v1/plans/{number}?version=1&level=region", scope="plans:read").json()
    assert first["amount"] == plan["amount"]
    assert set(cents(first)) == {it for it in cents(plan) if it[0] != "all"}
    again = call(f"/v1/plans/{number}?node=all&period=plan", scope="plans:read").json()
    assert (again["plan"]["version"], cents(again)) == (5, {("all", "plan"): cents(plan)["all", "plan"]})


def test_targets_of_closed_months_stay_as_they_were(call, plan):
    number, node = plan["plan"]["id"], "region=South/rep=3"
    before = call(f"/v1/plans/{number}?level=rep&period=2026-03", scope="plans:read").json()
    call(f"/v1/plans/{number}:override", {"version": 1, "node": node, "amount": 1_200.0, "reason": "more"})
    after = call(f"/v1/plans/{number}?level=rep&period=2026-03", scope="plans:read").json()
    assert cents(after) == cents(before)


def test_a_change_of_an_older_version_is_a_conflict(call, plan):
    number = plan["plan"]["id"]
    assert call(f"/v1/plans/{number}:propose", {"version": 1}).status_code == 200
    for verb, more in (
        ("lock", {"node": "all"}),
        ("propose", {}),
        ("override", {"node": "all", "amount": 1, "reason": "x"}),
    ):
        answer = call(f"/v1/plans/{number}:{verb}", {"version": 1, **more})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/plan-conflict"), answer.text
    assert call(f"/v1/plans/{number}:retire", {"version": 2}, scope="plans:approve").status_code == 200
    answer = call(f"/v1/plans/{number}:lock", {"version": 3, "node": "region=South"})
    assert (answer.status_code, "The plan is retired" in answer.json()["detail"]) == (409, True)


def test_a_key_makes_one_plan(call, shared_place):
    body = {"name": "once", "key": "board-1", **GOAL}
    one, other = (call("/v1/plans", body).json() for _ in range(2))
    assert one["plan"] == other["plan"]
    assert cents(one) == cents(other)
    # What was made is told again even where it could not be made any more.
    publish_made_futures(shared_place, day=4, months=["2027-04", "2027-05", "2027-06"])
    assert call("/v1/plans", body).json()["plan"] == one["plan"]
    publish_made_futures(shared_place, day=5)
    answer = call("/v1/plans", {**body, "name": "twice"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/plan-conflict")


def test_every_method_of_an_address_is_named(client, shared_place):
    for path, methods in (("/v1/plans", "GET, POST"), ("/v1/plans/1:lock", "POST"), ("/v1/plans/1", "GET")):
        answer = client.delete(path, headers=shared_place.headers("admin"))
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_plans_are_listed_page_by_page(call, plan):
    first = call("/v1/plans?limit=1", scope="plans:read")
    assert [it["id"] for it in first.json()["plans"]] == [plan["plan"]["id"]]
    call("/v1/plans", {"name": "later", **GOAL})
    found, path = [], "/v1/plans?limit=2"
    while path:
        page = call(path, scope="plans:read")
        found += [it["id"] for it in page.json()["plans"]]
        path = page.links["next"]["url"] if "next" in page.links else None
    assert found == sorted(set(found), reverse=True)
    assert {it["status"] for it in call("/v1/plans?status=draft", scope="plans:read").json()["plans"]} == {"draft"}


def test_attainment_is_counted_in_the_newest_futures(call, plan, shared_place):
    number = plan["plan"]["id"]
    ask = {"plan": number, "show": {"nodes": ["all", "region=South"], "periods": ["plan", "2026-03"]}}
    body = call("/v1/targets:attainment", ask, scope="plans:read").json()
    assert (body["plan"]["version"], body["paths"], body["closed"]) == (1, 200, 1)
    by_place = {(it["node"], it["period"]): it for it in body["chances"]}
    paths = FUTURES.arrays["paths"]
    total = by_place["all", "plan"]
    assert total["probability"] == pytest.approx(np.mean(np.rint(paths.sum(axis=(1, 2)) * 100) >= total["cents"]))
    assert by_place["all", "2026-03"]["probability"] == 0.0
    assert total["run_rate_cents"] == pytest.approx(LAST * 100, abs=1)
    assert by_place["all", "2026-03"]["run_rate_cents"] is None
    sent = [{"node": "all", "amount": 0}, {"node": "all", "period": "2026-05", "amount": 1e9}]
    body = call("/v1/targets:attainment", {"targets": sent}, scope="plans:read").json()
    assert [it["probability"] for it in body["chances"]] == [1.0, 0.0]
    publish_made_futures(shared_place, day=1, scale=2.0)
    newer = call("/v1/targets:attainment", ask, scope="plans:read").json()
    assert newer["publication"]["as_of"] == "2026-03-02T12:00:00Z"
    assert newer["chances"][0]["probability"] == 1.0
    publish_made_futures(shared_place, day=2, months=["2026-04", "2026-05", "2026-06"])
    answer = call("/v1/targets:attainment", ask, scope="plans:read")
    assert (answer.status_code, "those of the plan" in answer.json()["detail"]) == (409, True)
    publish_made_futures(shared_place, day=3)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/v1/targets:recommend", {}, 409, "is needed"),
        ("/v1/targets:recommend", {"goal": {}}, 422, "required field `kind`"),
        ("/v1/targets:recommend", {"goal": {"kind": "amount", "value": 1, "most": 1}}, 422, "no member 'most'"),
        ("/v1/targets:recommend", {"goal": {"kind": "probability", "value": 1}}, 422, "< 1.0"),
        ("/v1/targets:recommend", {"goal": {"kind": "amount", "value": -1}}, 422, ">= 0"),
        ("/v1/targets:recommend", {"goal": {"kind": "amount", "value": 1e308}}, 422, "<= 1"),
        ("/v1/targets:recommend", {"goal": {"kind": "amount", "value": 10**400}}, 422, ""),
        ("/v1/targets:recommend", {"goal": {"kind": "amount", "value": "5"}}, 422, "At /goal/value"),
        ("/v1/targets:recommend", {"gaol": {}}, 422, "no member 'gaol'"),
        ("/v1/targets:recommend", {**GOAL, "rules": [LOCK] * 501}, 422, "length <= 500"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{**LOCK, "kind": "s3cret"}]}, 422, "At /rules/0/kind"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{**LOCK, "kind": "override"}]}, 422, "`reason`"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{**LOCK, "kind": "growth"}]}, 422, "amount"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{"kind": "floor", "node": "all"}]}, 422, "`amount`"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{**LOCK, "node": "區=北"}]}, 409, "區=北"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{**LOCK, "node": "region=Nort"}]}, 409, "region=North"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{**LOCK, "period": "2026-13"}]}, 409, "2026-13"),
        ("/v1/targets:recommend", {**GOAL, "rules": [{**LOCK, "amount": 1e9}]}, 409, "No targets keep these 2 rules"),
        ("/v1/targets:recommend", {**GOAL, "show": {"level": "team"}}, 409, "team"),
        ("/v1/targets:recommend", {**GOAL, "show": {"nodes": ["a\x00"]}}, 422, "regex"),
        ("/v1/targets:recommend", {**GOAL, "step_cents": 0}, 422, ">= 1"),
        ("/v1/targets:recommend", {"growths": {"new": 0.1}}, 409, "new customers"),
        ("/v1/targets:recommend", [], 422, "Expected `object`"),
        ("/v1/targets:attainment", {}, 409, "send one of them"),
        ("/v1/targets:attainment", {"plan": 10**18}, 404, "no such plan"),
        ("/v1/targets:attainment", {"plan": 2**63}, 422, "/plan"),
        ("/v1/targets:attainment", {"targets": [{"node": "all", "amount": 1}] * 2_001}, 422, "2000"),
        ("/v1/targets:recommend", {**GOAL, "step_cents": 1.5}, 422, "Expected `int`"),
        ("/v1/plans", {"name": "", **GOAL}, 422, "/name"),
        ("/v1/plans", {"name": "a", "key": "x" * 201, **GOAL}, 422, "/key"),
        ("/v1/plans/0:lock", {"version": 1, "node": "all"}, 404, "no such plan"),
        ("/v1/plans/999999999999999999:lock", {"version": 1, "node": "all"}, 404, "no such plan"),
        ("/v1/plans/9999999999999999999:lock", {"version": 1, "node": "all"}, 404, "no such plan"),
        ("/v1/plans/٣:lock", {"version": 1, "node": "all"}, 404, "no such plan"),
        ("/v1/plans/..%2f1:lock", {"version": 1, "node": "all"}, 404, ""),
        ("/v1/plans/1:lock", {"version": 1.5, "node": "all"}, 422, "/version"),
        ("/v1/plans/1:override", {"version": 1, "node": "all", "amount": 1}, 422, "reason"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_a_problem(call, path, body, status, says):
    answer = call(path, body, scope="admin")
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
    assert "s3cret" not in answer.text


def test_a_re_plan_is_proposed_kept_and_approved(call, plan):
    number = plan["plan"]["id"]
    ask = {"plan": number, "capacity_changes": [{"node": "region=North/rep=1", "factor": 0.0, "reason": "離職"}]}
    told = call("/v1/targets:re-plan", ask, scope="plans:read").json()
    assert (told["status"], told["kept"], told["plan"]["version"]) == ("proposed", None, 1)
    assert told["goal"]["before"] == told["goal"]["after"]
    assert sum(row["change_cents"] for row in told["changes"] if (row["node"], row["period"]) == ("all", "plan")) == 0
    assert "離職" in str(told["triggers"])
    assert call("/v1/targets:re-plan", {**ask, "keep": True}).status_code == 409
    assert call("/v1/targets:re-plan", {**ask, "keep": True, "version": 1}, scope="plans:read").status_code == 403
    kept = call("/v1/targets:re-plan", {**ask, "keep": True, "version": 1, "reason": "rep 1 left"}).json()["kept"]
    assert (kept["version"], kept["status"], kept["action"], kept["reason"]) == (2, "proposed", "re-plan", "rep 1 left")
    body = call(f"/v1/plans/{number}?level=rep", scope="plans:read").json()
    moved = {(row["node"], row["period"]): row["new_cents"] for row in told["changes"] if "rep" in row["node"]}
    assert moved
    assert {place: cents(body)[place] for place in moved} == moved
    assert call("/v1/targets:re-plan", {**ask, "keep": True, "version": 1}).status_code == 409
    done = call(f"/v1/plans/{number}:approve", {"version": 2}, scope="plans:approve").json()
    assert done["plan"]["status"] == "approved"
    locked = call(f"/v1/plans/{number}:lock", {"version": 3, "node": "region=South", **whole()}).json()
    months = [("region=North/rep=1", month) for month in FUTURES.months]
    # A later change starts from the re-planned targets, which this lock is true of already.
    assert [cents(locked)[place] for place in months] == [cents(body)[place] for place in months]


def test_scenarios_change_the_very_same_futures(call, plan):
    scenarios = [
        {"kind": "demand", "change": -0.1},
        {"kind": "representative_leaves", "node": "region=North/rep=1", "since": "2026-04"},
        {"kind": "together", "scenarios": [{"kind": "price", "change": 0.03, "elasticity": -1.5}]},
    ]
    body = call("/v1/targets:scenario", {"plan": plan["plan"]["id"], "scenarios": scenarios}, scope="plans:read").json()
    total = [row for row in body["effects"] if row["node"] == "all"]
    assert len(total) == 3
    assert total[0]["after"] < total[0]["before"]
    open_sales = FUTURES.arrays["paths"][:, :, 1:].sum(axis=(1, 2)).mean()
    assert total[0]["sales"] == pytest.approx(-0.1 * open_sales, rel=1e-3)


def test_fairness_and_bonus_are_of_a_plan(call, plan):
    number = plan["plan"]["id"]
    fair = call("/v1/targets:fairness", {"plan": number}, scope="plans:read").json()
    assert fair["plan"]["id"] == number
    assert fair["groups"][0]["n"] == 4
    bonus = {"tiers": [[0, 1], [1, 2]], "at_target": 100, "pays": "plan", "cap": 2}
    paid = call("/v1/bonus:simulate", {"plan": number, "bonus": bonus}, scope="plans:read").json()["simulation"]
    assert paid["at_target"] == 400.0
    assert paid["joint"]["sd"] > paid["independent"]["sd"]
    assert paid["joint"]["mean"] == pytest.approx(paid["independent"]["mean"])


def test_accounts_are_assigned(call):
    accounts = [
        {"account_id": name, "potential": 50.0, "rep_id": "R1", "key": name == "甲"} for name in ("甲", "B", "C", "D")
    ]
    reps = [{"rep_id": "R1", "capacity": 1, "seniority": 9}, {"rep_id": "R2", "capacity": 1, "seniority": 6}]
    body = {"accounts": accounts, "representatives": reps, "rules": {"most_load": 1.0}}
    told = call("/v1/territories:assign", body, scope="plans:read").json()["territories"]
    assert told["changes"] == 2
    clash = [{**it, "locked": "R1"} for it in accounts]
    answer = call("/v1/territories:assign", {**body, "accounts": clash}, scope="plans:read")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/plan-unavailable")


def test_a_flat_history_is_refused(call):
    sales = np.random.default_rng(0).normal(1_000.0, 10.0, 60).round(2).tolist()
    body = {"sales": sales, "spend": {"search": [100.0] * 60}, "periods": 12}
    answer = call("/v1/budget:allocate", body, scope="plans:read")
    assert (answer.status_code, "Nobody can tell" in answer.json()["detail"]) == (409, True), answer.text


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/v1/targets:re-plan", {"plan": 1, "low": 2}, 422, "/low"),
        ("/v1/targets:re-plan", {"plan": PLAN, "low": 0.9, "high": 0.1}, 409, ""),
        ("/v1/targets:re-plan", {"plan": PLAN, "level_shifts": [{"node": "區"}]}, 409, "區"),
        ("/v1/targets:re-plan", {"plan": PLAN, "level_shifts": [{"node": "all", "since": "2031-01"}]}, 409, "2031-01"),
        ("/v1/targets:re-plan", {"plan": PLAN, "level_shifts": [{"node": "all", "since": "2031-01\n"}]}, 422, "/since"),
        ("/v1/targets:scenario", {"plan": PLAN, "scenarios": []}, 422, "/scenarios"),
        ("/v1/targets:scenario", {"plan": PLAN, "scenarios": [{"kind": "s3cret"}]}, 422, "/scenarios/0"),
        ("/v1/targets:scenario", {"plan": PLAN, "scenarios": [{"kind": "demand", "change": 1e308}]}, 422, "<= 1000"),
        ("/v1/targets:scenario", {"plan": PLAN, "scenarios": [{"kind": "demand", "change": 1, "node": "x"}]}, 409, "x"),
        ("/v1/targets:fairness", {"plan": 10**17}, 404, "no such plan"),
        ("/v1/bonus:simulate", {"plan": PLAN, "bonus": {"tiers": [], "at_target": 1}}, 422, "/bonus/tiers"),
        ("/v1/bonus:simulate", {"plan": PLAN, "bonus": {"tiers": [[1, 1], [0, 1]], "at_target": 1}}, 409, "tiers"),
        ("/v1/bonus:simulate", {"plan": PLAN, "bonus": {"tiers": [[0, 1]], "at_target": 1, "team": "x"}}, 409, "x"),
        ("/v1/budget:allocate", {"sales": [1], "spend": {"a": [1, 2]}, "periods": 12}, 409, "weeks"),
        ("/v1/budget:allocate", {"sales": [1], "spend": {"a": [1]}, "periods": 12}, 409, "sales"),
        ("/v1/budget:allocate", {"sales": [1e308], "spend": {"a": [1]}, "periods": 12}, 422, "/sales/0"),
        ("/v1/budget:allocate", {"sales": [1], "spend": {}, "periods": 12}, 422, "/spend"),
        ("/v1/budget:allocate", {"sales": [1], "spend": {"\x00": [1]}, "periods": 12}, 422, "/spend"),
        ("/v1/territories:assign", {"accounts": [], "representatives": []}, 422, "/accounts"),
        ("/v1/territories:assign", {"accounts": [{"account_id": "A", "potential": 1}] * 2, "representatives": [REP]}, 409, ""),
    ],
)  # fmt: skip
def test_reports_that_cannot_be_made_are_problems(call, path, body, status, says):
    if body.get("plan") == PLAN:
        body = {**body, "plan": call("/v1/plans", {"name": "asked", "key": "reports", **GOAL}).json()["plan"]["id"]}
    answer = call(path, body, scope="admin")
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert "s3cret" not in answer.text


@pytest.mark.parametrize("query", ["limit=0", f"limit={MOST_PLANS_A_PAGE + 1}", "status=x", "cursor=WzEsMV0", "plan=1"])
def test_queries_that_cannot_be_meant(call, query):
    assert call(f"/v1/plans?{query}", scope="plans:read").status_code in {404, 422}


def test_hostile_bodies_get_no_5xx_and_always_a_problem(call, client, shared_place, plan):
    odd = [
        None,
        True,
        -1.5,
        "x",
        [],
        {},
        [[]],
        "x" * 10_001,
        2**70,
        1e300,
        "\x00",
        "區",
        [None] * 2_000,
        {"a": {"b": 1}},
    ]
    sound = {"version": 1, "node": "all", "amount": 1.0, "reason": "x", "period": "plan", "show": {}}
    members = {
        **GOAL,
        "name": "a",
        "rules": [LOCK],
        "growths": {},
        "step_cents": 1,
        "key": "k",
        "show": {},
        "targets": [],
    }
    bodies = [(json.dumps({**sound, name: value}).encode(), JSON_TYPE) for name, value in product(sound, odd)]
    bodies += [(json.dumps({**members, name: value}).encode(), JSON_TYPE) for name, value in product(members, odd)]
    bodies += [body for _, body in malformed_bodies(45, seed=1)]
    number = plan["plan"]["id"]
    paths = (f"/v1/plans/{number}:override", "/v1/plans", "/v1/targets:recommend", f"/v1/plans/{number}:approve")
    found: dict[int, int] = {}
    for place, (content, claimed) in enumerate(bodies):
        headers = {**shared_place.headers("admin"), "Content-Type": claimed}
        answer = client.post(paths[place % len(paths)], content=content, headers=headers)
        found[answer.status_code] = found.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (content[:200], answer.text)
        assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"
    assert sum(found.values()) == len(bodies) > 200
    assert found[422] > 100


@pytest.mark.parametrize(
    ("path", "held", "needed"),
    [
        ("/v1/plans", "plans:read", "plans:write"),
        ("/v1/plans/1:lock", "plans:read", "plans:write"),
        ("/v1/plans/1:approve", "plans:write", "plans:approve"),
        ("/v1/plans/1:retire", "plans:write", "plans:approve"),
        ("/v1/targets:recommend", "forecasts:read", "plans:read"),
        ("/v1/targets:attainment", "forecasts:read", "plans:read"),
        ("/v1/targets:re-plan", "forecasts:read", "plans:read"),
        ("/v1/budget:allocate", "forecasts:read", "plans:read"),
        ("/v1/territories:assign", "forecasts:read", "plans:read"),
    ],
)
def test_a_key_does_what_its_scope_says(call, client, path, held, needed):
    answer = call(path, {}, scope=held)
    assert (answer.status_code, needed in answer.json()["detail"]) == (403, True)
    assert client.post(path, json={}).status_code == 401


def test_without_published_futures_there_are_no_targets(tmp_path, start):
    place = made_place(tmp_path)
    answer = start(place.settings()).post("/v1/targets:recommend", json=GOAL, headers=place.headers("admin"))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-futures")


def test_recipes_are_drawn_alike_every_time():
    model = PathModel(centre=np.full((3, 2), 100.0), errors=np.full((4, 3, 2), 10.0), signed=np.zeros(3))
    one, other = (draw("path_model", model.to_arrays(), cells=6) for _ in range(2))
    assert np.array_equal(one, other)
    assert one.shape == (MOST_PATHS, 3, 2)
    assert np.array_equal(one[:5], model.draw(5, seed=SEED))


def test_numbers_that_nothing_can_be_made_of_end_no_process(monkeypatch, capsys):
    def divide(question: dict) -> dict:
        return {"told": question["s3cret"] / 0}

    monkeypatch.setattr(targets_worker, "FREE", {"budget": divide})
    said = answer_to({"ask": "budget", "s3cret": 17}, held=None)
    assert "Nothing can be worked out" in said["refused"]
    assert capsys.readouterr().err == "budget: ZeroDivisionError\n"


def test_the_process_asks_for_futures_that_it_has_not_seen():
    show = {"nodes": [], "level": None, "periods": []}
    question = {"ask": "recommend", "publication": 1, "keep": False, "goal": {"kind": "amount", "value": 900.0}}
    question |= {"growths": None, "rules": [], "step": 1, "show": show}

    def written(array: np.ndarray) -> list:
        return ["<f8", list(array.shape), base64.b64encode(array.tobytes()).decode()]

    table = {
        "kind": "paths",
        "levels": FUTURES.levels,
        "keys": FUTURES.keys,
        "months": FUTURES.months,
        "closed": 1,
        "last": written(FUTURES.last),
        "fair": written(FUTURES.fair),
        "by_leaf": {},
        "arrays": {"paths": written(FUTURES.arrays["paths"])},
    }
    assert np.array_equal(array_of(table["last"]), FUTURES.last)
    spoilt = {**table, "arrays": {"paths": written(FUTURES.arrays["paths"][:, :, :2])}}
    lines = [question, {**question, "table": table}, question, {**question, "publication": 2, "table": spoilt}]
    answers = StringIO()
    main(StringIO("".join(json.dumps(line) + "\n" for line in lines)), answers)
    said = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [next(iter(it)) for it in said] == ["ready", "needs", "told", "told", "refused"]
    assert said[2]["told"]["amount"] == 900.0


def test_fairness_is_told_by_seniority_where_it_was_published():
    grid = targets_worker.PlanGrid.of(pd.DataFrame(FUTURES.keys)[list(FUTURES.levels)], months=FUTURES.months)
    years = np.where(np.arange(grid.shape[0]) == 0, -1.0, 4.0)
    held = targets_worker.Held(
        key=1, levels=tuple(FUTURES.levels), keys=FUTURES.keys, last=FUTURES.last, fair=FUTURES.fair,
        futures=targets_worker.Futures(grid=grid, paths=np.stack([FUTURES.last, FUTURES.last * 1.1])),
        by_leaf={"seniority": years},
    )  # fmt: skip
    plan = targets_worker.TargetPlanner(grid, futures=held.futures, last=held.last, fair=held.fair).recommend(
        targets_worker.Goal.growth(0.05)
    )
    content = targets_worker.kept_plan(plan, keys=held.keys, base="fair")
    groups = targets_worker.judge({"content": content}, held)["told"]["groups"]
    assert {row["name"] for row in groups if row["kind"] == "seniority"} == {"3 to 5 years", "not known"}
