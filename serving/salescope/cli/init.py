"""``salescope init``: a new workspace with a commented salescope.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salescope.cli.output import JsonOption, emit
from salescope.project import PRESETS, SETTINGS_FILE, init_workspace

__all__ = ["init"]


def init(
    directory: Annotated[Path, typer.Argument(help="The folder of the new workspace.")],
    preset: Annotated[str | None, typer.Option(help=f"The system whose export you have: {', '.join(PRESETS)}.")] = None,
    *,
    made: Annotated[bool, typer.Option("--made", help="Fill it with a made company (simulated data).")] = False,
    seed: Annotated[int, typer.Option(help="With --made: the seed of the company.", min=0)] = 0,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Do nothing where one exists.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a commented salescope.yaml that maps your tables and columns."""
    settings = directory / SETTINGS_FILE
    if not (if_missing and settings.exists()):
        if made:
            from salescope.project.made import init_made_workspace

            init_made_workspace(directory, seed=seed)
        else:
            init_workspace(directory, preset=preset)
    emit(
        {"workspace": str(directory), "settings": str(settings)},
        as_json=as_json,
        people=[f"Workspace [bold]{directory}[/] is ready. Edit {settings}, then: salescope check -w {directory}"],
    )
