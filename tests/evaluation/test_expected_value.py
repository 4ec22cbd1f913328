"""What was expected of customers against what came: closed forms, and what must not be answered."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.evaluation import value_metrics
from salescope.frames.errors import MisalignedError

amounts = st.lists(st.integers(0, 50), min_size=2, max_size=60)


def test_who_foresees_everything_has_no_error():
    came = np.arange(20.0)
    found = value_metrics(came, came)
    assert found == pytest.approx({"rmse": 0, "spearman": 1, "pearson": 1, "top_decile": 18.5, "total_ratio": 1})


def test_figures_have_their_closed_forms():
    # Of 0, 1, …, n - 1 against its reverse every figure is known.
    n = 30
    came = np.arange(float(n))
    found = value_metrics(came, 2 * came[::-1])
    assert found["rmse"] == pytest.approx(math.sqrt(np.mean([(2 * (n - 1 - k) - k) ** 2 for k in range(n)])))
    assert [found["spearman"], found["pearson"]] == pytest.approx([-1, -1])
    assert found["top_decile"] == 1.0
    assert found["total_ratio"] == pytest.approx(2)


def test_ranks_do_not_ask_for_a_straight_line():
    came = np.arange(1.0, 12.0)
    found = value_metrics(came, came**5)
    assert found["spearman"] == pytest.approx(1)
    assert found["pearson"] < 0.9


@given(amounts, st.integers(1, 9))
def test_the_best_constant_has_the_standard_deviation_as_its_error(came, value):
    found = value_metrics(came, np.full(len(came), np.mean(came)))
    assert found["rmse"] == pytest.approx(np.std(came))
    assert found["top_decile"] == pytest.approx(np.mean(came))
    assert math.isnan(found["spearman"])
    assert math.isnan(value_metrics(np.full(len(came), value), came)["pearson"])


@given(amounts, st.randoms(use_true_random=False))
def test_the_order_of_customers_does_not_matter(came, random):
    rows = list(range(len(came)))
    random.shuffle(rows)
    expected = [(7 * amount) % 5 for amount in came]
    shuffled = value_metrics([came[row] for row in rows], [expected[row] for row in rows])
    assert shuffled == pytest.approx(value_metrics(came, expected), nan_ok=True)


def test_what_cannot_be_judged_is_said():
    assert math.isnan(value_metrics([0, 0, 0], [1, 2, 3])["total_ratio"])
    with pytest.raises(MisalignedError, match="no value"):
        value_metrics([], [])
    with pytest.raises(MisalignedError, match="nan"):
        value_metrics([1, 2], [1, math.nan])
