"""Published forecasts: a node, a level, as of then, as a table, and what is refused."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from tests.service.place import made_place, publish_sales
from tests.store.made import ABOUT, forecast_edition, made_row, made_tree

from salescope.frames.formulas import as_meant
from salescope.service.forecast_table import CSV_COLUMNS, SUPPLY_COLUMNS
from salescope.store import open_store, publish_forecasts


@pytest.fixture(scope="module")
def ask(client, shared_place):
    publish_sales(shared_place, day=0, scale=0.5)
    publish_sales(shared_place, day=1)
    headers = shared_place.headers("forecasts:read")
    return lambda path="/v1/forecasts", accept="*/*", **query: client.get(
        path, params=query or None, headers={**headers, "Accept": accept}
    )


def table_of(answer) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_the_total_is_told_with_its_intervals_and_how_often_they_held(ask):
    answer = ask()
    body = answer.json()
    assert body["publication"] == {
        "as_of": "2026-03-02T12:00:00Z",
        "at": "2026-03-02T12:00:00Z",
        "versions": {"sales": "2026.03"},
        "unit": "money",
        "currency": "EUR",
        "frequency": "month",
        "horizon": 3,
        "levels": ["all", "region", "rep"],
    }
    (told,) = body["forecasts"]
    assert (told["node"], told["level"], told["coverage"]) == ("all", "all", {"80": 0.75, "95": 1.0})
    assert [(it["date"], it["step"], it["mean"]) for it in told["periods"]] == [
        ("2026-03-01", 1, 110.0),
        ("2026-04-01", 2, 120.0),
        ("2026-05-01", 3, 130.0),
    ]
    first = told["periods"][0]
    assert first["intervals"] == [
        {"level": 80, "low": 88.0, "high": 132.0, "coverage": 0.75},
        {"level": 95, "low": 77.0, "high": 154.0, "coverage": 1.0},
    ]
    assert (first["baseline"], first["contributions"]) == (99.0, {"trend": 82.5, "season": 27.5})
    assert body["next_cursor"] is None
    assert body["request_id"] == answer.headers["x-request-id"]


def test_as_much_is_told_as_is_asked_for(ask):
    body = ask(node="region=South/rep=4/5", horizon="2", levels="95", unit="money", currency="EUR").json()
    (told,) = body["forecasts"]
    assert (told["level"], told["coverage"]) == ("rep", {"95": None})
    assert [[it["level"] for it in period["intervals"]] for period in told["periods"]] == [[95], [95]]


def test_what_was_said_then_is_told_as_of_then(ask):
    for as_of, mean in (("2026-03-01T12:00:00Z", 55.0), ("2026-03-02T11:59", 55.0), ("2099-01-01", 110.0)):
        assert ask(as_of=as_of).json()["forecasts"][0]["periods"][0]["mean"] == mean


def test_every_node_of_a_level_is_told_page_by_page(ask, client, shared_place):
    asked, seen = "/v1/forecasts?level=rep&limit=3&horizon=1", []
    while asked:
        answer = client.get(asked, headers=shared_place.headers("forecasts:read"))
        seen += [told["node"] for told in answer.json()["forecasts"]]
        asked = answer.links["next"]["url"] if "next" in answer.links else None
        assert (asked is None) == (answer.json()["next_cursor"] is None)
    assert seen == sorted(node for node, (level, _) in made_tree().items() if level == "rep")


def test_nodes_are_listed(ask):
    first = ask("/v1/forecasts/nodes", limit="5")
    assert first.links["next"]["url"].startswith("/v1/forecasts/nodes?limit=5&cursor=")
    second = ask("/v1/forecasts/nodes", limit="5", cursor=first.json()["next_cursor"]).json()
    nodes = [(it["node"], it["level"]) for it in first.json()["nodes"] + second["nodes"]]
    assert nodes == sorted((node, level) for node, (level, _) in made_tree().items())
    assert {it["level"] for it in ask("/v1/forecasts/nodes", level="region").json()["nodes"]} == {"region"}


def test_the_same_as_a_table(ask):
    (line, *more) = table_of(ask(accept="text/csv, */*", node="region=North", levels="80"))
    assert len(more) == 2
    assert tuple(line) == CSV_COLUMNS
    assert (line["mean"], line["lo_80"], line["lo_95"], line["coverage_80"], line["coverage_95"]) == (
        *("33.0", "26.400000000000002", "", "0.8", ""),
    )
    assert (line["trend"], line["events"], line["currency"], line["versions"]) == ("24.75", "", "EUR", "sales:2026.03")
    answer = ask(format="csv", level="rep", limit="2")
    assert len(table_of(answer)) == 6
    assert "format=csv" in answer.links["next"]["url"]
    assert ask(accept="application/json, text/csv").json()["forecasts"]
    assert ask(accept="text/csv", format="json").json()["forecasts"]


def test_the_columns_for_the_supply_chain_stay():
    assert (
        *("format_version", "as_of", "node", "level", "frequency", "period_start", "step", "unit", "currency"),
        *("forecast", "low_80", "high_80", "low_95", "high_95"),
    ) == SUPPLY_COLUMNS


def test_the_supply_chain_gets_every_interval(ask):
    lines = table_of(ask(format="supply", node="all", levels="80"))
    assert tuple(lines[0]) == SUPPLY_COLUMNS
    assert list(lines[0].values()) == [
        *("1", "2026-03-02T12:00:00+00:00", "all", "all", "month", "2026-03-01", "1", "money", "EUR"),
        *("110.0", "88.0", "132.0", "77.0", "154.0"),
    ]


def test_no_cell_is_a_formula_and_pieces_have_no_currency(place, start):
    store = open_store(place.settings().store_url.get_secret_value())
    odd = ["=1+1", "@SUM(A1)", '-2+3"', "\t=1", "a\r\n=b", "區"]
    rows = [made_row(node=node, level="=level", date=date(2026, 3, 1)) for node in odd]
    about = {**ABOUT, "levels": ["=level"], "unit": "+pieces", "coverage": {}}
    publish_forecasts(store, rows, of=forecast_edition(), about=about)
    store.close()
    running, headers = start(place.settings()), place.headers("forecasts:read")
    for form in ("csv", "supply"):
        lines = table_of(running.get("/v1/forecasts", params={"level": "=level", "format": form}, headers=headers))
        assert sorted(as_meant(line["node"]) for line in lines) == sorted(odd)
        cells = [cell for line in lines for cell in line.values()]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r", "\n"))]
        assert {(line["unit"], line["currency"]) for line in lines} == {("'+pieces", "")}
    body = running.get("/v1/forecasts", params={"level": "=level"}, headers=headers).json()
    assert (body["publication"]["currency"], body["forecasts"][0]["coverage"]) == (None, {"80": None, "95": None})
    refused = running.get("/v1/forecasts", params={"level": "=level", "currency": "EUR"}, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/no-forecast")


@pytest.mark.parametrize(
    ("path", "status", "kind", "says"),
    [
        ("?node=region%3DNort", 404, "no-forecast", "Did you mean 'region=North'?"),
        ("?node=REGION%3Dnorth/rep%3D1", 404, "no-forecast", "Did you mean 'region=North/rep=1'?"),
        ("?node=s3cret", 404, "no-forecast", "/v1/forecasts/nodes"),
        ("?node=region%3DNorth&level=rep", 404, "no-forecast", "no such node here"),
        ("?node=" + "x" * 401, 422, "hostile-value", "1 to 400 characters"),
        ("?node=a%00b", 422, "request-shape", "without NUL"),
        ("?level=regoin", 404, "no-forecast", "Did you mean 'region'? It has all, region, rep."),
        ("?level=s3cret", 404, "no-forecast", "It has all, region, rep."),
        ("?level=" + "x" * 121, 422, "hostile-value", "1 to 120 characters"),
        ("/nodes?level=regoin", 404, "no-forecast", "Did you mean 'region'?"),
        ("/nodes?cursor=s3cret", 404, "unknown-cursor", "not given out"),
        ("/nodes?node=all", 422, "request-shape", "no such parameter"),
        ("?horizon=4", 404, "no-forecast", "1 to 3 periods"),
        ("?horizon=1000", 404, "no-forecast", "1 to 3 periods"),
        ("?horizon=1000000", 422, "request-shape", "1 to 1,000"),
        ("?horizon=0", 422, "request-shape", "1 to 1,000"),
        ("?horizon=-1", 422, "request-shape", "1 to 1,000"),
        ("?horizon=1e2", 422, "request-shape", "1 to 1,000"),
        ("?horizon=" + "9" * 1_000, 422, "request-shape", "1 to 1,000"),
        ("?levels=90", 422, "request-shape", "'80,95'"),
        ("?levels=80,80", 422, "request-shape", "'80,95'"),
        ("?as_of=yesterday", 422, "request-shape", "ISO 8601"),
        ("?as_of=2020-01-01", 404, "no-forecast", "so old"),
        ("?unit=pieces", 404, "no-forecast", "the unit 'money'"),
        ("?currency=USD", 404, "no-forecast", "the currency EUR"),
        ("?format=xlsx", 422, "request-shape", "'supply'"),
        ("?limit=1001&level=rep", 422, "request-shape", "1 to 1,000"),
        ("?cursor=WzEsMV0", 404, "unknown-cursor", "not given out"),
        ("?nod=all", 422, "request-shape", "Did you mean 'node'?"),
        ("?node=all&node=all", 422, "request-shape", "once"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(ask, path, status, kind, says):
    answer = ask("/v1/forecasts" + path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert says in answer.json()["detail"]
    assert "s3cret" not in answer.text


def test_nobody_without_a_key_or_with_another_scope_reads_a_forecast(client, shared_place):
    for path in ("/v1/forecasts", "/v1/forecasts/nodes"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=shared_place.headers("customers:read")).status_code == 403


def test_before_the_first_table_there_is_no_forecast(tmp_path, start):
    place = made_place(tmp_path)
    running, headers = start(place.settings()), place.headers("forecasts:read")
    answer = running.get("/v1/forecasts", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-forecast")
    assert "salescope forecast" in answer.json()["detail"]
    body = running.get("/v1/forecasts/nodes", params={"level": "region"}, headers=headers).json()
    assert (body["publication"], body["nodes"], body["next_cursor"]) == (None, [], None)
