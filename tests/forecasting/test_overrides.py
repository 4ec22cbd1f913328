"""Overrides as people give them: what is asked for, by whom and why, beside what the machine said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from salescope.forecasting.override_value import value_added
from salescope.forecasting.overrides import Overrides
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError, MissingColumnError, UnknownNameError

KEYS = pd.DataFrame({"region": list("NNSS"), "rep": list("1234")})
TREE = Tree.of(KEYS, levels={"region": ["region"], "rep": ["region", "rep"]})
DATES = pd.date_range("2026-01-01", periods=3, freq="MS")
BOTTOM = np.arange(12, dtype=np.float64).reshape(4, 3) + 1.0
ROW = {"node": "region=N", "date": "2026-02-01", "value": 20.0, "reason": "Trade fair", "author": "Lin"}


def read(*rows: dict[str, Any]) -> Overrides:
    return Overrides.read(pd.DataFrame(list(rows)), tree=TREE, dates=DATES, bottom=BOTTOM)


def test_the_machines_number_stands_beside_each() -> None:
    found = read(ROW, {**ROW, "node": "all", "value": 30.0, "reason": "Board", "author": "Wu"})
    np.testing.assert_array_equal(found.locks["region=N"], [np.nan, 20.0, np.nan])
    np.testing.assert_array_equal(found.locks["all"], [np.nan, 30.0, np.nan])
    assert found.table["node"].tolist() == ["all", "region=N"]
    assert found.table["level"].tolist() == ["all", "region"]
    assert found.table["machine"].tolist() == [BOTTOM[:, 1].sum(), BOTTOM[:2, 1].sum()]
    assert found.table["reason"].tolist() == ["Board", "Trade fair"]


def test_the_forecast_takes_every_override_and_adds_up() -> None:
    found = read(ROW, {**ROW, "node": "all", "value": 30.0}, {**ROW, "node": "region=S/rep=3", "value": 2.0})
    moved = found.apply(BOTTOM, tree=TREE, weight=np.ones(4), floor=np.zeros(4))
    np.testing.assert_array_equal(moved[:, [0, 2]], BOTTOM[:, [0, 2]])
    np.testing.assert_allclose(moved[:, 1], [8.5, 11.5, 2.0, 8.0], atol=1e-6)
    with pytest.raises(MisalignedError, match="contradict"):
        read(ROW, {**ROW, "node": "all", "value": 10.0}).apply(BOTTOM, tree=TREE, weight=np.ones(4), floor=np.zeros(4))


def test_the_newest_of_two_holds() -> None:
    early, late = {**ROW, "made_at": "2026-01-05"}, {**ROW, "value": 25.0, "made_at": "2026-01-09"}
    assert read(late, early).table["value"].tolist() == [25.0]
    with pytest.raises(MisalignedError, match="made_at"):
        read(ROW, {**ROW, "value": 25.0})
    with pytest.raises(MisalignedError, match="made_at"):
        read(early, {**early, "value": 25.0})


def test_no_overrides_are_no_locks() -> None:
    none = Overrides.read(pd.DataFrame(columns=list(ROW)), tree=TREE, dates=DATES, bottom=BOTTOM)
    assert none.table.empty
    assert none.locks == {}
    assert none.apply(BOTTOM, tree=TREE, weight=np.ones(4)) is BOTTOM


def test_what_is_read_can_be_judged() -> None:
    actuals = pd.DataFrame({"node": ["region=N"], "date": DATES[1:2], "y": [16.0]})
    every = value_added(read(ROW).table, actuals=actuals).iloc[0]
    assert every["value_added"] == pytest.approx((abs(BOTTOM[:2, 1].sum() - 16) - 4) / 16)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"reason": " "}, MisalignedError, "reason"),
        ({"reason": None}, MisalignedError, "reason"),
        ({"author": ""}, MisalignedError, "author"),
        ({"value": np.nan}, MisalignedError, "value"),
        ({"value": "many"}, MisalignedError, "many"),
        ({"value": np.inf}, MisalignedError, "inf"),
        ({"date": "2026-02-03"}, MisalignedError, "2026-02-03"),
        ({"date": "soon"}, MisalignedError, "date"),
        ({"node": "region=M"}, UnknownNameError, "region=N"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read({**ROW, **change})


def test_a_reason_is_required() -> None:
    with pytest.raises(MissingColumnError, match="reason"):
        read({name: value for name, value in ROW.items() if name != "reason"})
