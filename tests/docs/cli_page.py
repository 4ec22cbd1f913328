"""``docs/cli.md``: every command with its arguments and options, from the program's own command objects."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import typer
from tests.docs.markdown import anchor, block, code, codes, link, page, prose, section, table

from salescope.cli import exits
from salescope.cli.exits import Exit
from salescope.cli.main import app

INTRO = """
`salescope` is one program with a command for each job. Every command works on a workspace, a folder with a
[`salescope.yaml`](settings.md), which is the current folder unless `--workspace` or the variable `SALESCOPE_WORKSPACE` says otherwise.
With `--json` standard output holds one JSON document and nothing else; progress and remarks always go to standard error.
"""
FIRST_STEPS = """
salescope init shop --preset hubspot
salescope check -w shop
salescope train leads -w shop
salescope score leads -w shop
salescope serve -w shop
"""
EXIT_INTRO = """
A script can tell these apart. What is not accepted is one line on standard error: which value, where, what is accepted and what to do;
[errors](errors.md) lists them all. Ctrl-C ends with 130.
"""
# Shown once, at the top; in every table they would hide what is particular.
EVERYWHERE = {"--help"}
WORDS = {"str": "text", "path": "file or folder", "int range": "number", "float range": "number", "list[str]": "text"}
RANGE = re.compile(r"^(?:(?P<low>[\d.]+)<=)?x(?:<=(?P<high>[\d.]+)|>=(?P<least>[\d.]+))?$")


class Told(NamedTuple):
    """Is what a command says about one of its parameters."""

    kind: str
    text: str
    default: str
    notes: list[str]


def commands(command: Any = None, *, context: Any = None) -> Iterator[tuple[Any, Any]]:
    """Walks through the commands that are no groups and not hidden, each with its context."""
    command = command or typer.main.get_command(app)
    context = context or command.make_context("salescope", ["x"], resilient_parsing=True)
    if not hasattr(command, "commands"):
        yield command, context
        return
    for name, inner in command.commands.items():
        if not inner.hidden:
            below = inner.make_context(name, ["x"], parent=context, resilient_parsing=True)
            yield from commands(inner, context=below)


def told(parameter: Any, context: Any) -> Told:
    """Takes a parameter's line of help apart: its declaration, its meaning, and what stands in the last brackets."""
    declared, meaning = parameter.get_help_record(context)
    text, _, extra = meaning.partition("  [")
    facts = dict.fromkeys(extra.removesuffix("]").split("; ")) if extra else {}
    default = next((fact.removeprefix("default: ") for fact in facts if fact.startswith("default: ")), "")
    kind = re.search(r"<(.+)>$", declared)
    notes = [note for fact in facts if (note := _note(fact))]
    if default and parameter.secondary_opts:
        default = f"--{default}"
    return Told(kind[1] if kind else "", text, default, notes)


def _note(fact: str) -> str:
    if fact.startswith("env var: "):
        return f"Variable: {code(fact.removeprefix('env var: '))}."
    bounds = RANGE.match(fact)
    if not bounds:
        return ""
    if bounds["high"]:
        return f"{int(bounds['low']):,} to {int(bounds['high']):,}."
    return f"At least {bounds['least']}."


def _rows(command: Any, context: Any, *, kind: str) -> list[list[str]]:
    rows = []
    for parameter in command.get_params(context):
        if parameter.param_type_name != kind or EVERYWHERE & set(parameter.opts):
            continue
        said = told(parameter, context)
        default = "required" if parameter.required else code(said.default)
        rows.append([_shown(parameter, said), default, " ".join([prose(said.text), *said.notes])])
    return rows


def _shown(parameter: Any, said: Told) -> str:
    kind = f" *{WORDS.get(said.kind, said.kind)}*" if said.kind else ""
    if parameter.param_type_name == "argument":
        return code(parameter.name) + kind
    names = codes(sorted(parameter.opts, key=len, reverse=True))
    return " / ".join([names, *map(code, parameter.secondary_opts)]) + kind


def _command(command: Any, context: Any) -> str:
    pieces = " ".join(piece.strip("{}").lower() for piece in command.collect_usage_pieces(context))
    parts = [prose(paragraph) for paragraph in inspect.cleandoc(command.help).split("\n\n")]
    parts.append(block(f"{context.command_path} {pieces}", language="text"))
    for kind in ("argument", "option"):
        rows = _rows(command, context, kind=kind)
        if rows:
            parts.append(table([kind, "default", "meaning"], rows=rows))
    return section(code(context.command_path), *parts)


def exit_meanings() -> dict[int, str]:
    """Reads what each exit code means out of the table in the docstring of the module."""
    lines = re.findall(r"^(\d+)  (.+)$", exits.__doc__ or "", flags=re.MULTILINE)
    return {int(number): prose(meaning) for number, meaning in lines}


def cli_page() -> str:
    """Writes the page."""
    found = list(commands())
    summaries = [[_linked(context.command_path), _summary(command)] for command, context in found]
    meanings = exit_meanings()
    exit_rows = [[code(one.value), one.name.lower().replace("_", " "), meanings[one.value]] for one in Exit]
    return page(
        "The command line",
        INTRO,
        block(FIRST_STEPS, language="bash"),
        table(["command", "what it does"], rows=summaries),
        "`salescope --version` shows the version; `--help` (or `-h`) after any command shows what is below.",
        section("Exit codes", EXIT_INTRO, table(["code", "name", "meaning"], rows=exit_rows)),
        *(_command(command, context) for command, context in found),
    )


def _linked(path: str) -> str:
    return link(code(path), f"#{anchor(path)}")


def _summary(command: Any) -> str:
    return prose(inspect.cleandoc(command.help).split("\n\n")[0])
