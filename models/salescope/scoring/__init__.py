"""Scores of leads with their grades and reasons."""

from salescope.scoring.grades import grade_of, score_of
from salescope.scoring.leads import LeadScorer
from salescope.scoring.reasons import Reason

__all__ = ["LeadScorer", "Reason", "grade_of", "score_of"]
