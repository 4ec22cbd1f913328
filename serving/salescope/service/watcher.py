"""Watching the published folder of a model, and swapping the model while calls are being answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from salescope.frames.errors import SalescopeError
from salescope.registry.published import POINTER
from salescope.service.errors import NoModelError
from salescope.service.live_model import LiveModel

__all__ = ["ModelWatcher"]

logger = logging.getLogger(__name__)

SECONDS_TO_RETRY = 30.0

Stamp = tuple[int, int, int]


@dataclass(slots=True)
class _Refused:
    """Remembers a pointer whose bundle could not be loaded, so that it is not tried twice a second."""

    stamp: Stamp
    retry_at: float


class ModelWatcher:
    """Keeps the newest sound version of one model at hand.

    Parameters
    ----------
    folder : Path
        The folder of its promoted bundles; its name is the model's.
    pool : Executor
        Where bundles are loaded, off the event loop.
    load : callable
        Loads the current bundle of the folder.

    Notes
    -----
    One attribute holds the model, and replacing it is one step: a call that took the old one answers wholly from the
    old one. A bundle that fails any check changes nothing but `warning`.
    """

    def __init__(self, folder: Path, *, pool: Executor, load: Callable[[Path], LiveModel[Any]]) -> None:
        self._folder = folder
        self._pool = pool
        self._load = load
        self._model: LiveModel[Any] | None = None
        self._stamp: Stamp | None = None
        self._refused: _Refused | None = None
        self.warning: str | None = None

    @property
    def model(self) -> LiveModel[Any]:
        """Gives the model to answer from.

        Raises
        ------
        NoModelError
            If none could be loaded yet; the message says what to do.
        """
        if self._model is None:
            command = f"salescope promote {self._folder.name}"
            raise NoModelError(
                self.warning or f"Nothing is promoted yet: train a model, then promote it with `{command}`."
            )
        return self._model

    @property
    def loaded(self) -> LiveModel[Any] | None:
        """Gives the model if there is one."""
        return self._model

    async def check(self) -> None:
        """Looks at the pointer once, and loads what it names if it has moved."""
        stamp = self._pointer_stamp()
        if stamp is None or stamp == self._stamp:
            return
        refused = self._refused
        if refused is not None and refused.stamp == stamp and monotonic() < refused.retry_at:
            return
        try:
            model = await asyncio.get_running_loop().run_in_executor(self._pool, self._load, self._folder)
        except Exception as error:  # noqa: BLE001
            # Whatever a bundle makes the loader do, the calls go on with the model that there is.
            self._refuse(stamp, error)
        else:
            self._take(stamp, model)

    async def watch(self, *, every: float) -> None:
        """Looks at the pointer again and again, until it is cancelled.

        Parameters
        ----------
        every : float
            Seconds between two looks.
        """
        while True:
            await asyncio.sleep(every)
            await self.check()

    def _pointer_stamp(self) -> Stamp | None:
        try:
            found = (self._folder / POINTER).stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino, found.st_size)

    def _take(self, stamp: Stamp, model: LiveModel[Any]) -> None:
        before = self._model.version if self._model else None
        self._model, self._stamp, self._refused, self.warning = model, stamp, None, None
        fields = {"model": model.name, "version": model.version, "digest": model.digest, "before": before}
        logger.info("model.swapped", extra={"fields": fields})

    def _refuse(self, stamp: Stamp, error: Exception) -> None:
        self._refused = _Refused(stamp, monotonic() + SECONDS_TO_RETRY)
        kept = f"version {self._model.version} still answers" if self._model else "no model answers"
        reason = str(error) if isinstance(error, SalescopeError) else f"{type(error).__name__}."
        name = self._folder.name
        self.warning = f"The bundle of {name!r} that was promoted last cannot be loaded, so {kept}: {reason}"
        fields = {"model": name, "error": type(error).__name__, "kept": kept}
        logger.error("model.refused", extra={"fields": fields})
