"""Answers about customers: intervals of orders and money about an expectation, and the day of the next order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.scoring.histories import NANOSECONDS_A_DAY, Histories
from salescope.scoring.members import Floats
from salescope.scoring.purchase_process import PurchaseProcess
from salescope.scoring.spend_per_order import GammaGamma
from salescope.scoring.value_intervals import money_intervals, order_chances, order_intervals

__all__ = ["Spread", "bounds_of", "next_order"]

PARTS = ("lo", "hi", "money_lo", "money_hi")
TEN_YEARS = 3_652.0
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Spread:
    """Holds what orders are spread about, and by which process.

    Parameters
    ----------
    process : PurchaseProcess
        By which orders come.
    told : Histories
        Of the customers.
    horizon : int
        Days.
    expected : ndarray of float64, shape (n_customers,)
        The means.
    """

    process: PurchaseProcess
    told: Histories
    horizon: int
    expected: Floats


def bounds_of(
    spread: Spread, spend: GammaGamma | None, *, orders: Floats, per_order: Floats, levels: Sequence[float]
) -> dict[str, Floats]:
    """Gives the bounds of all intervals.

    Parameters
    ----------
    spread : Spread
    spend : GammaGamma or None
        What orders are worth.
    orders : ndarray of float64, shape (n_customers,)
        How many orders each customer's own mean was of.
    per_order : ndarray of float64, shape (n_customers,)
        What the next order is expected to be worth.
    levels : sequence of float
        Percent.

    Returns
    -------
    dict of str to ndarray of float64, each of shape (n_customers,)
        "lo_80", "hi_80", "money_lo_80", "money_hi_80" for a level of 80; money is missing where there is no ``spend``.
    """
    bounds = {f"{part}_{level:g}": np.full(len(orders), np.nan) for level in levels for part in PARTS}

    def put(rows: np.ndarray[tuple[int], np.dtype[np.intp]], ends: list[tuple[Floats, Floats]], *, prefix: str) -> None:
        for level, (low, high) in zip(levels, ends, strict=True):
            bounds[f"{prefix}lo_{level:g}"][rows], bounds[f"{prefix}hi_{level:g}"][rows] = low, high

    for group in order_chances(spread.process, spread.told, horizon=spread.horizon, expected=spread.expected):
        rows, chances = group.rows, group.chances
        put(rows, order_intervals(chances, levels=levels), prefix="")
        if spend is not None:
            own, worth = orders[rows], per_order[rows]
            put(rows, money_intervals(chances, spend, orders=own, per_order=worth, levels=levels), prefix="money_")
    return bounds


def next_order(process: PurchaseProcess, told: Histories) -> pd.DatetimeIndex:
    """Finds the day before which half of the customers like each would order again, were none to leave.

    Parameters
    ----------
    process : PurchaseProcess
    told : Histories

    Returns
    -------
    DatetimeIndex, shape (n_customers,)
        Naive days; NaT beyond ten years.
    """
    shape, scale = process.rate(told)
    business = scale * np.expm1(np.minimum(np.log(2.0) / shape, 100.0))
    days = np.minimum(business, TEN_YEARS)
    if not process.wave.is_flat:
        for _ in range(ROUNDS):
            passed = np.maximum(process.wave.elapsed(told.now, told.now + days), 1e-9)
            days = np.minimum(business * days / passed, TEN_YEARS)
    at = ((told.now + np.floor(days)) * NANOSECONDS_A_DAY).astype(np.int64).view("datetime64[ns]")
    return pd.DatetimeIndex(np.where(days < TEN_YEARS, at, np.datetime64("NaT", "ns")))
