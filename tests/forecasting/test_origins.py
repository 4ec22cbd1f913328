"""What followed a cutoff, and who said what of it, against loops over rows; nothing later is looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forecasting.made import Level, made_panel, made_values

from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.origins import Origins

PERIODS = 18
MEMBERS = [SeasonalNaive(), SeasonalNaiveGrowth(), Level()]
LATE = (0, 0, 5, 13, PERIODS)


def values() -> np.ndarray:
    made = made_values(series=len(LATE), periods=PERIODS)
    for row, began in enumerate(LATE):
        made[row, :began] = np.nan
    return made


@given(st.integers(1, PERIODS), st.integers(1, 8), st.integers(0, PERIODS))
@settings(max_examples=25, deadline=None)
def test_actual_is_what_rows_say_of_series_that_had_begun(cutoff: int, horizon: int, known: int) -> None:
    rows = pd.DataFrame(values()).rename_axis("series").melt(ignore_index=False, var_name="period", value_name="y")
    rows = rows.dropna().reset_index()
    found = Origins(made_panel(values()), MEMBERS, horizon=horizon).actual(cutoff, known=known)
    for series in range(len(LATE)):
        mine = rows[rows["series"] == series]
        for step in range(horizon):
            wanted = mine.loc[mine["period"] == cutoff + step, "y"]
            begun = (mine["period"] < cutoff).any()
            if begun and len(wanted) and cutoff + step < known:
                assert found[series, step] == wanted.item()
            else:
                assert np.isnan(found[series, step])


def test_stacked_lays_each_members_forecast_at_each_cutoff() -> None:
    panel, told = made_panel(values()), []
    origins = Origins(panel, MEMBERS, horizon=3, tell=lambda cutoff, member: told.append((cutoff, member)))
    found = origins.stacked([14, 8])
    for place, member in enumerate(MEMBERS):
        for window, cutoff in enumerate([14, 8]):
            np.testing.assert_array_equal(found[place, window], member.forecast(panel.until(cutoff), horizon=3))
    origins.stacked([8, 14, 8])
    assert told == [(cutoff, member.name) for cutoff in (14, 8) for member in MEMBERS]
    assert origins.names == tuple(member.name for member in MEMBERS)
    assert origins.stacked([]).shape == (3, 0, len(LATE), 3)


@pytest.mark.parametrize("poison", [np.nan, 1e9, -1e9, 0.0])
@pytest.mark.parametrize("cutoff", [1, 5, 9, 14])
def test_forecasts_look_at_nothing_after_the_cutoff(cutoff: int, poison: float) -> None:
    poisoned = values()
    poisoned[:, cutoff:] = poison
    found = Origins(made_panel(poisoned), MEMBERS, horizon=4).stacked([cutoff])
    assert found.tobytes() == Origins(made_panel(values()), MEMBERS, horizon=4).stacked([cutoff]).tobytes()
