"""Which process a thing belongs to, and whether that process still lives."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ProcessMark", "this_process"]

_START_FIELD = 19
_STATE_FIELD = 0


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """Marks a process so that a later process with the same number is not taken for it.

    Parameters
    ----------
    host : str
        The name of the machine.
    pid : int
        The number of the process.
    started : str
        When it started, in whatever form the machine tells it; empty where it cannot be told.
    """

    host: str
    pid: int
    started: str

    def is_gone(self) -> bool:
        """Says whether the process is known to have ended.

        Returns
        -------
        bool
            False for a process of another machine, of which nothing is known.
        """
        return self.host == socket.gethostname() and _started(self.pid) != self.started


def this_process() -> ProcessMark:
    """Marks the process that asks.

    Returns
    -------
    ProcessMark
        Its machine, number and start.

    Examples
    --------
    >>> this_process().is_gone()
    False
    """
    pid = os.getpid()
    return ProcessMark(host=socket.gethostname(), pid=pid, started=_started(pid) or "")


def _started(pid: int) -> str | None:
    if Path("/proc/self/stat").exists():
        return _started_by_proc(pid)
    return _started_by_ps(pid)


def _started_by_proc(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The program's name may hold blanks and brackets, so we count fields after its last closing bracket.
    fields = text.rpartition(")")[2].split()
    # A killed process stays in the table until its parent asks for it; it does no work any more.
    return None if fields[_STATE_FIELD] in {"Z", "X"} else fields[_START_FIELD]


def _started_by_ps(pid: int) -> str | None:
    ps = shutil.which("ps")
    if ps is None:
        # Nothing can be told: an empty start equals the empty start of the mark, so nothing is taken for gone.
        return ""
    answer = subprocess.run(  # noqa: S603
        [ps, "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None
