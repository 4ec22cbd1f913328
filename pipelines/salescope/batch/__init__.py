"""Scoring tables instead of calls: a file or a workspace's open leads in, scores with reasons out."""

from salescope.batch.leads import BatchScores, score_leads, write_scores

__all__ = ["BatchScores", "score_leads", "write_scores"]
