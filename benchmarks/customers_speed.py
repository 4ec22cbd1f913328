"""Speed of the customer features on a million order lines of 50,000 customers, against the same features in plain pandas."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping

import pandas as pd
from benchmarks.pandas_features import pandas_features

from salescope.features import Engine, customer_features
from salescope.simulation import CompanySize, simulate

__all__ = ["Seconds", "beside_pandas", "measure"]

THREADS, REPEATS = 2, 3
SIZE = CompanySize(
    days=547, leads=20, customers=50_000, order_lines=1_000_000, products=500, representatives=50
)  # fmt: skip

Seconds = tuple[float, float]


def measure() -> Iterator[str]:
    """Yields the lines of a Markdown table."""
    company = simulate(0, size=SIZE)
    pairs = [beside_pandas(company.tables, as_of=company.end) for _ in range(REPEATS)]
    yield from ["", f"| seconds, medians of {REPEATS} taken in turns | wall | CPU, all threads |", "|---|---|---|"]
    for place, name in enumerate(("plain pandas, one thread", f"customer_features, {THREADS} threads")):
        wall, cpu = (statistics.median(pair[place][kind] for pair in pairs) for kind in (0, 1))
        yield f"| {name} | {wall:.2f} | {cpu:.2f} |"


def beside_pandas(tables: Mapping[str, pd.DataFrame], *, as_of: pd.Timestamp) -> tuple[Seconds, Seconds]:
    """Measures wall and CPU seconds of plain pandas, and then of ours, on the same tables."""
    # Imports are no part of the work.
    customer_features({name: table.head(100) for name, table in tables.items()}, as_of=as_of)
    theirs, expected = _timed(lambda: pandas_features(tables, as_of=as_of))
    ours, found = _timed(lambda: customer_features(tables, as_of=as_of, engine=Engine(threads=THREADS)))
    if len(found) != len(expected):
        problem = f"{len(found)} customers are described, and {len(expected)} by pandas"
        raise ValueError(problem)
    return theirs, ours


def _timed(work: Callable[[], pd.DataFrame]) -> tuple[Seconds, pd.DataFrame]:
    wall, cpu = time.perf_counter(), time.process_time()
    frame = work()
    return (time.perf_counter() - wall, time.process_time() - cpu), frame
