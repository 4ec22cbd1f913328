"""Targets: a goal handed down to every node and month, exactly, fairly and within its rules."""

from __future__ import annotations

from salescope.planning.attainment import attainment, run_rate, sold_cents
from salescope.planning.bonus import BonusSimulation, PayoutSpread, simulate_bonus
from salescope.planning.bonus_plan import BonusPlan
from salescope.planning.cascade import Cascade, cascade
from salescope.planning.errors import ClashingRulesError
from salescope.planning.fair_share import fair_share
from salescope.planning.futures import Futures
from salescope.planning.goals import CustomerSplit, Goal, Growths, NewShare, reconciled
from salescope.planning.grid import WHOLE, PlanGrid
from salescope.planning.padding import padding
from salescope.planning.planner import TargetPlanner
from salescope.planning.rules import Rule
from salescope.planning.target_plan import TargetPlan

__all__ = [
    "WHOLE",
    "BonusPlan",
    "BonusSimulation",
    "Cascade",
    "ClashingRulesError",
    "CustomerSplit",
    "Futures",
    "Goal",
    "Growths",
    "NewShare",
    "PayoutSpread",
    "PlanGrid",
    "Rule",
    "TargetPlan",
    "TargetPlanner",
    "attainment",
    "cascade",
    "fair_share",
    "padding",
    "reconciled",
    "run_rate",
    "simulate_bonus",
    "sold_cents",
]
