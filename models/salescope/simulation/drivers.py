"""Drivers: an economic index that moves demand, prices known ahead, and a temperature that moves nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.simulation.labels import labelled
from salescope.simulation.period import Floats, Period
from salescope.simulation.products import YEARLY_PRICE_RISE
from salescope.simulation.representatives import REGIONS

__all__ = ["Climate", "draw_climate", "drivers_table"]

ELASTICITY = 1.5


@dataclass(frozen=True, slots=True)
class Climate:
    """Holds what the company cannot influence.

    Parameters
    ----------
    economy : ndarray of float, shape (n_days, n_regions)
        Index, 100 at the start.
    temperature : ndarray of float, shape (n_days, n_regions)
        Degrees Celsius; without any effect on demand.
    """

    economy: Floats
    temperature: Floats

    @property
    def factor(self) -> Floats:
        """Is the effect of the economy on demand, shape ``(n_regions, n_days)``."""
        return np.asarray((self.economy / 100).T ** ELASTICITY)


def draw_climate(period: Period, *, rng: np.random.Generator) -> Climate:
    """Draws a slow mean-reverting economy and the weather of every region.

    Parameters
    ----------
    period : Period
        The history and the days ahead.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    Climate
        The drivers.
    """
    shape = (period.span, len(REGIONS))
    shock = rng.normal(0.0, 0.0035, shape)
    level = np.zeros(shape)
    for day in range(1, period.span):
        level[day] = 0.995 * level[day - 1] + shock[day]
    yearly = np.sin(2 * np.pi * (np.asarray(period.dates.dayofyear, dtype=float) - 110) / 365.25)
    temperature = 11 + 10 * yearly[:, None] + np.linspace(-3, 3, len(REGIONS)) + rng.normal(0, 3, shape)
    return Climate(economy=np.round(100 * np.exp(level), 3), temperature=np.round(temperature, 1))


def drivers_table(climate: Climate, *, period: Period) -> pd.DataFrame:
    """Writes the table ``drivers`` of the contract.

    Parameters
    ----------
    climate : Climate
        The drivers.
    period : Period
        The history; ``price_index`` is known ahead of its end, the others are missing there.

    Returns
    -------
    DataFrame, shape (n_known_days * n_regions, 5)
        ``date``, ``node``, ``price_index`` (known future), ``economy`` and ``temperature`` (past only).
    """
    days = np.repeat(np.arange(period.span), len(REGIONS))
    dates = period.dates[days]
    past = days < period.days
    rise = (1 + YEARLY_PRICE_RISE) ** np.asarray(dates.year - dates.year[0], dtype=float)
    return pd.DataFrame(
        {
            "date": dates,
            "node": labelled([f"region={name}" for name in REGIONS], np.tile(np.arange(len(REGIONS)), period.span)),
            "price_index": np.round(100 * rise, 3),
            "economy": np.where(past, climate.economy.ravel(), np.nan),
            "temperature": np.where(past, climate.temperature.ravel(), np.nan),
        }
    )
