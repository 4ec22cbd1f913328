"""Targets: a goal handed down to every node and month, exactly, fairly and within its rules."""

from __future__ import annotations

from salescope.planning.attained import Attained, seniority_bands
from salescope.planning.attainment import attainment, run_rate, sold_cents
from salescope.planning.bands import allowed_cents
from salescope.planning.bonus import BonusSimulation, PayoutSpread, simulate_bonus
from salescope.planning.bonus_plan import BonusPlan
from salescope.planning.budget import Budget, allocate
from salescope.planning.budget_limits import BudgetLimits
from salescope.planning.capacity import Capacity, capacity_of
from salescope.planning.cascade import Cascade, cascade
from salescope.planning.channels import ChannelReport, channel_report
from salescope.planning.customer_split import CustomerSplit, reconciled
from salescope.planning.errors import ClashingRulesError, FlatSpendError
from salescope.planning.fair_share import fair_share
from salescope.planning.fairness import FairnessReport, fairness
from salescope.planning.futures import Futures
from salescope.planning.goals import Goal, Growths, NewShare
from salescope.planning.grid import WHOLE, PlanGrid
from salescope.planning.leaf_facts import LeafFacts, years_of
from salescope.planning.padding import padding
from salescope.planning.pilots import Pilot
from salescope.planning.planner import TargetPlanner
from salescope.planning.potential import Fading, Potential, potential
from salescope.planning.promotion_history import weekly_history
from salescope.planning.proposal import Replan
from salescope.planning.ramp import Ramp
from salescope.planning.re_plan import re_plan
from salescope.planning.response_curves import ResponseCurves, response_curves
from salescope.planning.risk_plans import PreparedAnswer, RiskLibrary, RiskPlan
from salescope.planning.rules import Rule
from salescope.planning.scenario_effects import scenario_effects
from salescope.planning.scenario_values import scenario_as_dict, scenario_of
from salescope.planning.scenarios import (
    AccountLost,
    AnyScenario,
    DemandChange,
    DriverChange,
    LaunchDelayed,
    PriceChange,
    RepresentativeLeaves,
    Together,
)
from salescope.planning.target_plan import TargetPlan
from salescope.planning.territories import Territories, assign_territories
from salescope.planning.territory_costs import TerritoryWeights
from salescope.planning.territory_rules import TerritoryRules
from salescope.planning.thresholds import Situation, Threshold
from salescope.planning.triggers import CapacityChange, LevelShift, Trigger

__all__ = [
    "WHOLE",
    "AccountLost",
    "AnyScenario",
    "Attained",
    "BonusPlan",
    "BonusSimulation",
    "Budget",
    "BudgetLimits",
    "Capacity",
    "CapacityChange",
    "Cascade",
    "ChannelReport",
    "ClashingRulesError",
    "CustomerSplit",
    "DemandChange",
    "DriverChange",
    "Fading",
    "FairnessReport",
    "FlatSpendError",
    "Futures",
    "Goal",
    "Growths",
    "LaunchDelayed",
    "LeafFacts",
    "LevelShift",
    "NewShare",
    "PayoutSpread",
    "Pilot",
    "PlanGrid",
    "Potential",
    "PreparedAnswer",
    "PriceChange",
    "Ramp",
    "Replan",
    "RepresentativeLeaves",
    "ResponseCurves",
    "RiskLibrary",
    "RiskPlan",
    "Rule",
    "Situation",
    "TargetPlan",
    "TargetPlanner",
    "Territories",
    "TerritoryRules",
    "TerritoryWeights",
    "Threshold",
    "Together",
    "Trigger",
    "allocate",
    "allowed_cents",
    "assign_territories",
    "attainment",
    "capacity_of",
    "cascade",
    "channel_report",
    "fair_share",
    "fairness",
    "padding",
    "potential",
    "re_plan",
    "reconciled",
    "response_curves",
    "run_rate",
    "scenario_as_dict",
    "scenario_effects",
    "scenario_of",
    "seniority_bands",
    "simulate_bonus",
    "sold_cents",
    "weekly_history",
    "years_of",
]
