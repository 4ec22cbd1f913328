"""Point-in-time features of customers, the same for training, batch and the live call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import NEVER, instant_of
from salescope.features.customer_facts import TEXT, Facts, identifiers, instants_of, positions_of
from salescope.features.customer_query import Columns, Wanted, feature_columns, first_seen
from salescope.frames.errors import MissingColumnError, OutOfRangeError

__all__ = ["Moment", "customer_features", "described", "moment_of"]

Moment = datetime | pd.Timestamp | str
# Known only when the customer has left.
OUTCOME = ("churned", "churned_at")
EARLIEST, LATEST = pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")


def customer_features(
    tables: Mapping[str, pd.DataFrame],
    *,
    as_of: Moment | pd.DataFrame,
    customers: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Describes customers as they were known at a moment: what they bought, were told and owe, strictly before it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The contract's tables "orders", "contacts", "invoices", "products" and "customers", each where it exists, in
        any order of rows, later rows too; they are not changed.
    as_of : datetime, str or DataFrame of shape (n_wanted, 2)
        One moment, naive, between 1700 and 2200: a row for every customer of whom anything is recorded before it. Or
        a frame with "customer_id" and "as_of": a row for each of its pairs, several a customer if wanted.
    customers : sequence of str, optional
        Whom to describe. With one moment each of them gets a row, also one of whom nothing is known.

    Returns
    -------
    DataFrame, shape (n_rows, n_features)
        Sorted by "customer_id" and "as_of", which come first, then the features as float64, always all of them and in
        this order, then the columns of ``customers`` as they are, without "churned" and "churned_at".

        An order is a calendar day on which the customer bought something, a line of positive quantity; a return, a
        negative one, is no order but takes its money back. Days are counted from the midnight of an order's day.

        - ``days_since_first_order`` (T), ``days_since_last_order`` (recency), ``days_first_to_last_order`` (t_x, whole
          days; T = t_x + recency exactly), ``order_days`` (count of orders), ``orders_30d|90d|180d|365d``;
        - ``money_total``, ``money_30d|90d|180d|365d``, ``money_per_order``: quantity × unit price × (1 − discount), in
          the workspace's currency, returns taken off;
        - ``orders_trend``, ``money_trend``: the difference of the last 90 days and the 90 before,
          as a share of the sum of their sizes, -1 to 1;
        - ``days_between_orders_mean``, ``_sd`` (of the sample), ``_max``; ``overdue_ratio`` (recency ÷ mean gap);
        - ``products_total``, ``products_90d``, ``categories_total``, ``lines_per_order``: breadth of what was bought;
        - ``returns_share`` (of all lines), ``returns_90d`` (lines), ``discount_mean`` (of bought lines, a share);
        - ``deliveries_late_share``: of bought lines promised for before the moment, those that came later or had not;
        - ``contacts_total``, ``contacts_90d``, ``complaints_total``, ``complaints_90d``, ``complaints_open`` (not
          resolved before the moment), ``days_since_last_contact``;
        - ``invoices_total``, ``invoices_open`` (not paid before the moment), ``invoices_overdue`` (open after the day
          they were due), ``invoices_late_share`` and ``days_late_mean`` (whole days, early ones 0, overdue ones up to
          the moment) of those paid or overdue, ``debt_open`` (less open credit notes), ``debt_overdue``.

    Raises
    ------
    MissingColumnError
        When a table lacks a column that its contract requires.
    OutOfRangeError
        When a moment cannot be meant.

    Notes
    -----
    Missing (NaN) is what is not known: everything of a table that is not given; money, where no line has a price;
    products and categories, where no bought line names one; means, shares and days of nothing. Counts and sums of a
    table that is given are 0. Rows without a customer or a time are left out; a line without a price adds no money,
    one without a discount had none. What has its own later moment is looked at as it was known: a payment, a
    resolution or a delivery after the moment has not happened. The status of a line has no moment and is not used.
    Sums are of whole numbers (money in 1/10000, rounded half to even once a line), so that no bit depends on the order
    of rows, on threads or on which other customers are described.

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "order_id": ["1", "2", "3"], "line": "1"})
    >>> orders["ordered_at"] = pd.to_datetime(["2024-01-01", "2024-01-31", "2024-03-01"])
    >>> orders = orders.assign(quantity=[2.0, 1.0, 5.0], unit_price=10.0)
    >>> known = customer_features({"orders": orders}, as_of="2024-03-01")
    >>> known[
    ...     ["customer_id", "days_since_last_order", "order_days", "money_total", "contacts_total"]
    ... ].to_numpy().tolist()
    [['a', 30.0, 2.0, 30.0, nan]]
    """
    names = _names(tables, as_of=as_of, customers=customers)
    facts = Facts.from_frames(tables, names=names)
    wanted = _wanted(facts, names=names, as_of=as_of, everybody=customers is None)
    return described(feature_columns(facts, wanted=wanted), wanted=wanted, names=names, tables=tables)


def described(
    columns: Columns, *, wanted: Wanted, names: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Puts columns of numbers beside whom they describe, and what the company's list says of them.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (n_rows,)
        The numbers.
    wanted : Wanted
        Whom they describe, and as of when.
    names : sequence of str, shape (n_customers,)
        The customers in the order of their positions.
    tables : mapping of str to DataFrame
        Where "customers" may be.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns)
        "customer_id", "as_of", the numbers, and the attributes.
    """
    ids = pd.Series(names, dtype=TEXT).array.take(wanted.customer)
    answer = pd.DataFrame({"customer_id": ids, "as_of": wanted.as_of.view("datetime64[ns]"), **columns})
    attributes = _attributes(tables.get("customers"), names=names)
    taken = attributes.take(wanted.customer).drop(columns=answer.columns, errors="ignore").reset_index(drop=True)
    return pd.concat([answer, taken], axis="columns")


def moment_of(as_of: object, *, where: str) -> int:
    """Reads a moment, in whole nanoseconds since 1970, naive.

    Parameters
    ----------
    as_of : datetime or str
        The moment.
    where : str
        The function it was given to.

    Returns
    -------
    int

    Raises
    ------
    OutOfRangeError
        When it is no time, or one that is centuries away.
    """
    moment = instant_of(as_of)
    if not EARLIEST.value <= moment <= LATEST.value:
        raise OutOfRangeError(
            as_of, name="as_of", where=where, least=f"{EARLIEST:%Y-%m-%d} and at most {LATEST:%Y-%m-%d}"
        )
    return moment


def _names(
    tables: Mapping[str, pd.DataFrame], *, as_of: Moment | pd.DataFrame, customers: Sequence[str] | None
) -> list[str]:
    """Lists whom the answer may be about, sorted."""
    asked = None if customers is None else identifiers(pd.Series(list(customers), dtype=object))
    if isinstance(as_of, pd.DataFrame):
        missing = [name for name in ("customer_id", "as_of") if name not in as_of.columns]
        if missing:
            raise MissingColumnError(missing, where="as_of", present=[str(name) for name in as_of.columns])
        listed = identifiers(as_of["customer_id"])
        return listed if asked is None else sorted(set(listed) & set(asked))
    if asked is not None:
        return asked
    frames = [tables[name] for name in ("orders", "contacts", "invoices", "customers") if tables.get(name) is not None]
    return identifiers(*(frame["customer_id"] for frame in frames if "customer_id" in frame.columns))


def _wanted(facts: Facts, *, names: Sequence[str], as_of: Moment | pd.DataFrame, everybody: bool) -> Wanted:
    knows = {name: name in facts.known for name in ("orders", "contacts", "invoices")}
    if isinstance(as_of, pd.DataFrame):
        customer, moments = _listed(as_of, names=names)
        return Wanted(customer, moments, knows)
    moment = moment_of(as_of, where="customer_features")
    customer = np.arange(len(names), dtype=np.int32)
    if everybody:
        seen = first_seen(facts)
        customer = np.asarray(seen["customer"][seen["moment"] < moment], dtype=np.int32)
    return Wanted(customer, np.full(len(customer), moment, dtype=np.int64), knows)


def _listed(asked: pd.DataFrame, *, names: Sequence[str]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Reads the wanted moments: each once, sorted by customer and moment, those of other customers left out."""
    moments = instants_of(asked["as_of"])
    for moment in (moments.min(initial=EARLIEST.value), moments.max(initial=EARLIEST.value)):
        moment_of(pd.NaT if moment == NEVER else pd.Timestamp(moment), where="customer_features")
    pairs = pd.DataFrame({"customer": positions_of(asked["customer_id"], names=names), "as_of": moments})
    pairs = pairs[pairs["customer"] >= 0].drop_duplicates().sort_values(["customer", "as_of"])
    return pairs["customer"].to_numpy(), pairs["as_of"].to_numpy()


def _attributes(frame: pd.DataFrame | None, *, names: Sequence[str]) -> pd.DataFrame:
    """Looks up what the company's list says of every customer, in the order of the names."""
    if frame is None:
        return pd.DataFrame(index=range(len(names)))
    place = positions_of(frame["customer_id"], names=names)
    first = pd.Series(np.arange(len(frame)))[place >= 0].groupby(place[place >= 0]).first()
    row = np.full(len(names), -1, dtype=np.int64)
    row[first.index] = first.to_numpy()
    kept = frame.drop(columns=["customer_id", *OUTCOME], errors="ignore").reset_index(drop=True)
    return kept.reindex(row)
