"""Runs the acceptance rows: ``python -m tests.acceptance.run [leads.3 | leads]``.

Every row is a module ``<issue>_<row>_<what>.py`` here with a function ``run() -> Outcome``. Each runs in a process of its own, so
that one row's memory, threads and warnings are not another's. The figure is printed last; the exit code is 0 only if all hold.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROW = re.compile(r"(?P<issue>[a-z]+)_(?P<row>\d+)_\w+")


def rows(only: str) -> list[tuple[str, str]]:
    """Finds (name, module) of the rows that `only` asks for: "" is all, "leads" an issue, "leads.3" one row."""
    found = []
    for path in sorted(HERE.glob("*.py")):
        match = ROW.fullmatch(path.stem)
        if match:
            name = f"{match['issue']}.{int(match['row'])}"
            if only in {"", name, match["issue"]}:
                found.append((name, path.stem))
    return found


def run_here(name: str, module: str) -> int:
    """Runs one row in this process."""
    started = time.monotonic()
    outcome = importlib.import_module(f"tests.acceptance.{module}").run()
    verdict = "holds" if outcome.holds else "DOES NOT HOLD"
    print(f"({time.monotonic() - started:.0f} s)")
    print(f"{name}: {outcome.figure} -> {verdict}", flush=True)
    return 0 if outcome.holds else 1


def run_apart(name: str) -> tuple[int, str]:
    """Runs one row in a process of its own, passing on what it prints."""
    command = [sys.executable, "-m", "tests.acceptance.run", name]
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return process.returncode, last


def main(only: str = "") -> int:
    """Runs the rows that are asked for and prints the table of figures last."""
    chosen = rows(only)
    if not chosen:
        print(f"No acceptance row is called {only!r}; there are: {', '.join(name for name, _ in rows(''))}.")
        return 2
    if len(chosen) == 1:
        return run_here(*chosen[0])
    results = []
    for name, module in chosen:
        print(f"==> {name} ({module})", flush=True)
        results.append(run_apart(name))
    print("\n".join(["", "Figures:", *(last for _, last in results)]))
    return max(code for code, _ in results)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
