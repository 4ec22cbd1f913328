"""Row 8: contributions add up on a real and on a made tree, and every member and forecaster passes the contract."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from tests.acceptance.drivers import forecaster_of_drivers
from tests.acceptance.outcome import Outcome
from tests.acceptance.tourism import CUTOFFS, HORIZON, tourism
from tests.contracts import test_forecasters as contract

from salescope.forecasting import SalesForecaster
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.contributions import Explained
from salescope.forecasting.origins import Origins
from salescope.forecasting.smoothing import Smoothing

EXACT = 1e-6
PARTS = ["trend", "season", "events", "price", "other"]
ROOT = Path(__file__).parents[2]


def run() -> Outcome:
    """Takes both forecasts apart, then runs the contract and counts its checks."""
    panel, tree = tourism()
    members = [SeasonalNaive(), SeasonalNaiveGrowth(), Smoothing(), Smoothing(root=True)]
    real = SalesForecaster(HORIZON, members=members)
    origins = Origins(panel, members, horizon=HORIZON)
    real.fit_tree(origins, tree=tree, cutoff=CUTOFFS[0], floor=np.zeros(tree.sums.shape[1]))
    made, truth = forecaster_of_drivers()
    explained = [Explained.of(one) for one in (real, made)]
    apart = [off(one) for one in explained]
    other = [share_of_other(one) for one in explained]
    events = explained[1].parts.events
    found = events.sum() / truth.sum()
    elsewhere = np.abs(events[truth == 0]).sum() / truth.sum()
    passed, failed, expected = contract_checks()
    figure = (
        f"{len(tree.nodes)} real nodes: off by {apart[0]:.0e} of the forecast, other is {other[0]:.1%} of it; "
        f"{len(made.tree_.nodes):,} made ones: {apart[1]:.0e}, {other[1]:.1%}, events {found:.2f} x the truth and "
        f"{elsewhere:.1%} of it where there is none; contract: {passed} of {expected} checks passed, {failed} failed"
    )
    return Outcome(figure, max(apart) <= EXACT and failed == 0 and passed == expected)


def off(explained: Explained) -> float:
    """Says how far parts are from adding up to forecasts and to parents, relative to the size of the forecast."""
    table, tree = explained.table(), explained.forecaster.tree_
    parts = table[PARTS].to_numpy().reshape(len(tree.nodes), -1, len(PARTS))
    mean = explained.forecaster.fitted_.mean
    size = np.maximum(np.abs(mean).max(axis=1, keepdims=True), 1.0)
    nodes = (np.abs(parts.sum(axis=2) - mean) / size).max()
    dense = tree.sums.toarray()
    parents = max((np.abs(part - dense @ part[tree.bottom]) / size).max() for part in np.moveaxis(parts, 2, 0))
    return float(max(nodes, parents))


def share_of_other(explained: Explained) -> float:
    """Says how much of the forecast of the series is left unexplained."""
    parts, forecaster = explained.parts, explained.forecaster
    return float(np.abs(parts.other).sum() / np.abs(forecaster.fitted_.mean[forecaster.tree_.bottom]).sum())


def contract_checks() -> tuple[int, int, int]:
    """Runs the contract suite in a process of its own; gives how many checks passed, failed and were to be run."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/contracts/test_forecasters.py",
        "-n0",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    count = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", said.splitlines()[-1])}
    members = len(contract.MEMBERS) * contract.N_MEMBER_CHECKS
    trees = len(contract.FORECASTERS) * contract.N_FORECASTER_CHECKS
    return count.get("passed", 0), count.get("failed", 0) + count.get("error", 0), members + trees + 1
