"""Numbers as people write them: decimal comma or point, thousands marks, currency and percent signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.sources.raw import STRING

__all__ = ["NumberStyle", "ParsedNumbers", "is_code", "parse_numbers"]

PLAIN = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
POINT = r"[+-]?(?:\d{1,3}(?:[,' ]\d{2,3})*[,' ]\d{3}|\d+)(?:\.\d*)?|[+-]?\.\d+"
COMMA = r"[+-]?(?:\d{1,3}(?:[.' ]\d{3})+|\d+)(?:,\d*)?|[+-]?,\d+"
UNSURE = r"[+-]?\d{1,3}[.,]\d{3}"
# Only codes of currencies: "CMP-0065" is a campaign, not minus 65.
CODES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PEN|PHP|PLN|"
    "QAR|RMB|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
CURRENCY = rf"(?:[$€£¥₩₹₽]|[A-Z]{{1,2}}\$|{CODES}|kr|zł|Fr\.)"


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """Says how a column writes its numbers.

    Parameters
    ----------
    decimal : str
        The decimal mark: a point or a comma.
    is_ambiguous : bool, default False
        Whether the other mark would read every value too, as for ``1,234``.
    has_percent : bool, default False
        Whether values carry a percent sign and were divided by 100.
    has_currency : bool, default False
        Whether values carry a currency, which was taken off.
    """

    decimal: str
    is_ambiguous: bool = False
    has_percent: bool = False
    has_currency: bool = False

    def __str__(self) -> str:
        words = ["decimal comma" if self.decimal == "," else "decimal point"]
        words += ["ambiguous: the other mark fits too"] if self.is_ambiguous else []
        words += ["percent, divided by 100"] if self.has_percent else []
        words += ["currency sign taken off"] if self.has_currency else []
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class ParsedNumbers:
    """Holds what the distinct values of a column mean.

    Parameters
    ----------
    numbers : Series of float64, shape (n_values,)
        The numbers; missing where a value is none.
    wrong : ndarray of bool, shape (n_values,)
        The values that are no finite number.
    style : NumberStyle
        How they are written.
    """

    numbers: pd.Series[Any]
    wrong: npt.NDArray[np.bool_]
    style: NumberStyle


def parse_numbers(values: pd.Series[Any], *, decimal: str | None = None, prefer: str = ".") -> ParsedNumbers:
    """Reads the distinct values of a column as numbers, in the decimal mark that most of them follow.

    Parameters
    ----------
    values : Series of str, shape (n_values,)
        Distinct values, none missing.
    decimal : {",", "."}, optional
        The decimal mark, where the settings say it.
    prefer : {",", "."}, default "."
        The mark where both fit equally.

    Returns
    -------
    ParsedNumbers
        The numbers, the values that are none, and the style.

    Notes
    -----
    Parentheses and a minus sign at the end are negative, as in accounting. A formula such as ``=1+1`` is no number.

    Examples
    --------
    >>> parse_numbers(pd.Series(["1.234,50", "-5", "€ 7,25"])).numbers.tolist()
    [1234.5, -5.0, 7.25]
    >>> parse_numbers(pd.Series(["12", "=1+1"])).wrong.tolist()
    [False, True]
    """
    text = values.astype(STRING)
    if decimal in {None, "."} and bool(text.str.fullmatch(PLAIN).all()) and not _is_unsure(text):
        return _finished(text, NumberStyle("."))
    bare, percent, currency = _bare(text)
    point = bare.str.fullmatch(POINT).to_numpy(dtype=bool) | bare.str.fullmatch(PLAIN).to_numpy(dtype=bool)
    comma = bare.str.fullmatch(COMMA).to_numpy(dtype=bool)
    mark = decimal or _mark(int(point.sum()), int(comma.sum()), prefer=prefer)
    fits = point if mark == "." else comma
    marked = bare[fits].str.contains(r"[.,]", regex=True)
    ambiguous = decimal is None and bool((point & comma)[fits].all()) and bool(marked.any())
    style = NumberStyle(mark, ambiguous, bool(percent[fits].any()), bool(currency[fits].any()))
    grouping = "[,' ]" if mark == "." else "[.' ]"
    plain = bare.where(fits).str.replace(grouping, "", regex=True).str.replace(",", ".", regex=False)
    return _finished(plain, style, percent=percent)


def _mark(point: int, comma: int, *, prefer: str) -> str:
    if point == comma:
        return prefer
    return "." if point > comma else ","


def _is_unsure(text: pd.Series[Any]) -> bool:
    """Says whether every value with a mark could be thousands, as 1.234; then the other mark has to be considered."""
    marked = text[text.str.contains(".", regex=False).to_numpy(dtype=bool)]
    return bool(len(marked)) and bool(marked.str.fullmatch(UNSURE).all())


def _bare(text: pd.Series[Any]) -> tuple[pd.Series[Any], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Takes off currency, percent, and the accountants' ways of writing a minus."""
    percent = text.str.endswith("%").to_numpy(dtype=bool)
    bare = text.str.replace("[\u2019`´]", "'", regex=True).str.replace("\u2212", "-", regex=False)
    bare = bare.str.replace(r"^\((.+)\)$", r"-\1", regex=True).str.replace(r"^([^-]+)-$", r"-\1", regex=True)
    signless = bare.str.replace(rf"^([+-]?) ?{CURRENCY} ?([+-]?)", r"\1\2", regex=True)
    signless = signless.str.replace(rf" ?{CURRENCY}$", "", regex=True)
    currency = (signless != bare).to_numpy(dtype=bool)
    return signless.str.replace(r" ?%$", "", regex=True).str.strip(), percent, currency


def _finished(
    plain: pd.Series[Any], style: NumberStyle, *, percent: npt.NDArray[np.bool_] | None = None
) -> ParsedNumbers:
    # Not pd.to_numeric, which is off in the last digit of some numbers.
    numbers = plain.astype("float64")
    if percent is not None:
        numbers = numbers.mask(percent, numbers / 100.0)
    numbers = numbers.where(np.isfinite(numbers.to_numpy()))
    return ParsedNumbers(numbers, numbers.isna().to_numpy(dtype=bool), style)


def is_code(values: pd.Series[Any]) -> bool:
    """Says whether digits are a code rather than a number: leading zeros, a plus sign, or more digits than a float has.

    Parameters
    ----------
    values : Series of str, shape (n_values,)
        Distinct values, none missing.

    Returns
    -------
    bool
        Whether any of them would lose something as a number.

    Examples
    --------
    >>> is_code(pd.Series(["02134", "10001"])), is_code(pd.Series(["0", "0.5", "17"]))
    (True, False)
    """
    return bool(values.astype(STRING).str.contains(r"^(?:0\d|\+|\d{16,})", regex=True).any())
