"""``docs/api.md``: addresses, scopes, examples and fields, from the golden OpenAPI file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.docs.markdown import anchor, block, code, codes, json_block, link, page, prose, section, table

from salescope.project.settings import ServeSettings
from salescope.service.problems import every_problem_type

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "openapi.json"
JSON = "application/json"
INTRO = """
The service answers JSON over HTTP. This page says what its OpenAPI file says, for reading; the service itself has the file at `/openapi.json` and a
page to try it at `/docs`. What is no answer is a problem, see [errors](errors.md#problems-over-http).
"""
CALLING = """
Every address but the two of health needs an API key with the scope it names, sent as a header; a key with the scope `admin` may do everything. Every
answer carries its `X-Request-Id`, the caller's own or a new one; it is also in the log and in the ledger.
"""
EXAMPLE = """
key=$(salescope keys create CRM --scope leads:score --json | python -c 'import json, sys; print(json.load(sys.stdin)["key"])')
curl -sS http://{host}:{port}/v1/leads:score -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \\
  -d '{"records": [{"lead_id": "lead-1001", "source": "web"}]}'
"""
WORDS = {"integer": "whole number", "string": "text", "boolean": "true or false", "array": "list"}


def _first_call() -> str:
    """Addresses the example to where `salescope serve` listens by default."""
    listens = ServeSettings()
    return EXAMPLE.replace("{host}", listens.host).replace("{port}", str(listens.port))


def described() -> dict[str, Any]:
    """Reads the golden OpenAPI file; a test of the service keeps it true."""
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Walks through method, address and description of every operation."""
    for address, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), address, operation


def _kind(schema: Mapping[str, Any]) -> str:
    """Says in words what a value of a schema is."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return link(code(name), f"#{anchor(name)}")
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(code(value) for value in schema["enum"])
    kinds = schema.get("type", "anything")
    words = " or ".join(WORDS.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    return f"{words} of {_kind(schema['items'])}" if "items" in schema else words


def _limits(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum", schema.get("minItems")), schema.get("maximum", schema.get("maxItems"))
    if low is not None and high is not None:
        return f"{low:,} to {high:,}"
    return f"{low:,} or more" if low is not None else ""


def _field(name: str, schema: Mapping[str, Any], *, required: bool) -> list[str]:
    kind = ", ".join(filter(None, [_kind(schema), _limits(schema)]))
    default = f" By default {code(schema['default'])}." if schema.get("default") is not None else ""
    return [code(name), kind, "yes" if required else "", prose(schema.get("description", "")) + default]


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [_field(field, found, required=field in required) for field, found in schema.get("properties", {}).items()]
    if isinstance(schema.get("additionalProperties"), dict):
        rows.append(["*any other*", _kind(schema["additionalProperties"]), "", "A field that the model has learned."])
    return section(
        name, prose(schema.get("description", "")), table(["field", "type", "required", "meaning"], rows=rows), level=3
    )


def _example(content: Mapping[str, Any]) -> str:
    return json_block(content[JSON]["example"])


def _problems(operation: Mapping[str, Any]) -> str:
    """Lists the kinds of problem with the statuses that the address may answer with."""
    statuses = {int(status) for status in operation["responses"] if status != "200"}
    kinds = [kind for kind in every_problem_type().values() if kind.status in statuses]
    by_status = {status: [kind.slug for kind in kinds if kind.status == status] for status in sorted(statuses)}
    rows = [
        [str(status), ", ".join(link(code(slug), f"errors.md#{slug}") for slug in slugs)]
        for status, slugs in by_status.items()
    ]
    return table(["status", "problems of this status"], rows=rows)


def _operation(method: str, address: str, operation: Mapping[str, Any]) -> str:
    scope = operation.get("x-scope")
    answer = operation["responses"]["200"]
    schema = _kind(answer["content"][JSON]["schema"])
    parts = [operation["description"], f"Scope: {code(scope)}." if scope else "No key is needed."]
    places = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] in {"path", "query"}]
    parts += [f"{code(place['name'])}: {place['description']}" for place in places]
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        parts += [f"The call, {_kind(content[JSON]['schema'])}:", _example(content)]
    parts += [f"The answer, {schema}. {answer['description']}", _example(answer["content"]), _problems(operation)]
    return section(code(f"{method} {address}"), *parts)


def api_page() -> str:
    """Writes the page."""
    document = described()
    rows = []
    for method, address, operation in operations(document):
        title = f"{method} {address}"
        rows.append(
            [
                link(code(title), f"#{anchor(title)}"),
                operation["summary"],
                codes(filter(None, [operation.get("x-scope")])),
            ]
        )
    return page(
        "The API",
        INTRO,
        table(["address", "what it does", "scope"], rows=rows),
        section("Calling it", CALLING, block(_first_call(), language="bash")),
        *(_operation(*found) for found in operations(document)),
        section("Fields", *(_schema(name, schema) for name, schema in document["components"]["schemas"].items())),
    )
