"""Expected orders and money pass or fail by what came, beside each customer's own rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import OutcomeError
from salescope.training.expecting import BASELINE, MODEL, Expected, judge_expected, loses_to

N = 400
CAME = np.random.default_rng(0).poisson(2.0, N).astype(np.float64)


def looks_of(orders=CAME, *, price=10.0):
    return pd.DataFrame({"orders_after": orders, "money_after": orders * price})


def expected_of(orders, *, price=10.0):
    return Expected(orders=np.asarray(orders, dtype=np.float64), money=np.asarray(orders, dtype=np.float64) * price)


def near(seed, *, spread, centre=CAME):
    return centre + np.random.default_rng(seed).normal(0.0, spread, N)


def judged(model, baseline, *, looks=None, champion=None):
    expected = {MODEL: model, BASELINE: baseline}
    against = None if champion is None else "champion, version 3"
    if champion is not None:
        expected[against] = champion
    intervals = pd.DataFrame({"lo_80": np.zeros(N), "hi_80": np.full(N, 3.0)})
    return judge_expected(
        looks_of() if looks is None else looks, expected, intervals=intervals, against=against, days=90
    )


def test_a_better_model_is_promoted_and_its_figures_are_those_of_plain_arithmetic():
    orders = near(1, spread=0.5)
    found = judged(expected_of(orders), expected_of(near(2, spread=1.0)))
    assert (found.decision.promote, found.decision.ground) == (True, "first")
    assert found.figures["rmse"] == pytest.approx(10.0 * np.sqrt(np.mean((orders - CAME) ** 2)))
    assert found.figures["total_ratio"] == pytest.approx(orders.sum() / CAME.sum())
    assert found.figures["coverage_80"] == pytest.approx(np.mean(CAME <= 3.0))
    assert [table.title.split()[0] for table in found.tables] == ["Money", "Orders"]


def test_a_model_that_errs_more_than_each_customers_own_rate_is_not_promoted():
    found = judged(expected_of(near(1, spread=2.0)), expected_of(near(2, spread=0.5)))
    assert (found.decision.promote, found.decision.ground) == (False, "baseline")
    assert "error of orders is larger than that of each customer at its own rate" in found.decision.message
    assert "ranks customers by money worse" in found.decision.message


def test_what_chance_explains_is_no_loss():
    one, other = near(1, spread=1.0), near(2, spread=1.0)
    expected = {MODEL: expected_of(one), BASELINE: expected_of(other)}
    assert loses_to(looks_of(), expected, rival=BASELINE) == []


@pytest.mark.parametrize("times", [0.5, 1.7])
def test_a_total_that_is_far_off_is_not_promoted(times):
    # The baseline is further off still, so that nothing but the total can object.
    found = judged(expected_of(CAME * times), expected_of(CAME * 4.0))
    assert (found.decision.promote, found.decision.ground) == (False, "calibration")


def test_a_few_large_customers_do_not_decide_by_their_money():
    price = np.where(np.arange(N) < 3, 10_000.0, 10.0)
    model = Expected(orders=near(1, spread=0.2), money=near(1, spread=0.2) * np.where(np.arange(N) < 3, 4_000.0, 10.0))
    baseline = Expected(orders=near(2, spread=1.0), money=near(2, spread=1.0) * price)
    found = judged(model, baseline, looks=looks_of(price=price))
    money = {row[0]: row[1] for row in found.tables[0].rows}
    assert money[MODEL] > money[BASELINE]
    assert "Its error" not in found.decision.message


def test_the_champion_must_not_be_better_on_the_same_customers():
    model, weak = expected_of(near(1, spread=1.0)), expected_of(near(2, spread=2.0))
    lost = judged(model, weak, champion=expected_of(near(3, spread=0.2)))
    assert (lost.decision.promote, lost.decision.ground) == (False, "champion")
    assert "champion, version 3" in lost.decision.message
    assert judged(model, weak, champion=model).decision.ground == "better"


def test_orders_decide_where_they_have_no_price():
    looks = looks_of(price=np.nan)
    found = judged(expected_of(near(1, spread=0.5), price=np.nan), expected_of(CAME, price=np.nan), looks=looks)
    assert [table.title for table in found.tables] == ["Orders of the 90 days that followed"]
    assert "of the orders that 400 customers brought" in found.verdict


def test_where_nobody_ordered_nothing_can_be_judged():
    with pytest.raises(OutcomeError, match="in the last 90 days, by which value is judged"):
        judged(expected_of(CAME), expected_of(CAME), looks=looks_of(np.zeros(N)))
