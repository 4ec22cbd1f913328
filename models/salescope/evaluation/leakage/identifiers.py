"""Columns that name the row: keys, numbers that only count up, addresses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from salescope.evaluation.leakage.case import Case, ColumnView
from salescope.evaluation.leakage.suspicion import Suspicion

__all__ = ["identifiers"]

FEWEST_VALUES = 50
UNIQUE_SHARE = 0.95
MOST_WORDS = 4.0
COUNTING = 0.99
FILLED_RANGE = 0.5
KEY_DIGITS = 6


def identifiers(case: Case) -> Iterator[Suspicion]:
    """Finds columns whose values name single rows.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion

    Notes
    -----
    Text is a key where 95 % of its values are their own and they are shorter than a sentence. Whole numbers are one
    where all differ and they count up with time, fill half of their range, or all have the same six digits or more.
    Measures with decimals and dates may well be unique and are left alone.
    """
    for view in case.columns.values():
        values = view.entries.dropna()
        if len(values) < FEWEST_VALUES or view.is_date:
            continue
        unique = values.nunique() / len(values)
        if unique < UNIQUE_SHARE:
            continue
        evidence = _as_number(case, view=view) if view.ordered else _as_text(view)
        if evidence:
            shown = f"{unique:.1%} of {len(values)} values are their own"
            yield Suspicion(kind="identifier", column=view.name, evidence=f"names the row: {shown}{evidence}")


def _as_text(view: ColumnView) -> str:
    words = view.entries.dropna().astype("string").str.count(r"\S+").mean()
    return f", {words:.1f} words each" if words < MOST_WORDS else ""


def _as_number(case: Case, *, view: ColumnView) -> str:
    present = view.present
    numbers = view.numbers[present]
    if len(np.unique(numbers)) < len(numbers) or np.any(numbers % 1):
        return ""
    place = case.order[present].rank().corr(view.entries[present].astype(np.float64), method="spearman")
    if abs(place) >= COUNTING:
        return f", and they count with time (rank correlation {place:.3f})"
    if len(numbers) / (np.ptp(numbers) + 1) >= FILLED_RANGE:
        return ", and they fill a range without gaps"
    digits = {len(str(int(number))) for number in np.abs(numbers)}
    return f", all of {min(digits)} digits" if len(digits) == 1 and min(digits) >= KEY_DIGITS else ""
