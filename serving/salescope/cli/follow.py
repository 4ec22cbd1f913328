"""``salescope follow``: publishes whatever version the alias "champion" names; run beside the service by ``serve``."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.output import WorkspaceOption, plain, remark
from salescope.frames.errors import SalescopeError
from salescope.project import load_workspace

if TYPE_CHECKING:
    from salescope.registry.tracking import Tracking
    from salescope.registry.tracking_models import ModelVersion

__all__ = ["Follower", "follow"]

MODEL = "leads"
SECONDS_AFTER_ERROR = 60.0


def follow(
    *,
    workspace: WorkspaceOption = ".",
    seconds: Annotated[float, typer.Option(help="How often the registry is asked.", min=0.5)] = 5.0,
    parent: Annotated[int | None, typer.Option(help="The process to end with; by default who started it.")] = None,
) -> None:
    """Publish the champion whenever the alias moves, until stopped or left behind by who started it."""
    parent = parent or os.getppid()
    # An exception, unlike the signal itself, ends the process that tries a bundle as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    from salescope.registry.tracking import Tracking

    settings = load_workspace(workspace)
    follower = Follower(lambda: Tracking(settings.mlflow_uri, experiment=MODEL), folder=settings.published)
    pause = threading.Event()
    while os.getppid() == parent:
        follower.look()
        pause.wait(seconds)


class Follower:
    """Publishes the champion, and after an error waits before it tries the same one again.

    Parameters
    ----------
    connect : callable
        Gives the tracking store; called until it answers.
    folder : Path
        The published folder.
    tell : callable, optional
        Is told what happened, one line each; standard error by default.
    clock : callable, optional
        Gives seconds that only grow.
    """

    def __init__(
        self,
        connect: Callable[[], Tracking],
        *,
        folder: Path,
        tell: Callable[[str], None] = remark,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._tracking: Tracking | None = None
        self._folder = folder
        self._tell = tell
        self._clock = clock
        self._failed: ModelVersion | None = None
        self._again = clock()
        self._told = ""

    def look(self) -> None:
        """Publishes the champion where it is not what is published; an error is told once and changes nothing."""
        champion = None
        try:
            self._tracking = tracking = self._tracking or self._connect()
            champion = tracking.champion(MODEL)
            if champion == self._failed and self._clock() < self._again:
                return
            self._publish(tracking)
        except (SalescopeError, OSError) as error:
            self._failed, self._again = champion, self._clock() + SECONDS_AFTER_ERROR
            if str(error) != self._told:
                remedy = f"Tried again in {SECONDS_AFTER_ERROR:.0f} s, or when the alias moves."
                self._tell(f"The champion was not published: {plain(str(error))} {remedy}")
            self._told = str(error)
        else:
            self._failed, self._told = None, ""

    def _publish(self, tracking: Tracking) -> None:
        # Loaded only where it is called: MLflow takes seconds, and the command line's help needs it not.
        from salescope.registry.champion import materialise

        published = materialise(tracking, MODEL, folder=self._folder)
        if published:
            self._tell(f"{MODEL} version {published.version} serves now.")
