"""What is learned about one attribute column: its kind, its levels, its typical values."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import date_of, decimal_mark, flag_of, hashable_of, is_blank, number_of, word_of

__all__ = ["AttributeColumn", "learn_column"]

MOSTLY = 0.95
MOST_LEVELS = 64
FEW_ROWS = 30
TEXT_WORDS = 4.0
LEADING_ZERO = re.compile(r"\s*[+-]?0\d+\s*")
OTHER = "(other)"


@dataclass(frozen=True, slots=True)
class AttributeColumn:
    """Holds what was learned about one source column; plain values only, so that it is its own JSON state.

    Parameters
    ----------
    name : str
        The column's name at the source.
    kind : {"number", "flag", "date", "category", "text", "dropped"}
        How its cells are read.
    levels : tuple of str
        The categories in the order of their codes; the last is "(other)" where rare ones share a code.
    mark : {".", ","}
        The decimal mark of numbers written as text.
    low, middle, high : float or None
        The lower quartile, median and upper quartile of a number; in days for a date before its reference.
    common : str or None
        The most frequent category.
    note : str
        Why the column was dropped, or read in an unusual way; empty otherwise.
    """

    name: str
    kind: str
    levels: tuple[str, ...] = ()
    mark: str = "."
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    common: str | None = None
    note: str = ""

    def to_state(self) -> dict[str, Any]:
        """Gives the column as a JSON object.

        Returns
        -------
        dict
            Field names and plain values.
        """
        return asdict(self) | {"levels": list(self.levels)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Reads the column back from `to_state`.

        Parameters
        ----------
        state : mapping
            The JSON object.

        Returns
        -------
        AttributeColumn
        """
        return cls(**{**state, "levels": tuple(state["levels"])})

    @property
    def parts(self) -> tuple[str, ...]:
        """Names the numeric features this column becomes."""
        extra = {"date": (": days before", ": weekday"), "text": (": length", ": words"), "dropped": ()}
        return tuple(self.name + suffix for suffix in extra.get(self.kind, ("",)))

    def code_of(self, word: str) -> float:
        """Gives the code of a category; one never seen is "(other)" where that exists, else missing.

        Parameters
        ----------
        word : str
            The category.

        Returns
        -------
        float
            Its position among the levels, or NaN.
        """
        if word in self.levels:
            return float(self.levels.index(word))
        return float(len(self.levels) - 1) if self.levels[-1:] == (OTHER,) else float("nan")

    def encode(self, value: object) -> tuple[float, ...]:
        """Encodes one cell as the column's features; a date stays in days since 1970 until its reference is known.

        Parameters
        ----------
        value : object
            One cell.

        Returns
        -------
        tuple of float, shape (n_parts,)
        """
        match self.kind:
            case "number":
                return (number_of(value, mark=self.mark),)
            case "flag":
                return (flag_of(value),)
            case "date":
                days = date_of(value)
                # 1970-01-01 was a Thursday, weekday 3; Monday is 0.
                return (days, (days // 1 + 3) % 7)
            case "category":
                word = word_of(value)
                return (float("nan") if word is None else self.code_of(word),)
            case "text":
                words = (word_of(value) or "").split()
                return (float(sum(map(len, words))), float(len(words)))
        return ()


def learn_column(values: pd.Series, *, name: str) -> AttributeColumn:
    """Learns how a column of any type is to be read.

    Parameters
    ----------
    values : Series, shape (n_rows,)
        The column as it comes; numbers and dates may be text.
    name : str
        The column's name.

    Returns
    -------
    AttributeColumn

    Notes
    -----
    In order: blank or constant columns are dropped; booleans are flags; numeric types and text that is mostly a number
    are numbers (a leading zero means a code, not a number); datetimes and ISO 8601 text are dates; text that is nearly
    unique is an identifier and dropped, or free text when it has many words; the rest are categories, at most 64
    levels, the rarer ones sharing "(other)".

    Examples
    --------
    >>> learn_column(pd.Series(["1,200", "950", None]), name="revenue").kind
    'number'
    >>> learn_column(pd.Series(["web", "fair", "web"]), name="source").levels
    ('fair', 'web')
    >>> learn_column(pd.Series([f"L-{i}" for i in range(40)]), name="lead").note
    'an identifier: 40 of 40 values are distinct'
    """
    distinct = _distinct(values)
    if len(distinct) <= 1:
        what = "one value" if len(distinct) else "no value"
        return AttributeColumn(name, "dropped", note=f"carries {what} in the records with an outcome")
    for kind in (_as_flag, _as_number, _as_date, _as_text):
        column = kind(distinct, name)
        if column is not None:
            return column
    return _as_category(distinct, name)


def _distinct(values: pd.Series) -> pd.Series:
    """Counts the values that are there; True and 1 are two values, whichever comes first."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if values.dtype != object:
        return values.value_counts(dropna=True, sort=False)
    if pd.api.types.infer_dtype(values, skipna=True) == "string":
        return _distinct_texts(values)
    counts: dict[tuple[bool, Hashable], int] = {}
    for value in values:
        if not is_blank(value):
            key = (isinstance(value, bool | np.bool_), hashable_of(value))
            counts[key] = counts.get(key, 0) + 1
    # Filled cell by cell: an index of values of its own would guess at a common type and merge True with 1 again.
    index = np.empty(len(counts), dtype=object)
    for position, (_, value) in enumerate(counts):
        index[position] = value
    return pd.Series(list(counts.values()), index=pd.Index(index, dtype=object), dtype=np.int64)


def _distinct_texts(values: pd.Series) -> pd.Series:
    codes, texts = pd.factorize(values, use_na_sentinel=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    there = [position for position, text in enumerate(texts) if not is_blank(text)]
    return pd.Series(counts[there], index=pd.Index(texts[there], dtype=object), dtype=np.int64)


def _share(distinct: pd.Series, good: npt.ArrayLike) -> float:
    return float(distinct.to_numpy()[np.asarray(good, dtype=bool)].sum() / distinct.sum())


def _as_flag(distinct: pd.Series, name: str) -> AttributeColumn | None:
    if all(isinstance(value, bool | np.bool_) for value in distinct.index):
        return AttributeColumn(name, "flag")
    return None


def _as_number(distinct: pd.Series, name: str) -> AttributeColumn | None:
    texts = [] if _is_numeric(distinct) else [value for value in distinct.index if isinstance(value, str)]
    if any(LEADING_ZERO.fullmatch(text) for text in texts):
        return None
    mark = decimal_mark(texts)
    numbers = _numbers(distinct, mark=mark)
    share = _share(distinct, ~np.isnan(numbers))
    if share < MOSTLY:
        return None
    if _is_counter(numbers, distinct):
        return AttributeColumn(name, "dropped", note=f"an identifier: a counter over {len(distinct)} records")
    low, middle, high = _quartiles(numbers, distinct)
    note = f"{1 - share:.1%} of the values are not numbers and count as missing" if share < 1 else ""
    return AttributeColumn(name, "number", mark=mark, low=low, middle=middle, high=high, note=note)


def _is_numeric(distinct: pd.Series) -> bool:
    return pd.api.types.is_any_real_numeric_dtype(distinct.index.dtype)


def _numbers(distinct: pd.Series, *, mark: str) -> npt.NDArray[np.float64]:
    if _is_numeric(distinct):
        numbers = distinct.index.to_numpy(dtype=np.float64)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    return np.array([number_of(value, mark=mark) for value in distinct.index])


def _is_counter(numbers: npt.NDArray[np.float64], distinct: pd.Series) -> bool:
    """Says whether the values number the records: whole, all different and without room between them."""
    if len(numbers) < FEW_ROWS or distinct.max() > 1 or np.isnan(numbers).any() or (numbers % 1).any():
        return False
    return bool(numbers.max() - numbers.min() < 2 * len(numbers))


def _quartiles(numbers: npt.NDArray[np.float64], distinct: pd.Series) -> tuple[float, float, float]:
    known = ~np.isnan(numbers)
    every = np.repeat(numbers[known], distinct.to_numpy()[known])
    low, middle, high = np.quantile(every, [0.25, 0.5, 0.75], method="inverted_cdf")
    return float(low), float(middle), float(high)


def _as_date(distinct: pd.Series, name: str) -> AttributeColumn | None:
    days = np.array([date_of(value) for value in distinct.index])
    return AttributeColumn(name, "date") if _share(distinct, ~np.isnan(days)) >= MOSTLY else None


def _as_text(distinct: pd.Series, name: str) -> AttributeColumn | None:
    total = int(distinct.sum())
    if total < FEW_ROWS or len(distinct) / total < 0.5:
        return None
    words = sum(len(str(value).split()) * count for value, count in distinct.items()) / total
    if words >= TEXT_WORDS:
        return AttributeColumn(name, "text", note="free text: its length and number of words are used")
    if len(distinct) / total > 0.9:
        note = f"an identifier: {len(distinct)} of {total} values are distinct"
        return AttributeColumn(name, "dropped", note=note)
    return None


def _as_category(distinct: pd.Series, name: str) -> AttributeColumn:
    counts: dict[str, int] = {}
    for value, count in distinct.items():
        word = word_of(value)
        if word is not None:
            counts[word] = counts.get(word, 0) + int(count)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    levels, note = tuple(sorted(ranked)), ""
    if len(ranked) > MOST_LEVELS:
        levels = (*sorted(ranked[: MOST_LEVELS - 1]), OTHER)
        note = f"{len(ranked)} levels: the {len(ranked) - MOST_LEVELS + 1} rarest share {OTHER!r}"
    return AttributeColumn(name, "category", levels=levels, common=ranked[0], note=note)
