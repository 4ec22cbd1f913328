"""Budgets: equal margins, limits, the reserve and its pilot, against transfers that a loop tries and a drawn pilot."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import OutOfRangeError, UnknownNameError
from salescope.planning import Budget, BudgetLimits, ResponseCurves, allocate
from salescope.planning.pilots import PUSH, most_to_learn, pilot_of


def drawn(seed: int, *, channels: int = 3, known: int | None = None) -> ResponseCurves:
    """Draws curves without fitting any."""
    rng = np.random.default_rng(seed)
    present = rng.uniform(50.0, 500.0, channels)
    varied = np.where(np.arange(channels) < (channels if known is None else known), 0.1, 0.01)
    return ResponseCurves(
        channels=tuple("abcdef"[:channels]),
        present=present,
        seen=np.column_stack([present * rng.uniform(0.3, 0.9, channels), present * rng.uniform(1.1, 2.0, channels)]),
        scale=present * rng.uniform(0.9, 1.1, channels),
        at_scale=present * rng.lognormal(0.5, 0.6, (20, channels)),
        half=rng.lognormal(0.0, 0.7, (20, channels)),
        carry=rng.uniform(0.2, 0.4, (20, channels)),
        noise=100.0,
        variation=varied,
        needed=np.full(channels, 0.05),
    )


def expected(curves: ResponseCurves, spend: np.ndarray) -> float:
    return float(curves.response(spend).sum(axis=1).mean())


@given(seed=st.integers(0, 10_000), channels=st.integers(1, 6), factor=st.floats(0.95, 1.05), beyond=st.booleans())
@settings(deadline=None, max_examples=25)
def test_no_transfer_between_two_channels_brings_more(seed: int, channels: int, factor: float, beyond: bool) -> None:
    curves = drawn(seed, channels=channels)
    total = float(curves.present.sum()) * factor
    budget = allocate(
        curves, periods=10, total=total * 10, limits=BudgetLimits(sure=0.0, beyond_seen=beyond), reserve=0.0
    )
    assert budget.pilot is None
    assert budget.spend.sum() == pytest.approx(total, rel=1e-9)
    assert (budget.spend >= budget.low - 1e-6).all()
    assert (budget.spend <= budget.high + 1e-6).all()
    best, step = expected(curves, budget.spend), total * 1e-3
    for giver in range(channels):
        for taker in range(channels):
            moved = budget.spend.copy()
            by = min(step, moved[giver] - budget.low[giver], budget.high[taker] - moved[taker])
            if giver != taker and by > 0.0:
                moved[[giver, taker]] += [-by, by]
                assert expected(curves, moved) <= best + 1e-9 * abs(best)
    assert budget.gain[0] >= -1e-6 * best
    free = (budget.spend > budget.low * 1.001) & (budget.spend < budget.high * 0.999)
    np.testing.assert_allclose(curves.marginal(budget.spend).mean(axis=0)[free], budget.price, rtol=1e-5)


@given(seed=st.integers(0, 10_000), sure=st.floats(0.5, 0.95))
@settings(deadline=None, max_examples=6)
def test_a_careful_split_pays_in_the_share_of_draws_that_was_asked(seed: int, sure: float) -> None:
    curves = drawn(seed)
    bold = allocate(curves, periods=10, reserve=0.0, limits=BudgetLimits(sure=0.0))
    careful = allocate(curves, periods=10, reserve=0.0, limits=BudgetLimits(sure=sure))
    draws = (curves.response(careful.spend) - curves.response(careful.same_split)).sum(axis=1)
    assert np.quantile(draws, 1.0 - sure) >= -1e-9 * abs(draws).max()
    assert abs(careful.spend - careful.same_split).sum() <= abs(bold.spend - bold.same_split).sum() * (1 + 1e-9)
    assert careful.spend.sum() == pytest.approx(bold.spend.sum())


def test_channels_that_history_cannot_tell_keep_their_share() -> None:
    budget = allocate(drawn(0, known=2), periods=12, limits=BudgetLimits(sure=0.0))
    assert budget.spend[2] == pytest.approx(budget.same_split[2])
    assert budget.spend[0] != pytest.approx(budget.same_split[0], rel=1e-3)
    table = budget.table()
    assert table["known"].tolist() == [True, True, False]
    assert "1.0 %, 5.0 % is needed" in table["why"][2]


def test_the_reserve_is_a_pilot_and_nothing_is_lost() -> None:
    curves = drawn(1)
    budget = allocate(curves, periods=12, total=9_000.0, limits=BudgetLimits(sure=0.0, beyond_seen=True))
    pilot = budget.pilot
    assert pilot is not None
    assert pilot.channel == most_to_learn(curves)
    assert pilot.amount == pytest.approx(450.0)
    assert pilot.amount == pytest.approx(pilot.extra * pilot.raised)
    written = json.loads(json.dumps(budget.as_dict(), allow_nan=False))
    assert written["total"] == pytest.approx(9_000.0)
    assert sum(row["plan"] for row in written["channels"]) + written["pilot"]["amount"] == pytest.approx(9_000.0)
    assert written["gain_low"] <= written["gain"] <= written["gain_high"]
    assert len(written["channels"][0]) == 16
    assert written["pilot"]["said"].startswith(f"raise '{pilot.channel}'")


def test_a_pilot_that_can_hardly_tell_says_so() -> None:
    curves = drawn(0)
    small = pilot_of("a", curves=curves, amount=1e-3, periods=8)
    large = pilot_of("a", curves=curves, amount=1e5, periods=5_000)
    assert small.detectable > small.likely > large.detectable
    assert ("can hardly tell" in small.said, "can hardly tell" in large.said) == (True, False)


def test_a_pilot_too_small_for_its_reserve_leaves_money_to_the_rest() -> None:
    curves = drawn(2)
    budget = allocate(curves, periods=4, reserve=0.5, limits=BudgetLimits(sure=0.0, beyond_seen=True))
    assert budget.pilot is not None
    share = float(curves.present[curves.channels.index(budget.pilot.channel)])
    assert budget.pilot.amount == pytest.approx(2 * PUSH * share)
    assert budget.as_dict()["total"] == pytest.approx(4 * float(curves.present.sum()))


def test_a_return_that_is_called_detectable_is_found_in_four_of_five_drawn_pilots() -> None:
    curves, rng = drawn(3), np.random.default_rng(0)
    pilot = pilot_of("a", curves=curves, amount=20 * PUSH * float(curves.present[0]), periods=60)
    assert (pilot.raised, pilot.periods, pilot.block) == (20, 40, 2)
    raised = rng.normal(pilot.detectable * pilot.extra, curves.noise, (4_000, 20)).mean(axis=1)
    rest = rng.normal(0.0, curves.noise, (4_000, 20)).mean(axis=1)
    error = curves.noise * np.sqrt(2 / 20)
    assert np.mean(raised - rest > 1.96 * error) == pytest.approx(0.8, abs=0.02)


def test_floors_and_caps_are_kept_and_named() -> None:
    curves = drawn(4)
    floor, cap = float(curves.present[0]) * 1.05, float(curves.present[1]) * 0.95
    budget = allocate(
        curves, periods=8, limits=BudgetLimits(sure=0.0, floors={"a": floor}, caps={"b": cap}), reserve=0.0
    )
    assert budget.spend[0] >= floor * (1 - 1e-9)
    assert budget.spend[1] <= cap * (1 + 1e-9)


def wrong(
    limits: BudgetLimits | None = None, *, total: float | None = None, periods: int = 8, reserve: float = 0.0
) -> Budget:
    return allocate(drawn(4), periods=periods, total=total, limits=limits, reserve=reserve)


def test_wishes_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="Unknown channel 'z'"):
        wrong(BudgetLimits(floors={"z": 1.0}))
    with pytest.raises(OutOfRangeError, match=r"spend of 'a' .*as history has seen, or ask for beyond_seen"):
        wrong(BudgetLimits(floors={"a": 1e6}))
    with pytest.raises(OutOfRangeError, match="spend of 'b'"):
        wrong(BudgetLimits(caps={"b": 1.0}))
    with pytest.raises(OutOfRangeError, match="floor of 'a'"):
        BudgetLimits(floors={"a": -1.0})
    with pytest.raises(OutOfRangeError, match="cap of 'a'"):
        BudgetLimits(floors={"a": 2.0}, caps={"a": 1.0})
    with pytest.raises(OutOfRangeError, match="sure"):
        BudgetLimits(sure=1.0)
    for money in (1.0, 1e9):
        with pytest.raises(OutOfRangeError, match="history has seen leave"):
            wrong(total=money)
    for money in (0.0, np.nan, np.inf):
        with pytest.raises(OutOfRangeError, match="total"):
            wrong(total=money)
    with pytest.raises(OutOfRangeError, match="periods"):
        wrong(periods=1)
    with pytest.raises(OutOfRangeError, match="reserve"):
        wrong(reserve=0.6)
