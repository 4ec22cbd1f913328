"""Row 11: how the cost of a whole run grows from 250 to 12,000 monthly series: at most linearly, by three measures.

The run is that of row 5, in a process of its own and one thread: members, one backtest window, intervals, reconciliation. Ten series
say what every run costs before the first series is looked at, so that imports do not hide how the rest grows.
"""

from __future__ import annotations

from statistics import median

import numpy as np
from tests.acceptance.forecasts_05_cost import measured
from tests.acceptance.outcome import Outcome

# How often each size is run; medians count.
REPEATS = {10: 3, 250: 3, 1_000: 3, 4_000: 1, 12_000: 1}
MOST_SLOPE, MOST_GROWTH = 1.05, 1.1


def run() -> Outcome:
    """Runs every size and compares the largest with a thousand."""
    cost = {series: _median(series) for series in REPEATS}
    start, start_peak = cost.pop(10)
    sizes = list(cost)
    seconds = np.array([cost[series][0] - start for series in sizes])
    slope = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
    each = dict(zip(sizes, seconds / sizes, strict=True))
    room = {series: (cost[series][1] - start_peak) / series for series in sizes}
    growth, of_room = each[12_000] / each[1_000], room[12_000] / room[1_000]
    table = "; ".join(
        f"{series:,} series {cost[series][0]:.1f} CPU-s ({1e3 * each[series]:.1f} ms each), "
        f"peak {cost[series][1] / 2**30:.2f} GB"
        for series in sizes
    )
    figure = (
        f"{table}; beyond the {start:.1f} CPU-s of ten series: slope of logarithms {slope:.3f}, a series of 12,000 costs "
        f"{growth:.3f} of one of 1,000, and takes {of_room:.2f} of its memory"
    )
    return Outcome(figure, slope <= MOST_SLOPE and growth <= MOST_GROWTH and of_room <= MOST_GROWTH)


def _median(series: int) -> tuple[float, float]:
    found = [measured("month", series) for _ in range(REPEATS[series])]
    if any(one[2] != series for one in found):
        raise RuntimeError(series)
    return median(one[0] for one in found), median(one[1] for one in found)
