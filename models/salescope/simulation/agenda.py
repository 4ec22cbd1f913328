"""The agenda: holidays, promotions and launches, and what they do to demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.simulation.labels import TEXT
from salescope.simulation.period import Floats, Period
from salescope.simulation.products import CATEGORIES, Catalogue

__all__ = ["Agenda", "draw_agenda", "events_table"]

HOLIDAYS = {
    (1, 1): "New Year",
    (5, 1): "Labour Day",
    (10, 3): "Founders' Day",
    (12, 25): "Christmas",
    (12, 26): "Boxing Day",
}
HOLIDAY_FACTOR = 0.3
WEEKDAY_FACTOR = np.array([1.15, 1.2, 1.2, 1.15, 1.05, 0.75, 0.5])
YEARLY_SWING = 0.18
YEARLY_GROWTH = 0.06
PROMOTION_EVERY = 42
PROMOTION_LIFT = 1.8
PROMOTION_DISCOUNT = 0.15


@dataclass(frozen=True, slots=True)
class Agenda:
    """Holds what is planned, and its factors on demand.

    Parameters
    ----------
    season : ndarray of float, shape (n_days,)
        Weekday, season of the year, growth and holidays: a factor for the whole company.
    lift : ndarray of float, shape (n_days, n_categories)
        Factor of promotions; one on other days.
    discount : ndarray of float, shape (n_days, n_categories)
        Share taken off the price.
    promotions : tuple of (int, int, int)
        First day, last day and category of every promotion.
    """

    season: Floats
    lift: Floats
    discount: Floats
    promotions: tuple[tuple[int, int, int], ...]


def season_of(dates: pd.DatetimeIndex) -> Floats:
    """Computes the factor of weekday, time of year, growth and holidays.

    Parameters
    ----------
    dates : DatetimeIndex, shape (n_days,)
        The days.

    Returns
    -------
    ndarray of float, shape (n_days,)
        The factor; about one on average in the first year.
    """
    years = np.arange(len(dates)) / 365.25
    yearly = 1 + YEARLY_SWING * np.sin(2 * np.pi * (np.asarray(dates.dayofyear, dtype=float) - 200) / 365.25)
    closed = np.array([(date.month, date.day) in HOLIDAYS for date in dates])
    growth = (1 + YEARLY_GROWTH) ** years
    return np.asarray(WEEKDAY_FACTOR[dates.dayofweek] * yearly * growth * np.where(closed, HOLIDAY_FACTOR, 1.0))


def draw_agenda(period: Period, *, rng: np.random.Generator) -> Agenda:
    """Draws the promotions and sets the seasons.

    Parameters
    ----------
    period : Period
        The history and the days ahead, for which promotions are planned as well.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    Agenda
        What is planned.
    """
    lift = np.ones((period.span, len(CATEGORIES)))
    discount = np.zeros_like(lift)
    promotions = []
    for around in range(PROMOTION_EVERY // 2, period.span - PROMOTION_EVERY // 2, PROMOTION_EVERY):
        first = around + int(rng.integers(-7, 8))
        last = first + int(rng.integers(6, 11))
        category = int(rng.integers(len(CATEGORIES)))
        lift[first : last + 1, category] = PROMOTION_LIFT
        discount[first : last + 1, category] = PROMOTION_DISCOUNT
        promotions.append((first, last, category))
    return Agenda(season=season_of(period.dates), lift=lift, discount=discount, promotions=tuple(promotions))


def events_table(agenda: Agenda, *, catalogue: Catalogue, period: Period) -> pd.DataFrame:
    """Writes the table ``events`` of the contract: one row a day, scope and name.

    Parameters
    ----------
    agenda : Agenda
        What is planned.
    catalogue : Catalogue
        The products, for their launches.
    period : Period
        The history; holidays and promotions ahead of its end are known and listed too.

    Returns
    -------
    DataFrame, shape (n_events, 4)
        Sorted by date, scope and name.
    """
    dates = period.dates
    rows = [
        (date, "all", HOLIDAYS[date.month, date.day], "holiday") for date in dates if (date.month, date.day) in HOLIDAYS
    ]
    for count, (first, last, category) in enumerate(agenda.promotions, start=1):
        scope = f"category={CATEGORIES[category]}"
        rows += [(date, scope, f"Promotion {count}", "promotion") for date in dates[first : last + 1]]
    for number in np.flatnonzero(catalogue.launched >= 0).tolist():
        scope = f"category={CATEGORIES[catalogue.category[number]]}"
        rows.append((dates[int(catalogue.launched[number])], scope, f"Launch of P-{number + 1:04d}", "launch"))
    frame = pd.DataFrame(rows, columns=["date", "scope", "name", "kind"])
    frame = frame.astype({"date": "datetime64[ns]", "scope": TEXT, "name": TEXT, "kind": TEXT})
    return frame.sort_values(["date", "scope", "name"], ignore_index=True)
