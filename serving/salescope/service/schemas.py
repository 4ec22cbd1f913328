"""JSON schemas of every body, made from the very classes that are written to the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from salescope.service.customers_answer import CustomerScores
from salescope.service.customers_openapi import CUSTOMER_RECORD, CUSTOMERS_TO_SCORE
from salescope.service.forecast_answers import ForecastNodes, ForecastsTold
from salescope.service.health import Alive, Ready
from salescope.service.invoices_answer import InvoiceScores
from salescope.service.invoices_openapi import INVOICE_RECORD, INVOICES_TO_SCORE
from salescope.service.lead_answer import LeadScores
from salescope.service.lead_openapi import LEAD_RECORD, LEADS_TO_SCORE
from salescope.service.models import ModelCard, Models
from salescope.service.outcome_call import OutcomeResults
from salescope.service.outcomes import OUTCOMES_TO_KEEP
from salescope.service.problems import Problem
from salescope.service.profile_answers import Customers, ProductsOfCustomer, PublishedCustomer
from salescope.service.resources_bodies import AllocateBudget, AssignTerritories, SimulateBonus
from salescope.service.targets_answers import PlanDone, Plans, PlanTold, PlanVersions, TargetChances, TargetsRecommended
from salescope.service.targets_bodies import (
    AskAttainment,
    AskFairness,
    AskTargets,
    LockTarget,
    MakePlan,
    MoveStatus,
    OverrideTarget,
    ReleaseTarget,
)
from salescope.service.targets_changes import AskReplan
from salescope.service.targets_reports import (
    BonusSimulated,
    BudgetAllocated,
    ReplanProposed,
    ScenariosTold,
    TargetsFairness,
    TerritoriesAssigned,
)
from salescope.service.targets_scenarios import AskScenario
from salescope.service.track_records import TrackRecord
from salescope.service.what_if_openapi import FORECASTS_TO_CHANGE, WhatIfTold

__all__ = ["component_schemas"]

WRITTEN: Sequence[type] = (
    AllocateBudget,
    AskFairness,
    AskReplan,
    AskScenario,
    AssignTerritories,
    BonusSimulated,
    BudgetAllocated,
    ReplanProposed,
    ScenariosTold,
    SimulateBonus,
    TargetsFairness,
    TerritoriesAssigned,
    Alive,
    AskAttainment,
    AskTargets,
    CustomerScores,
    Customers,
    ForecastNodes,
    ForecastsTold,
    InvoiceScores,
    LeadScores,
    LockTarget,
    MakePlan,
    ModelCard,
    Models,
    MoveStatus,
    OutcomeResults,
    OverrideTarget,
    PlanDone,
    PlanTold,
    PlanVersions,
    Plans,
    Problem,
    ProductsOfCustomer,
    PublishedCustomer,
    Ready,
    ReleaseTarget,
    TargetChances,
    TargetsRecommended,
    TrackRecord,
    WhatIfTold,
)


def component_schemas() -> dict[str, Any]:
    """Makes the named schemas of the OpenAPI file.

    Returns
    -------
    dict of str to dict
        By name, sorted.

    Examples
    --------
    >>> sorted(component_schemas())[:3]
    ['AccountLostSent', 'AccountSent', 'Alive']
    """
    _, components = msgspec.json.schema_components(WRITTEN, ref_template="#/components/schemas/{name}")
    taken = {
        "CustomerRecord": CUSTOMER_RECORD,
        "CustomersToScore": CUSTOMERS_TO_SCORE,
        "ForecastsToChange": FORECASTS_TO_CHANGE,
        "InvoiceRecord": INVOICE_RECORD,
        "InvoicesToScore": INVOICES_TO_SCORE,
        "LeadRecord": LEAD_RECORD,
        "LeadsToScore": LEADS_TO_SCORE,
        "OutcomesToKeep": OUTCOMES_TO_KEEP,
    }
    return dict(sorted({**components, **taken}.items()))
