"""Forecast value added against numbers written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.forecasting.override_value import value_added
from salescope.frames.errors import MisalignedError, MissingColumnError

MONTHS = pd.date_range("2026-01-01", periods=4, freq="MS")
MADE = pd.DataFrame(
    {
        "node": ["all", "all", "region=N", "region=N"],
        "level": ["all", "all", "region", "region"],
        "date": MONTHS,
        "value": [110.0, 80.0, 30.0, 50.0],
        "machine": [130.0, 90.0, 25.0, 40.0],
        "author": ["Lin", "Lin", "Wu", "Wu"],
    }
)
ACTUALS = pd.DataFrame({"node": ["all", "all", "region=N"], "date": MONTHS[:3], "y": [100.0, 100.0, 20.0]})


def test_errors_of_people_and_of_the_machine() -> None:
    table = value_added(MADE, actuals=ACTUALS).set_index(["by", "name"])
    every = table.loc[("all", "all")]
    assert (every["overrides"], every["judged"]) == (4, 3)
    # Errors of the machine 30, 10, 5; of people 10, 20, 10; sales 220.
    assert every["wape_machine"] == pytest.approx(45 / 220)
    assert every["wape_override"] == pytest.approx(40 / 220)
    assert every["value_added"] == pytest.approx(5 / 220)
    assert every["error"] == pytest.approx(np.std([20, -10, -5], ddof=1) * np.sqrt(3) / 220)
    assert every["improved"] == pytest.approx(1 / 3)
    assert every["bias_override"] == pytest.approx((10 - 20 + 10) / 220)
    assert table.loc[("author", "Lin"), "value_added"] == pytest.approx(10 / 200)
    assert table.loc[("level", "region"), "value_added"] == pytest.approx(-5 / 20)
    assert table.loc[("direction", "down"), "judged"] == 2
    assert table.loc["direction"].index.tolist() == ["down", "up"]


def test_nothing_known_yet_and_nothing_overridden() -> None:
    unknown = value_added(MADE, actuals=ACTUALS.head(0))
    assert unknown["judged"].sum() == 0
    assert unknown[["wape_machine", "value_added", "improved"]].isna().all(axis=None)
    nothing = value_added(MADE.head(0), actuals=ACTUALS)
    assert nothing[["by", "overrides"]].to_numpy().tolist() == [["all", 0]]


def test_a_number_left_as_it_was_neither_wins_nor_loses() -> None:
    same = MADE.assign(value=MADE["machine"])
    every = value_added(same, actuals=ACTUALS).iloc[0]
    assert (every["value_added"], every["improved"]) == (0.0, 0.5)


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(MissingColumnError, match="machine"):
        value_added(MADE.drop(columns="machine"), actuals=ACTUALS)
    with pytest.raises(MisalignedError, match="repeated"):
        value_added(MADE, actuals=pd.concat([ACTUALS, ACTUALS]))
