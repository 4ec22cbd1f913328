"""What is already over: customers as they were some time before the moment of fitting, beside what they did since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.features import customer_features
from salescope.features.customer_facts import Facts
from salescope.features.customer_names import CodedNames, sorted_names
from salescope.frames.errors import MissingColumnError
from salescope.scoring.histories import NANOSECONDS_A_DAY, Histories
from salescope.scoring.members import Floats
from salescope.scoring.purchases import Comebacks

__all__ = ["ClosedWindow", "closed_windows", "comebacks_of", "planned_windows", "sampled_customers"]

Tables = Mapping[str, pd.DataFrame]

MOST_CUSTOMERS = 30_000
SHARES = (0.7, 0.85, 1.0, 1.15)
OLDER = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    """Holds customers at the start of a window that is over, and how often they ordered in it.

    Parameters
    ----------
    features : DataFrame, shape (n_customers, n_features)
        `customer_features` of those that had ordered before the window.
    orders : ndarray of float64, shape (n_customers,)
        Days with an order in the window.
    days : int
        How long the window was.
    """

    features: pd.DataFrame
    orders: Floats
    days: int

    @property
    def told(self) -> Histories:
        """Is what a purchase process is told of the customers at the start."""
        return Histories.from_features(self.features)


def sampled_customers(orders: pd.DataFrame, *, most: int = MOST_CUSTOMERS) -> list[str]:
    """Chooses the customers to learn from: all, or so many evenly spaced among their sorted keys.

    Parameters
    ----------
    orders : DataFrame, shape (n_lines, n_columns)
        The contract's table ``orders``.
    most : int, default 30,000
        Parameters of a process and small trees learn nothing more from more customers.

    Returns
    -------
    list of str

    Raises
    ------
    MissingColumnError
        When the orders do not say whose they are.

    Examples
    --------
    >>> sampled_customers(pd.DataFrame({"customer_id": ["b", "a", "c", None, "a"]}), most=2)
    ['a', 'c']
    """
    if "customer_id" not in orders.columns:
        raise MissingColumnError(["customer_id"], where="orders", present=[str(name) for name in orders.columns])
    names: list[str] = sorted_names(CodedNames.from_column(orders["customer_id"]).words).to_pylist()
    return names[:: max(-(-len(names) // most), 1)]


def planned_windows(span: int, *, horizon: int) -> list[tuple[int, int]]:
    """Plans which closed windows to learn from.

    Parameters
    ----------
    span : int
        Days of history before the moment of fitting.
    horizon : int
        Days that will be predicted.

    Returns
    -------
    list of tuple of (int, int)
        Where each window starts and ends, days before the moment of fitting.

    Notes
    -----
    A window as long as the horizon may not fit into the history, and a short one asks less of a model than the horizon
    will. So windows are about as long, against the history before them, as the horizon is against the whole history:
    ``span * horizon / (span + horizon)`` days. Four of nearly that length end at the moment of fitting, which spreads
    them over the weeks; where the history is long, older ones follow, so that a year is not known by one season only.

    Examples
    --------
    >>> planned_windows(273, horizon=273)
    [(96, 0), (116, 0), (136, 0), (157, 0)]
    >>> planned_windows(730, horizon=90)
    [(56, 0), (68, 0), (80, 0), (92, 0), (160, 80), (240, 160), (320, 240)]
    """
    usual = span * horizon / (span + horizon)
    newest = {round(share * usual) for share in SHARES}
    windows = [(start, 0) for start in sorted(newest) if 0 < start < span]
    older = [(int(times * usual), int((times - 1) * usual)) for times in OLDER]
    return [*windows, *((start, stop) for start, stop in older if 0 < stop < start <= span / 2)]


def closed_windows(
    tables: Tables, customers: list[str], *, as_of: pd.Timestamp, windows: list[tuple[int, int]]
) -> list[ClosedWindow]:
    """Looks at customers at the start of windows that are over.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The contract's tables as `customer_features` takes them.
    customers : list of str
        Whom to look at.
    as_of : Timestamp
        The moment of fitting; nothing at or after it is looked at.
    windows : list of tuple of (int, int)
        Where each starts and ends, days before that moment.

    Returns
    -------
    list of ClosedWindow
        Without those before which nobody had ordered.
    """
    ago = sorted({days for window in windows for days in window})
    moments = {days: as_of - pd.Timedelta(days=days) for days in ago}
    asked = pd.DataFrame(
        {"customer_id": np.repeat(customers, len(ago)), "as_of": list(moments.values()) * len(customers)}
    )
    known = customer_features(tables, as_of=asked)
    at = {days: known[known["as_of"] == moment].reset_index(drop=True) for days, moment in moments.items()}
    found = []
    for start, stop in windows:
        # Order days before the end less those before the start: no other rows are needed, and none from after the end.
        orders = (at[stop]["order_days"] - at[start]["order_days"]).to_numpy(dtype=np.float64)
        there = at[start]["order_days"].to_numpy() > 0
        if there.any():
            found.append(ClosedWindow(at[start][there].reset_index(drop=True), orders[there], start - stop))
    return found


def comebacks_of(tables: Tables, customers: list[str], *, as_of: pd.Timestamp) -> Comebacks:
    """Counts repeated orders by their day.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With the contract's table ``orders``.
    customers : list of str
        Whose.
    as_of : Timestamp
        Orders strictly before it count.

    Returns
    -------
    Comebacks
    """
    facts = Facts.from_frames({"orders": tables["orders"]}, names=sorted_names(customers))
    lines = facts.relations["orders"].select(["customer", "moment", "quantity"]).drop_null()
    customer, moment, quantity = (column.to_numpy() for column in lines.columns)
    bought = (quantity > 0) & (moment < as_of.value)
    pairs = np.unique(np.column_stack([customer[bought], moment[bought] // NANOSECONDS_A_DAY]), axis=0)
    again = pairs[1:][pairs[1:, 0] == pairs[:-1, 0]][:, 1]
    day, orders = np.unique(again, return_counts=True)
    return Comebacks(day.astype(np.float64), orders.astype(np.float64))
