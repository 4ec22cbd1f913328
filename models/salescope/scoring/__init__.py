"""Scores of leads and customers with their grades and reasons."""

from salescope.scoring.churn import ChurnScorer
from salescope.scoring.grades import grade_of, score_of
from salescope.scoring.leads import LeadScorer
from salescope.scoring.outcome_windows import WindowProposal, propose_outcome_window
from salescope.scoring.reasons import Reason

__all__ = [
    "ChurnScorer",
    "LeadScorer",
    "Reason",
    "WindowProposal",
    "grade_of",
    "propose_outcome_window",
    "score_of",
]
