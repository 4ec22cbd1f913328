"""What-ifs against series whose effects are known, and against forecasts that knew in the first place."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.test_contributions import PARTS, PERIODS, made_truth
from tests.forecasting.told import Truth

from salescope.forecasting.contributions import Explained
from salescope.forecasting.driver_changes import changed_drivers
from salescope.forecasting.what_if import what_if
from salescope.frames.errors import MisalignedError, MissingColumnError, UnknownNameError

FREE = np.nan


@cache
def truth() -> Truth:
    return made_truth(horizon=3)


@cache
def explained() -> Explained:
    return Explained.of(truth().forecaster())


def changes(**columns: Any) -> pd.DataFrame:
    dates = explained().forecaster.dates_ahead()
    given = {"node": "region=N", "driver": "promotion", "date": dates[:1], "value": 2.0} | columns
    return pd.DataFrame(given)


def laid(told: pd.DataFrame, name: str) -> np.ndarray:
    return told[name].to_numpy(dtype=np.float64).reshape(len(explained().forecaster.tree_.nodes), -1)


def holds_together(told: pd.DataFrame) -> None:
    tree = explained().forecaster.tree_
    for name in ("mean", "before", "by_drivers", "by_locks", *PARTS):
        values = laid(told, name)
        np.testing.assert_allclose(values, tree.sums.toarray() @ values[tree.bottom], rtol=0, atol=1e-9)
    np.testing.assert_allclose(told[PARTS].sum(axis=1), told["mean"], rtol=1e-9)
    np.testing.assert_allclose(told["before"] + told["by_drivers"] + told["by_locks"], told["mean"], rtol=1e-9)


def known_first(changed: Mapping[str, np.ndarray]) -> np.ndarray:
    return replace(truth(), drivers={**truth().drivers, **changed}).forecaster().fitted_.mean


def test_nothing_changed_is_the_forecast() -> None:
    for told in (what_if(explained()), what_if(explained(), drivers=changes().iloc[:0], locks={})):
        np.testing.assert_array_equal(laid(told, "mean"), explained().forecaster.fitted_.mean)
        np.testing.assert_allclose(told[PARTS].to_numpy(), explained().table()[PARTS].to_numpy(), rtol=0, atol=1e-9)
        holds_together(told)


def test_a_change_is_as_if_it_had_been_known_in_the_first_place() -> None:
    dates = explained().forecaster.dates_ahead()
    told = what_if(
        explained(),
        drivers=pd.DataFrame(
            {
                "node": ["region=N", "all", "region=S/rep=4"],
                "driver": ["promotion", "price", "weather"],
                "date": [dates[0], dates[2], dates[2]],
                "value": [2.0, 3.0, 7.0],
            }
        ),
    )
    changed = {name: value.copy() for name, value in truth().drivers.items()}
    changed["promotion"][:2, PERIODS], changed["price"][:, PERIODS + 2] = 2.0, 3.0
    changed["weather"][3, PERIODS + 2] = 7.0
    np.testing.assert_allclose(laid(told, "mean"), known_first(changed), rtol=1e-9)
    holds_together(told)
    before = explained().table()
    moved = {name: laid(told, name) - laid(before, name) for name in PARTS}
    bottom = explained().forecaster.tree_.bottom
    for name, effect in (("promotion", 30.0), ("price", -20.0)):
        wanted = effect * (changed[name] - truth().drivers[name])[:, PERIODS:]
        np.testing.assert_allclose(moved[{"promotion": "events"}.get(name, name)][bottom], wanted, atol=1e-9)
    assert moved["other"][bottom[3], 2] == pytest.approx(14.0)
    for name in ("trend", "season"):
        np.testing.assert_allclose(moved[name], 0.0, atol=1e-9)


def test_taking_an_event_away_takes_its_contribution() -> None:
    dates = explained().forecaster.dates_ahead()
    told = what_if(explained(), drivers=changes(node="all", date=dates, value=0.0))
    np.testing.assert_allclose(laid(told, "by_drivers"), -laid(explained().table(), "events"), atol=1e-9)
    np.testing.assert_allclose(told["events"], 0.0, atol=1e-9)
    assert (laid(told, "by_drivers") != 0).any()


def test_the_node_of_fewer_series_has_the_last_word() -> None:
    rows = [changes(node="region=N/rep=2", value=5.0), changes(node="all", value=1.0), changes(value=3.0)]
    wanted = np.array([3.0, 5.0, 1.0, 1.0]) - truth().drivers["promotion"][:, PERIODS]
    for order in (rows, rows[::-1]):
        told = what_if(explained(), drivers=pd.concat(order))
        np.testing.assert_allclose(laid(told, "by_drivers")[explained().forecaster.tree_.bottom, 0], 30.0 * wanted)


def test_drivers_and_locks_at_once() -> None:
    locks = {"all": np.array([1500.0, FREE, FREE]), "region=S": np.array([FREE, 444.0, FREE])}
    told = what_if(explained(), drivers=changes(), locks=locks)
    mean = laid(told, "mean")
    assert mean[0, 0] == pytest.approx(1500.0, abs=1e-6)
    assert mean[2, 1] == pytest.approx(444.0, abs=1e-6)
    holds_together(told)
    alone = what_if(explained(), drivers=changes())
    np.testing.assert_array_equal(laid(told, "by_drivers"), laid(alone, "by_drivers"))
    assert (laid(told, "by_locks")[:, 2] == 0).all()
    for name in ("trend", "season", "events", "price"):
        np.testing.assert_array_equal(told[name], alone[name])


def test_no_series_falls_under_its_floor() -> None:
    told = what_if(explained(), drivers=changes(value=-1e3))
    bottom = explained().forecaster.tree_.bottom
    assert (laid(told, "mean")[bottom[:2], 0] == 0.0).all()
    holds_together(told)


def test_nothing_is_trained_and_nothing_is_changed() -> None:
    member = explained().forecaster.chosen_members()[1]
    known = explained().effects.panel.known.values  # noqa: PD011 - no frame
    before = {name: value.tobytes() for name, value in known.items()}
    fits = member.fits
    first = what_if(explained(), drivers=changes(), locks={"all": np.full(3, 900.0)})
    pd.testing.assert_frame_equal(what_if(explained(), drivers=changes(), locks={"all": np.full(3, 900.0)}), first)
    assert member.fits == fits
    assert {name: value.tobytes() for name, value in known.items()} == before


def test_what_is_not_known_so_far_ahead_can_be_said() -> None:
    forecaster = copy(explained().forecaster)
    known = forecaster.panel_.known.until(PERIODS + 1)
    forecaster.panel_ = replace(forecaster.panel_, known=known)
    dates = forecaster.dates_ahead()
    found = changed_drivers(changes(date=dates[[0, 2]], value=[2.0, 3.0]), forecaster=forecaster)["promotion"]
    bottom = forecaster.tree_.bottom
    np.testing.assert_array_equal(found[bottom[0], PERIODS:], [2.0, FREE, 3.0])
    np.testing.assert_array_equal(found[bottom[2], PERIODS + 1 :], [FREE, FREE])
    past = known.values["promotion"][:, :PERIODS]  # noqa: PD011 - no frame
    np.testing.assert_array_equal(found[:, :PERIODS], past)


def test_a_forecast_that_learned_nothing_from_drivers_says_so() -> None:
    alone = Explained.of(truth().forecaster(alone=True))
    with pytest.raises(MisalignedError, match="no member that learns from drivers"):
        what_if(alone, drivers=changes())
    assert len(what_if(alone, locks={"all": np.full(3, 900.0)})) == 21


@pytest.mark.parametrize(
    ("columns", "error", "said"),
    [
        ({"node": "region=M"}, UnknownNameError, "did you mean 'region=S'"),
        ({"driver": "promotoin"}, UnknownNameError, "did you mean 'promotion'"),
        ({"date": pd.DatetimeIndex(["2030-01-01"])}, MisalignedError, "first days of periods from 2024-01-01"),
        ({"date": pd.DatetimeIndex(["2024-01-02"])}, MisalignedError, "2024-01-02"),
        ({"date": pd.DatetimeIndex(["2023-10-01"])}, MisalignedError, "2023-10-01"),
        ({"date": ["soon"]}, MisalignedError, "soon"),
        ({"value": np.inf}, MisalignedError, "inf"),
        ({"value": "much"}, MisalignedError, "much"),
    ],
)
def test_changes_that_cannot_be_meant(columns: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        what_if(explained(), drivers=changes(**columns))


def test_changes_that_contradict_or_miss_something() -> None:
    with pytest.raises(MisalignedError, match="two changes of one driver"):
        what_if(explained(), drivers=pd.concat([changes(), changes(value=1.0)]))
    with pytest.raises(MissingColumnError, match="value"):
        what_if(explained(), drivers=changes().drop(columns="value"))
    with pytest.raises(MisalignedError, match="contradict"):
        what_if(explained(), locks={"all": np.full(3, 5.0), "region=N": np.full(3, 6.0), "region=S": np.ones(3)})
    with pytest.raises(UnknownNameError, match="region=Q"):
        what_if(explained(), locks={"region=Q": np.ones(3)})


def test_a_forecast_without_drivers_has_none_to_change() -> None:
    alone = Explained.of(replace(truth(), drivers={}).forecaster(alone=True))
    with pytest.raises(UnknownNameError, match="none to choose from"):
        what_if(alone, drivers=changes())
