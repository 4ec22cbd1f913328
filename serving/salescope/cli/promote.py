"""``salescope promote`` and ``salescope rollback``: which version serves."""

from __future__ import annotations

from typing import Annotated

import typer

from salescope.cli.output import JsonOption, ModelArgument, WorkspaceOption, emit
from salescope.project import ModelName, load_workspace

__all__ = ["promote", "rollback"]


def promote(
    model: ModelArgument = ModelName.LEADS,
    version: Annotated[str, typer.Argument(help='The version, or "@challenger".')] = "@challenger",
    *,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Let a version serve: it is tried in a process of its own, then alias and pointer move."""
    from salescope.registry.champion import promote_version
    from salescope.registry.tracking import Tracking

    settings = load_workspace(workspace)
    tracking = Tracking(settings.mlflow_uri, experiment=model)
    published = promote_version(tracking, model, version=version, folder=settings.published_of(model))
    _told(model, version=published.version, digest=published.digest, as_json=as_json)


def rollback(
    model: ModelArgument = ModelName.LEADS,
    *,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Let the version serve that did before."""
    from salescope.registry.champion import roll_back
    from salescope.registry.tracking import Tracking

    settings = load_workspace(workspace)
    published = roll_back(Tracking(settings.mlflow_uri, experiment=model), model, folder=settings.published_of(model))
    _told(model, version=published.version, digest=published.digest, as_json=as_json)


def _told(model: ModelName, *, version: str, digest: str, as_json: bool) -> None:
    people = [f"[bold]{model}[/] version [bold]{version}[/] serves now (bundle {digest[:12]})."]
    emit({"model": model.value, "version": version, "digest": digest}, as_json=as_json, people=people)
