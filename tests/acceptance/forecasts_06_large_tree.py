"""Row 6: a tree of 20,000 nodes reconciled, in a fresh process whose whole use of time and memory is counted."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome

from salescope.forecasting.calendar import Floats
from salescope.forecasting.reconciliation import reconcile
from salescope.forecasting.tree import Tree

MOST_SECONDS, MOST_BYTES, EXACT = 5.0, 2**30, 1e-6
SERIES, HORIZON, ERRORS = 18_950, 12, 48
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def run() -> Outcome:
    """Measures the child by what the system says of it once it has ended: its imports, its tree and its data included."""
    command = [sys.executable, "-m", "tests.acceptance.forecasts_06_large_tree"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}) as child:
        said = child.stdout.read().strip() if child.stdout else ""
        # Only waiting for it by its number gives the use of this one child, and not of all that there were.
        _, status, use = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds, peak = use.ru_utime + use.ru_stime, use.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    figure = f"{said}; whole process {seconds:.1f} CPU-s, peak {peak / 2**30:.2f} GB"
    return Outcome(figure, child.returncode == 0 and seconds <= MOST_SECONDS and peak <= MOST_BYTES)


def tree() -> Tree:
    """Builds 20,000 nodes: six regions, their representatives, and the products of each."""
    number = np.arange(SERIES)
    keys = pd.DataFrame({"region": number % 6, "rep": number % 1_044, "product": number}).astype(str)
    levels = {"region": ["region"], "rep": ["region", "rep"], "line": ["region", "rep", "product"]}
    return Tree.of(keys, levels=levels)


def drawn(nodes: Tree) -> dict[str, Any]:
    """Draws forecasts that do not add up, some of them negative, and errors of backtests."""
    rng = np.random.default_rng(0)
    errors: Floats = rng.normal(size=(len(nodes.nodes), ERRORS))
    base = nodes.add_up(rng.gamma(0.5, 20.0, (SERIES, HORIZON)))
    errors *= np.sqrt(base.mean(axis=1, keepdims=True))
    base += np.sqrt(np.abs(base)) * rng.normal(size=base.shape) * 2
    return {"base": base, "tree": nodes, "errors": errors, "floor": np.zeros(SERIES)}


def main() -> int:
    """Reconciles, and says whether everything adds up to the last millionth."""
    nodes = tree()
    given = drawn(nodes)
    found = reconcile(given["base"], tree=nodes, method="wls", errors=given["errors"], floor=given["floor"])
    apart = max(
        float(np.abs(found - nodes.add_up(found[nodes.bottom])).max()),
        float(np.abs(found[0] - given["base"][0]).max()),
    )
    print(
        f"{len(nodes.nodes):,} nodes, {HORIZON} steps: sums and total off by at most {apart:.0e}, least {found.min():.1f}"
    )
    return 0 if apart <= EXACT and found.min() >= 0.0 and len(nodes.nodes) >= 20_000 else 1


if __name__ == "__main__":
    sys.exit(main())
