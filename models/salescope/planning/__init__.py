"""Targets: a goal handed down to every node and month, exactly, fairly and within its rules."""

from __future__ import annotations

from salescope.planning.cascade import Cascade, cascade
from salescope.planning.errors import ClashingRulesError
from salescope.planning.fair_share import fair_share
from salescope.planning.futures import Futures
from salescope.planning.grid import WHOLE, PlanGrid
from salescope.planning.rules import Rule

__all__ = ["WHOLE", "Cascade", "ClashingRulesError", "Futures", "PlanGrid", "Rule", "cascade", "fair_share"]
