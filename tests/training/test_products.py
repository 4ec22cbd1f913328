"""Recommended products are judged beside popularity, and history is cut where half of it is left to learn from."""

from __future__ import annotations

import pandas as pd
import pytest

from salescope.frames.errors import OutcomeError
from salescope.training.comparing import Champion
from salescope.training.customer_model import champion_at, days_ahead
from salescope.training.customer_tables import CustomerTables
from salescope.training.products import EVER, LATELY, MODEL, _decision, _popular

MOMENT = pd.Timestamp("2024-06-01")


def recorded_of(*days: str) -> CustomerTables:
    tables = CustomerTables({})
    # A cached property: what was read is not what this is about.
    tables.__dict__["frames"] = {"orders": pd.DataFrame({"ordered_at": pd.to_datetime(list(days))})}
    return tables


def test_what_most_customers_bought_comes_first_and_the_lower_id_among_equals():
    bought = pd.DataFrame({"customer_id": list("aabbcc"), "product_id": ["nut", "nut", "nut", "saw", "bolt", "bolt"]})
    told = _popular(bought, ["x", "y"], k=2)
    assert told.to_numpy().tolist() == [["x", 1, "nut"], ["x", 2, "bolt"], ["y", 1, "nut"], ["y", 2, "bolt"]]


@pytest.mark.parametrize(
    ("ours", "lately", "champion", "promote", "ground"),
    [
        (0.30, 0.20, None, True, "first"),
        (0.20, 0.20, None, False, "baseline"),
        (0.30, 0.20, 0.305, True, "better"),
        (0.30, 0.20, 0.35, False, "champion"),
    ],
)
def test_popularity_and_the_champion_must_not_find_more(ours, lately, champion, promote, ground):
    found = {MODEL: (ours, 0.1), LATELY: (lately, 0.1), EVER: (0.1, 0.1)}
    if champion is not None:
        found["champion, version 2"] = (champion, 0.1)
    decision = _decision(found, popular=lately, k=10)
    assert (decision.promote, decision.ground) == (promote, ground)


def test_as_many_days_are_judged_as_asked_for_but_at_most_half_of_the_history():
    long = days_ahead(recorded_of("2023-01-01 10:00", "2024-05-31 18:00"), wanted=90, setting="value.horizon")
    assert (long.days, long.moment, long.end, long.remark) == (90, MOMENT - pd.Timedelta(90, "D"), MOMENT, "")
    short = days_ahead(recorded_of("2024-04-12", "2024-05-31"), wanted=90, setting="value.horizon")
    assert short.days == 25
    assert short.remark.startswith("value.horizon is 90 days; 50 days of history allow 25")
    with pytest.raises(OutcomeError, match="10 days of orders are too few to judge by"):
        days_ahead(recorded_of("2024-05-22", "2024-05-31"), wanted=30, setting="products.judged_days")


@pytest.mark.parametrize(
    ("through", "recipe", "how"),
    [
        ("2024-05-01T00:00:00", {"seed": 1}, "as served"),
        ("2024-06-15T00:00:00", {"seed": 0}, "same recipe"),
        ("2024-06-15T00:00:00", {"seed": 1}, "its recipe"),
    ],
)
def test_a_champion_is_never_judged_by_what_it_learned_from(through, recipe, how):
    champion = Champion(version="1", files={}, card={"data": {"trained_through": through}, "recipe": recipe})
    assert champion_at(champion, moment=MOMENT, recipe={"seed": 0}) == how
