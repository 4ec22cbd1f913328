"""``salescope serve``: the service, with the follower of the registry beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.output import WorkspaceOption, remark
from salescope.project import Workspace, load_workspace

if TYPE_CHECKING:
    from salescope.service import ServiceSettings

__all__ = ["serve", "settings_of"]

SECONDS_TO_END = 15.0


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
    from salescope.service import check_start
    from salescope.service import serve as run_service

    settings = load_workspace(workspace)
    settings.state.mkdir(parents=True, exist_ok=True)
    service = settings_of(settings, host=host, port=port)
    check_start(service, now=datetime.now(UTC))
    # The server ends itself by the signal that asked it to stop; as an exception it lets us end the follower first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
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
    command = [sys.executable, "-m", "salescope.cli", "follow", "-w", str(workspace.path)]
    command += ["--seconds", str(seconds), "--parent", str(os.getpid())]
    # In a session of its own, so that Ctrl-C reaches it through us, after the last call was answered.
    process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own program, no shell
    try:
        yield
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
