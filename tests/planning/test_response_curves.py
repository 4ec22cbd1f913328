"""Response curves: carry-over against a loop, margins against differences, known truth, and what history cannot tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError
from salescope.planning import FlatSpendError, ResponseCurves, allocate, response_curves, weekly_history
from salescope.planning.grid import Floats
from salescope.planning.response_fit import carried_over

HALF_AT, CARRY = 80.0, 0.5


def history(*, weeks: int = 120, seed: int = 0) -> tuple[Floats, pd.DataFrame]:
    """Makes sales that search lifts (with carry-over) and mailing does not."""
    rng, time = np.random.default_rng(seed), np.arange(weeks)
    spend = pd.DataFrame({"search": rng.uniform(40, 160, weeks), "mailing": rng.uniform(50, 150, weeks)})
    stock = carried_over(spend.to_numpy(), np.array([CARRY, 0.0]))[:, 0]
    base = 2_000 + 2 * time + 200 * np.sin(2 * np.pi * time / 52.18)
    return base * (1.0 + 0.4 * stock / (stock + HALF_AT)) * (1.0 + rng.normal(0, 0.005, weeks)), spend


@pytest.fixture(scope="module")
def curves() -> ResponseCurves:
    sales, spend = history()
    return response_curves(sales, spend=spend)


@given(
    spend=st.lists(st.floats(0.0, 1e6), min_size=1, max_size=30), carry=st.floats(0.0, 0.95), start=st.floats(0.0, 1e6)
)
@settings(deadline=None, max_examples=40)
def test_carry_over_is_what_a_loop_gives(spend: list[float], carry: float, start: float) -> None:
    amounts = [start] * 8 + spend
    held, expected = start, []
    for amount in amounts:
        held = (1.0 - carry) * amount + carry * held
        expected.append(held)
    found = carried_over(np.array(amounts)[:, None], np.array([carry]))[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6)


def test_the_truth_is_inside_the_interval_and_carry_over_is_found(curves: ResponseCurves) -> None:
    level = float(history()[0][-52:].mean())
    margin = np.quantile(curves.marginal(curves.present), [0.05, 0.95], axis=0)
    at = float(curves.present[0])
    base = level / (1.0 + 0.4 * at / (at + HALF_AT))
    assert margin[0, 0] < base * 0.4 * HALF_AT / (at + HALF_AT) ** 2 < margin[1, 0]
    assert curves.marginal(curves.present).mean(axis=0)[1] < 0.3 * margin[0, 0]
    assert float(np.median(curves.carry[:, 0])) == pytest.approx(CARRY, abs=0.1)
    assert curves.known.all()


def test_margins_are_slopes_and_fall(curves: ResponseCurves) -> None:
    for factor in (0.2, 1.0, 3.0):
        at, step = curves.present * factor, curves.present * 1e-5
        slope = (curves.response(at + step) - curves.response(at - step)) / (2.0 * step)
        np.testing.assert_allclose(curves.marginal(at), slope, rtol=1e-5)
        assert (curves.marginal(at * 1.1) < curves.marginal(at)).all()
    np.testing.assert_array_equal(curves.response(np.zeros(2)), 0.0)


def test_money_may_be_counted_in_another_unit(curves: ResponseCurves) -> None:
    sales, spend = history()
    other = response_curves(sales * 100.0, spend=spend * 100.0)
    np.testing.assert_allclose(other.marginal(other.present), curves.marginal(curves.present), rtol=1e-3)
    np.testing.assert_allclose(other.seen, curves.seen * 100.0, rtol=1e-3)
    assert other.noise == pytest.approx(curves.noise * 100.0, rel=1e-3)


def test_spend_that_never_moves_or_only_moves_together_tells_nothing() -> None:
    sales, spend = history(weeks=60)
    flat = pd.DataFrame({"search": np.full(60, 100.0), "mailing": np.full(60, 50.0)})
    together = flat.mul(spend["search"], axis=0)
    for told_nothing in (flat, together):
        found = response_curves(sales, spend=told_nothing)
        assert not found.known.any()
        with pytest.raises(
            FlatSpendError, match=r"'search' by 0\.0 % where .* Pilot to run: raise '.*in \d+ of \d+"
        ) as said:
            allocate(found, periods=12)
        assert said.value.channels == ("search", "mailing")
        assert min(said.value.needed) >= 0.02


def test_histories_that_cannot_be_meant_are_refused() -> None:
    sales, spend = history(weeks=40)
    for wrong_sales, wrong_spend, error, said in (
        (sales[:-1], spend, MisalignedError, "40 periods"),
        (np.where(np.arange(40) == 3, np.nan, sales), spend, MisalignedError, "not finite"),
        (sales[:20], spend[:20], OutOfRangeError, "20 is out of range for sales"),
        (-sales, spend, OutOfRangeError, "above 0 on average"),
        (sales, spend.assign(mailing=0.0), OutOfRangeError, "spend of 'mailing'"),
        (sales, spend.assign(search=-1.0), OutOfRangeError, "spend of 'search'"),
        (sales, spend[[]], OutOfRangeError, "one channel"),
    ):
        with pytest.raises(error, match=said):
            response_curves(wrong_sales, spend=wrong_spend)
    with pytest.raises(MisalignedError, match="drivers"):
        response_curves(sales, spend=spend, drivers=np.ones((3, 1)))


def test_whole_weeks_are_what_a_loop_over_days_gives() -> None:
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 60, 300), unit="D")
    orders = pd.DataFrame(
        {
            "ordered_at": days + pd.Timedelta(hours=9),
            "quantity": rng.integers(-1, 5, 300),
            "unit_price": 2.5,
            "discount": 0.2,
        }
    )
    paid = pd.DataFrame({"date": days[:200].normalize(), "channel": rng.choice(["b", "a"], 200), "amount": 3.0})
    sales, spend = weekly_history(orders, spend=paid)
    assert list(spend.columns) == ["a", "b"]
    for week, monday in enumerate(spend.index):
        assert monday.weekday() == 0
        inside = [monday <= day < monday + pd.Timedelta(days=7) for day in orders["ordered_at"]]
        assert sales[week] == pytest.approx(orders["quantity"][inside].sum() * 2.0)
        for channel in "ab":
            mine = [
                row.amount
                for row in paid.itertuples()
                if row.channel == channel and monday <= row.date < monday + pd.Timedelta(days=7)
            ]
            assert spend.loc[monday, channel] == pytest.approx(sum(mine))


def test_tables_without_a_week_or_a_column_are_refused() -> None:
    day = pd.DataFrame({"ordered_at": [pd.Timestamp("2026-01-06")], "quantity": [1.0], "unit_price": [1.0]})
    paid = pd.DataFrame({"date": day["ordered_at"], "channel": ["a"], "amount": [1.0]})
    with pytest.raises(OutOfRangeError, match="weeks"):
        weekly_history(day, spend=paid)
    with pytest.raises(MissingColumnError, match="amount"):
        weekly_history(day, spend=paid.drop(columns="amount"))


@pytest.mark.parametrize("kind", ["constant sales", "no noise", "one payment", "a channel that stopped", "one channel"])
def test_degenerate_histories_are_split_or_refused_without_a_warning(kind: str) -> None:
    rng, weeks = np.random.default_rng(1), 70
    spend = pd.DataFrame({"a": rng.uniform(5.0, 20.0, weeks), "b": rng.uniform(5.0, 20.0, weeks)})
    sales = 1_000.0 + rng.normal(0.0, 20.0, weeks)
    if kind == "constant sales":
        sales = np.full(weeks, 1_000.0)
    elif kind == "no noise":
        sales = 1_000.0 + 5.0 * spend["a"].to_numpy() + spend["b"].to_numpy()
    elif kind == "one payment":
        spend["a"] = np.where(np.arange(weeks) == 9, 500.0, 0.0)
    elif kind == "a channel that stopped":
        spend["a"] = spend["a"].where(np.arange(weeks) < 15, 0.0)
    else:
        spend = spend[["a"]]
    budget = allocate(response_curves(sales, spend=spend), periods=12)
    assert budget.spend.sum() * 12 + (budget.pilot.amount if budget.pilot else 0.0) == pytest.approx(
        float(spend[-52:].mean().sum()) * 12
    )
    assert (budget.spend >= 0.0).all()
    assert np.isfinite(budget.gain).all()
