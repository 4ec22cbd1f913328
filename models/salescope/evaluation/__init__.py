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
from salescope.evaluation.delong import Interval
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
from salescope.evaluation.splits import Split, newest_split, random_folds, walk_forward

__all__ = [
    "CalibrationCheck",
    "CoxFit",
    "Floor",
    "Interval",
    "Split",
    "auc",
    "auc_interval",
    "brier",
    "calibration_error",
    "calibration_floor",
    "check_calibration",
    "classifier_metrics",
    "cox_fit",
    "lift_at_10",
    "log_loss",
    "newest_split",
    "pr_auc",
    "random_folds",
    "reliability",
    "walk_forward",
    "within_period_auc",
]
