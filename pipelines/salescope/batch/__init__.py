"""Answers about tables instead of calls: a file, or a workspace's own leads, customers or invoices, with reasons."""

from salescope.batch.customers import CustomerScores, score_customers
from salescope.batch.growth import Growth, SalesToCome, published_sales, read_growth, total_error
from salescope.batch.leads import BatchScores, score_leads, write_scores
from salescope.batch.life_cycle import LifeCycles, read_life_cycles
from salescope.batch.receivables import LookedAt, Receivables, collection_table, read_receivables
from salescope.batch.sales_forecasts import ForecastEdition, publish_sales_forecast

__all__ = [
    "BatchScores",
    "CustomerScores",
    "ForecastEdition",
    "Growth",
    "LifeCycles",
    "LookedAt",
    "Receivables",
    "SalesToCome",
    "collection_table",
    "publish_sales_forecast",
    "published_sales",
    "read_growth",
    "read_life_cycles",
    "read_receivables",
    "score_customers",
    "score_leads",
    "total_error",
    "write_scores",
]
