"""Why somebody has a score: signed contributions of source columns, said in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from salescope.features.cells import flag_of, is_blank, number_of, word_of
from salescope.features.columns import AttributeColumn
from salescope.features.encoding import AttributeEncoder
from salescope.scoring.door import Rows
from salescope.scoring.members import Floats
from salescope.scoring.wording import LANGUAGES, Phrases, column_label, phrases_in

__all__ = ["Reason", "Reasons", "by_source"]

SMALLEST_TOLD = 0.01
LONGEST_VALUE = 60
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Reason:
    """Holds one reason for a score.

    Parameters
    ----------
    column : str
        The source column.
    label : str
        Its name as people say it.
    value : str, float, bool or None
        The record's value; None where it is missing.
    contribution : float
        What the value adds to the log-odds, against the average record.
    direction : {"raises", "lowers"}
        Its sign.
    text : str
        The sentence.
    """

    column: str
    label: str
    value: str | float | bool | None
    contribution: float
    direction: str
    text: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """Says contributions in words.

    Parameters
    ----------
    columns : sequence of AttributeColumn, shape (n_columns,)
        The columns in the order of the contributions.
    labels : mapping of str to str
        The user's own names of columns.
    language : {"en", "zh"}, default "en"
        The language of the sentences.
    top : int, default 5
        At most so many reasons that raise, and so many that lower.
    languages : mapping of str to Phrases, optional
        The phrases of every language; by default those about a chance to win.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> tenure = AttributeColumn("tenure", "number", low=9.0, middle=29.0, high=55.0)
    >>> [reason.text for reason in Reasons([tenure], labels={}).of({"tenure": 2}, np.array([-0.8]))]
    ['Tenure is 2, lower than for most – lowers the chance']
    """

    columns: Sequence[AttributeColumn]
    labels: Mapping[str, str]
    language: str = "en"
    top: int = 5
    languages: Mapping[str, Phrases] = field(default_factory=lambda: LANGUAGES)

    def __post_init__(self) -> None:
        phrases_in(self.language, languages=self.languages)

    def of(self, record: Mapping[str, object], contributions: Floats) -> tuple[Reason, ...]:
        """Gives the strongest reasons of one record, those that raise first.

        Parameters
        ----------
        record : mapping
            The record's values by column.
        contributions : ndarray of float64, shape (n_columns,)
            What each column adds to the log-odds.

        Returns
        -------
        tuple of Reason
            Each direction from strong to weak; contributions below 0.01 are not worth a sentence.
        """
        order = np.argsort(-np.abs(contributions), kind="stable")
        told = [int(position) for position in order if abs(contributions[position]) >= SMALLEST_TOLD]
        raising = [position for position in told if contributions[position] > 0][: self.top]
        lowering = [position for position in told if contributions[position] < 0][: self.top]
        return tuple(
            self._reason(self.columns[position], record.get(self.columns[position].name), by=contributions[position])
            for position in (*raising, *lowering)
        )

    def of_rows(self, rows: Rows, contributions: Floats) -> list[tuple[Reason, ...]]:
        """Gives the strongest reasons of every row.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns) or sequence of mappings, shape (n_rows,)
            The values by column.
        contributions : ndarray of float64, shape (n_rows, n_columns)
            What each column adds to the log-odds.

        Returns
        -------
        list of tuple of Reason, shape (n_rows,)
        """
        names = [column.name for column in self.columns]
        records: Sequence[Mapping[Any, Any]] = (
            rows[names].to_dict("records") if isinstance(rows, pd.DataFrame) else rows
        )
        return [self.of(record, parts) for record, parts in zip(records, contributions, strict=True)]

    def _reason(self, column: AttributeColumn, value: object, *, by: float) -> Reason:
        phrases = phrases_in(self.language, languages=self.languages)
        label = column_label(column.name, phrases=phrases, labels=self.labels)
        template = phrases.raises if by > 0 else phrases.lowers
        what = _said(column, value, phrases=phrases, label=label)
        return Reason(
            column=column.name,
            label=label,
            value=_plain(column, value),
            contribution=float(by),
            direction="raises" if by > 0 else "lowers",
            text=template.format(what=what),
        )


def by_source(parts: Floats, *, encoder: AttributeEncoder) -> Floats:
    """Sums what features add by the source column they come from.

    Parameters
    ----------
    parts : ndarray of float64, shape (n_rows, n_features) or with the base as one column more
        Contributions in log-odds.
    encoder : AttributeEncoder
        What the features are.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_columns)
        In the order of ``encoder.used_``.
    """
    summed = np.zeros((len(parts), len(encoder.used_)))
    position = {column.name: place for place, column in enumerate(encoder.used_)}
    for feature, part in zip(encoder.features_, parts.T, strict=False):
        summed[:, position[feature.source]] += part
    return summed


def _plain(column: AttributeColumn, value: object) -> str | float | bool | None:
    if is_blank(value):
        return None
    if column.kind == "number":
        number = number_of(value, mark=column.mark)
        return None if math.isnan(number) else number
    if column.kind == "flag":
        flag = flag_of(value)
        return None if math.isnan(flag) else flag == 1.0
    return word_of(value)


def _said(column: AttributeColumn, value: object, *, phrases: Phrases, label: str) -> str:
    plain = _plain(column, value)
    if plain is None:
        return phrases.missing.format(label=label)
    if isinstance(plain, bool):
        return phrases.flag.format(label=label, value=phrases.yes if plain else phrases.no)
    if isinstance(plain, float):
        return phrases.number.format(
            label=label, value=_short_number(plain), typical=_typical(plain, column, phrases=phrases)
        )
    if column.kind == "date":
        return phrases.date.format(label=label, value=plain[:10])
    if column.kind == "text":
        return phrases.text.format(label=label, value=len(plain.split()))
    shown = plain if len(plain) <= LONGEST_VALUE else plain[:LONGEST_VALUE] + ELLIPSIS
    return (phrases.level if plain in column.levels else phrases.unseen).format(label=label, value=shown)


def _typical(number: float, column: AttributeColumn, *, phrases: Phrases) -> str:
    if column.low is not None and number < column.low:
        return phrases.low
    if column.high is not None and number > column.high:
        return phrases.high
    return phrases.usual


def _short_number(number: float) -> str:
    return f"{number:,.0f}" if number.is_integer() or abs(number) >= 1000 else f"{number:.3g}"
