"""What boosted trees see of a panel at a cutoff: ratios to the recent level, seasons, the calendar, known drivers."""

from __future__ import annotations

import warnings

import numpy as np

from salescope.forecasting.boosted_events import driver_features
from salescope.forecasting.boosted_history import LEVEL, BoostedHistory, quotient
from salescope.forecasting.calendar import Floats, Ints

__all__ = ["features"]

WINDOWS = {"day": (7, 28, 91, 364), "week": (4, 13, 26, 52, 104), "month": (3, 6, 12, 24, 36), "quarter": (2, 4, 8, 12)}
SEASONS = 5


def features(history: BoostedHistory, *, cutoff: int, steps: Ints) -> dict[str, Floats]:
    """Describes each series and step as known at a cutoff.

    Parameters
    ----------
    history : BoostedHistory
        Nothing of it from the cutoff on is looked at, but for drivers known ahead.
    cutoff : int
        Periods of history.
    steps : ndarray of int, shape (n_steps,)
        Steps ahead, from 1 on.

    Returns
    -------
    dict of str to ndarray of float, each of shape (n_series, n_steps)
        Ratios, so that a series ten times as large looks the same; NaN where nothing is known.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> history = BoostedHistory(monthly([[3.0] * 24 + [6.0] * 12]))
    >>> features(history, cutoff=36, steps=np.array([1, 2]))["level_12"]
    array([[1.5, 1.5]])
    """
    level = history.level(cutoff)
    found = _levels(history, cutoff=cutoff, level=level) | _seasons(history, steps, cutoff=cutoff, level=level)
    found |= _groups(history, found)
    found |= _calendar(history, steps, cutoff=cutoff)
    ratios = quotient(history.values[:, :cutoff], level[:, None])
    found |= driver_features(history.events, ratios=ratios, cutoff=cutoff, steps=steps)
    shape = (len(level), len(steps))
    return {name: np.broadcast_to(value, shape) for name, value in found.items()}


def _levels(history: BoostedHistory, *, cutoff: int, level: Floats) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for window in WINDOWS[history.panel.frequency.name]:
        now = history.mean(cutoff - window, cutoff)
        then = history.mean(cutoff - window - history.year, cutoff - history.year)
        found[f"level_{window}"] = quotient(now, level)[:, None]
        found[f"growth_{window}"] = np.clip(quotient(now, _large(then, 0.05 * level)), -5, 5)[:, None]
    length = LEVEL[history.panel.frequency.name]
    mean, square = history.mean(cutoff - length, cutoff), history.mean(cutoff - length, cutoff, of=history.squares)
    found["spread"] = quotient(np.sqrt(np.maximum(square - mean**2, 0.0)), level)[:, None]
    found["zeros"] = history.mean(cutoff - length, cutoff, of=history.zeros)[:, None]
    return found


def _seasons(history: BoostedHistory, steps: Ints, *, cutoff: int, level: Floats) -> dict[str, Floats]:
    season, found, indices = history.season, {}, []
    for back in range(SEASONS):
        place = cutoff - season * (back + 1) + (steps - 1) % season
        value = np.where(place >= 0, history.values[:, np.maximum(place, 0)], np.nan)
        base = history.mean(cutoff - season * (back + 1), cutoff - season * back)
        indices.append(quotient(value, _large(base, 1e-3 * level)[:, None]))
        if back < 3:
            found[f"season_{back}"] = indices[-1]
        if back < 2:
            found[f"lag_{back}"] = quotient(value, level[:, None])
    found["season_mean"] = _nan_mean(np.asarray(indices))
    if history.panel.frequency.name == "day":
        for years in (1, 2):
            found |= _years_ago(history, steps, cutoff=cutoff, level=level, years=years)
    return found


def _years_ago(history: BoostedHistory, steps: Ints, *, cutoff: int, level: Floats, years: int) -> dict[str, Floats]:
    ago, place = cutoff - years * history.year, cutoff + steps - 1 - years * history.year
    there = (place >= 0) & (place < cutoff)
    value = np.where(there, history.values[:, np.clip(place, 0, cutoff - 1)], np.nan)
    base = _large(history.mean(ago - 28, ago), 1e-3 * level)[:, None]
    around = history.mean_at(np.clip(place - 3, 0, cutoff), np.clip(place + 4, 0, cutoff))
    return {
        f"year_{years}": quotient(value, level[:, None]),
        f"around_{years}": np.where(place >= 3, quotient(around, base), np.nan),
    }


def _groups(history: BoostedHistory, found: dict[str, Floats]) -> dict[str, Floats]:
    group = history.panel.group
    if group is None:
        return {}
    codes, rows = np.unique(group, return_inverse=True)
    answer: dict[str, Floats] = {"group": group.astype(np.float64)[:, None]}
    growth = [name for name in found if name.startswith("growth_")]
    for name in ("season_mean", growth[0], growth[-1]):
        means = np.asarray([_nan_mean(found[name][group == code]) for code in codes])
        answer[f"level_{name}"] = means[rows]
        # The level of fewest series holds the total, or comes nearest to it.
        answer[f"top_{name}"] = means[[np.argmin(np.bincount(rows))]]
    return answer


def _calendar(history: BoostedHistory, steps: Ints, *, cutoff: int) -> dict[str, Floats]:
    frequency, first = history.panel.frequency, history.panel.dates[0]
    dates = frequency.starts(first, count=cutoff + int(steps.max()))[cutoff + steps - 1]
    found = {"step": steps, "month": dates.month}
    if frequency.name == "day":
        found |= {"weekday": dates.weekday, "day": dates.day}
    if frequency.name == "week":
        found["week"] = dates.isocalendar().week
    return {name: np.asarray(value, dtype=np.float64)[None] for name, value in found.items()}


def _large(value: Floats, least: Floats) -> Floats:
    return np.where(np.abs(value) < least, np.nan, value)


def _nan_mean(values: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(values, axis=0))
