"""``docs/settings.md``: every key of salescope.yaml, every setting of the service, every variable of the environment."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from tests.docs.markdown import block, code, codes, page, prose, section, sentence, table

from salescope.project.settings import Names, SettingsFile
from salescope.service import ServiceSettings

INTRO = """
A workspace is a folder with one file, `salescope.yaml`; [`salescope init`](cli.md#salescope-init) writes a commented one. Every key is optional
but where it says "required". A misspelt key is refused with its line and the nearest valid name; `salescope check` says at any time what was
understood.
"""
EXAMPLE = """
workspace: {name: Shop, currency: EUR}
tables:
  leads:
    path: ${EXPORTS:-data}/leads.csv
    columns: {lead_id: Lead No., created_at: Created, outcome_at: Closed, source: Source}
leads:
  outcome: {column: Status, won: [won], lost: [lost], open: ["*"]}
"""
EXPANSION = """
In paths and addresses `${NAME}` is replaced by the variable of that name, and `${NAME:-default}` by the default where there is none. Relative paths,
those of SQLite files too, are meant from the folder of the workspace.
"""
SERVICE = """
How much the service takes from one caller, and how long it waits. Each is given as a variable; `salescope serve` takes `SALESCOPE_PUBLISHED` from the
workspace, and the store, the host and the port from the workspace or from the variables below.
"""
VARIABLES = {
    "SALESCOPE_WORKSPACE": "The workspace of every command that is not told another by `--workspace`.",
    "SALESCOPE_STORE_URL": "Wins over `store.url`.",
    "SALESCOPE_HOST": "Wins over `serve.host`; `--host` wins over it.",
    "SALESCOPE_PORT": "Wins over `serve.port`; `--port` wins over it.",
    "MLFLOW_TRACKING_URI": "Wins over `mlflow.tracking_uri`.",
    "MLFLOW_RUN_ID": "Set by `mlflow run`: the run inside which a training's own run is shown.",
    "SALESCOPE_DATA": "Where the public data sets are; for the tests, the benchmarks and the example workspaces only.",
}
# The docstring describes these six in one sentence.
LIMITS = {
    "max_records": "The most records of a call.",
    "max_body": "The most bytes of a body.",
    "max_fields": "The most fields of a record.",
    "max_string": "The most characters of a text.",
    "max_events": "The most events of a lead.",
    "max_depth": "The most levels of nesting of a body.",
}
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "none"}
BOUNDS = {"ge": "at least {}", "gt": "over {}", "le": "at most {}", "lt": "under {}"}


def inner_model(annotation: object) -> type[BaseModel] | None:
    """Finds the section that a key holds, also as the values of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := inner_model(part))), None)


def kind_of(annotation: Any) -> str:
    """Says a type in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind_of(parts[0])
    if origin is Literal:
        return " or ".join(code(part) for part in parts)
    if origin in {Union, types.UnionType}:
        return " or ".join(kind_of(part) for part in parts if part is not type(None))
    if origin is tuple:
        return "list"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "mapping"
    return WORDS.get(annotation, "text")


def _typed(field: FieldInfo) -> str:
    """Says the type of a field with what it must keep to."""
    # pydantic keeps the annotation's marks as metadata; this mark alone makes one name stand for a list of one.
    is_names = get_args(Names)[1] in field.metadata
    kind = "a column, or a list of names" if is_names else kind_of(field.annotation)
    return ", ".join(filter(None, [kind, bounds_of(field)]))


def bounds_of(field: FieldInfo) -> str:
    """Says what a number must keep to."""
    said = [form.format(f"{value:,g}" if isinstance(value, float) else f"{value:,}") for name, form in BOUNDS.items() for rule in field.metadata
            if (value := getattr(rule, name, None)) is not None]  # fmt: skip
    return ", ".join(said)


def default_of(field: FieldInfo) -> str:
    """Says a default as one would write it in the file."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or (not value and not isinstance(value, int | float)):
        return ""
    if isinstance(value, Mapping):
        return code("{" + ", ".join(f"{name}: {inner}" for name, inner in value.items()) + "}")
    return code(
        f"{value:_}"
        if isinstance(value, int) and value >= 10_000
        else f"{value:g}"
        if isinstance(value, float)
        else value
    )


def sections(model: type[BaseModel] = SettingsFile, *, place: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Walks through the sections of the file, each with the keys that lead to it."""
    for name, field in model.model_fields.items():
        inner = inner_model(field.annotation)
        if inner is None:
            continue
        below = f"{place}{name}" + (
            ".<table>" if get_origin(field.annotation) not in {None, Union, types.UnionType} else ""
        )
        yield below, inner
        yield from sections(inner, place=f"{below}.")


def _row(name: str, field: FieldInfo) -> list[str]:
    return [code(name), _typed(field), default_of(field), prose(field.description or "")]


def _section(place: str, model: type[BaseModel]) -> str:
    fields = {name: field for name, field in model.model_fields.items() if inner_model(field.annotation) is None}
    paragraphs = (inspect.getdoc(model) or "").split("\n\n")
    rows = [_row(f"{place}.{name}", field) for name, field in fields.items()]
    parts = [
        sentence(paragraphs[0]),
        table(["key", "type", "default", "meaning"], rows=rows),
        *map(prose, paragraphs[1:]),
    ]
    return section(code(place), *parts, level=3)


def service_meanings() -> dict[str, str]:
    """Reads what each setting of the service means out of the docstring of its class."""
    text = (inspect.getdoc(ServiceSettings) or "").split("Examples\n")[0]
    found = re.findall(r"^(\w+) : .*\n((?:    .+\n?)+)", text, flags=re.MULTILINE)
    return {name: prose(meaning) for name, meaning in found} | LIMITS


def _service_rows() -> Iterator[list[str]]:
    meanings = service_meanings()
    for name, field in ServiceSettings.model_fields.items():
        yield [code(f"SALESCOPE_{name.upper()}"), _typed(field), default_of(field), meanings[name]]


def settings_page() -> str:
    """Writes the page."""
    return page(
        "Settings",
        INTRO,
        block(EXAMPLE, language="yaml"),
        EXPANSION,
        section(
            "salescope.yaml",
            f"Sections: {codes(place for place, _ in sections())}.",
            *(_section(*found) for found in sections()),
        ),
        section("The service", SERVICE, table(["variable", "type", "default", "meaning"], rows=_service_rows())),
        section(
            "Environment", table(["variable", "meaning"], rows=[[code(name), text] for name, text in VARIABLES.items()])
        ),
    )
