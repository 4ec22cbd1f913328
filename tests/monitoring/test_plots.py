"""Drawings show the tables they are named after: right axes, right corners, right figures in the legend."""

from __future__ import annotations

import numpy as np
import pytest

from salescope.evaluation import check_calibration, lift_table, reliability, roc_table
from salescope.frames.errors import TooFewOutcomesError
from salescope.monitoring import (
    Words,
    discrimination_plot,
    evaluation_plots,
    importance_plot,
    lift_plot,
    png_of,
    reliability_plot,
)

Y = [0, 1, 0, 0, 1, 0, 0, 0, 1, 0]
P = [0.1, 0.4, 0.4, 0.1, 0.9, 0.1, 0.2, 0.2, 0.3, 0.3]


def curve(axes):
    """Gives the corners of the curve that stands for the model: the one after the reference."""
    return axes.lines[1].get_xydata()


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


@pytest.fixture
def judged():
    rng = np.random.default_rng(3)
    p = rng.beta(1, 3, size=500)
    return (rng.random(500) < p).astype(int), p


def test_the_roc_curve_runs_through_its_table_from_corner_to_corner():
    roc, _ = discrimination_plot(Y, P).axes
    table = roc_table(Y, P)
    np.testing.assert_array_equal(curve(roc), table[["false_positive_rate", "true_positive_rate"]])
    assert curve(roc)[0].tolist() == [0, 0]
    assert curve(roc)[-1].tolist() == [1, 1]
    assert (roc.get_xlabel(), roc.get_ylabel()) == ("false positive rate", "true positive rate")
    assert legend(roc) == ["no signal", "AUC 0.905"]


def test_precision_falls_in_steps_from_the_best_scored_to_the_base_rate():
    _, axes = discrimination_plot(Y, P).axes
    # By hand: 1 of 1 won at 0.9; 2 of 3 from 0.4; 3 of 5 from 0.3; 3 of 7 from 0.2; 3 of 10 in all.
    expected = [(1, 3 / 10), (1, 3 / 7), (1, 3 / 5), (2 / 3, 2 / 3), (1 / 3, 1), (0, 1)]
    np.testing.assert_allclose(curve(axes), expected)
    assert axes.lines[1].get_drawstyle() == "steps-post"
    assert axes.get_ylim()[0] == 0
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("recall", "precision")
    assert legend(axes) == ["base rate 0.300", "PR AUC 0.756"]


def test_the_area_under_the_drawn_steps_is_the_figure_in_the_legend(judged):
    _, axes = discrimination_plot(*judged).axes
    recall, precision = curve(axes).T
    assert legend(axes)[1] == f"PR AUC {-(np.diff(recall) * precision[:-1]).sum():.3f}"


def test_reliability_shows_every_bin_with_its_interval_and_the_floor(judged):
    (axes,) = reliability_plot(*judged, seed=1).axes
    table, check = reliability(*judged), check_calibration(*judged, seed=1)
    np.testing.assert_array_equal(curve(axes), table[["probability", "rate"]])
    (bars,) = axes.collections
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends, table[["lo_95", "hi_95"]])
    assert legend(axes)[1] == f"error {check.error:.4f}\nfloor {check.floor:.4f}, 95th pct {check.p95:.4f}"


def test_the_found_share_runs_from_nothing_to_all_and_ties_have_no_order():
    (axes,) = lift_plot(Y, P).axes
    corners = curve(axes)
    assert corners[0].tolist() == [0, 0]
    assert corners[-1].tolist() == [1, 1]
    np.testing.assert_allclose(corners[1::][9::10, 1], lift_table(Y, P)["found"])
    again = curve(lift_plot(Y[::-1], P[::-1]).axes[0])
    np.testing.assert_array_equal(again, corners)
    assert legend(axes)[1] == "lift at 10 %: 3.33"


def test_rows_and_wins_are_called_by_their_words():
    (axes,) = lift_plot(Y, P, words=Words(rows="customers", positive="departures")).axes
    assert axes.get_title(loc="left") == "Departures found"
    assert (axes.get_xlabel(), axes.get_ylabel()) == (
        "share of customers called, best first",
        "share of departures found",
    )


def test_bars_of_importance_are_ranked_cut_to_fifteen_and_slim():
    (axes,) = importance_plot({f"column {k}": (k * 7) % 20 for k in range(20)}).axes
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == list(range(5, 20))
    assert axes.get_yticklabels()[-1].get_text() == "column 17"
    (alone,) = importance_plot({"only": 1.0}).axes
    assert np.ptp(alone.get_ylim()) > 3


@pytest.mark.parametrize("name", ["$\\frac$", "a_$x$_b", "<script>", "", "x" * 300])
def test_any_name_of_a_column_can_be_drawn(name):
    figure = importance_plot({name: 0.3, "plain": 0.1})
    assert png_of(figure)[1:4] == b"PNG"
    assert figure.axes[0].get_yticklabels()[1].get_text()[:30] == name[:30]


def test_no_importance_is_an_empty_drawing():
    assert png_of(importance_plot({}))[1:4] == b"PNG"


@pytest.mark.parametrize("draw", [discrimination_plot, lift_plot])
def test_one_kind_of_outcome_has_no_curve(draw):
    with pytest.raises(TooFewOutcomesError):
        draw([0, 0, 0], [0.1, 0.2, 0.3])


def test_reliability_is_drawn_of_one_kind_and_of_one_probability():
    for y in ([0] * 20, [0, 1] * 10):
        assert png_of(reliability_plot(y, [0.5] * 20))[1:4] == b"PNG"


def test_an_evaluation_has_four_drawings_and_calibration_is_of_the_calibrated():
    drawings = evaluation_plots(Y, P, calibrated=[0.3] * 10, importance={"a": 1.0})
    assert list(drawings) == ["discrimination", "reliability", "lift", "importance"]
    np.testing.assert_allclose(curve(drawings["reliability"].axes[0]), [(0.3, 0.3)])
