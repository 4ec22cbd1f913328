"""Lets the program read a command line as it would, and stops before anything is run."""

from __future__ import annotations

import typer

from salescope.cli.main import app


class GroupOnlyError(Exception):
    """Says that a command line ends at a group of commands."""


def understand(words: list[str], *, is_whole: bool = True) -> None:
    """Reads the words after ``salescope``; what the program does not know raises the program's own error.

    Where `is_whole` is false, what a command needs may be left out, as when running text only names it.
    """
    command = typer.main.get_command(app)
    rest = list(words)
    context = command.make_context("salescope", rest or ["-"], resilient_parsing=not rest or rest[0].startswith("-"))
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        name, command, rest = command.resolve_command(context, rest)
        is_group_alone = hasattr(command, "commands") and not rest
        try:
            context = command.make_context(name, list(rest), parent=context, resilient_parsing=is_group_alone)
        except Exception as error:
            # The program's parser has no public classes of error.
            if is_whole or type(error).__name__ != "MissingParameter":
                raise
            return
    if hasattr(command, "commands") and is_whole and not rest:
        raise GroupOnlyError(f"missing command after {' '.join(words)!r}")  # noqa: EM102 - a test's own error
