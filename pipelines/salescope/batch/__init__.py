"""Scoring tables instead of calls: a file, or a workspace's open leads or customers in, scores with reasons out."""

from salescope.batch.customers import CustomerScores, score_customers
from salescope.batch.leads import BatchScores, score_leads, write_scores

__all__ = ["BatchScores", "CustomerScores", "score_customers", "score_leads", "write_scores"]
