"""Point-in-time features of customers, the same for training, batch and the live call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salescope.features.customer_engine import IN_MEMORY, Engine
from salescope.features.customer_facts import Facts
from salescope.features.customer_moments import Moment, Wanted, listed_moments, moment_of
from salescope.features.customer_names import CodedNames, sorted_names
from salescope.features.customer_query import Columns, feature_columns

__all__ = ["OUTCOME", "customer_features", "described"]

# Known only when the customer has left.
OUTCOME = ("churned", "churned_at")
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def customer_features(
    tables: Mapping[str, pd.DataFrame],
    *,
    as_of: Moment | pd.DataFrame,
    customers: Sequence[str] | None = None,
    engine: Engine = IN_MEMORY,
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
    engine : Engine, default IN_MEMORY
        How much memory the query may take, and into which folder it puts what does not fit; by default no folder.

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
        - ``pieces_per_order``: quantity, returns taken off, divided by the count of orders;
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
        When a table lacks a column that the features need.
    OutOfRangeError
        When a moment cannot be meant, or the engine is given too little memory and no folder.

    Notes
    -----
    Missing (NaN) is what is not known: everything of a table that is not given; money, where no line has a price;
    products and categories, where no bought line names one; means, shares and days of nothing. Counts and sums of a
    table that is given are 0. Rows without a customer or a time are left out; a line without a price adds no money,
    one without a discount had none. What has its own later moment is looked at as it was known: a payment, a
    resolution or a delivery after the moment has not happened. The status of a line has no moment and is not used.
    Sums are of whole numbers (money and quantity in 1/10000, rounded half to even once a line), so that no bit depends
    on the order of rows, on threads or on which other customers are described.

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
    asked = None
    if customers is not None:
        asked = sorted_names(CodedNames.from_column(pd.Series(list(customers), dtype=object)).words)
    if isinstance(as_of, pd.DataFrame):
        asked, wanted = listed_moments(as_of, only=asked)
        facts = Facts.from_frames(tables, names=asked)
    else:
        moment = moment_of(as_of, where="customer_features")
        facts = Facts.from_frames(tables, names=asked)
        wanted = Wanted.of_everybody(facts, moment=moment)
    columns = feature_columns(facts, wanted=wanted, engine=engine)
    if asked is None:
        kept = (columns["recorded"] > 0) | facts.listed_before(moment)
        wanted, columns = wanted.take(kept), {name: values[kept] for name, values in columns.items()}
    return described(columns, facts=facts, wanted=wanted, tables=tables)


def described(columns: Columns, *, facts: Facts, wanted: Wanted, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Puts columns of numbers beside whom they describe, and what the company's list says of them.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (n_rows,)
        The numbers.
    facts : Facts
        Who is known.
    wanted : Wanted
        Whom the numbers describe, and as of when.
    tables : mapping of str to DataFrame
        Where "customers" may be.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns)
        "customer_id", "as_of", the numbers, and the attributes whose names are not among these.
    """
    ids = pd.Series(facts.names.take(wanted.customer), dtype=TEXT)
    answer = pd.DataFrame({"customer_id": ids, "as_of": wanted.as_of.view("datetime64[ns]"), **columns})
    answer = answer.drop(columns="recorded")
    listed = tables.get("customers")
    if listed is None:
        return answer
    place = CodedNames.from_column(listed["customer_id"]).positions(facts.names)
    row = np.full(len(facts.names) + 1, -1, dtype=np.int64)
    # Written from behind, so that of two rows for one customer the first counts; rows of nobody go to the last place.
    row[place[::-1]] = np.arange(len(listed))[::-1]
    attributes = listed.drop(columns=[*OUTCOME, *answer.columns], errors="ignore").reset_index(drop=True)
    told = attributes.reindex(row[wanted.customer]).set_axis(answer.index)
    return pd.concat([answer, told], axis="columns")
