"""Chances that years of the tourism tree reach their targets, as each of nine origins would have given them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from tests.acceptance.tourism import HORIZON, tourism

from salescope.forecasting import SalesForecaster
from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.origins import Origins
from salescope.forecasting.path_model import path_model
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import Windows, forecast_tree, level_codes

__all__ = ["MULTIPLES", "Year", "brier", "calibration_error", "multiples", "years"]

# The first month of each year that is judged; the last is the last of the data.
BEGINS = tuple(range(216, 119, -12))
WINDOWS = Windows(count=6, step=12)
MULTIPLES = (0.95, 1.0, 1.05, 1.1)
PATHS, SEED = 1_000, 0


@dataclass(frozen=True)
class Year:
    """Holds one year of every node: futures of its sum, what was and what is known."""

    paths: Floats
    point: Floats
    last: Floats
    actual: Floats
    done: Floats
    done_last: Floats
    before: Floats
    group: Ints


def years(closed: int = 0) -> Iterator[Year]:
    """Forecasts each year after so many of its months are over."""
    panel, tree = tourism()
    values = np.asarray(panel.values)
    origins = Origins(panel, list(SalesForecaster(HORIZON).chosen_members()), horizon=HORIZON)
    for begin in BEGINS:
        yield _year(origins, values, tree=tree, begin=begin, closed=closed)


def _year(origins: Origins, values: Floats, *, tree: Tree, begin: int, closed: int) -> Year:
    cutoff, floor = begin + closed, np.zeros(len(tree.bottom))
    fit = forecast_tree(origins, tree=tree, cutoff=cutoff, windows=WINDOWS, floor=floor)
    left = HORIZON - closed
    model = path_model(fit, history=values[:, :cutoff], tree=tree, season=12, horizon=left, floor=floor)
    done = values[:, begin:cutoff].sum(axis=1)
    sums = model.draw(PATHS, seed=SEED).sum(axis=2)
    seasons = values[:, begin % 12 : begin].reshape(len(values), -1, 12).sum(axis=2)
    return Year(
        paths=(tree.sums @ sums.T).T + done,
        point=fit.mean[:, :left].sum(axis=1) + done,
        last=values[:, begin - 12 : begin].sum(axis=1),
        actual=values[:, begin : begin + 12].sum(axis=1),
        done=done,
        done_last=values[:, begin - 12 : cutoff - 12].sum(axis=1),
        before=seasons,
        group=level_codes(tree),
    )


def multiples(year: Year, said: str) -> tuple[Floats, Floats]:
    """Gives probabilities, and what happened, of targets that are multiples of last year's sales; (n_targets, n_nodes)."""
    found = []
    for multiple in MULTIPLES:
        target = multiple * year.last
        found.append({
            "paths": (year.paths >= target).mean(axis=0),
            "point": (year.point >= target).astype(float),
            "run rate": (year.done >= multiple * year.done_last).astype(float),
            "base rate": np.full(len(target), (year.before[:, 1:] >= multiple * year.before[:, :-1]).mean()),
        }[said])  # fmt: skip
    happened = np.array([year.actual >= multiple * year.last for multiple in MULTIPLES], dtype=np.float64)
    return np.array(found), happened


def brier(told: list[tuple[Floats, Floats]]) -> float:
    """Averages the squared distance of chances from what happened."""
    return float(np.mean([(said - happened) ** 2 for said, happened in told]))


def calibration_error(told: list[tuple[Floats, Floats]]) -> float:
    """Averages over ten bins how far the mean chance is from the share that happened, weighed by size."""
    said = np.concatenate([part.ravel() for part, _ in told])
    happened = np.concatenate([part.ravel() for _, part in told])
    place = np.minimum((said * 10).astype(np.int64), 9)
    parts = [(place == number) for number in range(10) if (place == number).any()]
    return float(sum(part.mean() * abs(said[part].mean() - happened[part].mean()) for part in parts))
