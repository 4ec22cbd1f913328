"""How long a customer without a contract must be silent to count as gone, proposed from the customers' own gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from salescope.frames.errors import MissingColumnError, OutcomeError, OutOfRangeError

__all__ = ["WINDOWS", "WindowEvidence", "WindowProposal", "propose_outcome_window"]

WINDOWS = (30, 60, 90, 120, 180, 365)
LEAST_HISTORY = 3
READ = ("customer_id", "ordered_at", "quantity")


@dataclass(frozen=True, slots=True)
class WindowEvidence:
    """Holds what speaks for one window.

    Parameters
    ----------
    days : int
        How long it is.
    gaps_within : float
        The share of the gaps between a customer's orders that are not longer.
    came_back : float or None
        The share of the silences of that length that ended with an order within as many days again; None where the
        history is too short to say.
    """

    days: int
    gaps_within: float
    came_back: float | None


@dataclass(frozen=True, slots=True)
class WindowProposal:
    """Holds a proposed outcome window and its evidence; ``print`` shows both.

    Parameters
    ----------
    days : int
        The window.
    share : float
        The share of gaps that had to be within it.
    gaps, customers : int
        How many gaps between orders were seen, of how many customers.
    evidence : tuple of WindowEvidence
        One a window that the history is long enough to learn from, short ones first.
    """

    days: int
    share: float
    gaps: int
    customers: int
    evidence: tuple[WindowEvidence, ...]

    @property
    def reached(self) -> bool:
        """Says whether so many gaps are within the window; otherwise it is the longest that the history allows."""
        return next(found.gaps_within for found in self.evidence if found.days == self.days) >= self.share

    def to_frame(self) -> pd.DataFrame:
        """Tabulates the evidence.

        Returns
        -------
        DataFrame, shape (n_windows, 3)
            "days", "gaps_within" and "came_back".
        """
        rows = [(found.days, found.gaps_within, found.came_back) for found in self.evidence]
        return pd.DataFrame(rows, columns=["days", "gaps_within", "came_back"])

    def __str__(self) -> str:
        """Says the proposal and why, in a few lines."""
        why = "the shortest window that holds" if self.reached else "the longest the history allows; none holds"
        head = (
            f"Outcome window {self.days} days: {why} {self.share:.0%} of the {self.gaps:,} gaps between orders "
            f"of {self.customers:,} customers."
        )
        rows = [
            f"{found.days:>4} days: {found.gaps_within:4.0%} of gaps within" + _return(found.came_back)
            for found in self.evidence
        ]
        return "\n".join([head, *rows])


def _return(came_back: float | None) -> str:
    return "" if came_back is None else f"; {came_back:.0%} of longer ones end in as many days again"


def propose_outcome_window(
    orders: pd.DataFrame,
    *,
    as_of: datetime | None = None,
    windows: Sequence[int] = WINDOWS,
    share: float = 0.9,
) -> WindowProposal:
    """Proposes the window after which a silent customer counts as gone.

    Parameters
    ----------
    orders : DataFrame, shape (n_lines, n_columns)
        The contract's table ``orders``: "customer_id", "ordered_at" (naive) and "quantity".
    as_of : datetime, optional
        Up to when orders are known, naive; by default the midnight after the newest.
    windows : sequence of int, default (30, 60, 90, 120, 180, 365)
        The windows to choose from, days. Those longer than a third of the history are left out: one window is told
        of, one is learned from and one is judged by.
    share : float, default 0.9
        The share of the gaps between a customer's orders that must be within the window.

    Returns
    -------
    WindowProposal

    Raises
    ------
    MissingColumnError
        When a column is missing.
    OutOfRangeError
        When no window is given, or one is shorter than a day.
    OutcomeError
        When nobody ordered twice, or the history is shorter than three times the shortest window.

    Notes
    -----
    An order is a calendar day with a line of positive quantity, as in `salescope.features.customer_features`. The last
    gap of a customer is still open and longer than it is now, which the Kaplan-Meier estimate reckons with: the gaps
    that have ended are the short ones. The share is of the gaps that end within the length of the history.

    E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958).

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=12, freq="20D")
    >>> orders = pd.DataFrame({"customer_id": "a", "ordered_at": days, "quantity": 1})
    >>> print(propose_outcome_window(orders, windows=(10, 30, 60)))
    Outcome window 30 days: the shortest window that holds 90% of the 11 gaps between orders of 1 customers.
      10 days:   0% of gaps within; 100% of longer ones end in as many days again
      30 days: 100% of gaps within
      60 days: 100% of gaps within
    """
    missing = [name for name in READ if name not in orders.columns]
    if missing:
        raise MissingColumnError(missing, where="orders", present=[str(name) for name in orders.columns])
    if not windows or min(windows) < 1:
        raise OutOfRangeError(min(windows, default=0), name="windows", where="propose_outcome_window", least=1)
    gaps = _gaps(orders, as_of=as_of)
    closed = gaps[gaps["closed"]]
    if closed.empty:
        raise OutcomeError("Nobody ordered on two days", remedy="Give a longer history, or set the outcome window.")
    span = int(gaps["span"].iloc[0])
    learnable = [days for days in sorted(set(windows)) if LEAST_HISTORY * days <= span]
    if not learnable:
        problem = f"The history of {span} days is shorter than three times the shortest window, {min(windows)} days"
        raise OutcomeError(problem, remedy="Give a longer history or a shorter window.")
    evidence = _evidence(gaps, learnable)
    chosen = next((found.days for found in evidence if found.gaps_within >= share), learnable[-1])
    return WindowProposal(chosen, share, len(closed), int(closed["customer"].nunique()), evidence)


def _gaps(orders: pd.DataFrame, *, as_of: datetime | None) -> pd.DataFrame:
    """Lays out the gaps between the days on which customers ordered, the open ones up to `as_of` too."""
    bought = orders[orders["quantity"].gt(0) & orders["customer_id"].notna() & orders["ordered_at"].notna()]
    day = bought["ordered_at"].dt.normalize()
    end = day.max() + pd.Timedelta(days=1) if as_of is None else pd.Timestamp(as_of).normalize()
    days = pd.DataFrame({"customer": bought["customer_id"], "day": day})[day < end].drop_duplicates()
    days = days.sort_values(["customer", "day"], ignore_index=True)
    following = days.groupby("customer", sort=False)["day"].shift(-1)
    gaps = pd.DataFrame({"customer": days["customer"], "closed": following.notna()})
    gaps["days"] = (following.fillna(end) - days["day"]).dt.days
    return gaps.assign(span=(end - days["day"].min()).days)


def _evidence(gaps: pd.DataFrame, windows: Sequence[int]) -> tuple[WindowEvidence, ...]:
    # Imported when it is first asked: whoever only scores must not wait for it.
    from statsmodels.duration.survfunc import SurvfuncRight  # noqa: PLC0415

    curve = SurvfuncRight(gaps["days"], gaps["closed"])
    ends, still_open = np.append(0.0, curve.surv_times), np.append(1.0, curve.surv_prob)
    longest = int(gaps["days"].max())

    def open_after(days: int) -> float:
        return float(still_open[np.searchsorted(ends, days, side="right") - 1])

    def came_back(days: int) -> float | None:
        silent = open_after(days)
        return 1.0 - open_after(2 * days) / silent if silent > 0 and 2 * days <= longest else None

    every = 1.0 - open_after(longest)
    return tuple(WindowEvidence(days, (1.0 - open_after(days)) / every, came_back(days)) for days in windows)
