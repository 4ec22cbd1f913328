"""``salescope follow``: publishes whatever version the alias "champion" names; run beside the service by ``serve``."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from salescope.cli.output import WorkspaceOption, remark
from salescope.frames.errors import SalescopeError
from salescope.project import load_workspace

__all__ = ["follow"]


def follow(
    *,
    workspace: WorkspaceOption = ".",
    seconds: Annotated[float, typer.Option(help="How often the registry is asked.", min=0.5)] = 5.0,
) -> None:
    """Publish the champion whenever the alias moves, until stopped."""
    from salescope.registry.champion import materialise
    from salescope.registry.tracking import Tracking

    settings = load_workspace(workspace)
    tracking = Tracking(settings.mlflow_uri, experiment="leads")
    stopped = threading.Event()
    told = ""
    while not stopped.wait(seconds):
        try:
            published = materialise(tracking, "leads", folder=settings.published)
        except SalescopeError as error:
            if str(error) != told:
                remark(f"The champion was not published: {error}")
                told = str(error)
            continue
        if published:
            remark(f"leads version {published.version} serves now.")
