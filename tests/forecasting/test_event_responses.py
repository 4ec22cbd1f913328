"""What each event moves, against what-ifs of the model itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.test_contributions import PERIODS, made_truth

from salescope.forecasting import Panel, frequency_named
from salescope.forecasting.calendar import Floats
from salescope.forecasting.contributions import Explained
from salescope.forecasting.event_responses import event_responses
from salescope.forecasting.what_if import what_if


@pytest.fixture(scope="module")
def explained() -> Explained:
    return Explained.of(made_truth(horizon=3).forecaster())


def test_a_unit_moves_what_it_was_made_to_move(explained: Explained) -> None:
    found = event_responses(explained)
    tree = explained.forecaster.tree_
    assert found["driver"].unique().tolist() == ["promotion"]
    np.testing.assert_allclose(found["per_unit"], 30.0)
    wanted = made_truth(horizon=3).drivers["promotion"][:, PERIODS:]
    np.testing.assert_array_equal(found["now"].to_numpy(dtype=float).reshape(wanted.shape), wanted)
    assert found["node"].drop_duplicates().tolist() == [tree.nodes[row] for row in tree.bottom]
    assert found["step"].tolist() == [1, 2, 3] * 4
    assert found["date"].drop_duplicates().tolist() == list(explained.forecaster.dates_ahead())


def test_reading_it_is_the_what_if(explained: Explained) -> None:
    date = explained.forecaster.dates_ahead()[1]
    drivers = pd.DataFrame({"node": ["region=N"], "driver": "promotion", "date": date, "value": [0.5]})
    told = what_if(explained, drivers=drivers)
    found = event_responses(explained)
    asked = found[(found["date"] == date) & found["node"].str.contains("region=N")]
    moved = ((0.5 - asked["now"]) * asked["per_unit"]).sum()
    assert moved == pytest.approx(told.loc[(told["node"] == "all") & (told["date"] == date), "by_drivers"].item())
    assert moved != 0


class Neighbours:
    """Is a predictor of three steps that sells 4 more under a promotion, and 1 less the period before."""

    def predict(self, panel: Panel) -> Floats:
        ahead = np.nan_to_num(panel.known.values["promotion"][:, PERIODS:])  # noqa: PD011 - no frame
        ahead = np.pad(ahead, ((0, 0), (0, 4)))
        return np.asarray(4.0 * ahead[:, :3] - ahead[:, 1:4])


def test_days_are_measured_apart_from_their_neighbours(explained: Explained) -> None:
    effects = explained.effects
    for frequency, wanted in (("day", [4.0, 4.0, 4.0]), ("quarter", [3.0, 3.0, 4.0])):
        panel = replace(effects.panel, frequency=frequency_named(frequency))
        made = replace(effects, panel=panel, learned=((1.0, Neighbours()),))
        found = event_responses(replace(explained, effects=made))
        np.testing.assert_allclose(found["per_unit"].to_numpy(dtype=float).reshape(4, 3), [wanted] * 4)


def test_what_is_not_known_or_moves_nothing_has_no_row(explained: Explained) -> None:
    panel, moves = explained.effects.panel, np.array([True, False, True, True])
    shorter = replace(panel, known=panel.known.until(PERIODS + 2))
    effects = replace(explained.effects, panel=shorter, moves=moves, learned=((1.0, Neighbours()),))
    found = event_responses(replace(explained, effects=effects))
    assert sorted(found["step"].unique()) == [1, 2]
    assert found["node"].nunique() == 3
    assert event_responses(replace(explained, effects=replace(effects, learned=()))).empty
