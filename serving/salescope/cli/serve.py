"""``salescope serve``: the service, with the follower of the registry beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.output import WorkspaceOption, remark
from salescope.project import Workspace, load_workspace

if TYPE_CHECKING:
    from salescope.service import ServiceSettings

__all__ = ["serve", "settings_of"]


def serve(
    *,
    workspace: WorkspaceOption = ".",
    host: Annotated[str | None, typer.Option(help="The address; loopback by default.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one.", min=0, max=65_535)] = None,
    follow: Annotated[
        float, typer.Option(help="Seconds between looks at the alias in the registry; 0 for never.", min=0)
    ] = 5.0,
) -> None:
    """Serve the promoted model until stopped."""
    from salescope.console import console_extension
    from salescope.service import serve as run_service

    settings = load_workspace(workspace)
    settings.state.mkdir(parents=True, exist_ok=True)
    service = settings_of(settings, host=host, port=port)
    remark(
        f"Serving [bold]{settings.name}[/] on http://{service.host}:{service.port} "
        "(pages at /, docs at /docs). Ctrl-C stops."
    )
    with _following(settings, seconds=follow):
        run_service(service, extensions=[console_extension()])


def settings_of(workspace: Workspace, *, host: str | None = None, port: int | None = None) -> ServiceSettings:
    """Gives the service its settings: the workspace's, then the environment's, then what the caller says.

    Parameters
    ----------
    workspace : Workspace
        Has the published folder and the store.
    host : str, optional
        The address to listen on.
    port : int, optional
        The port; 0 takes a free one.

    Returns
    -------
    ServiceSettings
    """
    from pydantic import SecretStr

    from salescope.service import ServiceSettings

    return ServiceSettings(
        published=workspace.published,
        store_url=SecretStr(workspace.store_url),
        host=host or workspace.serve.host,
        port=workspace.serve.port if port is None else port,
    )


@contextmanager
def _following(workspace: Workspace, *, seconds: float) -> Iterator[None]:
    if not seconds:
        yield
        return
    command = [sys.executable, "-m", "salescope.cli", "follow", "-w", str(workspace.path), "--seconds", str(seconds)]
    process = subprocess.Popen(command)  # noqa: S603 - our own program, no shell
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=15)
