"""When invoices are paid: a discrete-time hazard over the days since issue, learned from paid and open ones alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from salescope.features.encoding import Feature
from salescope.scoring.members import Design, Floats, sigmoid
from salescope.scoring.payment_days import Unpaid
from salescope.scoring.recipe import FEWEST_OUTCOMES, SMALL
from salescope.scoring.trees import BoostedTrees

__all__ = ["NONE", "SettlementCurve", "Settlements", "fit_settlement"]

STATE, TREES = "settlement.json", "settlement.trees.txt"
# That there is no curve is written down too, so that one that got lost is not taken for none.
NONE: Mapping[str, bytes] = {STATE: b'{"ends": null}'}
MOST_PERIODS = 48
MOST_INVOICES = 5_000
# What the first day of a period is compared with: how long after issue, or after the day due, the customer pays.
FROM_ISSUE = ("days_to_settle_mean", "days_to_settle_newer", "days_to_settle_last")
FROM_DUE = ("days_after_due_mean", "days_after_due_newer", "days_after_due_last")
ADDED = 3 + len(FROM_ISSUE) + len(FROM_DUE)


@dataclass(frozen=True, slots=True)
class Settlements:
    """Holds what is known of the payment of invoices.

    Parameters
    ----------
    terms : ndarray of float64, shape (n_invoices,)
        Days from issue to the day it is due; NaN where not known.
    watched : ndarray of float64, shape (n_invoices,)
        The last day after issue on which it is known whether it had been paid.
    settled : ndarray of float64, shape (n_invoices,)
        The day after issue on which it was paid; NaN while it is open.
    """

    terms: Floats
    watched: Floats
    settled: Floats


@dataclass(frozen=True, slots=True)
class SettlementCurve:
    """Gives the chance that an invoice is unpaid at the end of each day, from what was known at issue.

    Parameters
    ----------
    ends : tuple of int, shape (n_periods,)
        The last day after issue of each period, ascending; the first period begins on the day of issue.
    pooled : tuple of float, shape (n_periods,)
        The chance of being paid in each period, of all invoices open at its start.
    daily : float
        The share paid a day beyond the last period.
    usual : tuple of int, shape (6,)
        Which encoded features say when the customer pays: three counted from issue, three from the day due; -1 where
        one is not there.
    trees : BoostedTrees or None
        The hazards; None where there was too little to learn from, then they are the pooled ones.

    Notes
    -----
    Periods are the 48ths of the days to payment, so that they are short where many pay. One boosted model knows the
    hazard of every period; its first day, counted from issue, from the day due and from the days on which the customer
    usually pays, is among the features. An open invoice counts in every period that is over, so it is neither lost nor
    taken for a paid one. Within a period every day is equally likely.

    J. Singer, J. Willett, "It's about time: using discrete-time survival analysis to study duration and the timing of
    events", Journal of Educational Statistics 18 (1993).

    Examples
    --------
    >>> curve = SettlementCurve((1, 3), (0.5, 0.5), daily=0.1, usual=(-1,) * 6, trees=None)
    >>> curve.unpaid(np.zeros((1, 0)), terms=np.array([30.0])).chance.tolist()
    [[0.75, 0.5, 0.375, 0.25]]
    """

    ends: tuple[int, ...]
    pooled: tuple[float, ...]
    daily: float
    usual: tuple[int, ...]
    trees: BoostedTrees | None

    def unpaid(self, encoded: Floats, *, terms: Floats) -> Unpaid:
        """Gives the chance of being unpaid, day by day.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)
        terms : ndarray of float64, shape (n_rows,)
            Days from issue to the day it is due.

        Returns
        -------
        Unpaid
            Up to the end of the last period.
        """
        # One minus the hazard, without the rounding of a difference.
        stayed = np.cumprod(sigmoid(-self._log_odds(encoded, terms)), axis=1)
        stayed = np.column_stack([np.ones(len(encoded)), np.maximum(stayed, 1e-12)])
        knots, days = np.array([-1, *self.ends]), np.arange(self.ends[-1] + 1)
        period = np.searchsorted(self.ends, days)
        share = (days - knots[period]) / (knots[period + 1] - knots[period])
        return Unpaid(stayed[:, period] + share * (stayed[:, period + 1] - stayed[:, period]), self.daily)

    def _log_odds(self, encoded: Floats, terms: Floats) -> Floats:
        rows, periods = len(encoded), len(self.ends)
        if self.trees is None:
            paid = np.array(self.pooled)
            return np.tile(np.log(paid) - np.log1p(-paid), (rows, 1))
        row, period = np.repeat(np.arange(rows), periods), np.tile(np.arange(periods), rows)
        beside = _beside(encoded[row], terms[row], spans=_spans(self.ends)[period], usual=self.usual)
        return self.trees.log_odds(beside).reshape(rows, periods)

    def to_files(self) -> dict[str, bytes]:
        """Gives what was learned as files: JSON and LightGBM text.

        Returns
        -------
        dict of str to bytes
        """
        state = {
            "ends": list(self.ends),
            "pooled": list(self.pooled),
            "daily": self.daily,
            "usual": list(self.usual),
            "learned": self.trees is not None,
        }
        files = {STATE: json.dumps(state, allow_nan=False, sort_keys=True).encode()}
        return files if self.trees is None else {**files, TREES: self.trees.to_files()["trees.txt"]}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self | None:
        """Reads the curve back from `to_files`.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        SettlementCurve or None
            None from the files ``NONE``.
        """
        state: dict[str, Any] = json.loads(files[STATE])
        if state["ends"] is None:
            return None
        trees = BoostedTrees.from_files({"trees.txt": files[TREES]}) if state["learned"] else None
        ends, usual = (tuple(int(value) for value in state[name]) for name in ("ends", "usual"))
        return cls(ends, tuple(float(value) for value in state["pooled"]), float(state["daily"]), usual, trees)


def fit_settlement(design: Design, known: Settlements) -> SettlementCurve | None:
    """Learns when invoices are paid.

    Parameters
    ----------
    design : Design
        What was known of the invoices at issue; its outcomes are not looked at.
    known : Settlements
        Their payment.

    Returns
    -------
    SettlementCurve or None
        None where no invoice has been paid.
    """
    days = known.settled[~np.isnan(known.settled)]
    if not len(days):
        return None
    ends = np.unique(np.quantile(days, np.arange(1, MOST_PERIODS + 1) / MOST_PERIODS, method="inverted_cdf"))
    spans = _spans(ends)
    some = _some(design, known)
    # Only periods that are over count, for paid invoices too: else the newest would seem to be paid more quickly.
    at_risk = ~(known.settled[some, None] < spans[:, 0]) & (known.watched[some, None] >= spans[:, 1])
    place, period = np.nonzero(at_risk)
    row = some[place]
    paid = (known.settled[row] <= ends[period]).astype(np.int64)
    counted, happened = (np.bincount(period, weight, minlength=len(ends)) for weight in (None, paid))
    names = [feature.name for feature in design.features]
    usual = tuple(names.index(name) if name in names else -1 for name in (*FROM_ISSUE, *FROM_DUE))
    beside = _beside(design.encoded[row], known.terms[row], spans=spans[period], usual=usual)
    added = tuple(Feature(f"period {number}", "period") for number in range(ADDED))
    rows = Design(beside, paid, (*design.features, *added), design.seed, None, row)
    curve = SettlementCurve(
        tuple(int(end) for end in ends),
        tuple(((happened + 0.5) / (counted + 1.0)).tolist()),
        _daily(known, since=float(np.quantile(days, 0.9))),
        usual,
        None,
    )
    return (
        curve if min(rows.outcomes) < FEWEST_OUTCOMES else replace(curve, trees=BoostedTrees(SMALL).fit(rows.sorted()))
    )


def _some(design: Design, known: Settlements) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Picks at most five thousand invoices, evenly spaced in an order by content, which tell as much as all do."""
    order = np.lexsort((known.settled, known.watched, known.terms, *design.encoded.T))
    return order[:: max(-(-len(order) // MOST_INVOICES), 1)]


def _spans(ends: Sequence[float] | Floats) -> Floats:
    """Gives the first and the last day of every period."""
    last = np.asarray(ends, dtype=np.float64)
    return np.column_stack([np.append(0.0, last[:-1] + 1.0), last])


def _beside(encoded: Floats, terms: Floats, *, spans: Floats, usual: tuple[int, ...]) -> Floats:
    """Puts beside the features when a period is, counted from issue, the day due and the customer's usual days."""
    first, last = spans.T
    known = np.column_stack([encoded, np.full(len(encoded), np.nan)])[:, usual]
    from_issue, from_due = first[:, None] - known[:, :3], (first - terms)[:, None] - known[:, 3:]
    return np.column_stack([encoded, first, first - terms, last - terms, from_issue, from_due])


def _daily(known: Settlements, *, since: float) -> float:
    """Gives the share of invoices still open after a day that is paid a day: payments by days of waiting."""
    waited = np.where(np.isnan(known.settled), known.watched, known.settled) - since
    happened = np.count_nonzero(known.settled > since)
    return float((happened + 0.5) / (waited[waited > 0].sum() + happened + 1.0))
