"""Expected sales ahead: the mean of many futures, with and without newcomers, and coherent."""

from __future__ import annotations

import numpy as np
import pytest

from salescope.frames.errors import OutOfRangeError
from salescope.simulation import MadeCompany

PATHS = 150


def test_the_expectation_is_the_mean_of_futures(tiny: MadeCompany):
    truth = tiny.expected_future(months=3).set_index(["period", "node"])
    old = tiny.simulate_future(months=3, paths=PATHS, seed=7)
    both = tiny.simulate_future(months=3, paths=PATHS, seed=7, newcomers=True)
    drawn = {"existing": old, "total": both, "new": both.assign(amount=both["amount"] - old["amount"])}
    for part, futures in drawn.items():
        told = futures.groupby(["period", "node"])["amount"].agg(["mean", "std"])
        away = (told["mean"] - truth[part].reindex(told.index)) / np.maximum(told["std"] / np.sqrt(PATHS), 1e-9)
        # Nodes share their customers, so that errors come together: only the largest can be judged.
        assert away[told["std"] > 0].abs().max() < 4.5


def test_nodes_of_the_expectation_add_up_along_both_cuts(tiny: MadeCompany):
    truth = tiny.expected_future(months=2)
    whole = truth[truth["node"] == "all"].set_index("period")[["existing", "new", "total"]]
    for cut in ("/rep=", "/category="):
        leaves = truth[truth["node"].str.contains(cut)].groupby("period")[["existing", "new", "total"]].sum()
        np.testing.assert_allclose(leaves, whole)
    assert (truth["total"] == truth["existing"] + truth["new"]).all()


@pytest.mark.parametrize("months", [0, 12])
def test_months_that_nobody_knows_are_refused(tiny: MadeCompany, months: int):
    with pytest.raises(OutOfRangeError, match="months"):
        tiny.expected_future(months=months)
