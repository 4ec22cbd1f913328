"""Dates and times: the way a whole column writes them is found, said, and applied to every value of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.sources.raw import STRING

__all__ = ["DateStyle", "ParsedDates", "agreed_styles", "date_style", "parse_dates"]

ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?"
SECONDS = r":\d{2}(?:[.,]\d{1,9})?"
OFFSET = r"(?: ?(?:Z|UTC|GMT)|[+-]\d{2}(?::?\d{2})?)"
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "year_first": ("%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%Y年%m月%d日"),
    "day_first": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y"),
    "month_first": ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y", "%m/%d/%y", "%m.%d.%y", "%m-%d-%y"),
    "named_month": (
        "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%d. %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
    ),
}  # fmt: skip
CLOCKS = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p",
    ", %H:%M", ", %H:%M:%S", ", %I:%M %p", ", %I:%M:%S %p", "T%H:%M", "T%H:%M:%S",
)  # fmt: skip
NUMERIC = {
    "%Y%m%d": r"(?:19|20)\d{6}",
    "excel": r"\d{1,5}(?:\.\d+)?",
    "epoch_s": r"\d{9,10}",
    "epoch_ms": r"\d{12,13}",
}
SAMPLE = 1_000
EXCEL_ORIGIN = pd.Timestamp("1899-12-30")


@dataclass(frozen=True, slots=True)
class DateStyle:
    """Says how a column writes its dates.

    Parameters
    ----------
    name : str
        ``iso``, ``excel``, ``epoch_s``, ``epoch_ms`` or the pattern of the date, as ``%d/%m/%Y``.
    has_offset : bool, default False
        Whether times carry an offset from UTC.
    is_ambiguous : bool, default False
        Whether day and month could be exchanged in every value.
    is_given : bool, default False
        Whether the settings say it.
    """

    name: str
    has_offset: bool = False
    is_ambiguous: bool = False
    is_given: bool = False

    @property
    def order(self) -> str:
        """Names the order of day, month and year; empty where it has none to mistake."""
        return next((order for order, patterns in PATTERNS.items() if self.name in patterns), "")

    @property
    def exchanged(self) -> DateStyle:
        """Is the style with day and month exchanged."""
        letters = {"%d": "%m", "%m": "%d"}
        return replace(self, name=re.sub("%[dm]", lambda match: letters[match.group()], self.name))


@dataclass(frozen=True, slots=True)
class ParsedDates:
    """Holds what the distinct values of a column mean.

    Parameters
    ----------
    times : Series of datetime64[ns], shape (n_values,)
        The times without a zone; missing where a value is not a date of the style.
    wrong : ndarray of bool, shape (n_values,)
        The values that are not.
    """

    times: pd.Series[Any]
    wrong: npt.NDArray[np.bool_]


def date_style(values: pd.Series[Any], *, asked: str | None = None, numeric: bool = True) -> DateStyle | None:
    """Finds how the distinct values of a column write dates: the pattern that most of all of them follow.

    Parameters
    ----------
    values : Series of str, shape (n_values,)
        Distinct values, none missing.
    asked : str, optional
        What the settings say: an order, ``excel``, ``epoch_s``, ``epoch_ms``, ``iso`` or a pattern.
    numeric : bool, default True
        Whether plain numbers may be dates (YYYYMMDD, Excel serials, seconds or milliseconds since 1970).

    Returns
    -------
    DateStyle or None
        None where not a single value is a date.

    Examples
    --------
    >>> date_style(pd.Series(["31/01/2025", "02/03/2025"])).name
    '%d/%m/%Y'
    >>> date_style(pd.Series(["01/02/2025", "02/03/2025"])).is_ambiguous
    True
    """
    values = values.astype(STRING)
    if asked is not None and asked not in PATTERNS:
        return DateStyle(asked, has_offset=_has_offset(values), is_given=True)
    orders = [asked] if asked else list(PATTERNS)
    names = [name for order in orders for name in PATTERNS[order]]
    candidates = [DateStyle(name, is_given=asked is not None) for name in names]
    if asked is None:
        candidates = [DateStyle("iso"), *([DateStyle(name) for name in NUMERIC] if numeric else []), *candidates]
    sample = values.head(SAMPLE)
    likely = [style for style in candidates if not parse_dates(sample, style).wrong.all()]
    if not likely:
        return None
    hits = {style: int((~parse_dates(values, style).wrong).sum()) for style in likely}
    best = max(likely, key=lambda style: hits[style])
    tied = hits.get(replace(best.exchanged, is_ambiguous=False), -1) == hits[best] and best.exchanged != best
    return replace(best, has_offset=_has_offset(values), is_ambiguous=tied and not _same_either_way(values, best))


def agreed_styles(styles: Mapping[str, DateStyle | None]) -> dict[str, DateStyle | None]:
    """Settles ambiguous columns by the others of the same source; else slashes are month first, the rest day first.

    Parameters
    ----------
    styles : mapping of str to DateStyle or None
        The style of each column.

    Returns
    -------
    dict of str to DateStyle or None
        The same with every order decided; what stays a guess is still marked ambiguous.

    Examples
    --------
    >>> decided = agreed_styles({"a": DateStyle("%d/%m/%Y"), "b": DateStyle("%m/%d/%Y", is_ambiguous=True)})
    >>> decided["b"]
    DateStyle(name='%d/%m/%Y', has_offset=False, is_ambiguous=False, is_given=False)
    """
    clear = {style.order for style in styles.values() if style is not None and not style.is_ambiguous}
    clear &= {"day_first", "month_first"}
    return {name: _settled(style, clear) for name, style in styles.items()}


def _settled(style: DateStyle | None, clear: Iterable[str]) -> DateStyle | None:
    if style is None or not style.is_ambiguous:
        return style
    known = list(clear)
    wanted = known[0] if len(known) == 1 else ("month_first" if "/" in style.name else "day_first")
    meant = style if style.order == wanted else style.exchanged
    return replace(meant, is_ambiguous=len(known) != 1)


def _same_either_way(values: pd.Series[Any], style: DateStyle) -> bool:
    """Says whether exchanging day and month changes nothing, as for 01/01/2025."""
    return parse_dates(values, style).times.equals(parse_dates(values, style.exchanged).times)


def _has_offset(values: pd.Series[Any]) -> bool:
    return bool(values.str.contains(rf"{SECONDS}{OFFSET}$", regex=True).any())


def parse_dates(values: pd.Series[Any], style: DateStyle, *, keep_local: bool = False) -> ParsedDates:
    """Reads distinct values in one style.

    Parameters
    ----------
    values : Series of str, shape (n_values,)
        Distinct values, none missing.
    style : DateStyle
        How they are written.
    keep_local : bool, default False
        Whether offsets from UTC are cut off, which keeps local times as written; else times are turned to UTC.

    Returns
    -------
    ParsedDates
        The times, and the values that are none.

    Examples
    --------
    >>> parse_dates(pd.Series(["2025-01-31T10:00+02:00"]), DateStyle("iso", has_offset=True)).times[0]
    Timestamp('2025-01-31 08:00:00')
    """
    text = values.astype(STRING)
    if keep_local and style.has_offset:
        text = text.str.replace(rf"({SECONDS}){OFFSET}$", r"\1", regex=True)
    if style.name in NUMERIC:
        times = _from_numbers(text, style.name)
    elif style.name == "iso":
        times = _from_iso(text)
    else:
        times = _from_pattern(text, style.name)
    return ParsedDates(times, times.isna().to_numpy(dtype=bool))


def _none(values: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(np.full(len(values), np.datetime64("NaT"), dtype="datetime64[ns]"), index=values.index)


def _from_numbers(text: pd.Series[Any], name: str) -> pd.Series[Any]:
    times = _none(text)
    fits = text.str.fullmatch(NUMERIC[name]).to_numpy(dtype=bool)
    if not fits.any():
        return times
    if name == "%Y%m%d":
        times[fits] = pd.to_datetime(text[fits].astype(object), format=name, errors="coerce")
        return times
    number = text[fits].astype("float64")
    unit = {"excel": 86_400_000.0, "epoch_s": 1_000.0, "epoch_ms": 1.0}[name]
    origin = EXCEL_ORIGIN if name == "excel" else pd.Timestamp(0)
    times[fits] = origin + pd.to_timedelta((number * unit).round().astype("int64"), unit="ms")
    return times


def _from_iso(text: pd.Series[Any]) -> pd.Series[Any]:
    times = _none(text)
    fits = text.str.fullmatch(f"{ISO}{OFFSET}?").to_numpy(dtype=bool)
    if not fits.any():
        return times
    plain = text[fits].str.replace(r" ?(?:UTC|GMT)$", "Z", regex=True).str.replace(",", ".", regex=False)
    plain = plain.str.replace(" Z", "Z", regex=False)
    aware = pd.to_datetime(plain.astype(object), format="ISO8601", errors="coerce", utc=True)
    times[fits] = aware.dt.tz_localize(None).astype("datetime64[ns]")
    return times


def _from_pattern(text: pd.Series[Any], pattern: str) -> pd.Series[Any]:
    """Reads dates of one pattern with any clock time after them; a column may drop the time at midnight."""
    times = _none(text)
    open_rows = text.str.contains(_rough(pattern), regex=True).to_numpy(dtype=bool)
    for clock in CLOCKS:
        if not open_rows.any():
            break
        fits = open_rows & text.str.contains(f"{_rough(pattern)}{_rough(clock)}$", regex=True).to_numpy(dtype=bool)
        if fits.any():
            parsed = pd.to_datetime(text[fits].astype(object), format=pattern + clock, errors="coerce")
            times[fits] = parsed.astype("datetime64[ns]")
            open_rows &= times.isna().to_numpy(dtype=bool)
    return times


def _rough(pattern: str) -> str:
    """Turns a pattern into an expression that rules out nearly everything else at the speed of Arrow."""
    parts = {
        "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%H": r"\d{1,2}", "%I": r"\d{1,2}",
        "%M": r"\d{2}", "%S": r"\d{2}", "%f": r"\d{1,6}", "%p": "[AaPp][Mm]", "%b": "[A-Za-z]{3}",
        "%B": "[A-Za-z]{3,9}",
    }  # fmt: skip
    pieces = re.split("(%[A-Za-z])", pattern)
    body = "".join(parts.get(piece, re.escape(piece)) for piece in pieces)
    return f"^{body}" if (pattern and "%Y" in pattern) or "%y" in pattern else body
