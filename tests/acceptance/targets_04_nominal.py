"""Row 4: targets set at 40 to 80 % are reached that often."""

from __future__ import annotations

import numpy as np
from tests.acceptance.attainment import years
from tests.acceptance.outcome import Outcome

NOMINAL = (0.4, 0.5, 0.6, 0.7, 0.8)
MOST_POINTS = 5.0


def run() -> Outcome:
    """Compares how often yearly targets were reached with the chance that they were set at, over nodes and origins."""
    found = list(years())
    off = {}
    for nominal in NOMINAL:
        reached = [year.actual >= np.quantile(year.paths, 1.0 - nominal, axis=0) for year in found]
        off[nominal] = 100.0 * (float(np.mean(reached)) - nominal)
    pooled = float(np.mean(list(off.values())))
    each = ", ".join(f"P{100 * nominal:.0f} {points:+.1f}" for nominal, points in off.items())
    worst = max(abs(points) for points in off.values())
    return Outcome(
        f"realised minus nominal, points: {each}; pooled {pooled:+.2f}, worst {worst:.2f}", worst <= MOST_POINTS
    )
