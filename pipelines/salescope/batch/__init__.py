"""Answers about tables instead of calls: a file, or a workspace's own leads, customers or invoices, with reasons."""

from salescope.batch.budget import ChannelRecord, PromotionRecord, budget_sheet, read_channels, read_promotion
from salescope.batch.customers import CustomerScores, score_customers
from salescope.batch.growth import Growth, SalesToCome, published_sales, read_growth, total_error
from salescope.batch.leads import BatchScores, score_leads, write_scores
from salescope.batch.life_cycle import LifeCycles, read_life_cycles
from salescope.batch.plan_facts import PlanFacts, plan_facts
from salescope.batch.plan_publishing import publish_plan_facts, published_plan_facts
from salescope.batch.receivables import LookedAt, Receivables, collection_table, read_receivables
from salescope.batch.sales_forecasts import ForecastEdition, publish_sales_forecast
from salescope.batch.target_table import AgreedTargets, agreed_targets, plan_of_targets, revised_plan
from salescope.batch.targets import chances, plan_fairness, plan_sheet, recommended_plan, target_rows

__all__ = [
    "AgreedTargets",
    "BatchScores",
    "ChannelRecord",
    "CustomerScores",
    "ForecastEdition",
    "Growth",
    "LifeCycles",
    "LookedAt",
    "PlanFacts",
    "PromotionRecord",
    "Receivables",
    "SalesToCome",
    "agreed_targets",
    "budget_sheet",
    "chances",
    "collection_table",
    "plan_facts",
    "plan_fairness",
    "plan_of_targets",
    "plan_sheet",
    "publish_plan_facts",
    "publish_sales_forecast",
    "published_plan_facts",
    "published_sales",
    "read_channels",
    "read_growth",
    "read_life_cycles",
    "read_promotion",
    "read_receivables",
    "recommended_plan",
    "revised_plan",
    "score_customers",
    "score_leads",
    "target_rows",
    "total_error",
    "write_scores",
]
