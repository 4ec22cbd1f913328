"""Judging a model on later time: splits, metrics, calibration, the leakage audit, verdict and comparison."""

from salescope.evaluation.calibration import (
    CalibrationCheck,
    CoxFit,
    Floor,
    calibration_floor,
    check_calibration,
    cox_fit,
    reliability,
)
from salescope.evaluation.column_summary import summarise_columns
from salescope.evaluation.curves import lift_table, precision_recall_table, roc_table
from salescope.evaluation.delong import Interval
from salescope.evaluation.drift import ColumnDrift, feature_drift
from salescope.evaluation.estimated_performance import Estimate, EstimatedPerformance, estimated_performance
from salescope.evaluation.expected_value import value_metrics
from salescope.evaluation.leakage import AuditReport, Finding, audit
from salescope.evaluation.metrics import (
    auc,
    auc_interval,
    brier,
    calibration_error,
    classifier_metrics,
    lift_at_10,
    log_loss,
    pr_auc,
    within_period_auc,
)
from salescope.evaluation.ranking import ndcg_at_k, recall_at_k
from salescope.evaluation.splits import (
    Split,
    newest_snapshots,
    newest_split,
    random_folds,
    walk_forward,
    walk_snapshots,
)
from salescope.evaluation.track_record import TrackCell, track_record, track_table
from salescope.evaluation.verdict import Comparison, PromotionRule, Verdict, compare, judge

__all__ = [
    "AuditReport",
    "CalibrationCheck",
    "ColumnDrift",
    "Comparison",
    "CoxFit",
    "Estimate",
    "EstimatedPerformance",
    "Finding",
    "Floor",
    "Interval",
    "PromotionRule",
    "Split",
    "TrackCell",
    "Verdict",
    "auc",
    "auc_interval",
    "audit",
    "brier",
    "calibration_error",
    "calibration_floor",
    "check_calibration",
    "classifier_metrics",
    "compare",
    "cox_fit",
    "estimated_performance",
    "feature_drift",
    "judge",
    "lift_at_10",
    "lift_table",
    "log_loss",
    "ndcg_at_k",
    "newest_snapshots",
    "newest_split",
    "pr_auc",
    "precision_recall_table",
    "random_folds",
    "recall_at_k",
    "reliability",
    "roc_table",
    "summarise_columns",
    "track_record",
    "track_table",
    "value_metrics",
    "walk_forward",
    "walk_snapshots",
    "within_period_auc",
]
