"""One cell at a time: what a single value of a lead means as a number, a date, a flag or a word.

Every longer path (a frame's column, a list of records) goes through these functions, so that a lead scored alone and
the same lead scored in a batch see the same bits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd

__all__ = [
    "DAY",
    "NEVER",
    "date_of",
    "decimal_mark",
    "flag_of",
    "hashable_of",
    "instant_of",
    "is_blank",
    "number_of",
    "word_of",
]

NOISE = re.compile(r"[\s$€£¥₹'’%\u00a0\u202f]")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(?:Z|[+-]\d{2}:\d{2})?")
FLAGS = {"true": 1.0, "yes": 1.0, "y": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "n": 0.0, "0": 0.0}
DAY = 86_400_000_000_000
NEVER: int = np.iinfo(np.int64).min
NUMBERS = {
    mark: (
        re.compile(rf"[+-]?(?:\d+(?:{re.escape(mark)}\d*)?|{re.escape(mark)}\d+)(?:[eE][+-]?\d{{1,3}})?"),
        re.compile(rf"[+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(mark)}\d*)?"),
        group,
    )
    for mark, group in ((".", ","), (",", "."))
}


def is_blank(value: object) -> bool:
    """Says whether a cell carries no value: None, NaN, NaT or only white space.

    Parameters
    ----------
    value : object
        One cell.

    Returns
    -------
    bool

    Examples
    --------
    >>> [is_blank(value) for value in (None, float("nan"), "  ", 0, "no")]
    [True, True, True, False, False]
    """
    if isinstance(value, str):
        return not value.strip()
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    if isinstance(value, float | np.floating):
        return math.isnan(value)
    return isinstance(value, np.datetime64) and bool(np.isnat(value))


def hashable_of(value: object) -> Hashable:
    """Gives a cell in a form that can be counted: lists and other nested values as their text.

    Parameters
    ----------
    value : object
        One cell.

    Returns
    -------
    hashable
        The value itself where it can be.

    Examples
    --------
    >>> [hashable_of(value) for value in (1, ("a", ["b"]))]
    [1, "('a', ['b'])"]
    """
    try:
        hash(value)
    except TypeError:
        return str(value)
    return value


def number_of(value: object, *, mark: str = ".") -> float:
    """Reads a cell as a number; what is none, or not finite, is missing.

    Parameters
    ----------
    value : object
        One cell; text may carry a currency sign, a per cent sign or grouping marks.
    mark : {".", ","}, default "."
        The decimal mark of numbers written as text; see `decimal_mark`.

    Returns
    -------
    float
        The number, NaN where there is none.

    Examples
    --------
    >>> [number_of(cell) for cell in (7, "1,234.5", "$ 12", "n/a", 10**400)]
    [7.0, 1234.5, 12.0, nan, nan]
    >>> number_of("1.234,5", mark=",")
    1234.5
    """
    if isinstance(value, str):
        return _number_in(value, mark=mark)
    if not isinstance(value, Real | Decimal | np.bool_):
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _number_in(text: str, *, mark: str) -> float:
    plain, grouped, group = NUMBERS[mark]
    bare = NOISE.sub("", text)
    if grouped.fullmatch(bare):
        bare = bare.replace(group, "")
    elif not plain.fullmatch(bare):
        return math.nan
    number = float(bare.replace(mark, "."))
    return number if math.isfinite(number) else math.nan


def decimal_mark(texts: Iterable[str]) -> str:
    """Finds the decimal mark of a column of numbers written as text.

    Parameters
    ----------
    texts : iterable of str
        The values, in any order.

    Returns
    -------
    {".", ","}
        The mark under which more values are numbers; the point when both read equally many.

    Examples
    --------
    >>> decimal_mark(["1.234,50", "12,5"]), decimal_mark(["1,234", "12.5"]), decimal_mark(["1,234"])
    (',', '.', '.')
    """
    read = {".": 0, ",": 0}
    for text in texts:
        for mark in read:
            read[mark] += not math.isnan(_number_in(text, mark=mark))
    return "," if read[","] > read["."] else "."


def flag_of(value: object) -> float:
    """Reads a cell as yes (1.0) or no (0.0); anything else is missing.

    Parameters
    ----------
    value : object
        One cell: a boolean, 0 or 1, or a word such as "yes".

    Returns
    -------
    float
        1.0, 0.0 or NaN.

    Examples
    --------
    >>> [flag_of(value) for value in (True, 0, "No", 7)]
    [1.0, 0.0, 0.0, nan]
    """
    if isinstance(value, str):
        return FLAGS.get(value.strip().lower(), math.nan)
    number = number_of(value)
    return number if number in {0.0, 1.0} else math.nan


def instant_of(value: object) -> int:
    """Reads a cell as an instant, in nanoseconds since 1970-01-01 (naive; an offset is converted to UTC).

    Parameters
    ----------
    value : object
        One cell: a date, datetime, Timestamp, ``datetime64`` or ISO 8601 text.

    Returns
    -------
    int
        `NEVER` where there is no time, or one beyond the years 1678 to 2262, such as a "9999-12-31" that means none.

    Examples
    --------
    >>> instant_of("1970-01-01T00:00:01"), instant_of("soon") == instant_of("9999-12-31") == NEVER
    (1000000000, True)
    """
    # Only ISO text: pandas would also read "now" and "today", and so the clock.
    readable = ISO_DATE.fullmatch(value.strip()) if isinstance(value, str) else isinstance(value, date | np.datetime64)
    if not readable or is_blank(value):
        return NEVER
    try:
        stamp = pd.Timestamp(value)  # type: ignore[arg-type]  # one of the four types by now
        return int((stamp.tz_convert(None) if stamp.tzinfo else stamp).as_unit("ns").value)
    except (ValueError, OverflowError):
        return NEVER


def date_of(value: object) -> float:
    """Reads a cell as an instant, in days since 1970-01-01; see `instant_of`.

    Parameters
    ----------
    value : object
        One cell.

    Returns
    -------
    float
        Days, with the time of day as a fraction; NaN where there is no date.

    Examples
    --------
    >>> [date_of(value) for value in ("1970-01-02 12:00", "1970-01-03", "soon")]
    [1.5, 2.0, nan]
    """
    instant = instant_of(value)
    return math.nan if instant == NEVER else instant / DAY


def word_of(value: object) -> str | None:
    """Reads a cell as the name of a category, the same for 1, 1.0 and "1".

    Parameters
    ----------
    value : object
        One cell.

    Returns
    -------
    str or None
        The name without white space around it; None where the cell is blank.

    Examples
    --------
    >>> [word_of(value) for value in (" web ", 1.0, 1, None)]
    ['web', '1', '1', None]
    """
    if is_blank(value):
        return None
    if isinstance(value, float | np.floating) and math.isfinite(value) and value.is_integer():
        value = int(value)
    return str(value).strip()
