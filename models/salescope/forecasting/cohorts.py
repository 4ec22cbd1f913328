"""Cohorts: when customers began, what they brought by which age, and how many come."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats
from salescope.forecasting.order_sales import sales_of_orders

__all__ = ["Acquisition", "CustomerDays", "customer_days"]

YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDays:
    """Holds the money of each customer and day before a moment.

    Parameters
    ----------
    money : DataFrame, shape (n_cells, 3)
        ``customer_id``, ``date`` and ``y``.
    first : Series of datetime64[ns], shape (n_customers,)
        The day on which each customer began, by its identifier; earlier than the orders where it is told so.
    region : Series, shape (n_customers,), or None
        The region of each customer's newest order.
    unnamed : mapping
        ``region`` to share of sales without a customer; the whole under "".
    since : Timestamp
        First day from which a first order makes a new customer.

    Examples
    --------
    >>> orders = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b", "a", None],
    ...         "ordered_at": pd.to_datetime(["2025-01-01", "2025-11-01", "2025-12-01", "2025-12-05"]),
    ...         "quantity": [1, 1, 2, 1],
    ...         "unit_price": [10.0, 30.0, 20.0, 10.0],
    ...     }
    ... )
    >>> days = customer_days(orders, as_of=pd.Timestamp("2026-01-01"))
    >>> days.split(pd.Timestamp("2025-11-01"), pd.Timestamp("2026-01-01"), moment=pd.Timestamp("2025-10-01"))
    (40.0, 30.0)
    """

    money: pd.DataFrame
    first: pd.Series
    region: pd.Series | None
    unnamed: dict[str, float]
    since: pd.Timestamp
    chosen: str = ""

    @property
    def unnamed_share(self) -> float:
        """Is the share of sales without a customer, of the region that was chosen or of all."""
        return self.unnamed.get(self.chosen, 0.0)

    def of_region(self, region: str) -> CustomerDays:
        """Keeps the customers of one region.

        Parameters
        ----------
        region : str
            Its name.

        Returns
        -------
        CustomerDays
        """
        there = self.first.index if self.region is None else self.region.index[self.region == region]
        money = self.money[self.money["customer_id"].isin(there)]
        return replace(self, money=money, first=self.first[self.first.index.isin(there)], chosen=region)

    def between(self, start: pd.Timestamp, end: pd.Timestamp) -> float:
        """Sums the money of days from one on and before another."""
        date = self.money["date"]
        return float(self.money.loc[(date >= start) & (date < end), "y"].sum())

    def money_a_day(self, as_of: pd.Timestamp, *, span: int) -> float:
        """Averages the money of the days before a moment."""
        return self.between(as_of - pd.Timedelta(days=span), as_of) / span

    def split(self, start: pd.Timestamp, end: pd.Timestamp, *, moment: pd.Timestamp) -> tuple[float, float]:
        """Sums the money of days by whether its customer had begun before a moment.

        Parameters
        ----------
        start, end, moment : Timestamp
            The days from `start` on and before `end`; the moment that parts customers.

        Returns
        -------
        tuple of (float, float)
            Of those that had, and of the others; NaN where the orders begin later than the moment.
        """
        if self.since > moment:
            return np.nan, np.nan
        inside = self.money[(self.money["date"] >= start) & (self.money["date"] < end)]
        old = self.first.reindex(inside["customer_id"]).to_numpy() < np.datetime64(moment)
        return float(inside["y"].to_numpy()[old].sum()), float(inside["y"].to_numpy()[~old].sum())


def customer_days(orders: pd.DataFrame, *, as_of: pd.Timestamp, customers: pd.DataFrame | None = None) -> CustomerDays:
    """Adds order lines before a moment up by customer and day.

    Parameters
    ----------
    orders : DataFrame, shape (n_lines, n_columns)
        As `salescope.forecasting.sales_of_orders` reads them; without a customer where it is not known.
    as_of : Timestamp
        The moment, naive.
    customers : DataFrame, optional
        ``customer_id`` and ``since``.

    Returns
    -------
    CustomerDays
        Without `customers`, whoever orders first in the first half of the history, at most in its first year, may have
        been a customer before it, and is not counted as new.

    Examples
    --------
    >>> orders = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b", "a", None],
    ...         "ordered_at": pd.to_datetime(["2025-01-01", "2025-11-01", "2025-12-01", "2025-12-05"]),
    ...         "quantity": [1, 1, 2, 1],
    ...         "unit_price": [10.0, 30.0, 20.0, 10.0],
    ...     }
    ... )
    >>> days = customer_days(orders, as_of=pd.Timestamp("2026-01-01"))
    >>> days.money["y"].tolist(), round(days.unnamed_share, 3)
    ([10.0, 40.0, 30.0], 0.111)
    """
    lines = orders[(orders["ordered_at"] < as_of).to_numpy()]
    named = lines[lines["customer_id"].notna().to_numpy()]
    sums = sales_of_orders(named, by=["customer_id"]).dropna(subset=["date", "y"])
    money = sums[["customer_id", "date", "y"]].astype({"customer_id": object})
    first = money.groupby("customer_id")["date"].min()
    start = first.min() if len(first) else as_of
    since = start
    if customers is None or "since" not in customers:
        since = start + min(pd.Timedelta(days=YEAR), (as_of - start) / 2)
    else:
        told = customers.dropna(subset=["since"]).drop_duplicates("customer_id").set_index("customer_id")["since"]
        told.index = told.index.astype(object)
        known = told.reindex(first.index)
        first = first.where(known.isna() | (known > first), known.dt.normalize())
    region = None
    if "region" in named:
        newest = named.sort_values("ordered_at", kind="stable").drop_duplicates("customer_id", keep="last")
        region = pd.Series(newest["region"].astype(object).to_numpy(), index=newest["customer_id"].astype(object))
    return CustomerDays(money=money, first=first, region=region, unnamed=_unnamed(lines), since=since)


def _unnamed(lines: pd.DataFrame) -> dict[str, float]:
    by = ["region"] if "region" in lines else []
    flagged = lines.assign(named=lines["customer_id"].notna().map({True: "yes", False: "no"}))
    sums = sales_of_orders(flagged, by=[*by, "named"])
    shares = {}
    for region in ["", *(sums["region"].unique() if by else [])]:
        own = sums if region == "" else sums[sums["region"] == region]
        total = float(own["y"].sum())
        shares[str(region)] = float(own.loc[own["named"] == "no", "y"].sum()) / total if total > 0 else 0.0
    return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """Holds how many customers come, and what one has brought by each age.

    Parameters
    ----------
    rate : float
        New customers a day.
    value : ndarray of float, shape (n_ages,)
        Money that a new customer has brought by the end of so many days, the first day is age 0; cumulative.

    Examples
    --------
    >>> came = Acquisition(rate=2.0, value=np.array([10.0, 15.0]))
    >>> came.money(3)
    array([ 0., 20., 50., 90.])
    """

    rate: float
    value: Floats

    @classmethod
    def of(cls, days: CustomerDays, *, as_of: pd.Timestamp) -> Acquisition:
        """Estimates both from those that began in the history, by who was of each age in the last year.

        Parameters
        ----------
        days : CustomerDays
            Their money.
        as_of : Timestamp
            The moment before which everything lies.

        Returns
        -------
        Acquisition
        """
        begun = days.first[days.first >= days.since]
        span = max(1, min(YEAR, (as_of - days.since).days))
        rate = float((begun >= as_of - pd.Timedelta(days=span)).sum()) / span
        ages = max(1, (as_of - days.since).days)
        # Money of the last year only: a whole season of it, at the level of prices and demand that is newest.
        start = as_of - pd.Timedelta(days=YEAR)
        entered, left = (
            np.clip(-((begun - moment).dt.total_seconds() // 86_400).to_numpy().astype(np.int64), 0, ages)
            for moment in (start, as_of)
        )
        change = np.bincount(entered, minlength=ages + 1) - np.bincount(left, minlength=ages + 1)
        seen = np.cumsum(change)[:ages]
        own = days.money[days.money["customer_id"].isin(begun.index) & (days.money["date"] >= start)]
        age = (own["date"].to_numpy() - begun.reindex(own["customer_id"]).to_numpy()) // np.timedelta64(1, "D")
        inside = (age >= 0) & (age < ages)
        brought = np.bincount(age[inside].astype(np.int64), own["y"].to_numpy()[inside], minlength=ages)
        value = np.cumsum(np.divide(brought, seen, out=np.zeros(ages), where=seen > 0))
        return cls(rate=rate, value=value)

    def money(self, days: int) -> Floats:
        """Computes what customers to come bring by each day ahead.

        Parameters
        ----------
        days : int
            How many days.

        Returns
        -------
        ndarray of float, shape (days + 1,)
            Cumulative from 0; beyond the oldest age the last year's pace goes on.
        """
        known = self.value[:days]
        if known.size < days:
            back = min(YEAR, known.size)
            pace = (known[-1] - known[-back]) / max(back - 1, 1)
            known = np.append(known, known[-1] + pace * np.arange(1, days - known.size + 1))
        return np.append(0.0, np.cumsum(self.rate * known))
