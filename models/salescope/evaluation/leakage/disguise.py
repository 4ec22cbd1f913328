"""Columns that are the outcome under another name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass

import numpy as np

from salescope.evaluation.leakage.case import MISSING, Case, ColumnView
from salescope.evaluation.leakage.suspicion import Suspicion
from salescope.evaluation.outcomes import Floats, Ints

__all__ = ["nearly_the_outcome", "telltale_value"]

CERTAIN_AUC = 0.95
TELLING_ODDS = 15.0
TELLING_SHARE = 0.30

TELLTALE_SHARE = 0.20
TELLTALE_ROWS = 20.0
FILLED_EXCEPTIONS, ZERO_EXCEPTIONS = 0.01, 0.001
BY_CHANCE_SHARE = 0.02
MEASURE_VALUES = 10
TELLTALE_WORTH = 0.02


def nearly_the_outcome(case: Case) -> Iterator[Suspicion]:
    """Suspects columns that tell both outcomes almost surely, whatever the others say.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion
        Where the column alone reaches AUC 0.95 out of fold, or 30 % of the won and 30 % of the lost rows hold values
        that change the odds fifteenfold.

    Notes
    -----
    Two normal scores need AUC 0.91 to do the latter; the strongest honest column of the sets we measured reaches 0.78,
    by drift, and 0.73 without.
    """
    for view in case.columns.values():
        reached = max(case.single_auc(view.name), case.single_auc_within(view.name))
        lost_told, won_told = _told(case, codes=view.codes)
        if reached >= CERTAIN_AUC:
            evidence = f"alone tells won from lost with AUC {reached:.3f} out of fold"
        elif min(lost_told, won_told) >= TELLING_SHARE:
            evidence = (
                f"has values that change the odds fifteenfold for {won_told:.0%} of won and {lost_told:.0%} of lost "
                f"rows (AUC alone {reached:.3f})"
            )
        else:
            continue
        yield Suspicion(kind="target_in_disguise", column=view.name, evidence=evidence)


def _told(case: Case, *, codes: Ints) -> tuple[float, float]:
    lost, won = case.counts(codes)
    n_lost, n_won = lost.sum(), won.sum()
    # One more of the rare kind keeps small groups, pure by chance, from telling anything.
    for_won = (won / n_won) / ((lost + 1.0) / n_lost) >= TELLING_ODDS
    for_lost = (lost / n_lost) / ((won + 1.0) / n_won) >= TELLING_ODDS
    return float(lost[for_lost].sum() / n_lost), float(won[for_won].sum() / n_won)


def telltale_value(case: Case) -> Iterator[Suspicion]:
    """Suspects columns with one value (or a blank, a non-blank, a zero) that only one outcome ever has.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion
        Each must still be worth 0.02 AUC beside all other columns. At most one a column.

    Notes
    -----
    A reason for losing is filled only for lost leads; a value of the deal is 0 for them. What is written by hand may
    have exceptions: one row in a hundred where filled stands against blank, one in a thousand where 0 stands against
    many other values. A plain value may have none, for customers who have a product already hardly ever buy it, and
    that is known in time. Twenty of the other outcome must be expected there by chance, and 2 % of that found at
    most: neither a rare value that is pure by chance nor a rare outcome is a leak.
    """
    for view in case.columns.values():
        told = max((_only_one(case, reading=reading) for reading in _readings(view)), key=_share)
        if told is not None:
            share, rows, outcome, words = told
            yield Suspicion(
                kind="target_in_disguise",
                column=view.name,
                evidence=f"{words} in {share:.0%} of {outcome} rows and (almost) no other ({rows:.0f} rows)",
                worth=TELLTALE_WORTH,
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """Is one way to see a column as few values, with the words for each."""

    codes: Ints
    _: KW_ONLY
    words: tuple[str, ...]
    exceptions: float = 0.0


def _share(told: tuple[float, float, str, str] | None) -> float:
    return told[0] if told else 0.0


def _readings(view: ColumnView) -> Iterator[_Reading]:
    yield _Reading(view.codes, words=("is blank", *["has one value"] * int(view.codes.max())))
    filled = np.where(view.codes == MISSING, 0, 1)
    yield _Reading(filled, words=("is blank", "is filled"), exceptions=FILLED_EXCEPTIONS)
    if view.ordered and not view.is_date and view.entries.nunique() > MEASURE_VALUES:
        nothing = np.where(np.nan_to_num(view.numbers) == 0, 0, 1)
        yield _Reading(nothing, words=("is 0 or blank", "is not 0"), exceptions=ZERO_EXCEPTIONS)


def _only_one(case: Case, *, reading: _Reading) -> tuple[float, float, str, str] | None:
    lost, won = case.counts(reading.codes)
    found = []
    for own, other, outcome in ((lost, won, "lost"), (won, lost, "won")):
        rows: Floats = own + other
        by_chance = rows * other.sum() / len(case.y)
        allowed = np.minimum(reading.exceptions * rows, BY_CHANCE_SHARE * by_chance)
        pure = (other <= allowed) & (by_chance >= TELLTALE_ROWS)
        share = np.where(pure, own / own.sum(), 0.0)
        place = int(np.argmax(share))
        if share[place] >= TELLTALE_SHARE:
            found.append((float(share[place]), float(rows[place]), outcome, reading.words[place]))
    return max(found, default=None)
