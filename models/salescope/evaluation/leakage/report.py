"""What the leakage audit says: findings, each with its evidence and its price in AUC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from salescope.frames.errors import LeakageError

__all__ = ["AuditReport", "Finding", "Kind"]

Kind = Literal["after_outcome", "identifier", "target_in_disguise", "duplicate_rows", "resampled"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Holds one thing that makes a model look better than it will be.

    Parameters
    ----------
    kind : str
        "after_outcome", "identifier" and "target_in_disguise" concern columns; "duplicate_rows" and "resampled"
        concern rows.
    columns : tuple of str
        The columns; empty where rows are concerned.
    evidence : str
        One sentence with the figures that speak for it.
    price_auc : float
        What it adds to the AUC of random folds, measured on these rows; NaN where it cannot be measured.
    blocking : bool
        Whether training waits until the columns are excluded or allowed. A finding that does not block is a hint.
    """

    kind: Kind
    columns: tuple[str, ...]
    evidence: str
    price_auc: float
    blocking: bool


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Holds all findings of one audit, the blocking ones first.

    Parameters
    ----------
    findings : tuple of Finding
        What was found.
    n_rows : int
        How many closed rows were looked at.
    auc_random : float
        AUC of a small model of the columns left after blocking findings, on random folds; NaN where not measured.
    auc_newest : float
        The same on the newest fifth of the rows; NaN where that has one kind of outcome only.
    """

    findings: tuple[Finding, ...]
    n_rows: int
    auc_random: float
    auc_newest: float

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Gives the findings that training waits for."""
        return tuple(finding for finding in self.findings if finding.blocking)

    def to_frame(self) -> pd.DataFrame:
        """Tabulates the findings.

        Returns
        -------
        DataFrame, shape (n_findings, 5)
            kind, columns (comma separated), price_auc, blocking, evidence.
        """
        rows = [(f.kind, ", ".join(f.columns), f.price_auc, f.blocking, f.evidence) for f in self.findings]
        return pd.DataFrame(rows, columns=["kind", "columns", "price_auc", "blocking", "evidence"])

    def raise_for_findings(self) -> None:
        """Refuses to go on while a blocking finding is neither excluded nor allowed.

        Raises
        ------
        LeakageError
            If there is a blocking finding; its message has every one of them.
        """
        if self.blocking:
            names = [name for finding in self.blocking for name in finding.columns or (finding.kind,)]
            raise LeakageError([finding.evidence for finding in self.blocking], columns=list(dict.fromkeys(names)))
