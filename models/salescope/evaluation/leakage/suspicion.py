"""What a rule hands to the audit: a ground to suspect one column, and the price that makes it a finding."""

from __future__ import annotations

from dataclasses import dataclass

from salescope.evaluation.leakage.report import Kind

__all__ = ["Suspicion"]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Holds a ground to suspect one column.

    Parameters
    ----------
    kind : str
        The kind of finding it may become.
    column : str
        The column.
    evidence : str
        One clause with the figures, to follow the column's name; without a full stop.
    worth : float
        AUC that the column must add to the others, on random folds and on the newest rows, to be a finding. 0 where
        the ground alone is enough.
    hint : bool, default False
        Whether the finding would only be a hint.
    """

    kind: Kind
    column: str
    evidence: str
    worth: float = 0.0
    hint: bool = False
