"""What-ifs: coherent, in a process of their own, refused where nothing can be meant, and never a burden to the service."""

from __future__ import annotations

import ast
import asyncio
import json
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from tests.acceptance.forecasts_10_hostile_calls import offer, told, what_if_bodies
from tests.service.place import made_place, publish_sales
from tests.store.made import ABOUT, REPS, forecast_edition, made_row, made_rows, made_tree

import salescope.service
from salescope.service import what_if_process
from salescope.service.errors import OverloadedError, WhatIfUnavailableError
from salescope.service.what_if_process import WhatIfProcess
from salescope.service.what_if_worker import Held, answer_to, main, tree_of
from salescope.store import ForecastRow, open_store, publish_forecasts

ADDRESS = "/v1/forecasts:what-if"
MARCH, APRIL, MAY = "2026-03-01", "2026-04-01", "2026-05-01"


def table(rows) -> dict[str, list]:
    told = sorted(rows, key=lambda row: (row.node, row.step))
    columns = {
        name: [getattr(row, name) for row in told] for name in ("node", "level", "step", "mean", "lo_95", "hi_95")
    }
    responses = [json.dumps(row.responses) if row.responses else None for row in told]
    return {**columns, "date": [row.date.isoformat() for row in told], "responses": responses}


def with_sale(scale: float = 1.0) -> list[ForecastRow]:
    """Makes the small tree with a sale that is half there in March in the North, and would add 8 to every person."""
    rows = []
    for row in made_rows(scale=scale):
        here = 0.5 if row.step == 1 and "North" in row.node else 0.0
        rows.append(replace(row, responses={"sale": (here, 8.0)} if row.level == "rep" else {}))
    return rows


def asked(**question) -> dict[str, object]:
    held = Held.of(table(with_sale()), key=1)
    assert held is not None
    return answer_to({"locks": {}, "changes": [], "nodes": [], **question}, held=held)


def test_an_event_moves_its_series_and_all_above_them():
    told = asked(changes=[change(node="region=North", dates=[MARCH, MAY])], nodes=list(made_tree()))
    before = {node: level_and_sold[1] for node, level_and_sold in made_tree().items()}
    size = {"all": len(REPS["North"]), "region=North": len(REPS["North"])}
    for node in told["nodes"]:
        people = size.get(node["node"], int("North/" in node["node"]))
        assert node["published"] == pytest.approx([before[node["node"]] * (10.0 + step) for step in (1, 2, 3)])
        assert node["by_drivers"] == pytest.approx([4.0 * people, 0.0, 8.0 * people])
        assert np.subtract(node["mean"], node["published"]) == pytest.approx(node["by_drivers"])
    assert told["moved"] == 2 + len(REPS["North"])


def test_the_node_of_fewest_series_has_the_last_word_on_events():
    first = REPS["North"][0]
    both = [change(node=f"region=North/rep={first}", value=0.0), change(value=1.0)]
    for changes in (both, both[::-1]):
        told = {
            node["node"]: node["by_drivers"][0] for node in asked(changes=changes, nodes=list(made_tree()))["nodes"]
        }
        assert told[f"region=North/rep={first}"] == pytest.approx(-4.0)
        assert told["all"] == pytest.approx(4.0 * (len(REPS["North"]) - 1) - 4.0 + 8.0 * len(REPS["South"]))


def test_events_are_changed_before_nodes_are_held():
    told = asked(changes=[change()], locks={"region=South": {MARCH: 50.0}})["nodes"]
    north, south = (sum(made_tree()[f"region={region}/rep={rep}"][1] for rep in REPS[region]) for region in REPS)
    assert [node["node"] for node in told] == ["all", "region=South"]
    assert told[1]["mean"][0] == pytest.approx(50.0, abs=1e-6)
    assert told[1]["by_drivers"][0] == pytest.approx(8.0 * len(REPS["South"]))
    assert told[0]["mean"][0] == pytest.approx(11.0 * north + 4.0 * len(REPS["North"]) + 50.0)
    assert south > 0


def test_changes_that_cannot_be_answered():
    assert asked(changes=[change(driver="price")]) == {"unknown": "driver", "name": "price", "accepted": ["sale"]}
    assert "two changes of one driver" in asked(changes=[change(), change(value=0.5)])["refused"]
    assert asked(changes=[change(node="region=N")]) == {"unknown": "node", "name": "region=N"}


def test_an_event_that_was_published_can_be_changed_by_a_call(client, shared_place, ask):
    with closing(open_store(shared_place.settings().store_url.get_secret_value())) as store:
        publish_forecasts(store, with_sale(), of=forecast_edition(7), about=ABOUT)
    body = ask({"changes": [change(node="region=South")]}).json()
    assert [node["node"] for node in body["nodes"]] == ["all", "region=South"]
    first = body["nodes"][1]["periods"][0]
    assert first["by_drivers"] == pytest.approx(8.0 * len(REPS["South"]))
    assert first["mean"] == pytest.approx(first["published"] + first["by_drivers"])
    answer = ask({"changes": [change(driver="sail")]})
    assert (answer.status_code, "can be changed: 'sale'" in answer.json()["detail"]) == (409, True)
    publish_sales(shared_place, day=8)


@pytest.fixture(scope="module")
def ask(client, shared_place):
    publish_sales(shared_place)
    headers = shared_place.headers("forecasts:read")
    return lambda body: client.post(ADDRESS, json=body, headers=headers)


def means(body) -> dict[str, list[float]]:
    return {node["node"]: [period["mean"] for period in node["periods"]] for node in body["nodes"]}


def test_everything_adds_up_and_locked_nodes_have_their_value(ask):
    locks = {"region=North": {MARCH: 60.0, APRIL: 20.0}, "region=South/rep=3": {MARCH: 0}}
    body = ask({"locks": locks, "nodes": sorted(made_tree())}).json()
    told = means(body)
    assert (told["region=North"][0], told["region=North"][1]) == pytest.approx((60.0, 20.0), abs=1e-6)
    assert told["region=South/rep=3"][0] == pytest.approx(0, abs=1e-6)
    for region, reps in REPS.items():
        parts = np.sum([told[f"region={region}/rep={rep}"] for rep in reps], axis=0)
        assert told[f"region={region}"] == pytest.approx(parts, abs=1e-6)
    assert told["all"] == pytest.approx(np.add(told["region=North"], told["region=South"]), abs=1e-6)
    published = {node["node"]: [period["published"] for period in node["periods"]] for node in body["nodes"]}
    assert published["all"] == [110.0, 120.0, 130.0]
    assert [told[node][2] for node in told] == [published[node][2] for node in told]
    assert told["region=South/rep=4/5"] == published["region=South/rep=4/5"]
    assert {node["node"] for node in body["nodes"] if node["locked"]} == set(locks)
    assert body["moved"] == 6
    assert body["publication"]["currency"] == "EUR"
    first = body["nodes"][0]["periods"][0]
    assert (first["date"], first["step"]) == (MARCH, 1)


def test_the_total_and_locked_nodes_are_told_by_default(ask):
    body = ask({"locks": {"region=South": {MAY: 1.0}}}).json()
    assert list(means(body)) == ["all", "region=South"]
    assert means(ask({}).json()) == {"all": [110.0, 120.0, 130.0]}


def test_the_next_publication_is_the_one_that_is_asked_about(ask, shared_place):
    for day, scale in ((1, 2.0), (2, 1.0)):
        publish_sales(shared_place, day=day, scale=scale)
        assert means(ask({}).json())["all"][0] == 110.0 * scale


def change(**others) -> dict[str, object]:
    return {"driver": "sale", "node": "all", "dates": [MARCH], "value": 1, **others}


BOTH = {"all": {MARCH: 1.0}, "region=North": {MARCH: 2.0}, "region=South": {MARCH: 2.0}}


@pytest.mark.parametrize(
    ("body", "status", "kind", "says"),
    [
        ({"locks": {"region=Nort": {MARCH: 1}}}, 404, "no-forecast", "Did you mean 'region=North'?"),
        ({"nodes": ["rep=1"]}, 404, "no-forecast", "no such node"),
        ({"locks": {"all": {"2026-03-02": 1}}}, 404, "no-forecast", "2026-03-01 to 2026-05-01"),
        ({"locks": {"all": {"2026-99-99": 1}}}, 404, "no-forecast", "2026-03-01 to 2026-05-01"),
        ({"locks": BOTH}, 409, "what-if-unavailable", "contradict"),
        ({"locks": {"all": {MARCH: -5}}}, 409, "what-if-unavailable", "floor"),
        ({"changes": [change(driver="price")]}, 409, "what-if-unavailable", "driver 'price' does; drivers that can be changed: none"),
        ({"changes": [change(node="region=Nort")]}, 404, "no-forecast", "Did you mean 'region=North'?"),
        ({"changes": [change(dates=["2026-03-02"])]}, 404, "no-forecast", "2026-03-01 to 2026-05-01"),
        ({"changes": [change(value=1.5)]}, 422, "request-shape", "from 0 to 1"),
        ({"changes": [change(value=True)]}, 422, "request-shape", "from 0 to 1"),
        ({"changes": [change(dates=[])]}, 422, "request-shape", "/changes/0"),
        ({"changes": [5]}, 422, "request-shape", "/changes/0"),
        ({"changes": {}}, 422, "request-shape", "/changes"),
        ({"lock": {}}, 422, "request-shape", "Did you mean 'locks'?"),
        ([], 422, "request-shape", "An object"),
        ({"locks": []}, 422, "request-shape", "/locks"),
        ({"locks": {"all": {}}}, 422, "request-shape", "1 to 1,000 numbers"),
        ({"locks": {"all": {"March": 1}}}, 422, "request-shape", "first day"),
        ({"locks": {"all": {MARCH: True}}}, 422, "request-shape", "first day"),
        ({"locks": {"all": {MARCH: "1"}}}, 422, "request-shape", "first day"),
        ({"locks": {"all": {MARCH: 1e14}}}, 422, "request-shape", "first day"),
        ({"locks": {"": {MARCH: 1}}}, 422, "request-shape", "1 to 400"),
        ({"locks": {"x" * 401: {MARCH: 1}}}, 422, "request-shape", "1 to 400"),
        ({"locks": {f"n{number}": {MARCH: 1} for number in range(101)}}, 422, "request-shape", "at most 100"),
        ({"nodes": ["all"] * 101}, 422, "request-shape", "at most 100"),
        ({"nodes": [None]}, 422, "request-shape", "/nodes"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_a_problem(ask, body, status, kind, says):
    answer = ask(body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert says in answer.json()["detail"]


def test_two_hundred_hostile_calls_get_no_5xx_and_always_a_problem(ask, client, shared_place):
    key = shared_place.keys["forecasts:read"]
    tally = offer(client, 200, key=key)
    assert tally.wrong == []
    assert sum(tally.statuses.values()) == 220
    assert tally.statuses.keys() <= {200, 400, 404, 409, 413, 415, 422}
    assert told(client, key=key) == []
    assert ask({}).status_code == 200


def test_the_bodies_are_the_same_every_time():
    one, other = (list(what_if_bodies(60, seed=1)) for _ in range(2))
    assert one == other


def test_only_json_of_a_caller_with_the_scope_is_read(client, shared_place):
    assert client.post(ADDRESS, json={}).status_code == 401
    assert client.post(ADDRESS, json={}, headers=shared_place.headers("leads:score")).status_code == 403
    headers = {**shared_place.headers("forecasts:read"), "Content-Type": "text/plain"}
    assert client.post(ADDRESS, content=b"{}", headers=headers).status_code == 415


def test_without_a_table_or_with_one_too_large_there_is_no_answer(tmp_path, start):
    place = made_place(tmp_path)
    running, headers = start(place.settings(max_what_if_rows=20)), place.headers("forecasts:read")
    answer = running.post(ADDRESS, json={}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-forecast")
    publish_sales(place)
    answer = running.post(ADDRESS, json={}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/what-if-unavailable")
    assert "21 rows" in answer.json()["detail"]


def test_no_module_of_the_service_imports_the_forecasting_code():
    for path in Path(salescope.service.__file__).parent.glob("*.py"):
        named = {
            name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [it.name for it in node.names])
        }
        if path.name not in {"what_if_worker.py", "targets_worker.py"}:
            assert not [
                name for name in named if name.startswith(("salescope.forecasting", "salescope.service.what_if_worker"))
            ]


@pytest.fixture
def stubborn(tmp_path, monkeypatch):
    """Gives a process that starts, and then does what a program says."""

    def make(program: str, *, seconds: float) -> WhatIfProcess:
        path = tmp_path / "program.py"
        path.write_text("import sys, time\nprint('{}', flush=True)\n" + program, encoding="utf-8")
        monkeypatch.setattr(what_if_process, "PROGRAM", path)
        return WhatIfProcess(seconds=seconds)

    return make


@pytest.mark.parametrize(
    "program", ["time.sleep(600)", "sys.stdin.readline()", "sys.stdin.readline(); print('{', end='')"]
)
def test_a_process_that_hangs_or_ends_is_replaced(stubborn, program):
    process = stubborn(program, seconds=0.2)
    for _ in range(2):
        with pytest.raises(WhatIfUnavailableError, match=r"0\.2 seconds"):
            asyncio.run(process.ask({"publication": 1}, table=dict))
        assert process.pid is None
    process.stop()


def test_more_questions_than_can_wait_are_told_to_come_back(stubborn, monkeypatch):
    monkeypatch.setattr(what_if_process, "MOST_WAITING", 1)
    process = stubborn("sys.stdin.readline(); print('{\"a\": 1}', flush=True)\nsys.stdin.readline()", seconds=20)

    async def ask_twice() -> list[object]:
        asked = (process.ask({"publication": 1}, table=dict) for _ in range(2))
        return await asyncio.gather(*asked, return_exceptions=True)

    first, second = asyncio.run(ask_twice())
    assert first == {"a": 1}
    assert isinstance(second, OverloadedError)
    process.stop()


def test_a_process_asks_for_a_table_that_it_has_not_seen():
    question = {"publication": 1, "locks": {}, "changes": [], "nodes": []}
    lines = [question, {**question, "table": table(made_rows())}, question, {**question, "publication": 2}]
    answers = StringIO()
    main(StringIO("".join(json.dumps(line) + "\n" for line in lines)), answers)
    said = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert said[0] == {"ready": True}
    assert [next(iter(it)) for it in said[1:]] == ["needs", "moved", "moved", "needs"]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [made_row(step=2)],
        [made_row(), made_row(node="region=N", level="region", mean=9.0)],
        [made_row(node="region=N", level="region"), made_row(node="North", level="region")],
        [made_row(node="a=1", level="a"), made_row(node="b=1", level="b")],
        [row for row in made_rows() if row.node != "region=North/rep=1"],
    ],
    ids=["none", "no first step", "no sum", "another form", "no bottom", "a missing part"],
)  # fmt: skip
def test_what_is_no_tree_is_refused(rows):
    assert Held.of(table(rows), key=1) is None


def test_grouped_trees_and_odd_names_are_read():
    names = {"all": "all", "a=1": "a", "a=/": "a", "b=x/y": "b", "a=1/b=x/y": "ab", "a=//b=x/y": "ab"}
    tree = tree_of(list(names), list(names.values()))
    assert tree is not None
    assert tree.add_up(np.array([[1.0], [2.0]])).ravel().tolist() == [3, 1, 2, 3, 1, 2]
    alone = tree_of(["all", "series_id=A"], ["all", "bottom"])
    assert alone is not None
    assert alone.add_up(np.array([[5.0]])).ravel().tolist() == [5, 5]


def test_a_lock_within_the_floor_moves_the_others():
    held = Held.of(table(made_rows()), key=1)
    assert held is not None
    told = answer_to({"locks": {"all": {MARCH: 0}}, "changes": [], "nodes": list(made_tree())}, held=held)
    assert [node["mean"][0] for node in told["nodes"]] == pytest.approx([0.0] * 7, abs=1e-6)
