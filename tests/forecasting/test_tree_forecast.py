"""How a tree is forecast, against dense algebra and loops: what is chosen, by which windows, and what is not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.made import HIERARCHY, Level, made_panel, made_values
from tests.forecasting.test_reconciliation import least_squares, shrunk

from salescope.forecasting import tree_forecast
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.calendar import Floats
from salescope.forecasting.history import node_panel
from salescope.forecasting.origins import Origins
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import RECONCILERS, TreeForecast, forecast_tree
from salescope.forecasting.windows import Windows

KEYS = pd.DataFrame({"region": list("NNNSSW"), "rep": list("123456")})
TREE = Tree.of(KEYS, levels=HIERARCHY)
MEMBERS = [SeasonalNaive(), SeasonalNaiveGrowth(), Level()]
PERIODS, CUTOFF, HORIZON = 40, 32, 4
WINDOWS = Windows(count=4, step=4)


def values(seed: int = 1) -> Floats:
    """Sales in which one region takes from another, so that covariances matter."""
    made = made_values(series=len(KEYS), periods=PERIODS, seed=seed)
    moved = np.random.default_rng(seed).normal(0, 0.3, PERIODS) * made[0]
    made[0], made[3] = made[0] + moved, np.abs(made[3] - moved)
    return made


def origins(bottom: Floats, *, members: Any = MEMBERS) -> Origins:
    return Origins(node_panel(made_panel(bottom), TREE), members, horizon=HORIZON)


def forecast(found: Origins, cutoff: int = CUTOFF) -> TreeForecast:
    return forecast_tree(found, tree=TREE, cutoff=cutoff, windows=WINDOWS)


def combined(found: Origins, fitted: TreeForecast, cutoff: int) -> Floats:
    """Averages members node by node with the weights of its level."""
    answer = np.zeros((len(TREE.nodes), HORIZON))
    for row, level in enumerate(TREE.level):
        for share, said in zip(fitted.gate.weights[TREE.levels.index(level)], found.at(cutoff).values(), strict=True):
            answer[row] += share * said[row]
    return answer


def guessed(base: Floats) -> Floats:
    """A variance in proportion to the mean size of a node's series."""
    return TREE.sums.toarray() @ np.abs(base[TREE.bottom]).mean(axis=1)


def added_up(base: Floats, errors: Floats | None, reconciler: str) -> Floats:
    """The minimum of each way by the equations of Lagrange, the total kept."""
    if errors is None or reconciler == "wls_level":
        return least_squares(base, tree=TREE, covariance=np.diag(guessed(base)), pin_total=True)
    variance = (errors**2).mean(axis=1)
    if reconciler == "bottom_up":
        bottom = base[TREE.bottom]
        share = variance[TREE.bottom] / variance[TREE.bottom].sum()
        return np.asarray(TREE.sums @ (bottom + np.outer(share, base[0] - bottom.sum(axis=0))))
    covariance = np.diag(variance) if reconciler == "wls" else shrunk(errors)
    return least_squares(base, tree=TREE, covariance=covariance, pin_total=True)


def slowly(found: Origins, fitted: TreeForecast, reconciler: str) -> tuple[Floats, Floats]:
    """Makes each window add up by the errors of all others, and the forecast by those of all."""
    before = [combined(found, fitted, cutoff) for cutoff in fitted.cutoffs]
    actual = [found.panel.values[:, cutoff : cutoff + HORIZON] for cutoff in fitted.cutoffs]  # noqa: PD011 - no frame
    errors = [then - said for said, then in zip(before, actual, strict=True)]
    answers = []
    for window, base in enumerate(before):
        others = [one for place, one in enumerate(errors) if place != window]
        answers.append(added_up(base, np.hstack(others), reconciler))
    return np.array(answers), added_up(combined(found, fitted, CUTOFF), np.hstack(errors), reconciler)


@pytest.mark.parametrize("reconciler", RECONCILERS)
def test_a_window_is_judged_by_what_the_other_windows_say(monkeypatch: pytest.MonkeyPatch, reconciler: str) -> None:
    monkeypatch.setattr(tree_forecast, "RECONCILERS", (reconciler,))
    found = origins(values())
    fitted = forecast(found)
    assert fitted.cutoffs == (28, 24, 20, 16)
    adjusted, mean = slowly(found, fitted, reconciler)
    assert np.abs(mean - fitted.base).max() > 0.005 * np.abs(mean).max()
    actual = np.array([found.actual(cutoff, known=CUTOFF) for cutoff in fitted.cutoffs])
    np.testing.assert_allclose(actual - fitted.errors, adjusted, rtol=1e-5)
    np.testing.assert_allclose(fitted.mean, mean, rtol=1e-5)
    np.testing.assert_allclose(fitted.base, combined(found, fitted, CUTOFF), rtol=1e-12)


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_chosen_is_what_errs_least_of_what_is_nowhere_worse_than_the_baseline(seed: int) -> None:
    found = origins(values(seed))
    fitted = forecast(found)
    actual = np.array([found.actual(cutoff, known=CUTOFF) for cutoff in fitted.cutoffs])
    naive = np.array([found.at(cutoff)["seasonal_naive_growth"] for cutoff in fitted.cutoffs])
    base = np.abs(naive - actual).mean(axis=2) / fitted.scale
    scores = {}
    for reconciler in RECONCILERS:
        mine = np.abs(slowly(found, fitted, reconciler)[0] - actual).mean(axis=2) / fitted.scale
        levels = [TREE.rows_of(level) for level in TREE.levels]
        worse = any(mine[:, rows].mean() > 1.02 * base[:, rows].mean() for rows in levels)
        worse |= any(mine[window].mean() > 1.02 * base[window].mean() for window in range(len(mine)))
        scores[reconciler] = (worse, round(float(mine.mean()), 6))
    assert scores[fitted.reconciler] == min(scores.values())


def test_what_followed_a_window_has_no_say_in_how_it_is_made_to_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_forecast, "RECONCILERS", ("wls",))
    changed = values()
    changed[:, CUTOFF - HORIZON :] *= np.random.default_rng(5).lognormal(0, 1, (len(KEYS), 1))
    said = []
    for bottom in (values(), changed):
        # With one member there is no weight that the newest window could speak for.
        found = origins(bottom, members=[SeasonalNaiveGrowth()])
        said.append(found.actual(CUTOFF - HORIZON, known=CUTOFF) - forecast(found).errors[0])
    np.testing.assert_allclose(said[1], said[0], rtol=1e-9)


@pytest.mark.parametrize("poison", [np.nan, 1e9])
@pytest.mark.parametrize("cutoff", [CUTOFF, 17, 5, 2])
def test_nothing_after_the_cutoff_changes_a_bit(cutoff: int, poison: float) -> None:
    poisoned = values()
    poisoned[:, cutoff:] = poison
    told = [forecast(origins(bottom), cutoff) for bottom in (values(), poisoned)]
    for name in ("mean", "baseline", "base", "errors", "scale", "scales"):
        assert getattr(told[0], name).tobytes() == getattr(told[1], name).tobytes()
    assert (told[0].reconciler, told[0].cutoffs) == (told[1].reconciler, told[1].cutoffs)
    assert told[0].gate.weights.tobytes() == told[1].gate.weights.tobytes()


def test_scales_are_of_the_history_before_each_window() -> None:
    fitted = forecast(origins(values()))
    history = TREE.add_up(values())
    for cutoff, scale in zip((CUTOFF, *fitted.cutoffs), (fitted.scale, *fitted.scales), strict=True):
        for row in range(len(TREE.nodes)):
            apart = [abs(history[row, one] - history[row, one - 4]) for one in range(4, cutoff)]
            assert scale[row] == pytest.approx(sum(apart) / len(apart), rel=1e-12)
