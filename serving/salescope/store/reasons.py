"""Reasons as the ledger keeps them: the strongest few of an answer, as one bounded line of ASCII."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec

__all__ = ["LONGEST_REASONS", "MOST_REASONS", "KeptReason", "decode_reasons", "encode_reasons"]

MOST_REASONS = 6
LONGEST_REASONS = 4_000
BRACKETS = 2
# Enough to draw by; the whole number would be half as long as its sentence.
DECIMALS = 6

_to_json = json.JSONEncoder(separators=(",", ":")).encode


class Reason(Protocol):
    """Is what the ledger needs of a reason."""

    @property
    def contribution(self) -> float:
        """Is what it adds to the log-odds."""

    @property
    def text(self) -> str:
        """Is its sentence."""


@dataclass(frozen=True, slots=True)
class KeptReason:
    """Is one reason of an answer.

    Parameters
    ----------
    contribution : float
        What it adds to the log-odds.
    text : str
        The sentence, in the language that the answer was given in.
    """

    contribution: float
    text: str


_from_json = msgspec.json.Decoder(list[KeptReason]).decode


def encode_reasons(reasons: Iterable[Reason]) -> str:
    r"""Writes the strongest reasons as JSON that every database stores unchanged.

    Parameters
    ----------
    reasons : iterable of Reason
        The reasons of one answer, in any order; JSON has no number for an infinite one, and it is left out.

    Returns
    -------
    str
        At most six reasons, the strongest first, in ASCII of at most 4,000 characters; the weakest are left out until
        they fit.

    Examples
    --------
    >>> encode_reasons([KeptReason(-0.25, "Budget not known"), KeptReason(0.5, "Source being '客戶'")])
    '[{"contribution":0.5,"text":"Source being \'\\u5ba2\\u6236\'"},{"contribution":-0.25,"text":"Budget not known"}]'
    >>> encode_reasons([KeptReason(0.5, "x" * 5_000)])
    '[]'
    """
    finite = [reason for reason in reasons if math.isfinite(reason.contribution)]
    strongest = sorted(finite, key=lambda reason: -abs(reason.contribution))[:MOST_REASONS]
    parts: list[str] = []
    length = BRACKETS
    for reason in strongest:
        part = _to_json({"contribution": round(reason.contribution, DECIMALS), "text": _whole(reason.text)})
        length += len(part) + len(",")
        if length - len(",") > LONGEST_REASONS:
            break
        parts.append(part)
    return f"[{','.join(parts)}]"


def decode_reasons(kept: str | None) -> tuple[KeptReason, ...]:
    """Reads reasons back.

    Parameters
    ----------
    kept : str or None
        What `encode_reasons` wrote; None where no reasons were asked for.

    Returns
    -------
    tuple of KeptReason
        The strongest first; empty where none were kept, or where something else was written.

    Examples
    --------
    >>> decode_reasons('[{"contribution":0.5,"text":"Source being referral"}]')
    (KeptReason(contribution=0.5, text='Source being referral'),)
    >>> decode_reasons(None), decode_reasons("[{}]"), decode_reasons("no JSON")
    ((), (), ())
    """
    if kept is None:
        return ()
    try:
        return tuple(_from_json(kept))
    except msgspec.MsgspecError:
        # Whoever wrote into the ledger by hand, the pages stay up.
        return ()


def _whole(text: str) -> str:
    """Replaces half surrogate pairs: JSON could carry them, but no page could show what is read back."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
