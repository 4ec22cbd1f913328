"""The OpenAPI file: what clients are generated from, so every change to it is seen."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from tests.golden.regenerate import FOLDER, openapi
from tests.service.place import LEAD

from salescope.service.lead_openapi import ANSWER_EXAMPLE, REQUEST_EXAMPLE
from salescope.service.problems import PROBLEM_JSON
from salescope.service.record_call import INSTANT_PATTERN


@pytest.fixture(scope="module")
def described() -> dict:
    return json.loads(openapi())


def check(described: dict, name: str, value: object) -> None:
    """Checks a value against a named schema of the file, formats and references included."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def operations(described: dict) -> list[dict]:
    return [operation for item in described["paths"].values() for operation in item.values()]


def test_the_file_is_the_golden_one():
    golden = (FOLDER / "openapi.json").read_text(encoding="utf-8")
    assert openapi() == golden, "The API has changed: read the difference after `make golden`, then commit it."


def test_the_service_serves_it(client, described):
    served = client.get("/openapi.json").json()
    served["info"]["version"] = "0"
    assert served == described


def test_every_address_says_its_problems_and_its_examples(described):
    for operation in operations(described):
        assert operation["summary"]
        assert operation["operationId"].isidentifier()
        for status, answer in operation["responses"].items():
            (kind, content), *others = answer["content"].items()
            assert kind == ("application/json" if status == "200" else PROBLEM_JSON)
            assert [other for other, _ in others] in ([], ["text/csv"])
            check(described, content["schema"]["$ref"].rsplit("/", 1)[1], content["example"])
            assert "X-Request-Id" in answer["headers"]


def test_every_guarded_address_says_so(described):
    guarded = [operation for operation in operations(described) if operation["security"]]
    assert len(guarded) == 31
    for operation in guarded:
        assert operation["security"] == [{"apiKey": []}]
        assert {"401", "403", "503"} <= operation["responses"].keys()
    assert described["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_the_example_can_be_sent_and_its_answer_has_the_shape_it_shows(client, shared_place, described):
    check(described, "LeadsToScore", REQUEST_EXAMPLE)
    answer = client.post("/v1/leads:score", json=REQUEST_EXAMPLE, headers=shared_place.headers("leads:score")).json()
    assert [result["result"] for result in answer["results"]] == ["score", "problem"]
    assert answer.keys() == ANSWER_EXAMPLE.keys()
    assert answer["results"][0].keys() == ANSWER_EXAMPLE["results"][0].keys()
    assert answer["results"][1]["problem"] == ANSWER_EXAMPLE["results"][1]["problem"]


@pytest.mark.parametrize(
    ("method", "path", "schema"),
    [
        ("GET", "/healthz", "Alive"),
        ("GET", "/readyz", "Ready"),
        ("GET", "/v1/models", "Models"),
        ("GET", "/v1/models/leads", "ModelCard"),
        ("POST", "/v1/leads:score", "LeadScores"),
    ],
)
def test_answers_are_as_described(client, shared_place, described, method, path, schema):
    body = {"records": [LEAD, 5, LEAD]} if method == "POST" else None
    answer = client.request(method, path, json=body, headers=shared_place.headers("admin"))
    check(described, schema, answer.json())


def test_problems_are_as_described(client, shared_place, described):
    answer = client.post("/v1/leads:score", json={"top": -1}, headers=shared_place.headers("admin"))
    check(described, "Problem", answer.json())
    assert len(answer.json()["errors"]) == 2


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2026-03-01", True),
        ("2026-03-01T12:00:00Z", True),
        ("2026-03-01 12:00", True),
        ("2026-03-01T12:00:00.123456789+08:00", True),
        ("2024-02-29", True),
        ("2000-02-29", True),
        ("1900-02-29", False),
        ("2100-02-29", False),
        ("2023-02-29", False),
        ("2026-04-31", False),
        ("2026-03-01T24:00", False),
        ("2026-W09", False),
        ("20260301", False),
        ("1899-12-31", False),
        ("2200-01-01", False),
        ("2026-03-01\n", False),
        ("２０26-03-01", False),
    ],
)
def test_the_described_form_of_an_instant_is_the_one_that_is_read(client, shared_place, text, fits):
    body = {"records": [LEAD], "as_of": text}
    answer = client.post("/v1/leads:score", json=body, headers=shared_place.headers("admin"))
    assert answer.status_code == (200 if fits else 422)
    # A pattern of JSON Schema has no other reading of "$" than the end of the text; Python's has.
    assert bool(re.match(INSTANT_PATTERN.replace("$", r"\Z"), text)) is fits
