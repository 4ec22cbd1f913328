"""``docs/errors.md``: the tree of errors, what each becomes over HTTP, and what to do about each kind of problem."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from itertools import groupby

from tests.docs.markdown import block, code, codes, json_block, link, page, section, sentence, table

import salescope
from salescope.console.errors import ConsoleError
from salescope.frames import errors as frames_errors
from salescope.frames.errors import LeakageError, SalescopeError
from salescope.cli.exits import Exit
from salescope.service import errors as service_errors
from salescope.service.problems import (
    HTTP_PROBLEMS,
    INTERNAL,
    PROBLEMS,
    Problem,
    ProblemType,
    every_problem_type,
    problem_of,
    problem_type_of,
)

INTRO = """
Everything that Salescope refuses on purpose is a `SalescopeError`. A message says which value, where, what is accepted and what to do, and
never quotes a value of a caller's body. On the [command line](cli.md#exit-codes) it is one line and an exit code; from the
[service](api.md) it is a problem (RFC 9457) with a status.
"""
PROBLEM_INTRO = """
`type` is an address of the service itself, as `/problems/missing-scope`; it never changes, and its page says what is said here. For mistakes of
ours and of the operator's (500 and above) the detail tells no more than what to do; the log has the rest, found by `request_id`.
"""
CLASS_INTRO = "A class that has no kind of its own has that of the nearest class above it."


def _tree(module: object) -> str:
    """Takes the drawn tree out of a module's docstring."""
    text = inspect.getdoc(module) or ""
    drawn = text.split("::\n", 1)[1].split("\n\n", 2)[1 if text.split("::\n", 1)[1].startswith("\n") else 0]
    return block(
        "\n".join(line for line in textwrap.dedent(drawn).splitlines() if not line.endswith("…")), language="text"
    )


def every_error() -> list[type[SalescopeError]]:
    """Finds every class of error of the product, by importing all of it."""
    for module in pkgutil.walk_packages(salescope.__path__, "salescope."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)
    return sorted(_below(SalescopeError), key=lambda kind: kind.__name__)


def _below(kind: type[SalescopeError]) -> set[type[SalescopeError]]:
    found = set(kind.__subclasses__())
    return found.union(*map(_below, found)) if found else found


def _class_row(kind: type[SalescopeError]) -> list[str]:
    problem = problem_type_of(kind)
    over_http = (
        ["a page", ""]
        if issubclass(kind, ConsoleError)
        else [str(problem.status), link(code(problem.slug), f"#{problem.slug}")]
    )
    exit_code = Exit.LEAKAGE if issubclass(kind, LeakageError) else Exit.NOT_ACCEPTED
    summary = sentence((inspect.getdoc(kind) or "").split("\n\n")[0])
    return [code(kind.__name__), summary, *over_http, str(exit_code.value)]


def _families() -> Iterator[str]:
    """Writes a table for each branch below the root, in the order of their names."""

    def branch(kind: type[SalescopeError]) -> str:
        return kind.__mro__[kind.__mro__.index(SalescopeError) - 1].__name__

    head = ["error", "when", "status", "problem", "exit"]
    ordered = sorted(every_error(), key=lambda kind: (branch(kind), kind.__name__ != branch(kind), kind.__name__))
    families = {name: list(kinds) for name, kinds in groupby(ordered, key=branch)}
    alone = [kinds[0] for kinds in families.values() if len(kinds) == 1]
    for name, kinds in families.items():
        if len(kinds) > 1:
            yield section(name, table(head, rows=map(_class_row, kinds)), level=3)
    yield section("Errors of their own", table(head, rows=map(_class_row, alone)), level=3)


def _problem(kind: ProblemType) -> str:
    classes = sorted(error.__name__ for error, found in PROBLEMS.items() if found.slug == kind.slug)
    raised = f" Raised as {codes(classes)}." if classes else ""
    return section(code(kind.slug), f"**{kind.status}** · {kind.title}. {kind.remedy}{raised}", level=3)


def errors_page() -> str:
    """Writes the page."""
    kinds = sorted(every_problem_type().values(), key=lambda kind: (kind.status, kind.slug))
    example = _example(problem_of(service_errors.MissingKeyError(), request_id="crm-2026-03-01-0001"))
    return page(
        "Errors",
        INTRO,
        section("The tree", _tree(frames_errors), "The branch of the service:", _tree(service_errors)),
        section("Problems over HTTP", PROBLEM_INTRO, json_block(example), *map(_problem, kinds)),
        section("Every error", CLASS_INTRO, *_families()),
    )


def _example(problem: Problem) -> dict[str, object]:
    names = ("type", "title", "status", "detail", "request_id")
    return {name: getattr(problem, name) for name in names}


__all__ = ["HTTP_PROBLEMS", "INTERNAL", "errors_page", "every_error"]
