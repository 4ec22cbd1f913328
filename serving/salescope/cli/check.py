"""``salescope check``: what was found in the sources, and what did not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.exits import Exit
from salescope.cli.output import JsonOption, WorkspaceOption, emit, table
from salescope.project import load_workspace

if TYPE_CHECKING:
    from salescope.sources import CheckReport

__all__ = ["check", "tables_of"]


def check(
    *,
    workspace: WorkspaceOption = ".",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 5 when a row was quarantined.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read every table, say what was found, and put rows that do not fit into quarantine."""
    from salescope.sources import check_workspace

    report = check_workspace(load_workspace(workspace))
    emit(report.to_dict(), as_json=as_json, people=tables_of(report, workspace))
    if report.has_problems:
        raise typer.Exit(Exit.NOT_ACCEPTED)
    if strict and any(found.quarantined for found in report.tables):
        raise typer.Exit(Exit.QUARANTINED)


def tables_of(report: CheckReport, workspace: str) -> Iterator[object]:
    """Lays out a check for people: one table of columns a source, then what was noticed.

    Parameters
    ----------
    report : CheckReport
        What was found.
    workspace : str
        The folder, for the place of quarantined rows.

    Yields
    ------
    object
        Tables and sentences.
    """
    from salescope.sources import CheckReport, report_rows

    columns = ["column", "from", "kind", "missing", "range", "found"]
    for found in report.tables:
        first, *rows = report_rows(CheckReport((found,)))
        title = f"{found.table}: {first['found']}"
        yield table(title, columns=columns, rows=[[row[name] for name in columns] for row in rows])
        for reason, count in found.reasons:
            yield f"  {count:,} quarantined: {reason}"
        if found.quarantine:
            yield f"  All of them, with row numbers, are in [bold]{workspace}/{found.quarantine}[/]."
        for note in found.found.notes if found.found else ():
            yield f"  Note: {note}"
