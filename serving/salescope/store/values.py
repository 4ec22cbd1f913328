"""Values that SQLite and PostgreSQL would store differently, refused before either sees them."""

from __future__ import annotations

import math

from salescope.store.errors import HostileValueError

__all__ = ["check_number", "check_text"]


def check_text(value: object, *, column: str, longest: int) -> str:
    r"""Returns a text that every database stores unchanged.

    Parameters
    ----------
    value : object
        The value to check.
    column : str
        The table and column, for the message.
    longest : int
        The most characters the column holds.

    Returns
    -------
    str
        The value itself.

    Raises
    ------
    HostileValueError
        If it is not text, empty, too long, or holds a NUL character or a lone surrogate.

    Examples
    --------
    >>> check_text("lead-7", column="predictions.lead_id", longest=200)
    'lead-7'
    >>> check_text("a\x00b", column="predictions.lead_id", longest=200)
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for predictions.lead_id holds a NUL character. Accepted: ...
    """
    if not isinstance(value, str):
        problem = f"is of type {type(value).__name__}"
    elif not 1 <= len(value) <= longest:
        problem = f"has {len(value)} characters"
    elif "\x00" in value:
        problem = "holds a NUL character"
    elif not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        problem = "holds half of a surrogate pair"
    else:
        return value
    raise HostileValueError(column, problem=problem, accepted=f"1 to {longest} characters of Unicode text")


def check_number(value: object, *, column: str, lowest: float, highest: float) -> float:
    """Returns a finite number inside its range.

    Parameters
    ----------
    value : object
        The value to check; a truth value is not a number here.
    column : str
        The table and column, for the message.
    lowest, highest : float
        The range, both ends included.

    Returns
    -------
    float
        The value itself, an integer where it was one.

    Raises
    ------
    HostileValueError
        If it is no number, NaN, infinite or outside the range.

    Examples
    --------
    >>> check_number(float("nan"), column="predictions.probability", lowest=0, highest=1)
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for predictions.probability is not finite. Accepted: ...
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        problem = f"is of type {type(value).__name__}"
    elif not math.isfinite(value):
        problem = "is not finite"
    elif not lowest <= value <= highest:
        problem = "is outside its range"
    else:
        return value
    raise HostileValueError(column, problem=problem, accepted=f"a number from {lowest:g} to {highest:g}")
