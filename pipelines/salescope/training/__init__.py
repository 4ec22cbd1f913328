"""Training pipelines: tune, fit, judge on later time, compare with the champion, register, promote."""

from salescope.training.churn import ChurnData, churn_data, train_churn
from salescope.training.customers import CustomerTraining, train_customers
from salescope.training.data import LeadData, lead_data
from salescope.training.decision import Decision
from salescope.training.judging import Calibration, Judgement
from salescope.training.labelled import LabelledRows, keep_rows
from salescope.training.leads import audit_leads, train_leads
from salescope.training.payments import PaymentData, payment_data, train_payments
from salescope.training.products import train_products
from salescope.training.progress import Steps
from salescope.training.running import TrainingOptions, TrainingResult
from salescope.training.sales_training import train_sales
from salescope.training.scorers import STEPS, train_scorer
from salescope.training.segments import train_segments
from salescope.training.splitting import ByOutcome, BySnapshot, Splitting
from salescope.training.task import ScorerTask
from salescope.training.value import train_value

__all__ = [
    "STEPS",
    "ByOutcome",
    "BySnapshot",
    "Calibration",
    "ChurnData",
    "CustomerTraining",
    "Decision",
    "Judgement",
    "LabelledRows",
    "LeadData",
    "PaymentData",
    "ScorerTask",
    "Splitting",
    "Steps",
    "TrainingOptions",
    "TrainingResult",
    "audit_leads",
    "churn_data",
    "keep_rows",
    "lead_data",
    "payment_data",
    "train_churn",
    "train_customers",
    "train_leads",
    "train_payments",
    "train_products",
    "train_sales",
    "train_scorer",
    "train_segments",
    "train_value",
]
