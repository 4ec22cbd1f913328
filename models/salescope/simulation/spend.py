"""Spend on promotion channels, and the saturating response of demand to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.simulation.labels import labelled
from salescope.simulation.period import Floats, Period

__all__ = ["CHANNELS", "Media", "draw_media", "response_table", "spend_table"]

CHANNELS = ("search", "social", "mailing", "trade shows")
DAILY = np.array([400.0, 250.0, 120.0, 300.0])
MOST_UPLIFT = np.array([0.16, 0.08, 0.05, 0.10])
HALF_AT = np.array([600.0, 500.0, 300.0, 900.0])
CARRYOVER = np.array([0.3, 0.5, 0.6, 0.8])


@dataclass(frozen=True, slots=True)
class Media:
    """Holds spend and its effect.

    Parameters
    ----------
    amount : ndarray of float, shape (n_days, n_channels)
        Money a day.
    uplift : ndarray of float, shape (n_days,)
        Factor on demand, at least one.
    """

    amount: Floats
    uplift: Floats


def carried(amount: Floats) -> Floats:
    """Adds what earlier days of spend still do.

    Parameters
    ----------
    amount : ndarray of float, shape (n_days, n_channels)
        Money a day.

    Returns
    -------
    ndarray of float, shape (n_days, n_channels)
        ``s[t] = amount[t] + carryover * s[t - 1]``.
    """
    stock = np.empty_like(amount)
    held = np.zeros(amount.shape[1])
    for day, today in enumerate(amount):
        held = today + CARRYOVER * held
        stock[day] = held
    return stock


def draw_media(period: Period, *, rng: np.random.Generator) -> Media:
    """Draws daily spend with bursts and computes its uplift.

    Parameters
    ----------
    period : Period
        The history and the days ahead.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    Media
        Spend, and its effect ``1 + sum(most * s / (s + half))`` with the carried stock ``s``.
    """
    burst = np.repeat(rng.choice([0.4, 1.0, 2.2], (period.span // 14 + 1, len(CHANNELS))), 14, axis=0)[: period.span]
    amount = np.round(DAILY * burst * rng.gamma(9.0, 1 / 9.0, (period.span, len(CHANNELS))), 2)
    stock = carried(amount)
    return Media(amount=amount, uplift=1 + np.sum(MOST_UPLIFT * stock / (stock + HALF_AT), axis=1))


def spend_table(media: Media, *, period: Period) -> pd.DataFrame:
    """Writes the table ``spend`` of the contract.

    Parameters
    ----------
    media : Media
        Spend of every day.
    period : Period
        The history; later days are not written.

    Returns
    -------
    DataFrame, shape (n_days * n_channels, 3)
        Sorted by date and channel position.
    """
    days = np.repeat(np.arange(period.days), len(CHANNELS))
    codes = np.tile(np.arange(len(CHANNELS)), period.days)
    return pd.DataFrame(
        {
            "date": period.dates[days],
            "channel": labelled(CHANNELS, codes),
            "amount": media.amount[: period.days].ravel(),
        }
    )


def response_table() -> pd.DataFrame:
    """Writes the true response curve of every channel.

    Returns
    -------
    DataFrame, shape (n_channels, 4)
        ``channel``, ``most_uplift`` (share of demand at endless spend), ``half_at`` (carried money that gives half of
        it) and ``carryover`` (share of the effect left a day later).
    """
    return pd.DataFrame(
        {
            "channel": labelled(CHANNELS, np.arange(len(CHANNELS))),
            "most_uplift": MOST_UPLIFT,
            "half_at": HALF_AT,
            "carryover": CARRYOVER,
        }
    )
