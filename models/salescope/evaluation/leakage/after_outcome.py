"""Fields that are written once the outcome is known, or while it is being made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm, poisson

from salescope.evaluation.leakage.case import Case, ColumnView
from salescope.evaluation.leakage.naming import speaks_of_outcome
from salescope.evaluation.leakage.suspicion import Suspicion
from salescope.evaluation.outcomes import Floats

__all__ = ["absent_while_open", "accumulated", "dated_later"]

FEWEST_OPEN = 30
OPEN_SHARE, CLOSED_SHARE = 0.01, 0.10

LATER_SHARE = 0.95
CUT_ROWS, CUT_SHARE = 20.0, 0.02

ACCUMULATED_AUC, STRONG_AUC, MOST_AUC = 0.70, 0.80, 0.999
CLEAR_WORTH, DEFICIT_WORTH = 0.03, 0.10
CLEAR_RATIO = 0.35
DEFICIT_CHANCE, NAMED_CHANCE = 0.0001, 0.05
LOW_END_SHARES = (0.05, 0.50)


def absent_while_open(case: Case) -> Iterator[Suspicion]:
    """Suspects columns that closed leads have and open ones lack.

    Parameters
    ----------
    case : Case
        The audited rows, with open ones beside them.

    Yields
    ------
    Suspicion

    Notes
    -----
    Closed rows are taken from the open ones' time only: a column that was given up years ago is old, not a leak. A
    number that is 0 counts as absent where open rows have nothing but 0.
    """
    recent = _as_recent_as_open(case)
    for view in case.columns.values():
        waiting = case.open_columns[view.name]
        if len(waiting) < FEWEST_OPEN or recent.sum() < FEWEST_OPEN:
            continue
        filled_open, filled_closed = waiting.notna(), view.present
        if view.ordered and not view.is_date and filled_open.any():
            numbers = pd.to_numeric(waiting, errors="coerce")
            filled_open, filled_closed = filled_open & (numbers != 0), filled_closed & (view.numbers != 0)
        open_share, closed_share = float(filled_open.mean()), float(filled_closed[recent].mean())
        if open_share <= OPEN_SHARE and closed_share >= max(CLOSED_SHARE, 10 * open_share):
            yield Suspicion(
                kind="after_outcome",
                column=view.name,
                evidence=f"is filled in {closed_share:.0%} of closed leads but in {open_share:.1%} of "
                f"{len(waiting)} open leads of the same time",
            )


def _as_recent_as_open(case: Case) -> NDArray[np.bool_]:
    known = case.open_order.dropna()
    if known.empty:
        return np.ones(len(case.y), dtype=np.bool_)
    oldest = known.sort_values().iloc[len(known) // 20]
    recent = case.order.ge(oldest).to_numpy(dtype=np.bool_)
    # Where every open lead is newer than every closed one, the last fifth to close is nearest in time.
    return recent if recent.sum() >= FEWEST_OPEN else case.order.rank(pct=True).gt(0.8).to_numpy(dtype=np.bool_)


def dated_later(case: Case) -> Iterator[Suspicion]:
    """Suspects dates that lie after the lead's own time and are cut off where the data end.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion

    Notes
    -----
    A planned date (an expected close, the end of a contract) lies after the lead's time too, but newest leads have it
    beyond the last day of the data. A date of something that *happened* cannot: with the lags seen in the older half,
    many of the newest rows would pass the last date there is, and none does.
    """
    dates = [view for view in case.columns.values() if view.is_date]
    start = _own_time(case, dates=dates)
    if start is None:
        return
    for view in dates:
        lag = _days(view.entries - start)
        seen = np.isfinite(lag)
        if seen.sum() < FEWEST_OPEN or (lag[seen] > 0).mean() < LATER_SHARE:
            continue
        passing = _expected_beyond_end(lag[seen], start=start[seen])
        if passing >= max(CUT_ROWS, CUT_SHARE * seen.sum()):
            yield Suspicion(
                kind="after_outcome",
                column=view.name,
                evidence=f"lies after the lead's own time in {(lag[seen] > 0).mean():.0%} of rows (median "
                f"{np.median(lag[seen]):.0f} days) and never passes the last day of the data, where "
                f"{passing:.0f} rows of a planned date would",
            )


def _own_time(case: Case, *, dates: list[ColumnView]) -> pd.Series[pd.Timestamp] | None:
    """Takes the order where it is a time, else the date column that comes before the others."""
    if pd.api.types.is_datetime64_any_dtype(case.order):
        return case.order
    full = {view.name: view.entries for view in dates if view.present.mean() >= LATER_SHARE}
    if len(dates) < 2 or not full:
        return None
    earliest = pd.DataFrame({view.name: view.entries for view in dates}).min(axis=1)
    first = pd.Series({name: float(entries.le(earliest).mean()) for name, entries in full.items()})
    return full[str(first.idxmax())] if first.max() >= LATER_SHARE**2 else None


def _days(spans: pd.Series[pd.Timedelta]) -> Floats:
    return np.asarray(spans / pd.Timedelta(days=1), dtype=np.float64)


def _expected_beyond_end(lag: Floats, *, start: pd.Series[pd.Timestamp]) -> float:
    days = _days(start - start.min())
    older = np.sort(lag[days <= np.median(days)])
    room = (days + lag).max() - days
    return float((1.0 - np.searchsorted(older, room, side="right") / len(older)).sum())


def accumulated(case: Case) -> Iterator[Suspicion]:
    """Suspects numbers that grow while the outcome is being made: small ones rule one outcome out.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion
        Each must still be worth 0.03 AUC beside all other columns, or 0.10 on the weaker of two grounds.

    Notes
    -----
    The length of the call that made the sale is the example: strong within every period, and a short call is never a
    sale. A field known beforehand that separates as well (normal scores of equal spread in both outcomes, the
    binormal model of D. Green and J. Swets, 1966) still has some sales at its low end. We compare the two: surely
    less than 35 % of what this model expects there is a clear ground. Where rows
    are too few to be sure, a column of AUC 0.80 is suspected if less than 35 % were found and one chance in
    ten thousand gives as few; one in twenty where its name speaks of the outcome, too.
    The high end does not count, for a count of earnest enquiries makes a sale nearly sure at its high end without
    being a leak.
    """
    for view in case.columns.values():
        if not view.ordered or view.is_date:
            continue
        within = case.single_auc_within(view.name)
        if within < ACCUMULATED_AUC:
            continue
        chance = NAMED_CHANCE if speaks_of_outcome(view.name) else DEFICIT_CHANCE
        for low in _low_ends(case, view=view):
            clear = low.surely <= CLEAR_RATIO
            deficit = within >= STRONG_AUC and low.by_chance <= chance and low.found <= CLEAR_RATIO * low.expected
            if clear or deficit:
                yield Suspicion(
                    kind="after_outcome",
                    column=view.name,
                    evidence=f"reaches AUC {within:.3f} alone within a period, and {low.words}",
                    worth=CLEAR_WORTH if clear else DEFICIT_WORTH,
                )


@dataclass(frozen=True, slots=True)
class _LowEnd:
    """Is the low end of a column that lacks one outcome most clearly."""

    share: float
    found: int
    expected: float
    outcome: str

    @property
    def surely(self) -> float:
        """Is the upper 99 % end of the count, over what is expected."""
        return float(chi2.ppf(0.99, 2 * (self.found + 1)) / 2 / self.expected)

    @property
    def by_chance(self) -> float:
        """Is the chance of so few."""
        return float(poisson.cdf(self.found, self.expected))

    @property
    def words(self) -> str:
        return (
            f"its lowest {self.share:.0%} of rows hold {self.found} {self.outcome} where {self.expected:.0f} are "
            "expected of a field as strong that is known beforehand"
        )


def _low_ends(case: Case, *, view: ColumnView) -> Iterator[_LowEnd]:
    lost, won = (np.cumsum(counts[1:]) for counts in case.counts(view.codes))
    if len(lost) == 0 or min(lost[-1], won[-1]) == 0:
        return
    distance = norm.ppf(min(case.single_auc(view.name), MOST_AUC)) * np.sqrt(2.0)
    share = (lost + won) / (lost[-1] + won[-1])
    ends = np.flatnonzero((share >= LOW_END_SHARES[0]) & (share <= LOW_END_SHARES[1]))
    for rare, common, word in ((won, lost, "won"), (lost, won, "lost")):
        expected = norm.cdf(norm.ppf(common[ends] / common[-1]) - distance) * rare[-1]
        known = expected > 0
        lows = [
            _LowEnd(share=float(share[end]), found=int(rare[end]), expected=float(rows), outcome=word)
            for end, rows in zip(ends[known], expected[known], strict=True)
        ]
        if lows:
            yield min(lows, key=lambda low: low.surely)
            yield min(lows, key=lambda low: low.by_chance)
