"""Runs every benchmark and writes its figures into README.md: ``python -m benchmarks.run [name]``."""

from __future__ import annotations

import importlib
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARKS = ("leads_accuracy", "leads_speed", "customers_speed", "reconciliation_speed")


def section(name: str) -> Iterator[str]:
    """Yields the lines of one benchmark's section, saying what is going on."""
    module = importlib.import_module(f"benchmarks.{name}")
    yield from ["", f"## {name}", "", module.__doc__.splitlines()[0]]
    for line in module.measure():
        print(line, flush=True)
        yield line


def main(names: tuple[str, ...]) -> None:
    """Runs benchmarks; the whole set rewrites README.md, a single one only prints."""
    if names:
        for name in names:
            list(section(name))
        return
    head = [
        "# Benchmarks",
        "",
        "`make bench` measures and writes this page. Compare the rows of one table with each other: the machine is shared and its",
        f"speed drifts. Last written on Python {platform.python_version()}, {platform.machine()}, one thread.",
    ]
    body = [line for name in BENCHMARKS for line in section(name)]
    (HERE / "README.md").write_text("\n".join([*head, *body, ""]), encoding="utf-8")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
