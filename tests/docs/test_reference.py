"""The reference pages say what the product says: they equal what is generated, and nothing of the product is missing from them."""

from __future__ import annotations

import ast
import re

import pytest
import typer
from tests.docs.markdown import anchor
from tests.docs.reading import Document, documents, missing_targets
from tests.docs.regenerate import FOLDER, PAGES, ROOT

from salescope.cli.exits import Exit
from salescope.cli.main import app
from salescope.frames import TABLES
from salescope.frames.contract import Kind
from salescope.project.settings import SettingsFile
from salescope.service import ServiceSettings, create_app
from salescope.service.problems import PROBLEMS, every_problem_type

MARKDOWN = documents()


def text_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def section_of(name: str, heading: str) -> str:
    """Cuts out a section: from its heading to the next one of its own rank or a higher one."""
    lines = text_of(name).splitlines()
    start = next(number for number, line in enumerate(lines) if re.fullmatch(rf"#+ `?{re.escape(heading)}`?", line))
    rank = len(lines[start]) - len(lines[start].lstrip("#"))
    after = (number for number, line in enumerate(lines) if number > start and re.match(rf"#{{1,{rank}}} ", line))
    return "\n".join(lines[start : next(after, len(lines))])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_product_says(name):
    assert text_of(name) == PAGES[name](), (
        f"docs/{name} is out of date: run `make docs`, read the difference, commit it."
    )


def test_there_is_no_page_that_nobody_writes():
    assert sorted(path.name for path in FOLDER.glob("*.md")) == sorted(PAGES), "docs/ is for generated pages"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_reached_from_the_index(name):
    assert name == "README.md" or f"({name})" in text_of("README.md")


def keys_of(schema: dict, *, definitions: dict, place: str = "") -> list[str]:
    """Lists the keys of the settings file from its JSON Schema, which the page does not use."""
    for part in [schema, *schema.get("anyOf", [])]:
        if "$ref" in part:
            return keys_of(definitions[part["$ref"].rsplit("/", 1)[1]], definitions=definitions, place=place)
        if isinstance(inner := part.get("additionalProperties"), dict) and "$ref" in inner:
            return keys_of(inner, definitions=definitions, place=f"{place}<table>.")
    if "properties" not in schema:
        return [place.removesuffix(".")]
    named = schema["properties"].items()
    return [key for name, inner in named for key in keys_of(inner, definitions=definitions, place=f"{place}{name}.")]


def test_every_setting_is_in_the_page():
    schema = SettingsFile.model_json_schema()
    keys = keys_of(schema, definitions=schema["$defs"])
    assert len(keys) > 35
    assert "leads.outcome.won_when" in keys
    assert [key for key in keys if f"| `{key}` |" not in text_of("settings.md")] == []


def test_every_setting_of_the_service_is_in_the_page_with_a_meaning():
    told = section_of("settings.md", "The service")
    for name in ServiceSettings.model_fields:
        assert re.search(rf"^\| `SALESCOPE_{name.upper()}` \|.*\| [A-Za-z`][^|]+ \|$", told, flags=re.MULTILINE), name


def variables_read() -> set[str]:
    """Finds the variables of the environment that the product reads by name: through a mapping, or as an option's variable."""
    found: set[str] = set()
    for path in [path for room in ("models", "pipelines", "serving") for path in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "environment.get",
                "os.environ.get",
                "os.getenv",
            }:
                found |= {first.value for first in node.args[:1] if isinstance(first, ast.Constant)}
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"os.environ", "environment"}:
                found |= {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
            elif isinstance(node, ast.keyword) and node.arg == "envvar" and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
    return found


def test_every_variable_that_is_read_is_in_the_page():
    found = variables_read()
    assert {"SALESCOPE_WORKSPACE", "MLFLOW_TRACKING_URI", "SALESCOPE_PORT"} <= found
    told = section_of("settings.md", "Environment")
    assert [name for name in sorted(found) if f"| `{name}` |" not in told] == []


def every_command(info: typer.Typer = app, *, place: str = "salescope") -> dict[str, object]:
    """Lists the commands from typer's registrations; the page is made from the built command objects."""
    found = {f"{place} {command.name}": command.callback for command in info.registered_commands if not command.hidden}
    for group in info.registered_groups:
        found |= every_command(group.typer_instance, place=f"{place} {group.name}")
    return found


@pytest.mark.parametrize("command", every_command())
def test_every_command_has_a_section_with_every_option(command):
    told = section_of("cli.md", command)
    group = typer.main.get_command(app)
    for word in command.split()[1:]:
        group = group.commands[word]
    for parameter in group.params:
        names = (
            [parameter.name]
            if parameter.param_type_name == "argument"
            else [*parameter.opts, *parameter.secondary_opts]
        )
        assert [name for name in names if f"`{name}`" not in told] == []
        assert " ".join(parameter.help.split())[:20].replace("`", "") in told.replace("`", "")


def test_every_exit_code_is_in_the_page():
    told = section_of("cli.md", "Exit codes")
    for code in Exit:
        assert re.search(
            rf"^\| `{code.value}` \| {code.name.lower().replace('_', ' ')} \| \w.+ \|$", told, flags=re.MULTILINE
        )


def test_every_route_has_a_section_with_its_scope():
    routes = create_app(ServiceSettings(published="published", store_url="sqlite:///service.db")).openapi()["paths"]
    assert len(routes) >= 5
    for address, item in routes.items():
        for method, operation in item.items():
            told = section_of("api.md", f"{method.upper()} {address}")
            assert (
                f"Scope: `{operation['x-scope']}`." in told if "x-scope" in operation else "No key is needed." in told
            )
            assert "```json" in told


@pytest.mark.parametrize("slug", every_problem_type())
def test_every_problem_has_a_section_with_its_status(slug):
    assert f"**{every_problem_type()[slug].status}**" in section_of("errors.md", slug)


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_every_error_of_the_services_table_is_in_the_page(kind):
    row = re.search(
        rf"^\| `{kind.__name__}` \| (.+) \| (\d+) \| \[`([\w-]+)`\]", text_of("errors.md"), flags=re.MULTILINE
    )
    assert row is not None
    assert (int(row[2]), row[3]) == (PROBLEMS[kind].status, PROBLEMS[kind].slug)


def test_every_class_of_error_of_the_product_is_in_the_page():
    named = {
        node.name
        for room in ("models", "pipelines", "serving")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and node.bases
    }
    assert len(named) > 50
    assert [name for name in sorted(named - {"SalescopeError"}) if f"| `{name}` |" not in text_of("errors.md")] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_section_with_every_column(name):
    lines = [line.split(" | ") for line in section_of("contract.md", name).splitlines() if line.startswith("| `")]
    rows = {cells[0].strip("|` "): [cell.strip(" |") for cell in cells[1:]] for cells in lines}
    assert list(rows) == list(TABLES[name].names)
    for column in TABLES[name].columns:
        kind, required, accepted, meaning = rows[column.name]
        assert (kind, required == "yes", meaning) == (column.kind, column.required, column.description)
        assert [value for value in column.accepted if f"`{value}`" not in accepted] == []


def test_every_kind_of_column_is_explained():
    told = section_of("contract.md", "Kinds of columns")
    assert re.findall(r"^\| `(\w+)` \|", told, flags=re.MULTILINE) == list(Kind.__args__)


@pytest.mark.parametrize("document", MARKDOWN, ids=lambda document: document.name)
def test_relative_links_lead_somewhere(document):
    assert missing_targets(document) == [], f"{document.name} has links that lead nowhere"


def test_all_the_markdown_is_read():
    assert {"docs/cli.md", "README.md", "pipelines/README.md", "CHANGELOG.md"} <= {
        document.name for document in MARKDOWN
    }


def test_a_link_that_leads_nowhere_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b` c\n\n[ok](page.md#a-b-c) [ok](#a-b-c-1) [gone](other.md) [lost](#d) `[code](x.md)`\n\n# A b c\n"
        "```\n[block](y.md)\n```\n[web](https://example.com/z.md)\n",
        encoding="utf-8",
    )
    assert missing_targets(Document(page)) == ["other.md: no such file", "#d: no such heading"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Exit codes", "exit-codes"), ("`salescope keys create`", "salescope-keys-create"), ("`tables.<table>`", "tablestable"),
     ("GET /v1/models/{name}", "get-v1modelsname"), ("lead_events", "lead_events"), ("A, and – B", "a-and--b")],
)  # fmt: skip
def test_anchors_are_those_of_github(heading, name):
    assert anchor(heading) == name
