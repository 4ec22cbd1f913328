"""Drift of features: what differs between the records of training and recent ones, beyond what chance would show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from salescope.evaluation.column_summary import bin_counts, bin_labels
from salescope.evaluation.outcomes import Floats

__all__ = ["EXPLANATION", "ColumnDrift", "feature_drift"]

EXPLANATION = (
    "Drift explains, it does not judge: a column may drift and cost nothing, and a model may fail while no column "
    "drifts. The track record judges."
)
FALSE_ALARMS = 0.05
SMOOTHING = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDrift:
    """Holds how far one column has moved since training.

    Parameters
    ----------
    column : str
        Its name.
    kind : {"number", "category"}
        How it was summarised.
    psi : float or None
        The population stability index; None where it cannot be told.
    floor : float or None
        The index that chance alone shows on average.
    p95 : float or None
        What the index of no column exceeds in 95 of 100 comparisons without any drift.
    distance : float or None
        Largest difference of the two distributions: of a number at the edges of its bins (Kolmogorov and Smirnov's), of
        a category over all sets of categories (total variation); among rows with a value, 0 to 1.
    missing_before, missing_now : float or None
        The shares of rows without a value.
    moved : str or None
        The bin that moved the index most.
    share_before, share_now : float or None
        Its shares of all rows.
    drifted : bool
        Whether the index is beyond chance.
    reason : str or None
        Why the index cannot be told.
    """

    column: str
    kind: str
    psi: float | None = None
    floor: float | None = None
    p95: float | None = None
    distance: float | None = None
    missing_before: float | None = None
    missing_now: float | None = None
    moved: str | None = None
    share_before: float | None = None
    share_now: float | None = None
    drifted: bool = False
    reason: str | None = None

    @property
    def message(self) -> str:
        """Says the result in one sentence."""
        if self.psi is None:
            return f"{self.column!r} cannot be compared: {self.reason}."
        noise = f"PSI {self.psi:.3f}, chance alone up to {self.p95:.3f}"
        if not self.drifted:
            return f"{self.column!r} has not moved beyond chance ({noise})."
        shares = f"from {self.share_before:.1%} to {self.share_now:.1%} of rows"
        return f"{self.column!r} has moved ({noise}), most of all {self.moved!r}: {shares}."


def feature_drift(summary: Mapping[str, Any], recent: pd.DataFrame) -> tuple[ColumnDrift, ...]:
    """Compares recent records with the summary of those that were learned from.

    Parameters
    ----------
    summary : mapping
        From `summarise_columns`, or the same read back from JSON.
    recent : DataFrame, shape (n_rows, n_columns)
        Recent records, the same columns. Rows count as independent: of a subject with many rows, give one.

    Returns
    -------
    tuple of ColumnDrift
        Those beyond chance first, then by how far the index exceeds its floor; what cannot be compared last.

    Notes
    -----
    The population stability index (N. Siddiqi, "Credit Risk Scorecards", 2006) is the sum over bins of
    ``(now - before) * log(now / before)``, missing values being a bin. By convention .1 is little and .25 much, but
    small samples exceed both by chance: without drift, ``psi / (1 / n_before + 1 / n_now)`` follows a chi-squared
    distribution of one degree less than bins (B. Yurdakul, "Statistical Properties of Population Stability Index",
    dissertation, Western Michigan University, 2018). Half a row is added to every bin, so that an empty one has a
    logarithm; with few rows that makes the index smaller and the alarm rarer, never more frequent. The bound is
    Bonferroni's over all columns, so that one comparison in twenty, not one column, cries wolf.

    Examples
    --------
    >>> from salescope.evaluation import summarise_columns
    >>> before = pd.DataFrame({"source": ["web", "fair"] * 200, "visits": range(400)})
    >>> now = pd.DataFrame({"source": ["web"] * 90 + ["fair"] * 10, "visits": range(0, 400, 4)})
    >>> for found in feature_drift(summarise_columns(before), now):
    ...     print(found.message)
    'source' has moved (PSI 0.853, chance alone up to 0.063), most of all 'fair': from 50.0% to 10.0% of rows.
    'visits' has not moved beyond chance (PSI 0.000, chance alone up to 0.238).
    """
    columns = summary["columns"]
    names = [name for name in columns if name in recent.columns and len(recent)]
    level = 1 - FALSE_ALARMS / max(len(names), 1)
    found = [_compared(name, summary, recent=recent[name], level=level) for name in names]
    reason = "there are no recent records" if recent.empty else "no recent record has the column"
    absent = [
        ColumnDrift(column=name, kind=column["kind"], reason=reason)
        for name, column in columns.items()
        if name not in names
    ]
    return tuple(sorted([*found, *absent], key=_place))


def _compared(name: str, summary: Mapping[str, Any], *, recent: pd.Series, level: float) -> ColumnDrift:
    column, n_before, n_now = summary["columns"][name], summary["n_rows"], len(recent)
    before, now = n_before * np.append(column["shares"], column["missing"]), bin_counts(column, recent)
    parts, noise = _psi_parts(before, now), 1 / n_before + 1 / n_now
    psi, most, freedom = float(parts.sum()), int(parts.argmax()), int(((before + now) > 0).sum()) - 1
    p95 = float(chi2.ppf(level, freedom)) * noise if freedom else 0.0
    return ColumnDrift(
        column=name,
        kind=column["kind"],
        psi=psi,
        floor=freedom * noise,
        p95=p95,
        distance=_distance(before[:-1], now[:-1], ordered=column["kind"] == "number"),
        missing_before=float(column["missing"]),
        missing_now=float(now[-1] / n_now),
        moved=bin_labels(column)[most],
        share_before=float(before[most] / n_before),
        share_now=float(now[most] / n_now),
        drifted=psi > p95,
    )


def _psi_parts(before: Floats, now: Floats) -> Floats:
    """Gives each bin's part of the index; a bin that is empty in both has none."""
    filled = (before + now) > 0
    shares = [(counts + SMOOTHING) / (counts[filled] + SMOOTHING).sum() for counts in (before, now)]
    parts: Floats = np.where(filled, (shares[1] - shares[0]) * np.log(shares[1] / shares[0]), 0.0)
    return parts


def _distance(before: Floats, now: Floats, *, ordered: bool) -> float | None:
    if before.sum() == 0 or now.sum() == 0:
        return None
    difference = now / now.sum() - before / before.sum()
    return float(np.abs(np.cumsum(difference)).max() if ordered else np.abs(difference).sum() / 2)


def _place(found: ColumnDrift) -> tuple[int, float, str]:
    if found.psi is None or found.floor is None:
        return 2, 0.0, found.column
    return int(not found.drifted), found.floor - found.psi, found.column
