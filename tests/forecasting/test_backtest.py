"""Figures of a backtest against loops over rows, written from the definitions; and no look ahead in any window."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.made import Level, made_forecaster, made_sales, made_values, quarters

from salescope.forecasting import Backtest, SalesForecaster, backtest
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.frames.errors import OutcomeError

REPS = {"1": "N", "2": "N", "3": "S", "4": "S", "5": "W"}
PERIODS, SEASON, HORIZON, WINDOWS = 30, 4, 4, 3
LEVELS = {"all": [], "region": ["region"], "rep": ["region", "rep"]}


def forecaster() -> SalesForecaster:
    return made_forecaster(members=[SeasonalNaive(), SeasonalNaiveGrowth(), Level()], windows=2)


def sales_rows() -> pd.DataFrame:
    """Five people: one with returns, one who begins between two cutoffs, in a region of his own."""
    values = made_values(series=5, periods=PERIODS)
    values[1, ::5] *= -0.5
    values[4, :23] = np.nan
    return made_sales(values, reps=REPS)


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    return sales_rows()


@pytest.fixture(scope="module")
def judged(sales: pd.DataFrame) -> Backtest:
    return backtest(sales, forecaster=forecaster(), windows=WINDOWS)


@pytest.fixture(scope="module")
def known(judged: Backtest, sales: pd.DataFrame) -> list[dict[str, Any]]:
    return known_points(judged, sales)


def histories(sales: pd.DataFrame) -> dict[tuple[str, str], list[float]]:
    """Adds rows up to each node's sales in each quarter, in loops; before a node began there is nothing."""
    found: dict[tuple[str, str], list[float]] = {}
    for level, columns in LEVELS.items():
        for row in sales.to_dict("records"):
            node = "/".join(f"{column}={row[column]}" for column in columns) or "all"
            history = found.setdefault((level, node), [math.nan] * PERIODS)
            place = list(quarters(PERIODS)).index(row["date"])
            history[place] = row["y"] + (0.0 if math.isnan(history[place]) else history[place])
    return found


def scale_of(history: list[float], cutoff: int) -> float:
    """The mean absolute difference from a year before, within the history; of less than a year, from the quarter before."""
    for lag in (SEASON, 1):
        pairs = [(history[one], history[one - lag]) for one in range(lag, cutoff)]
        apart = [abs(now - then) for now, then in pairs if not (math.isnan(now) or math.isnan(then))]
        if apart:
            break
    return sum(apart) / len(apart)


def known_points(judged: Backtest, sales: pd.DataFrame) -> list[dict[str, Any]]:
    """Lists each forecast of a node that had begun, beside the sales that followed and the node's own scale."""
    past, dates, found = histories(sales), list(quarters(PERIODS)), []
    for row in judged.points.to_dict("records"):
        cutoff, history = dates.index(row["cutoff"]), past[row["level"], row["node"]]
        if any(not math.isnan(value) for value in history[:cutoff]):
            y = history[cutoff + row["step"] - 1]
            found.append({**row, "y": y, "unit": scale_of(history, cutoff)})
    return found


def errors_in_loops(points: list[dict[str, Any]], column: str) -> dict[str, float]:
    absolute, signed, sold, scaled = 0.0, 0.0, 0.0, []
    squares: dict[tuple[float, float], list[float]] = {}
    for one in points:
        error = one[column] - one["y"]
        absolute, signed, sold = absolute + abs(error), signed + error, sold + abs(one["y"])
        scaled.append(abs(error) / one["unit"])
        squares.setdefault((one["window"], one["node"]), []).append((error / one["unit"]) ** 2)
    roots = [math.sqrt(sum(some) / len(some)) for some in squares.values()]
    return {
        "mase": sum(scaled) / len(scaled),
        "rmsse": sum(roots) / len(roots),
        "wape": absolute / sold,
        "bias": signed / sold,
    }


def test_figures_are_those_of_the_definitions(judged, known) -> None:
    told = set()
    for row in judged.figures.to_dict("records"):
        here = [
            one for one in known if one["level"] == row["level"] and (row["window"] in (0, one["window"]))
        ]  # 0 is all windows together
        expected = errors_in_loops(here, "mean")
        base = errors_in_loops(here, "baseline")
        expected |= {f"baseline_{name}": value for name, value in base.items()}
        expected["skill"] = 1 - expected["mase"] / base["mase"]
        for level in (80, 95):
            inside = [one[f"lo_{level}"] <= one["y"] <= one[f"hi_{level}"] for one in here]
            widths = [(one[f"hi_{level}"] - one[f"lo_{level}"]) / one["unit"] for one in here]
            expected[f"coverage_{level}"] = sum(inside) / len(inside)
            expected[f"width_{level}"] = sum(widths) / len(widths)
        assert row["nodes"] == len({one["node"] for one in here})
        assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-9)
        told.add((row["window"], row["level"]))
    assert told == {(window, level) for window in range(WINDOWS + 1) for level in LEVELS}


def test_actuals_are_the_sums_of_rows_and_unknown_before_a_node_began(judged, known) -> None:
    told = {(one["window"], one["node"], one["step"]): one["y"] for one in known}
    for row in judged.points.to_dict("records"):
        y = told.get((row["window"], row["node"], row["step"]))
        assert math.isnan(row["actual"]) if y is None else row["actual"] == pytest.approx(y, rel=1e-12)
    assert judged.points.loc[judged.points["node"].str.contains("W"), "actual"].notna().sum() == 2 * HORIZON


@pytest.mark.parametrize("window", range(1, WINDOWS + 1))
def test_each_window_is_the_forecast_of_who_knew_nothing_later(judged, sales, window) -> None:
    points = judged.points[judged.points["window"] == window]
    cutoff = points["cutoff"].iloc[0]
    alone = forecaster().fit(sales[sales["date"] < cutoff]).predict().set_index(["node", "step"])
    same = points.set_index(["node", "step"]).loc[alone.index, alone.columns]
    pd.testing.assert_frame_equal(same, alone, check_exact=True)


@pytest.mark.parametrize("poison", [1e9, -1e9])
def test_later_sales_change_no_bit_of_earlier_windows(judged, sales, poison) -> None:
    second = judged.points.loc[judged.points["window"] == 2, "cutoff"].iloc[0]
    later = sales.assign(y=sales["y"].where(sales["date"] < second, poison))
    found = backtest(later, forecaster=forecaster(), windows=WINDOWS)
    before, after = (
        one.points[one.points["window"] >= 2].drop(columns="actual").reset_index(drop=True) for one in (judged, found)
    )
    pd.testing.assert_frame_equal(after, before, check_exact=True)
    oldest = [one.figures[one.figures["window"] == WINDOWS].reset_index(drop=True) for one in (judged, found)]
    pd.testing.assert_frame_equal(oldest[1], oldest[0], check_exact=True)


def test_a_history_of_one_period_cannot_be_judged(sales) -> None:
    with pytest.raises(OutcomeError, match="too few to judge"):
        backtest(sales[sales["date"] == sales["date"].min()], forecaster=forecaster())
