"""New series by their look-alikes: closed forms, and what must hold whoever they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.forecasting.calendar import Floats
from salescope.forecasting.cold_start import cold_start
from salescope.forecasting.examples import monthly
from salescope.forecasting.panel import Panel
from salescope.forecasting.seasonal_shape import seasonal_shapes
from salescope.frames.errors import MisalignedError

SHAPE = np.array([0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.4, 1.2, 1.0, 0.8, 0.6])


def company(*, new: Floats) -> tuple[Panel, pd.DataFrame]:
    """Three tools and three toys of two years and two months, of opposite seasons, and one new tool."""
    months = np.arange(26)
    tools = [level * SHAPE[months % 12] for level in (10.0, 20.0, 30.0)]
    toys = [level * (2 - SHAPE[months % 12]) for level in (1.0, 2.0, 3.0)]
    own = np.concatenate([np.full(26 - len(new), np.nan), new])
    keys = pd.DataFrame({"category": ["tools"] * 3 + ["toys"] * 3 + ["tools"], "region": ["N"] * 7})
    return monthly([*tools, *toys, own]), keys


def test_the_shape_is_that_of_the_look_alikes_and_the_scale_its_own() -> None:
    panel, keys = company(new=50.0 * SHAPE[np.array([10, 11, 0, 1])])
    cold = cold_start(panel, keys=keys, horizon=14)
    np.testing.assert_allclose(cold.forecast[0], 50.0 * SHAPE[np.arange(26, 40) % 12])
    assert (cold.rows.tolist(), cold.look_alikes.tolist(), cold.shared.tolist()) == ([6], [3], [2])
    assert cold.trust.tolist() == [1.0]


def test_without_own_sales_the_scale_is_the_median_of_the_look_alikes() -> None:
    panel, keys = company(new=np.zeros(0))
    cold = cold_start(panel, keys=keys, horizon=3)
    np.testing.assert_allclose(cold.forecast[0], 20.0 * SHAPE[[2, 3, 4]])
    assert cold.trust.tolist() == [0.0]


def test_own_sales_count_as_credibility_says() -> None:
    rng = np.random.default_rng(4)
    old = np.array([30.0, 50.0, 90.0, 130.0])[:, None] + rng.normal(0, 9, (4, 36))
    own = np.concatenate([np.full(31, np.nan), rng.normal(300, 9, 5)])
    keys = pd.DataFrame({"category": ["tools"] * 5})
    cold = cold_start(monthly([*old, own]), keys=keys, horizon=1)
    shapes, level = seasonal_shapes(old, season=12), old[:, -12:].mean(axis=1)
    shape, median = shapes.mean(axis=0), np.median(level)
    within = np.median([np.mean((old[row, 24:] - level[row] * shapes[row]) ** 2) for row in range(4)])
    between = (1.4826 * np.median(np.abs(level - median))) ** 2
    heard = sum(shape[month] for month in (7, 8, 9, 10, 11))
    trust = heard / (heard + within / between)
    assert cold.trust[0] == pytest.approx(trust)
    wanted = trust * np.nansum(own) / heard + (1 - trust) * median
    assert cold.forecast[0, 0] == pytest.approx(wanted * shape[0])


def test_nobody_to_learn_from_and_one_that_sold_nothing() -> None:
    panel = monthly([[np.nan, 4.0, 6.0], [np.nan, np.nan, np.nan]])
    cold = cold_start(panel, keys=pd.DataFrame({"a": ["x", "y"]}), horizon=2)
    np.testing.assert_array_equal(cold.forecast, [[5.0, 5.0], [0.0, 0.0]])
    assert cold.look_alikes.tolist() == [0, 0]
    nothing = cold_start(panel, keys=pd.DataFrame({"a": ["x", "y"]}), horizon=2, rows=np.zeros(0, dtype=np.int64))
    assert nothing.forecast.shape == (0, 2)
    with pytest.raises(MisalignedError, match="keys"):
        cold_start(panel, keys=pd.DataFrame({"a": ["x"]}), horizon=2)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), scale=st.sampled_from([0.001, 7.0, 1e6]), length=st.integers(0, 11))
def test_forecasts_are_finite_and_in_the_unit_of_sales(seed: int, scale: float, length: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.poisson(rng.choice([0.0, 0.3, 9.0], (6, 1)), (6, 30)).astype(np.float64)
    values[:2, : 30 - length] = np.nan
    keys = pd.DataFrame({"a": rng.choice(["x", "y"], 6), "b": rng.choice(["u", "v"], 6)})
    once = cold_start(monthly(values.tolist()), keys=keys, horizon=9)
    scaled = cold_start(monthly((scale * values).tolist()), keys=keys, horizon=9)
    longer = cold_start(monthly(values.tolist()), keys=keys, horizon=20)
    assert once.forecast.shape == (2, 9)
    assert np.isfinite(once.forecast).all()
    assert (once.forecast >= 0).all()
    np.testing.assert_allclose(scaled.forecast, scale * once.forecast, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(longer.forecast[:, :9], once.forecast)
