"""Row 8: features of 500,000 customers from 10 million order lines, and beside plain pandas on a million lines."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
from benchmarks.pandas_features import pandas_features
from tests.acceptance.outcome import Outcome

from salescope.features import customer_features
from salescope.simulation import CompanySize, simulate

LINES, CUSTOMERS, FEWER = 10_000_000, 500_000, 10
MOST_SECONDS, MOST_BYTES, LEAST_RATIO, TIMES = 60.0, 4 * 2**30, 5.0, 3
TABLES = ("orders", "contacts", "invoices", "products", "customers")


def run() -> Outcome:
    """Measures wall seconds and peak memory on ten million lines, and CPU seconds beside pandas on a million."""
    with tempfile.TemporaryDirectory() as folder:
        apart(made, folder, 1)
        seconds, peak, rows, lines = apart(features_of_all, folder)
    with tempfile.TemporaryDirectory() as folder:
        apart(made, folder, FEWER)
        ratios = [apart(beside_pandas, folder) for _ in range(TIMES)]
    for ours, theirs in ratios:
        print(f"a million lines: {ours:.2f} CPU-s, pandas {theirs:.2f}, {theirs / ours:.2f} times")
    ratio = statistics.median(theirs / ours for ours, theirs in ratios)
    figure = (
        f"{lines:,} order lines, {rows:,} customers: {seconds:.1f} s of wall clock, peak {peak / 2**30:.2f} GB, the tables "
        f"included; a million lines in {ratio:.2f} times fewer CPU seconds than pandas (median of {TIMES})"
    )
    return Outcome(figure, seconds <= MOST_SECONDS and peak <= MOST_BYTES and ratio >= LEAST_RATIO)


def apart(task: Callable[..., Any], *arguments: Any) -> Any:
    """Runs a task in a process of its own, whose memory is not another's."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *arguments).result()


def made(folder: str, fewer: int) -> None:
    """Writes the tables of a made company of so many times fewer lines."""
    size = CompanySize(
        days=547, leads=20, customers=CUSTOMERS // fewer, order_lines=LINES // fewer, products=500, representatives=50
    )
    company = simulate(0, size=size)
    for name in TABLES:
        company.tables[name].to_parquet(Path(folder) / f"{name}.parquet")
    Path(folder, "end").write_text(str(company.end), encoding="utf-8")


def read(folder: str) -> tuple[dict[str, pd.DataFrame], pd.Timestamp]:
    """Reads the tables, and the moment."""
    tables = {name: pd.read_parquet(Path(folder) / f"{name}.parquet") for name in TABLES}
    return tables, pd.Timestamp(Path(folder, "end").read_text(encoding="utf-8"))


def features_of_all(folder: str) -> tuple[float, int, int, int]:
    """Measures wall seconds, the peak memory of the process, and how much there was."""
    tables, end = read(folder)
    started = time.monotonic()
    found = customer_features(tables, as_of=end)
    seconds = time.monotonic() - started
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit, len(found), len(tables["orders"])


def beside_pandas(folder: str) -> tuple[float, float]:
    """Measures CPU seconds, all threads together, of the features and of the same features in plain pandas."""
    tables, end = read(folder)
    # Imports are no part of the work.
    customer_features({name: table.head(100) for name, table in tables.items()}, as_of=end)
    started = time.process_time()
    ours = customer_features(tables, as_of=end)
    between = time.process_time()
    theirs = pandas_features(tables, as_of=end)
    ended = time.process_time()
    if len(ours) != len(theirs):
        problem = f"{len(ours)} customers are described, and {len(theirs)} by pandas"
        raise ValueError(problem)
    return between - started, ended - between
