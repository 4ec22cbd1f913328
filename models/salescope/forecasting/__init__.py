"""Forecasts of a tree of sales: coherent, with intervals, explained."""

from __future__ import annotations

from salescope.forecasting.calendar import FREQUENCIES, Frequency, frequency_named
from salescope.forecasting.panel import Known, Panel
from salescope.forecasting.tree import Tree

__all__ = ["FREQUENCIES", "Frequency", "Known", "Panel", "Tree", "frequency_named"]
