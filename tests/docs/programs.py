"""Starts programs as a reader of the documentation would: with the interpreter of the tests first on the path, and a clean environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.docs.reading import ROOT

# What the shell of the tests says must not change what an example does.
OURS = ("SALESCOPE_", "MLFLOW_")


def run(
    command: Sequence[str | Path], *, cwd: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end; the tests' own modules can be imported by it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    path = os.pathsep.join([str(Path(sys.executable).parent), inherited.get("PATH", "")])
    environment = {**inherited, "PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **(variables or {})}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=500, check=False)
