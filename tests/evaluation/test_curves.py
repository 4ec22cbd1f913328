"""Tables behind the plots agree with the metrics they are plotted for."""

from __future__ import annotations

import numpy as np
import pytest

from salescope.evaluation.curves import lift_table, precision_recall_table, roc_table
from salescope.evaluation.metrics import auc, lift_at_10, pr_auc
from salescope.frames.errors import TooFewOutcomesError


@pytest.fixture
def judged():
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.3).astype(int)
    return y, np.round(0.3 * rng.random(400) + 0.4 * y, 2)


def test_area_under_the_roc_table_is_the_auc(judged):
    table = roc_table(*judged)
    assert np.trapezoid(table["true_positive_rate"], table["false_positive_rate"]) == pytest.approx(auc(*judged))


def test_steps_under_the_precision_recall_table_are_the_pr_auc(judged):
    table = precision_recall_table(*judged)
    steps = -np.diff(np.append(table["recall"], 0.0))
    assert (steps * table["precision"]).sum() == pytest.approx(pr_auc(*judged))


def test_first_tenth_of_the_lift_table_is_lift_at_10(judged):
    table = lift_table(*judged)
    assert table["lift"].iloc[0] == pytest.approx(lift_at_10(*judged))
    assert table["found"].iloc[-1] == pytest.approx(1.0)
    assert table["found"].is_monotonic_increasing


@pytest.mark.parametrize("table", [roc_table, precision_recall_table, lift_table])
def test_one_kind_of_outcome_has_no_curve(table):
    with pytest.raises(TooFewOutcomesError):
        table([0, 0], [0.1, 0.2])
