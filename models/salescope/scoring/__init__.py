"""Scores of leads and customers with their grades and reasons."""

from salescope.scoring.baskets import Baskets
from salescope.scoring.cadence import Cadence
from salescope.scoring.churn import ChurnScorer
from salescope.scoring.grades import grade_of, score_of
from salescope.scoring.leads import LeadScorer
from salescope.scoring.look_alikes import LookAlikeLeads, LookAlikes
from salescope.scoring.movements import movements, tier_table
from salescope.scoring.next_customers import NextCustomers, recommend_customers
from salescope.scoring.next_policy import CustomerColumns, NextPolicy
from salescope.scoring.next_steps import STEPS, Step
from salescope.scoring.opt_outs import OptOuts
from salescope.scoring.outcome_windows import WindowProposal, propose_outcome_window
from salescope.scoring.payments import PaymentScorer
from salescope.scoring.products import ProductRecommender
from salescope.scoring.profiles import CustomerModels, CustomerProfile, customer_profiles
from salescope.scoring.reasons import Reason
from salescope.scoring.segments import Segmenter
from salescope.scoring.tiers import TIERS
from salescope.scoring.value import LifetimeValue

__all__ = [
    "STEPS",
    "TIERS",
    "Baskets",
    "Cadence",
    "ChurnScorer",
    "CustomerColumns",
    "CustomerModels",
    "CustomerProfile",
    "LeadScorer",
    "LifetimeValue",
    "LookAlikeLeads",
    "LookAlikes",
    "NextCustomers",
    "NextPolicy",
    "OptOuts",
    "PaymentScorer",
    "ProductRecommender",
    "Reason",
    "Segmenter",
    "Step",
    "WindowProposal",
    "customer_profiles",
    "grade_of",
    "movements",
    "propose_outcome_window",
    "recommend_customers",
    "score_of",
    "tier_table",
]
