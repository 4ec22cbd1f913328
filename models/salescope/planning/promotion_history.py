"""Sales and spend of whole weeks, as response curves read them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.frames.errors import MissingColumnError, OutOfRangeError
from salescope.planning.grid import Floats

__all__ = ["weekly_history"]


def weekly_history(orders: pd.DataFrame, *, spend: pd.DataFrame) -> tuple[Floats, pd.DataFrame]:
    """Adds orders and spend up to weeks.

    Parameters
    ----------
    orders : DataFrame, shape (n_lines, n_columns)
        ``ordered_at``, ``quantity`` and ``unit_price``, and ``discount`` (share) where there is one; local time.
    spend : DataFrame, shape (n_rows, 3)
        ``date``, ``channel`` and ``amount``; a day without a row had no spend.

    Returns
    -------
    sales : ndarray of float, shape (n_weeks,)
        Money of each week from Monday to Sunday, returns taken off.
    spend : DataFrame, shape (n_weeks, n_channels)
        Money of each channel, indexed by the Mondays; channels in the order of their names. Only weeks that both tables
        cover from their first to their last day.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    OutOfRangeError
        If the tables have no whole week in common.

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=14)
    >>> orders = pd.DataFrame({"ordered_at": days, "quantity": 1.0, "unit_price": 10.0})
    >>> paid = pd.DataFrame({"date": days, "channel": "search", "amount": 2.0})
    >>> sales, spend = weekly_history(orders, spend=paid)
    >>> sales.tolist(), spend["search"].tolist()
    ([70.0, 70.0], [14.0, 14.0])
    """
    for table, name, needed in (
        (orders, "orders", ("ordered_at", "quantity", "unit_price")),
        (spend, "spend", ("date", "channel", "amount")),
    ):
        if missing := [column for column in needed if column not in table]:
            raise MissingColumnError(missing, where=name, present=list(table.columns))
    left = 1.0 - orders["discount"].fillna(0.0) if "discount" in orders else 1.0
    money = (orders["quantity"] * orders["unit_price"] * left).astype(np.float64).fillna(0.0)
    first = max(orders["ordered_at"].min(), spend["date"].min()).normalize()
    last = min(orders["ordered_at"].max(), spend["date"].max()).normalize()
    first += pd.Timedelta(days=(7 - first.weekday()) % 7)
    weeks = ((last - first).days + 1) // 7
    if not weeks > 0:
        raise OutOfRangeError(weeks, name="weeks", where="weekly_history", least="1 that orders and spend cover")
    mondays = pd.date_range(first, periods=weeks, freq="7D", name="week")
    sold = money.groupby((orders["ordered_at"] - first).dt.days // 7).sum().reindex(range(weeks), fill_value=0.0)
    week = (spend["date"] - first).dt.days // 7
    paid = spend.assign(week=week, channel=spend["channel"].astype(str)).pivot_table(
        index="week", columns="channel", values="amount", aggfunc="sum", fill_value=0.0, observed=True
    )
    table = paid.reindex(range(weeks), fill_value=0.0).astype(np.float64).set_axis(mondays)
    return sold.to_numpy(dtype=np.float64), table
