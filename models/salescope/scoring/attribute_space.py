"""Attributes of any type as places that can be compared: how far two records lie apart, attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import cdist
from scipy.stats import chi2_contingency

from salescope.features.cells import word_of
from salescope.features.columns import AttributeColumn
from salescope.features.encoding import AttributeEncoder
from salescope.scoring.members import Floats
from salescope.scoring.wording import column_label, phrases_in

__all__ = ["AttributeSpace", "CommonWords", "Places", "telling"]

COMPARED = ("number", "flag", "category")
BINS = 5
UNKNOWN = -1.0


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Holds records as places.

    Parameters
    ----------
    shares : ndarray of float64, shape (n_records, n_columns)
        Of numbers: the share of known records below, 0 to 1, the middle where not known; 0 in other columns.
    codes : ndarray of float64, shape (n_records, n_columns)
        Of categories and flags: which one, -1 where not known; 0 in other columns.
    levels : ndarray of float64, shape (n_records, n_columns)
        The codes, and numbers in fifths; -1 where not known.
    """

    shares: Floats
    codes: Floats
    levels: Floats

    def take(self, rows: slice) -> Places:
        """Gives the places of some records.

        Parameters
        ----------
        rows : slice

        Returns
        -------
        Places
        """
        return Places(self.shares[rows], self.codes[rows], self.levels[rows])

    def distance(self, others: Places, *, weight: Floats) -> Floats:
        """Measures how far records lie from others.

        Parameters
        ----------
        others : Places of n_others
        weight : ndarray of float64, shape (n_columns,)
            Summing to 1.

        Returns
        -------
        ndarray of float64, shape (n_records, n_others)
            0 to 1; a record has the same bits alone and among others.
        """
        numbers = cdist(self.shares, others.shares, "cityblock", w=weight)
        return np.asarray(numbers + cdist(self.codes, others.codes, "hamming", w=weight))

    def apart(self, row: int, others: Places, *, rows: npt.NDArray[np.intp]) -> Floats:
        """Measures by attribute how far one record lies from some others.

        Parameters
        ----------
        row : int
        others : Places
        rows : ndarray of int, shape (n_rows,)
            Which of the others.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_columns)
            Where this record's value is not known, 1.
        """
        numbers = np.abs(others.shares[rows] - self.shares[row])
        differ = (others.codes[rows] != self.codes[row]) | (self.levels[row] == UNKNOWN)
        return np.where(differ, 1.0, numbers)


@dataclass(frozen=True, slots=True, eq=False)
class AttributeSpace:
    """Knows how attributes become places.

    Parameters
    ----------
    encoder : AttributeEncoder
        How every column is read.
    columns : tuple of AttributeColumn, shape (n_columns,)
        The numbers, flags and categories that are compared.
    known : tuple of ndarray of float64
        The sorted known values of each column that is a number; empty for the others.
    """

    encoder: AttributeEncoder
    columns: tuple[AttributeColumn, ...]
    known: tuple[Floats, ...]

    @classmethod
    def learned(cls, frame: pd.DataFrame, *, exclude: Iterable[str]) -> Self:
        """Learns from records.

        Parameters
        ----------
        frame : DataFrame, shape (n_records, n_columns)
        exclude : iterable of str
            Columns that are not compared.

        Returns
        -------
        AttributeSpace
        """
        encoder = AttributeEncoder(exclude=exclude).fit(frame)
        columns = tuple(column for column in encoder.used_ if column.kind in COMPARED)
        encoded = encoder.encode(frame)[:, _positions(encoder, columns)]
        known = tuple(
            np.sort(values[~np.isnan(values)]) if column.kind == "number" else np.empty(0)
            for column, values in zip(columns, encoded.T, strict=True)
        )
        return cls(encoder, columns, known)

    def places(self, frame: pd.DataFrame) -> Places:
        """Finds the places of records.

        Parameters
        ----------
        frame : DataFrame, shape (n_records, n_columns)

        Returns
        -------
        Places
        """
        lacking = {column.name: None for column in self.encoder.used_ if column.name not in frame.columns}
        encoded = self.encoder.encode(frame.assign(**lacking))[:, _positions(self.encoder, self.columns)]
        shares, codes, levels = np.zeros_like(encoded), np.zeros_like(encoded), np.zeros_like(encoded)
        for at, (column, known) in enumerate(zip(self.columns, self.known, strict=True)):
            values = encoded[:, at]
            missing = np.isnan(values)
            if column.kind == "number":
                below, upto = np.searchsorted(known, values, side="left"), np.searchsorted(known, values, side="right")
                shares[:, at] = np.where(missing, 0.5, (below + upto) / 2 / len(known))
                levels[:, at] = np.where(missing, UNKNOWN, np.minimum(np.floor(shares[:, at] * BINS), BINS - 1))
            else:
                codes[:, at] = levels[:, at] = np.where(missing, UNKNOWN, values)
        return Places(shares, codes, levels)


def _positions(encoder: AttributeEncoder, columns: Sequence[AttributeColumn]) -> list[int]:
    first: dict[str, int] = {}
    for position, feature in enumerate(encoder.features_):
        first.setdefault(feature.source, position)
    return [first[column.name] for column in columns]


def telling(levels: Floats, *, best: int) -> float:
    """Measures how much an attribute tells the best records from the others.

    Parameters
    ----------
    levels : ndarray of float64, shape (n_records,)
        The level of each record, the best records first.
    best : int
        How many they are.

    Returns
    -------
    float
        Cramér's V corrected for chance, 0 to 1.

    Examples
    --------
    >>> telling(np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0]), best=3), telling(np.array([1.0, 0.0, 1.0, 0.0]), best=2)
    (1.0, 0.0)
    """
    codes = np.unique(levels, return_inverse=True)[1]
    table = np.stack([np.bincount(part, minlength=codes.max() + 1) for part in (codes[:best], codes[best:])])
    n, k = len(levels), table.shape[1]
    if k < 2 or n < 3 or not table.sum(axis=1).all():
        return 0.0
    surplus = chi2_contingency(table, correction=False).statistic / n - (k - 1) / (n - 1)
    rows, columns = (size - (size - 1) ** 2 / (n - 1) for size in (2, k))
    return float(np.sqrt(min(max(surplus, 0.0) / max(min(rows, columns) - 1.0, 1e-12), 1.0)))


@dataclass(frozen=True, slots=True)
class CommonWords:
    """Says what a lead has in common with the records it is like.

    Parameters
    ----------
    language : {"en", "zh"}
    labels : mapping of str to str
        Names of columns as people say them.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> CommonWords("zh", {}).said(("W1", "W2"), {"source": "fair"})
    '與 W1、W2 相似：來源「fair」'
    """

    language: str
    labels: Mapping[str, str]

    def __post_init__(self) -> None:
        phrases_in(self.language)

    def said(self, like: Sequence[str], common: Mapping[str, object]) -> str:
        """Says it.

        Parameters
        ----------
        like : sequence of str
            The keys of the records.
        common : mapping of str to object
            The lead's values of what they have in common.

        Returns
        -------
        str
        """
        phrases = phrases_in(self.language)
        named = [(column_label(name, phrases=phrases, labels=self.labels), word_of(common[name])) for name in common]
        if self.language == "zh":
            told = "、".join(f"{label}「{value}」" for label, value in named) or "各欄皆近，但無一相同"
            return f"與 {'、'.join(like)} 相似：{told}"
        told = ", ".join(f"{label}: {value}" for label, value in named) or "near in all, the same in nothing"
        return f"like {', '.join(like)}: {told}"
