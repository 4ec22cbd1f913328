"""Grounds that are weak alone: a suspicious name, one column that carries nearly everything; together they block."""

from __future__ import annotations

from collections.abc import Iterator

from salescope.evaluation.leakage.case import Case
from salescope.evaluation.leakage.naming import speaks_of_outcome
from salescope.evaluation.leakage.suspicion import Suspicion
from salescope.evaluation.metrics import auc_interval

__all__ = ["dominant", "named_like_an_outcome"]

DOMINANT_AUC = 0.80
DOMINANT_WORTH = 0.10
NAMED_WORTH = 0.02


def dominant(case: Case) -> Iterator[Suspicion]:
    """Hints at a column that says more than all others together, period by period.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion
        It must be worth 0.10 AUC beside all other columns; a hint, unless its name speaks of the outcome too.

    Notes
    -----
    No figure can tell an honest field of this strength from a leak; the person who knows when it is written can. So
    that person is asked to allow it where the name raises the same question as the figure.
    """
    for name in case.columns:
        within = case.single_auc_within(name)
        named = speaks_of_outcome(name)
        if within >= DOMINANT_AUC:
            also = " and has a name that speaks of the outcome" if named else ""
            asked = ": check that it is written before the outcome"
            yield Suspicion(
                kind="after_outcome",
                column=name,
                evidence=f"reaches AUC {within:.3f} alone within a period{also}{asked}",
                worth=DOMINANT_WORTH,
                hint=not named,
            )


def named_like_an_outcome(case: Case) -> Iterator[Suspicion]:
    """Hints at a column whose name speaks of the end and that tells something of the outcome.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion
        A hint; it must be worth 0.02 AUC beside all other columns. A name is never more than that.
    """
    for name in case.columns:
        if speaks_of_outcome(name) and auc_interval(case.y, case.single_scores[name]).lo > 0.5:
            yield Suspicion(
                kind="after_outcome",
                column=name,
                evidence="has a name that speaks of the outcome: check that it is written before it",
                worth=NAMED_WORTH,
                hint=True,
            )
