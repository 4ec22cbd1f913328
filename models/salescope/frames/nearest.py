"""The nearest valid name for one that is misspelt, so that every message can say "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["nearest_name"]

LIKENESS = 0.6


def nearest_name(name: str, accepted: Iterable[str]) -> str | None:
    """Finds the accepted name that a misspelt one most probably means.

    Letter case, spaces, hyphens and underscores are ignored, because exports differ in exactly these.

    Parameters
    ----------
    name : str
        The name that was given.
    accepted : iterable of str
        The names that exist, in order of preference.

    Returns
    -------
    str or None
        One of `accepted`, spelt as there; None where nothing is near.

    Examples
    --------
    >>> nearest_name("Lead-ID", ["lead_id", "region"])
    'lead_id'
    >>> nearest_name("duraton", ["duration", "month"])
    'duration'
    >>> nearest_name("xyz", ["duration", "month"]) is None
    True
    """
    spelt: dict[str, str] = {}
    for candidate in accepted:
        spelt.setdefault(_folded(candidate), candidate)
    near = get_close_matches(_folded(name), list(spelt), n=1, cutoff=LIKENESS)
    return spelt[near[0]] if near else None


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in " _-")
