"""Grounds that are too weak to block: a suspicious name, one column that carries nearly everything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from salescope.evaluation.leakage.case import Case
from salescope.evaluation.leakage.suspicion import Suspicion
from salescope.evaluation.metrics import auc_interval

__all__ = ["dominant", "named_like_an_outcome"]

DOMINANT_AUC = 0.80
DOMINANT_WORTH = 0.10
NAMED_WORTH = 0.01

# Whole words of a name, never parts of one: "poutcome" (of an earlier campaign) is not "outcome".
WORDS = frozenset(
    {"duration", "closed", "closing", "close", "lost", "won", "win", "loss", "outcome", "result", "stage", "status"}
    | {"cancelled", "canceled", "cancel", "churned", "converted", "conversion", "signed", "invoice", "invoiced"}
    | {"paid", "payment", "refund", "termination", "terminated", "exit"}
)
EARLIER = frozenset({"previous", "prior", "last", "past", "former", "p", "prev"})
CHINESE_WORDS = (
    *("通話時長", "通话时长", "時長", "时长", "結案", "结案", "成交", "輸單", "输单"),
    *("流失", "簽約", "签约", "取消"),
)


def dominant(case: Case) -> Iterator[Suspicion]:
    """Hints at a column that says more than all others together, period by period.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion
        A hint; it must be worth 0.10 AUC beside all other columns.

    Notes
    -----
    No figure can tell an honest field of this strength from a leak; the person who knows when it is written can.
    """
    for name in case.columns:
        within = case.single_auc_within(name)
        if within >= DOMINANT_AUC:
            yield Suspicion(
                kind="after_outcome",
                column=name,
                evidence=f"reaches AUC {within:.3f} alone within a period: check that it is written before the outcome",
                worth=DOMINANT_WORTH,
                hint=True,
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
        A hint; it must be worth 0.01 AUC beside all other columns. A name is never more than that.
    """
    for name in case.columns:
        words = set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", str(name)).lower()))
        speaks = bool(words & WORDS and not words & EARLIER) or any(word in str(name) for word in CHINESE_WORDS)
        if speaks and auc_interval(case.y, case.single_scores[name]).lo > 0.5:
            yield Suspicion(
                kind="after_outcome",
                column=name,
                evidence="has a name that speaks of the outcome: check that it is written before it",
                worth=NAMED_WORTH,
                hint=True,
            )
