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
from salescope.frames.errors import SalescopeError
from salescope.service import errors as service_errors
from salescope.service.problems import (
    PROBLEMS,
    Problem,
    ProblemType,
    every_problem_type,
    problem_of,
    problem_type_of,
)

INTRO = """
Everything that Salescope refuses on purpose is a `SalescopeError`. A message says which value, where, what is accepted and what to do, and
never quotes a value of a caller's body. On the [command line](cli.md#exit-codes) it is one line and exit code 2, or 4 for a `LeakageError`;
from the [service](api.md) it is a problem (RFC 9457) with a status.
"""
PROBLEM_INTRO = """
`type` is an address of the service itself, as `/problems/missing-scope`; it never changes, and its page says what is said here. For mistakes of
ours and of the operator's (500 and above) the detail tells no more than what to do; the log has the rest, found by `request_id`.
"""
CLASS_INTRO = "A class that has no kind of its own has that of the nearest class above it."


def _tree(module: object) -> str:
    """Takes the drawn tree out of a module's docstring, without the dots that stand for what is drawn elsewhere."""
    drawn = (inspect.getdoc(module) or "").split("::\n\n", 1)[1].split("\n\n", 1)[0]
    lines = [line for line in textwrap.dedent(drawn).splitlines() if not line.endswith("…")]
    return block("\n".join([*lines[:-1], lines[-1].replace("├", "└")]), language="text")


def every_error() -> list[type[SalescopeError]]:
    """Finds every class of error of the product, by importing all of it."""
    for module in pkgutil.walk_packages(salescope.__path__, "salescope."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)
    return sorted(_below(SalescopeError), key=lambda kind: kind.__name__)


def _below(kind: type[SalescopeError]) -> set[type[SalescopeError]]:
    # Whoever calls this in a process of the tests may have defined errors of its own.
    found = {below for below in kind.__subclasses__() if below.__module__.startswith("salescope.")}
    return found.union(*map(_below, found)) if found else found


def _class_row(kind: type[SalescopeError]) -> list[str]:
    problem = problem_type_of(kind)
    over_http = (
        ["a page", ""]
        if issubclass(kind, ConsoleError)
        else [str(problem.status), link(code(problem.slug), f"#{problem.slug}")]
    )
    summary = sentence((inspect.getdoc(kind) or "").split("\n\n")[0])
    return [code(kind.__name__), summary, *over_http]


def branch(kind: type[SalescopeError]) -> str:
    """Names the branch below the root that a class hangs on by its first parent."""
    parent = kind.__bases__[0]
    return kind.__name__ if parent is SalescopeError else branch(parent)


def _families() -> Iterator[str]:
    """Writes a table for each branch below the root, in the order of their names."""

    head = ["error", "when", "status", "problem"]
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
