"""Row 14: every defective file gives a clear report, and rows in = accepted + quarantined."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.acceptance.outcome import Outcome
from tests.sources.defective import checked, defective_files, shortcoming

LEAST = 30


def run() -> Outcome:
    """Checks every defective file in a workspace of its own."""
    files = defective_files()
    faults = {}
    with tempfile.TemporaryDirectory() as folder:
        for position, file in enumerate(files):
            report = checked(file, Path(folder) / str(position))
            table = report.tables[0]
            fault = shortcoming(file, report)
            said = table.problem or f"{table.rows_in} = {table.accepted} + {table.quarantined}"
            print(f"{file.name:<40} {said}{'  <- ' + fault if fault else ''}")
            if fault:
                faults[file.name] = fault
    figure = f"{len(files)} defective files, {len(files) - len(faults)} with a clear report and no row lost"
    return Outcome(figure, holds=not faults and len(files) >= LEAST)
