"""Names that speak of the outcome: a support for other evidence, never a ground of its own."""

from __future__ import annotations

import re

__all__ = ["speaks_of_outcome"]

# Whole words of a name, never parts of one: "poutcome" (of an earlier campaign) is not "outcome".
WORDS = frozenset(
    {
        "duration",
        "minutes",
        "seconds",
        "closed",
        "closing",
        "close",
        "lost",
        "won",
        "win",
        "loss",
        "outcome",
        "result",
        "stage",
        "status",
    }
    | {"cancelled", "canceled", "cancel", "churned", "converted", "conversion", "signed", "invoiced", "paid"}
    | {"refund", "refunded", "termination", "terminated", "exit"}
)
# An earlier outcome or a planned one is known in time.
KNOWN = frozenset({"previous", "prior", "last", "past", "former", "prev", "expected", "planned", "forecast", "due"})
CHINESE_WORDS = (
    *("通話時長", "通话时长", "時長", "时长", "結案", "结案", "成交", "輸單", "输单"),
    *("流失", "簽約", "签约", "取消"),
)


def speaks_of_outcome(name: str) -> bool:
    """Tells whether a column's name speaks of the end of a lead.

    Parameters
    ----------
    name : str
        The column's name, in English or Chinese.

    Returns
    -------
    bool

    Examples
    --------
    >>> [speaks_of_outcome(name) for name in ("callDuration", "poutcome", "expected_close", "通話時長")]
    [True, False, False, True]
    """
    words = set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", str(name)).lower()))
    return bool(words & WORDS and not words & KNOWN) or any(word in str(name) for word in CHINESE_WORDS)
