"""What the command line prints: tables for people, one JSON document for programs, progress beside both.

In JSON mode standard output holds the document and nothing else; progress and remarks always go to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from salescope.project import ModelName

__all__ = [
    "JsonOption",
    "ModelArgument",
    "MomentOption",
    "WorkspaceOption",
    "emit",
    "moment_asked",
    "plain",
    "progress",
    "remark",
    "steps_shown",
    "table",
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
ModelArgument = Annotated[ModelName, typer.Argument(help="The model.")]
WorkspaceOption = Annotated[
    str, typer.Option("--workspace", "-w", help="The folder that holds salescope.yaml.", envvar="SALESCOPE_WORKSPACE")
]
MomentOption = Annotated[
    datetime | None,
    typer.Option("--as-of", help="The moment to look from: UTC, or with its offset; now by default."),
]

Row = Sequence[object]


def table(title: str, *, columns: Sequence[str], rows: Iterable[Row]) -> Table:
    """Lays out rows as a table for people.

    Parameters
    ----------
    title : str
        What the table shows.
    columns : sequence of str
        Headings; one that starts with ``#`` is aligned to the right.
    rows : iterable of sequence of object
        Cells; each is shown with ``str``.

    Returns
    -------
    rich.table.Table
        The table, ready to print.

    Examples
    --------
    >>> laid = table("Keys", columns=["id", "#used"], rows=[("a", 3)])
    >>> [column.header for column in laid.columns]
    ['id', 'used']
    """
    laid = Table(title=title, title_justify="left", title_style="bold", header_style="dim", border_style="dim")
    for column in columns:
        laid.add_column(column.lstrip("#"), justify="right" if column.startswith("#") else "left", overflow="fold")
    for row in rows:
        laid.add_row(*("" if cell is None else str(cell) for cell in row))
    return laid


def emit(document: Mapping[str, Any], *, as_json: bool, people: Iterable[object] = ()) -> None:
    """Prints a result: as one JSON document, or as what people would rather read.

    Parameters
    ----------
    document : mapping
        The whole result; values that JSON does not know are shown with ``str``.
    as_json : bool
        Whether a program reads.
    people : iterable of object
        Tables and sentences, printed in turn when a person reads.
    """
    if as_json:
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n")
        return
    console = Console()
    for part in people:
        console.print(part, highlight=False)


def moment_asked(as_of: datetime | None) -> datetime:
    """Gives the moment that a command looks from.

    Parameters
    ----------
    as_of : datetime or None
        What was asked for: UTC where it has no offset; None is now.

    Returns
    -------
    datetime
        Naive, in UTC, in whole seconds.

    Examples
    --------
    >>> moment_asked(datetime.fromisoformat("2025-07-01T01:30:00+02:00")).isoformat()
    '2025-06-30T23:30:00'
    """
    moment = (as_of or datetime.now(UTC)).replace(microsecond=0)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def remark(text: str) -> None:
    """Prints one line to standard error, where it disturbs no program that reads the result.

    Parameters
    ----------
    text : str
        The line, in rich's markup.
    """
    # Not broken into lines: a log or a script that reads it takes one line for one remark.
    Console(stderr=True).print(text, highlight=False, soft_wrap=True)


def plain(text: str) -> str:
    r"""Keeps a text that may hold brackets from being read as markup.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text for `remark`.

    Examples
    --------
    >>> plain("a[bold]b")
    'a\\[bold]b'
    """
    return text.replace("[", r"\[")


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Shows a bar for long work on standard error.

    Parameters
    ----------
    quiet : bool, default False
        Whether to show nothing.

    Yields
    ------
    rich.progress.Progress
        The bar; add tasks to it.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False, disable=quiet) as bar:
        yield bar


@contextmanager
def steps_shown(label: str, *, quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Shows the steps of long work on standard error.

    Parameters
    ----------
    label : str
        What is shown before the first step.
    quiet : bool, default False
        Whether to show nothing.

    Yields
    ------
    callable
        Is told each step, how many are done and how many there are.
    """
    with progress(quiet=quiet) as bar:
        task = bar.add_task(label, total=None)

        def tell(step: str, done: int, total: int) -> None:  # architecture: allow positional
            bar.update(task, description=step, completed=done, total=total)

        yield tell
