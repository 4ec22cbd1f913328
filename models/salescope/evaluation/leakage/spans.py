"""Dates that say nothing alone, and everything by their distance from another date."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from salescope.evaluation.leakage.case import Case
from salescope.evaluation.leakage.suspicion import Suspicion
from salescope.evaluation.metrics import auc
from salescope.evaluation.outcomes import Floats

__all__ = ["telling_span"]

CERTAIN_AUC = 0.95
FEWEST_SPANS = 50
FEWEST_OF_A_KIND = 10
OWN_TIME = "the lead's own time"


def telling_span(case: Case) -> Iterator[Suspicion]:
    """Suspects dates whose distance from another date, or from the lead's own time, tells both outcomes.

    Parameters
    ----------
    case : Case
        The audited rows.

    Yields
    ------
    Suspicion
        Of the two dates, the one that is farther from being planned: planned dates keep their distance from the lead's
        own time, dates of what happened scatter.

    Notes
    -----
    When an invoice was settled says little, and when it was due says little; one minus the other is whether it was
    late. A model that is given both learns the difference.
    """
    dates = {name: view.entries for name, view in case.columns.items() if view.is_date}
    if pd.api.types.is_datetime64_any_dtype(case.order):
        dates[OWN_TIME] = case.order
    for one, other in combinations(dates, 2):
        days = _days_between(dates[one], dates[other])
        reached = _auc_of(days, case)
        if reached >= CERTAIN_AUC:
            blamed, against = _looser_first(one, other, dates=dates, order=case.order)
            yield Suspicion(
                kind="target_in_disguise",
                column=blamed,
                evidence=f"minus {against!r} tells won from lost with AUC {reached:.3f}",
            )


def _days_between(one: pd.Series[pd.Timestamp], other: pd.Series[pd.Timestamp]) -> Floats:
    spans = one.reset_index(drop=True) - other.reset_index(drop=True)
    return np.asarray(spans / pd.Timedelta(days=1), dtype=np.float64)


def _auc_of(days: Floats, case: Case) -> float:
    known = np.isfinite(days)
    y = case.y[known]
    if known.sum() < FEWEST_SPANS or min(y.sum(), len(y) - y.sum()) < FEWEST_OF_A_KIND:
        return 0.5
    # The audit's probabilities are between 0 and 1, and ranks are all that an AUC asks for.
    ranks = pd.Series(days[known]).rank(pct=True).to_numpy()
    reached = auc(y, ranks)
    return max(reached, 1.0 - reached)


def _looser_first(
    one: str, other: str, *, dates: dict[str, pd.Series[pd.Timestamp]], order: pd.Series[pd.Timestamp]
) -> tuple[str, str]:
    """Puts the date first that keeps the looser distance from the lead's own time, which is itself never blamed."""
    if OWN_TIME in {one, other}:
        return (one, other) if other == OWN_TIME else (other, one)
    start = order if OWN_TIME in dates else pd.DataFrame(dates).min(axis=1)
    spread = {name: float(np.nanstd(_days_between(dates[name], start))) for name in (one, other)}
    return (one, other) if spread[one] >= spread[other] else (other, one)
