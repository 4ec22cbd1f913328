"""A process is known by machine, number and start, so a number used again is not taken for it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from salescope.registry import processes
from salescope.registry.processes import ProcessMark, this_process


def test_a_living_process_is_there_and_a_reused_number_is_not_it() -> None:
    here = this_process()
    assert (here.pid, here.is_gone()) == (os.getpid(), False)
    assert replace(here, started="1").is_gone()


def test_nothing_is_known_of_another_machine() -> None:
    assert not ProcessMark(host="elsewhere", pid=1, started="0").is_gone()


def test_a_killed_process_is_gone_even_before_its_parent_asks_for_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        mark = replace(this_process(), pid=process.pid, started=processes._started(process.pid))
        assert not mark.is_gone()
        process.kill()
        # Waits until it has ended, and leaves it in the table for its parent.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert mark.is_gone()
    assert mark.is_gone()


def test_ps_tells_the_same_process_apart_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_started_by_proc", processes._started_by_ps)
    here = this_process()
    assert not here.is_gone()
    monkeypatch.setattr(processes.shutil, "which", lambda _: None)
    assert not this_process().is_gone()
