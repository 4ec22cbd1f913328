"""Forecasts of a tree of sales: coherent, with intervals, explained."""

from __future__ import annotations

from salescope.forecasting.backtest import Backtest, backtest
from salescope.forecasting.calendar import FREQUENCIES, Frequency, frequency_named
from salescope.forecasting.cold_start import ColdStart, cold_start
from salescope.forecasting.contributions import Explained, contributions
from salescope.forecasting.driver_choice import EarnedDrivers, EarningDrivers, drivers_that_earn
from salescope.forecasting.event_responses import event_responses
from salescope.forecasting.events import KnownAhead, known_ahead
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.life_cycle import STAGES, level_shifts, life_cycle, stage_names
from salescope.forecasting.newcomers import Newcomers, with_newcomers
from salescope.forecasting.override_value import value_added
from salescope.forecasting.overrides import Overrides
from salescope.forecasting.panel import Known, Panel
from salescope.forecasting.sales import PreparedSales, prepare_sales, sales_of_orders
from salescope.forecasting.tree import Tree
from salescope.forecasting.what_if import what_if

__all__ = [
    "FREQUENCIES",
    "STAGES",
    "Backtest",
    "ColdStart",
    "EarnedDrivers",
    "EarningDrivers",
    "Explained",
    "Frequency",
    "Known",
    "KnownAhead",
    "Newcomers",
    "Overrides",
    "Panel",
    "PreparedSales",
    "SalesForecaster",
    "Tree",
    "backtest",
    "cold_start",
    "contributions",
    "drivers_that_earn",
    "event_responses",
    "frequency_named",
    "known_ahead",
    "level_shifts",
    "life_cycle",
    "prepare_sales",
    "sales_of_orders",
    "stage_names",
    "value_added",
    "what_if",
    "with_newcomers",
]
