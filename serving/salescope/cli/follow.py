"""``salescope follow``: publishes whatever version each alias "champion" names; run beside the service by ``serve``."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.output import WorkspaceOption, plain, remark
from salescope.frames.errors import SalescopeError
from salescope.project import ModelName, load_workspace

if TYPE_CHECKING:
    from salescope.registry.tracking import Tracking
    from salescope.registry.tracking_models import ModelVersion

__all__ = ["Follower", "follow"]

SECONDS_AFTER_ERROR = 60.0


def follow(
    *,
    workspace: WorkspaceOption = ".",
    seconds: Annotated[float, typer.Option(help="How often the registry is asked.", min=0.5)] = 5.0,
    parent: Annotated[int | None, typer.Option(help="The process to end with; by default who started it.")] = None,
) -> None:
    """Publish the champion of each model whenever its alias moves, until stopped or left behind by who started it."""
    parent = parent or os.getppid()
    # An exception, unlike the signal itself, ends the process that tries a bundle as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    from salescope.registry.tracking import Tracking

    settings = load_workspace(workspace)
    follower = Follower(
        lambda: Tracking(settings.mlflow_uri), folders={model: settings.published_of(model) for model in ModelName}
    )
    pause = threading.Event()
    while os.getppid() == parent:
        follower.look()
        pause.wait(seconds)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Remembers a champion that could not be published, and when it may be tried again."""

    champion: ModelVersion
    again: float


class Follower:
    """Publishes the champions, and after an error waits before it tries the same one again.

    Parameters
    ----------
    connect : callable
        Gives the tracking store; called until it answers.
    folders : mapping of str to Path
        The published folder of each model that is followed.
    tell : callable, optional
        Is told what happened, one line each; standard error by default.
    clock : callable, optional
        Gives seconds that only grow.
    """

    def __init__(
        self,
        connect: Callable[[], Tracking],
        *,
        folders: Mapping[str, Path],
        tell: Callable[[str], None] = remark,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._tracking: Tracking | None = None
        self._folders = folders
        self._tell = tell
        self._clock = clock
        self._failures: dict[str, _Failure] = {}
        self._told: dict[str, str] = {}

    def look(self) -> None:
        """Publishes each champion that is not what is published; an error is told once and changes nothing."""
        try:
            self._tracking = tracking = self._tracking or self._connect()
            champions = {model: tracking.champion(model) for model in self._folders}
        except (SalescopeError, OSError) as error:
            self._tell_once("", f"The registry was not asked: {plain(str(error))} It is asked again and again.")
            return
        self._told.pop("", None)
        for model, champion in champions.items():
            if champion is not None and not self._is_waiting(model, champion):
                self._publish(model, champion, tracking=tracking)

    def _is_waiting(self, model: str, champion: ModelVersion) -> bool:
        failed = self._failures.get(model)
        return failed is not None and failed.champion == champion and self._clock() < failed.again

    def _publish(self, model: str, champion: ModelVersion, *, tracking: Tracking) -> None:
        # Loaded only where it is called: MLflow takes seconds, and the command line's help needs it not.
        from salescope.registry.champion import materialise

        try:
            published = materialise(tracking, model, folder=self._folders[model])
        except (SalescopeError, OSError) as error:
            self._failures[model] = _Failure(champion, self._clock() + SECONDS_AFTER_ERROR)
            remedy = f"Tried again in {SECONDS_AFTER_ERROR:.0f} s, or when the alias moves."
            self._tell_once(model, f"The champion of {model} was not published: {plain(str(error))} {remedy}")
        else:
            self._failures.pop(model, None)
            self._told.pop(model, None)
            if published:
                self._tell(f"{model} version {published.version} serves now.")

    def _tell_once(self, about: str, said: str) -> None:
        if self._told.get(about) != said:
            self._tell(said)
        self._told[about] = said
