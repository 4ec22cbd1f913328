"""Chances are counted in joint paths: against loops, and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MisalignedError, OutOfRangeError, UnknownNameError
from salescope.planning import Futures, PlanGrid

KEYS = pd.DataFrame({"region": ["N", "N", "S"], "rep": ["1", "2", "3"]})
MONTHS = ["2027-02", "2027-03", "2027-04"]


def made(*, seed: int = 0, paths: int = 50) -> Futures:
    grid = PlanGrid.of(KEYS, months=MONTHS)
    return Futures(grid=grid, paths=np.random.default_rng(seed).gamma(2.0, 50.0, size=(paths, 3, 3)))


@given(seed=st.integers(0, 1_000), amount=st.floats(0.0, 2_000.0), place=st.integers(0, 1_000))
@settings(deadline=None, max_examples=40)
def test_a_chance_is_the_share_of_paths_a_loop_finds(seed: int, amount: float, place: int) -> None:
    futures = made(seed=seed)
    node = futures.grid.nodes[place % len(futures.grid.nodes)]
    period = list(futures.grid.periods)[place % len(futures.grid.periods)]
    inside = {"all": [0, 1, 2], "region=N": [0, 1], "region=S": [2]}
    inside |= {"region=N/rep=1": [0], "region=N/rep=2": [1], "region=S/rep=3": [2]}
    months = {"2027-02": [0], "2027-03": [1], "2027-04": [2], "2027-Q1": [0, 1], "2027-Q2": [2]}
    totals = [
        sum(float(path[leaf, month]) for leaf in inside[node] for month in months.get(period, [0, 1, 2]))
        for path in futures.paths
    ]
    assert futures.attainment(amount, node=node, period=period) == np.mean([total >= amount for total in totals])
    np.testing.assert_allclose(futures.of(node, period), totals)
    np.testing.assert_allclose(futures.sums(period)[:, futures.grid.nodes.index(node)], totals)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.8])
def test_an_amount_at_a_probability_is_reached_so_often(probability: float) -> None:
    futures = made(paths=1_000)
    amount = futures.amount_at(probability, node="region=N", period="2027-Q1")
    assert futures.attainment(amount, node="region=N", period="2027-Q1") == pytest.approx(probability, abs=0.002)


def test_what_does_not_fit_is_refused() -> None:
    grid = PlanGrid.of(KEYS, months=MONTHS)
    with pytest.raises(MisalignedError, match="3 leaves and 3 months"):
        Futures(grid=grid, paths=np.ones((5, 2, 3)))
    with pytest.raises(MisalignedError):
        Futures(grid=grid, paths=np.ones((0, 3, 3)))
    with pytest.raises(OutOfRangeError, match="paths"):
        Futures(grid=grid, paths=np.full((2, 3, 3), np.nan))
    with pytest.raises(MisalignedError, match="closed months"):
        Futures(grid=grid, paths=np.arange(18.0).reshape(2, 3, 3), closed=1)
    with pytest.raises(OutOfRangeError, match="closed"):
        Futures(grid=grid, paths=np.ones((2, 3, 3)), closed=4)
    with pytest.raises(OutOfRangeError, match="probability"):
        made().amount_at(1.0)
    with pytest.raises(UnknownNameError, match="region=X"):
        made().attainment(1.0, node="region=X")
