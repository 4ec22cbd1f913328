"""Values that SQLite and PostgreSQL would store differently, refused or made alike before either sees them."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime

from salescope.store.errors import HostileValueError

__all__ = ["LARGEST_VALUE", "check_day", "check_instant", "check_json", "check_number", "check_text", "check_whole"]

# Sums of money and of orders: a float64 keeps every cent below it.
LARGEST_VALUE = 1e13

# The spelling of `salescope.bundle.canonical_json`, whose package would bring LightGBM into every `salescope keys`.
canonical = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


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
    >>> check_text("lead-7", column="predictions.subject_id", longest=200)
    'lead-7'
    >>> check_text("a\x00b", column="predictions.subject_id", longest=200)
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for predictions.subject_id holds a NUL character. Accepted: ...
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
    # An integer is finite, and one of many digits would not even turn into the float that is asked about.
    elif isinstance(value, float) and not math.isfinite(value):
        problem = "is not finite"
    elif not lowest <= value <= highest:
        problem = "is outside its range"
    else:
        return value
    raise HostileValueError(column, problem=problem, accepted=f"a number from {lowest:g} to {highest:g}")


def check_whole(value: object, *, column: str, lowest: int, highest: int) -> int:
    """Returns an integer inside its range.

    Parameters
    ----------
    value : object
        The value to check; 40.0 is not an integer here: SQLite would keep 40.5 too, PostgreSQL would round it.
    column : str
        The table and column, for the message.
    lowest, highest : int
        The range, both ends included.

    Returns
    -------
    int
        The value itself.

    Raises
    ------
    HostileValueError
        If it is no integer or outside the range.

    Examples
    --------
    >>> check_whole(1.5, column="predictions.score", lowest=1, highest=100)
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for predictions.score is of type float. Accepted: a whole ...
    """
    if isinstance(value, bool) or not isinstance(value, int):
        problem = f"is of type {type(value).__name__}"
    elif not lowest <= value <= highest:
        problem = "is outside its range"
    else:
        return value
    raise HostileValueError(column, problem=problem, accepted=f"a whole number from {lowest} to {highest}")


def check_instant(value: object, *, column: str) -> datetime:
    """Returns an instant in UTC, to the microsecond.

    Parameters
    ----------
    value : object
        The value to check.
    column : str
        The table and column, for the message.

    Returns
    -------
    datetime
        The same instant in UTC; what is finer than a microsecond is cut off, for one database would round it.

    Raises
    ------
    HostileValueError
        If it is no datetime, has no time zone, or lies outside the years 1 to 9999 in UTC.

    Examples
    --------
    >>> check_instant(datetime.fromisoformat("2026-03-01T20:00:00+08:00"), column="outcomes.happened_at")
    datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
    >>> check_instant(datetime(2026, 3, 1), column="outcomes.happened_at")
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for outcomes.happened_at has no time zone. Accepted: ...
    """
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    if not isinstance(value, datetime):
        problem = f"is of type {type(value).__name__}"
    elif value.tzinfo is None or value.utcoffset() is None:
        problem = "has no time zone"
    else:
        try:
            there = value.astimezone(UTC)
        except (OverflowError, ValueError):
            problem = "lies outside the years 1 to 9999"
        else:
            # Not the subclass that pandas has: it carries nanoseconds into one database and not into the other.
            return datetime.combine(there.date(), there.time(), tzinfo=UTC)
    raise HostileValueError(column, problem=problem, accepted="an aware datetime")


def check_day(value: object, *, column: str) -> date:
    """Returns a calendar day.

    Parameters
    ----------
    value : object
        The value to check; an instant is no day here: SQLite would drop its time.
    column : str
        The table and column, for the message.

    Returns
    -------
    date
        The value itself.

    Raises
    ------
    HostileValueError
        If it is no such day.

    Examples
    --------
    >>> check_day(date(2026, 3, 1), column="forecasts.date")
    datetime.date(2026, 3, 1)
    """
    if type(value) is date:
        return value
    raise HostileValueError(column, problem=f"is of type {type(value).__name__}", accepted="a day without a time")


def check_json(value: object, *, column: str, longest: int) -> str:
    """Returns an object as the one text of JSON that stands for it.

    Parameters
    ----------
    value : object
        A dictionary of what JSON can say: dictionaries, lists, texts, finite numbers, truth values and None.
    column : str
        The table and column, for the message.
    longest : int
        The most characters the text may have.

    Returns
    -------
    str
        Sorted keys, no spaces; equal objects give equal texts.

    Raises
    ------
    HostileValueError
        If it is no dictionary, holds what JSON cannot say, or is too long.

    Examples
    --------
    >>> check_json({"tier": "loyal", "churn": 0.25}, column="customer_profiles.content", longest=100)
    '{"churn":0.25,"tier":"loyal"}'
    >>> check_json({"churn": float("nan")}, column="customer_profiles.content", longest=100)
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for customer_profiles.content holds what JSON cannot say. ...
    """
    if not isinstance(value, dict):
        problem = f"is of type {type(value).__name__}"
    else:
        try:
            text = canonical(value)
            text.encode()
        except (ValueError, TypeError, RecursionError):
            problem = "holds what JSON cannot say"
        else:
            if len(text) <= longest:
                return text
            problem = f"has {len(text)} characters"
    raise HostileValueError(column, problem=problem, accepted=f"an object of JSON of at most {longest} characters")
