"""The process that answers what-ifs: started at the first one, asked one at a time, killed when it takes too long."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from salescope.service.errors import OverloadedError, PlanUnavailableError, WhatIfUnavailableError

__all__ = ["WhatIfProcess"]

logger = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("what_if_worker.py")
MOST_WAITING = 8
SECONDS_TO_START = 120.0
SECONDS_TO_STOP = 5.0


class WhatIfProcess:
    """Puts questions to one process that has the forecasting code, which the service itself never imports.

    Parameters
    ----------
    seconds : float
        How long one question may take; starting the process is not counted.

    Notes
    -----
    The process is started by its path: as a module it would first import the whole service.
    """

    noun: ClassVar[str] = "what-ifs"
    smaller: ClassVar[str] = "fewer locks"
    refusal: ClassVar[type[WhatIfUnavailableError | PlanUnavailableError]] = WhatIfUnavailableError

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="salescope-what-if")
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting = 0

    async def ask(self, question: Mapping[str, Any], *, table: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """Puts a question.

        Parameters
        ----------
        question : mapping
            With the ``publication`` it is about.
        table : callable
            Reads that publication, for a process that has not seen it yet.

        Returns
        -------
        dict
            See `salescope.service.what_if_worker`.

        Raises
        ------
        OverloadedError
            If too many questions wait.
        WhatIfUnavailableError
            If the answer takes too long, or the process ended.
        """
        if self._waiting >= MOST_WAITING:
            raise OverloadedError(MOST_WAITING, what=self.noun)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._ask, question, table)
        finally:
            self._waiting -= 1

    @property
    def _program(self) -> Path:
        return PROGRAM

    def stop(self) -> None:
        """Ends the process, if it was started."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._end()

    @property
    def pid(self) -> int | None:
        """Is the number of the process; None while there is none."""
        return None if self._process is None else self._process.pid

    def _ask(self, question: Mapping[str, Any], table: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        told = self._exchange(question)
        if "needs" in told:
            told = self._exchange({**question, "table": table()})
        return told

    def _exchange(self, question: Mapping[str, Any]) -> dict[str, Any]:
        process = self._started()
        said = self._within(process, line=msgspec.json.encode(question) + b"\n", seconds=self._seconds)
        if said is None:
            self._end()
            raise self.refusal(
                reason=f"No answer came within {self._seconds:g} seconds. Ask with {self.smaller}, or try again later."
            )
        return said

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            # -P keeps the service's own folder, whose modules have everyday names, from what can be imported.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", str(self._program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            if self._within(self._process, line=b"", seconds=SECONDS_TO_START) is None:
                self._end()
                raise self.refusal(reason=f"The process for {self.noun} did not start. Try again later.")
        return self._process

    def _within(self, process: subprocess.Popen[bytes], *, line: bytes, seconds: float) -> dict[str, Any] | None:
        """Writes a line and reads one; None where the process had to be killed or ended by itself."""
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        # Killing it ends whatever we wait for, writing as well as reading.
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            said = process.stdout.readline()
        except (BrokenPipeError, ConnectionError):
            said = b""
        finally:
            timer.cancel()
        if not said.endswith(b"\n"):
            logger.warning("the process for %s ended", self.noun, extra={"fields": {"pid": process.pid}})
            return None
        told: dict[str, Any] = msgspec.json.decode(said)
        return told

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(SECONDS_TO_STOP)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    # A line that was never read is lost with its reader.
                    continue
