"""Training pipelines: tune, fit, judge on later time, compare with the champion, register, promote."""

from salescope.training.data import LeadData, lead_data
from salescope.training.decision import Decision
from salescope.training.judging import Calibration, Judgement
from salescope.training.leads import LeadTraining, TrainingResult, audit_leads, train_leads
from salescope.training.publishing import MODEL

__all__ = [
    "MODEL",
    "Calibration",
    "Decision",
    "Judgement",
    "LeadData",
    "LeadTraining",
    "TrainingResult",
    "audit_leads",
    "lead_data",
    "train_leads",
]
