"""Row 7: where won cannot be told from lost, the verdict says so, nothing is promoted, and the exit code tells scripts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.acceptance.outcome import Outcome
from tests.acceptance.workspaces import example_copy

from salescope.cli.exits import Exit

__all__ = ["run"]


def run() -> Outcome:
    """Trains on the CRM sample by the command line, as a user would."""
    folder = example_copy("crm-sales-opportunities", Path(tempfile.mkdtemp()))
    command = [sys.executable, "-m", "salescope.cli", "train", "leads", "-w", str(folder), "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    told = json.loads(done.stdout)
    published = (folder / ".salescope" / "published" / "leads" / "current.json").exists()
    shutil.rmtree(folder)
    message = told["decision"]["message"]
    holds = (
        done.returncode == Exit.NOT_PROMOTED
        and not told["promoted"]
        and not published
        and message.startswith("No signal")
    )
    return Outcome(
        f"crm-sales-opportunities: exit code {done.returncode}, {message!r}, published: {published}", holds=holds
    )
