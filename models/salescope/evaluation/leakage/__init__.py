"""The leakage audit: what makes a model look better on past rows than it will be on new ones."""

from salescope.evaluation.leakage.auditing import audit
from salescope.evaluation.leakage.report import AuditReport, Finding

__all__ = ["AuditReport", "Finding", "audit"]
