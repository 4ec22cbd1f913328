"""Who must not be contacted, by what their own attributes say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.features.cells import flag_of, is_blank
from salescope.frames.languages import in_language

__all__ = ["OptOuts"]

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "out": "opted out",
        "not_in": "did not opt in",
        "unreadable": "{column} says {value!r}, which is neither yes nor no; nobody is contacted on a guess",
    },
    "zh": {
        "out": "已拒絕聯絡",
        "not_in": "未同意聯絡",
        "unreadable": "{column} 為「{value}」，無法判讀是否同意，故不聯絡",
    },
}


@dataclass(frozen=True, slots=True)
class OptOuts:
    """Says which columns hold the wish not to be contacted.

    Parameters
    ----------
    opted_out : str, default "opted_out"
        A column that is true for those who must not be contacted.
    opted_in : str, default "opted_in"
        A column that is false for them.

    Examples
    --------
    >>> people = pd.DataFrame({"opted_out": [True, "no", None], "opted_in": [None, "N", "maybe"]})
    >>> for reason in OptOuts().reasons(people):
    ...     print(reason)
    opted out
    did not opt in
    opted_in says 'maybe', which is neither yes nor no; nobody is contacted on a guess
    """

    opted_out: str = "opted_out"
    opted_in: str = "opted_in"

    def reasons(self, people: pd.DataFrame, *, language: str = "en") -> pd.Series:
        """Says of each person why it must not be contacted.

        Parameters
        ----------
        people : DataFrame, shape (n_rows, n_columns)
            Leads or customers. Columns that are not there, and blank cells, say nothing.
        language : {"en", "zh"}, default "en"

        Returns
        -------
        Series of str, shape (n_rows,)
            Missing for those who may be contacted.

        Raises
        ------
        UnknownNameError
            When the language is not known.
        """
        words = in_language(WORDS, language, where="reasons")
        told = pd.Series([None] * len(people), index=people.index, dtype=TEXT)
        for column, refusal, word in ((self.opted_out, 1.0, "out"), (self.opted_in, 0.0, "not_in")):
            if column in people.columns:
                said = [_refusal(cell, refusal=refusal, word=word) for cell in people[column].tolist()]
                texts = [
                    None if key is None else words[key].format(column=column, value=cell)
                    for key, cell in zip(said, people[column].tolist(), strict=True)
                ]
                told = told.fillna(pd.Series(texts, index=people.index, dtype=TEXT))
        return told


def _refusal(cell: object, *, refusal: float, word: str) -> str | None:
    if is_blank(cell):
        return None
    flag = flag_of(cell)
    if math.isnan(flag):
        return "unreadable"
    return word if flag == refusal else None
