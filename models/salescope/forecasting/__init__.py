"""Forecasts of a tree of sales: coherent, with intervals, explained."""

from __future__ import annotations

from salescope.forecasting.calendar import FREQUENCIES, Frequency, frequency_named
from salescope.forecasting.panel import Known, Panel
from salescope.forecasting.sales import PreparedSales, prepare_sales, sales_of_orders
from salescope.forecasting.tree import Tree

__all__ = [
    "FREQUENCIES",
    "Frequency",
    "Known",
    "Panel",
    "PreparedSales",
    "Tree",
    "frequency_named",
    "prepare_sales",
    "sales_of_orders",
]
