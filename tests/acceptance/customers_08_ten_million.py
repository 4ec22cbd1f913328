"""Row 8: features of 500,000 customers from 10 million order lines, and beside plain pandas on a million lines.

Both are judged by wall clock, on two threads: the row asks for seconds on two cores, and for "faster". Pandas has no
use for a second thread here. The CPU seconds of both are printed beside it, as those do not depend on who else is at
work on the machine. Text comes as the contract's readers hand it over, in Arrow's memory, which is kinder to pandas too.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.customers_speed import THREADS, Seconds, beside_pandas
from tests.acceptance.outcome import Outcome

from salescope.features import Engine, customer_features
from salescope.simulation import CompanySize, simulate
from salescope.sources.raw import STRING

LINES, CUSTOMERS, FEWER = 10_000_000, 500_000, 10
MOST_SECONDS, MOST_BYTES, LEAST_RATIO, TIMES = 60.0, 4 * 2**30, 5.0, 3
# The tables take 2.9 GB; what the query may not have of the rest, it spills.
QUERY_BYTES = 700 * 2**20
TABLES = ("orders", "contacts", "invoices", "products", "customers")


@dataclass(frozen=True, slots=True)
class Whole:
    """Holds what ten million lines took: wall and CPU seconds, the peak memory of the process, and how much there was."""

    wall: float
    cpu: float
    peak: int
    rows: int
    lines: int

    def __str__(self) -> str:
        return (
            f"{self.lines:,} order lines, {self.rows:,} customers: {self.wall:.1f} s of wall clock "
            f"({self.cpu:.1f} CPU-s), peak {self.peak / 2**30:.2f} GB, the tables included"
        )


def run() -> Outcome:
    """Measures wall seconds and peak memory on ten million lines, and wall seconds beside pandas on a million."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"ten million lines made in {apart(made, folder, 1):.0f} s", flush=True)
        whole = apart(features_of_all, folder)
    print(whole, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        apart(made, folder, FEWER)
        pairs = [apart(beside, folder) for _ in range(TIMES)]
    for theirs, ours in pairs:
        print(
            f"a million lines: {ours[0]:.2f} s ({ours[1]:.2f} CPU-s), pandas {theirs[0]:.2f} s ({theirs[1]:.2f} CPU-s)"
        )
    wall, cpu = (statistics.median(theirs[kind] / ours[kind] for theirs, ours in pairs) for kind in (0, 1))
    figure = f"{whole}; a million lines {wall:.2f} times faster than pandas ({cpu:.2f} times fewer CPU-s; medians of {TIMES})"
    return Outcome(figure, whole.wall <= MOST_SECONDS and whole.peak <= MOST_BYTES and wall >= LEAST_RATIO)


def apart(task: Callable[..., Any], *arguments: Any) -> Any:
    """Runs a task in a process of its own, whose memory is not another's."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *arguments).result()


def made(folder: str, fewer: int) -> float:
    """Writes the tables of a made company of so many times fewer lines, and says how long it took."""
    started = time.monotonic()
    size = CompanySize(
        days=547, leads=20, customers=CUSTOMERS // fewer, order_lines=LINES // fewer, products=500, representatives=50
    )
    company = simulate(0, size=size)
    for name in TABLES:
        company.tables[name].to_parquet(Path(folder) / f"{name}.parquet")
    Path(folder, "end").write_text(str(company.end), encoding="utf-8")
    return time.monotonic() - started


def read(folder: str) -> tuple[dict[str, pd.DataFrame], pd.Timestamp]:
    """Reads the tables, and the moment."""
    # Text gets the type that the contract's readers give it at once: first made objects, it would take a gigabyte more.
    text = {pa.string(): STRING, pa.large_string(): STRING}
    tables = {
        name: pq.read_table(Path(folder) / f"{name}.parquet").to_pandas(types_mapper=text.get, self_destruct=True)
        for name in TABLES
    }
    return tables, pd.Timestamp(Path(folder, "end").read_text(encoding="utf-8"))


def features_of_all(folder: str) -> Whole:
    """Describes everybody."""
    tables, end = read(folder)
    wall, cpu = time.monotonic(), time.process_time()
    engine = Engine(threads=THREADS, memory_limit=QUERY_BYTES, spill_folder=str(Path(folder) / "spill"))
    found = customer_features(tables, as_of=end, engine=engine)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return Whole(wall, cpu, peak, len(found), len(tables["orders"]))


def beside(folder: str) -> tuple[Seconds, Seconds]:
    """Measures plain pandas and ours on the same tables."""
    tables, end = read(folder)
    return beside_pandas(tables, as_of=end)
