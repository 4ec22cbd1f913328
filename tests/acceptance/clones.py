"""A fresh clone of this checkout's last commit, set up by its own `make`, with nothing of ours in its environment."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.workspaces import DATA, ROOT

__all__ = ["fresh_clone", "timed_make"]


@contextmanager
def fresh_clone() -> Iterator[Path]:
    """Clones the last commit and sets it up; what is not committed is not there, as for a stranger."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "salescope"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        timed_make(clone, "setup")
        yield clone


def timed_make(clone: Path, target: str) -> tuple[int, float, str]:
    """Makes a target and gives its exit code, its wall seconds and what it printed."""
    own = {"VIRTUAL_ENV", "PYTHONPATH", "SALESCOPE_DATA"}
    environment = {name: value for name, value in os.environ.items() if name not in own and not name.startswith("MAKE")}
    environment["SALESCOPE_DATA"] = str(DATA)
    started = time.monotonic()
    done = subprocess.run(
        ["make", target],
        cwd=clone,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, time.monotonic() - started, done.stdout + done.stderr
