"""What a publication of forecasts says of itself, checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salescope.store.errors import HostileValueError
from salescope.store.publication import LONGEST_ABOUT
from salescope.store.tables import LONGEST_LEVEL
from salescope.store.values import check_json, check_number, check_text, check_whole

__all__ = ["FREQUENCIES", "LONGEST_HORIZON", "LONGEST_UNIT", "check_about"]

FREQUENCIES = ("day", "week", "month", "quarter")
LONGEST_HORIZON = 1_000
LONGEST_UNIT = 40
MOST_LEVELS = 100
WHERE = "publications.about"


def check_about(about: Mapping[str, Any]) -> None:
    """Checks what readers of a publication of forecasts rely on.

    Parameters
    ----------
    about : mapping
        See `publish_forecasts`.

    Raises
    ------
    HostileValueError
        If something is missing or is none.

    Examples
    --------
    >>> check_about({"frequency": "year"})
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for publications.about is without a frequency. Accepted: ...
    """
    check_json(about, column=WHERE, longest=LONGEST_ABOUT)
    if about.get("frequency") not in FREQUENCIES:
        raise HostileValueError(WHERE, problem="is without a frequency", accepted=", ".join(FREQUENCIES))
    check_whole(about.get("horizon"), column=f"{WHERE}, horizon", lowest=1, highest=LONGEST_HORIZON)
    check_text(about.get("unit"), column=f"{WHERE}, unit", longest=LONGEST_UNIT)
    levels = about.get("levels")
    if not isinstance(levels, list) or not 1 <= len(levels) <= MOST_LEVELS:
        raise HostileValueError(WHERE, problem="is without levels", accepted=f"1 to {MOST_LEVELS} names")
    for level in levels:
        check_text(level, column=f"{WHERE}, levels", longest=LONGEST_LEVEL)
    _check_coverage(about.get("coverage"))


def _check_coverage(coverage: object) -> None:
    if not isinstance(coverage, dict) or not all(isinstance(shares, dict) for shares in coverage.values()):
        raise HostileValueError(WHERE, problem="is without coverage", accepted="shares by level and interval")
    for share in (share for shares in coverage.values() for share in shares.values() if share is not None):
        check_number(share, column=f"{WHERE}, coverage", lowest=0.0, highest=1.0)
