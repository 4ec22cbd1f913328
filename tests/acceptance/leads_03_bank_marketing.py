"""Row 3: on the bank's calls the audit finds the leak and nothing else; without it the scorer beats the references."""

from __future__ import annotations

from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import KNOWN_LATER, Labelled, bank_marketing, folder, judge_splits

from salescope.evaluation.leakage import audit
from salescope.evaluation.splits import random_folds


def run() -> Outcome:
    """Audits the fields, then judges the scorer on five random folds."""
    data = bank_marketing(folder())
    report = audit(data.frame, data.y, order=range(len(data.y)))
    flagged = sorted({column for finding in report.findings if finding.blocking for column in finding.columns})
    known_before = Labelled(data.frame.drop(columns=KNOWN_LATER), data.y)
    judged = judge_splits(known_before, random_folds(data.y, seed=0))
    good = judged.auc >= 0.803 and judged.log_loss <= 0.2710 and judged.seconds_a_fit <= 5
    return Outcome(
        f"bank-marketing: the audit blocks {flagged}; 5 folds without it: {judged}", flagged == [KNOWN_LATER] and good
    )
