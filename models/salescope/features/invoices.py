"""Point-in-time features of invoices, the same for training, batch and the live call."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import DAY, NEVER, hashable_of, instant_of
from salescope.features.customer_facts import instants_of
from salescope.features.customer_moments import Moment, moment_of
from salescope.features.customer_names import CodedNames, sorted_names
from salescope.features.invoice_history import Columns, history_columns
from salescope.features.invoice_ledger import UNPAID, Ledger, Looks, Whole
from salescope.frames.errors import MissingColumnError

__all__ = ["CONTRACT", "billing_columns", "invoice_features", "ledger_of"]

CONTRACT = ("invoice_id", "customer_id", "issued_at", "due_at", "amount", "paid_at")
KEPT = CONTRACT[:4]
# Known only when the customer has left.
OUTCOME = ("churned", "churned_at")


def invoice_features(
    invoices: pd.DataFrame, *, customers: pd.DataFrame | None = None, as_of: Moment | None = None
) -> pd.DataFrame:
    """Describes invoices as they were known at a moment: terms, attributes and how the customer had paid others.

    Parameters
    ----------
    invoices : DataFrame, shape (n_invoices, n_columns)
        The contract's table ``invoices``, later ones and later payments too; it is not changed.
    customers : DataFrame, optional
        The contract's table ``customers``, whose columns are attributes.
    as_of : datetime or str, optional
        The moment, naive: the invoices that were issued before its day and unpaid then. By default every invoice, at
        the day it was issued.

    Returns
    -------
    DataFrame, shape (n_rows, n_features)
        In the order of ``invoices``: "invoice_id", "customer_id", "issued_at", "due_at", "as_of", then as float64

        - ``amount``, ``terms_days`` (due less issued), ``days_since_issue``, ``days_until_due`` (negative when
          overdue), ``issued_month``, ``issued_weekday`` (Monday is 0), ``due_month``, ``due_weekday``, ``due_day`` of
          the month;
        - of the customer's other invoices issued before the day of the moment: ``invoices_total``, ``invoices_open``,
          ``invoices_overdue``, ``debt_open`` (less open credit notes), ``debt_overdue``, ``amount_ratio`` (this amount
          ÷ their mean);
        - of those of them that were paid or overdue: ``invoices_late_share``, ``days_late_mean`` (early ones 0),
          ``days_after_due_mean`` (early ones negative), ``days_to_settle_mean`` and ``_sd`` (from issue);
        - of those that were paid: ``days_to_settle_last`` and ``days_after_due_last``; ``days_to_settle_newer``,
          ``days_after_due_newer`` and ``invoices_late_newer``, means in which every payment counts half as much as the
          one two payments later; ``days_since_last_payment``;

        then the attributes: further columns of ``invoices``, and those of ``customers`` without "churned" and
        "churned_at".

    Raises
    ------
    MissingColumnError
        When a column that the contract requires is missing.
    OutOfRangeError
        When the moment cannot be meant.

    Notes
    -----
    Days are whole. Only what is dated before the day of the moment is known: a payment of that day is not. An invoice
    that was unpaid then counts with its age, if it was overdue, and not at all, if it was not yet due; what became of
    it is not looked at. An attribute that is a date and not before that day is missing: it had not happened. Other
    attributes are taken as the table has them: one that is filled in later is the leakage audit's to find. An invoice
    due or paid before its issue counts as due or paid at issue. Sums are of whole numbers, money in 1/10000.

    Examples
    --------
    >>> invoices = pd.DataFrame({"invoice_id": ["1", "2"], "customer_id": "a", "amount": [50.0, 100.0]})
    >>> invoices["issued_at"] = pd.to_datetime(["2024-01-01", "2024-03-01"])
    >>> invoices["due_at"] = invoices["issued_at"] + pd.Timedelta(days=30)
    >>> invoices["paid_at"] = pd.to_datetime(["2024-02-10", None])
    >>> known = invoice_features(invoices)
    >>> known[["terms_days", "invoices_total", "days_to_settle_mean", "days_late_mean"]].to_numpy().tolist()
    [[30.0, 0.0, nan, nan], [30.0, 1.0, 40.0, 10.0]]
    """
    ledger = ledger_of(invoices)
    if as_of is None:
        moment = ledger.issued
        rows = np.flatnonzero(moment < UNPAID)
    else:
        moment = np.full(len(invoices), moment_of(as_of, where="invoice_features") // DAY)
        rows = np.flatnonzero((ledger.issued < moment) & (ledger.paid >= moment))
    looks = Looks(ledger.take(rows), moment[rows], ledger.is_history[rows])
    asked = invoices.iloc[rows].reset_index(drop=True)
    numbers = {
        "amount": pd.to_numeric(asked["amount"]).to_numpy(dtype=np.float64, na_value=np.nan),
        **billing_columns(looks),
        **history_columns(ledger, looks=looks),
    }
    known = pd.concat([asked[list(KEPT)], pd.DataFrame({"as_of": _stamps(looks.moment), **numbers})], axis="columns")
    attributes = _attributes(asked, customers=customers).drop(columns=known.columns, errors="ignore")
    told = [past(attributes[name], before=looks.moment) for name in attributes.columns]
    return pd.concat([known, *told], axis="columns")


def ledger_of(invoices: pd.DataFrame) -> Ledger:
    """Reads a table of invoices.

    Parameters
    ----------
    invoices : DataFrame, shape (n_invoices, n_columns)
        The contract's table ``invoices``.

    Returns
    -------
    Ledger
        One invoice a row.

    Raises
    ------
    MissingColumnError
        When a column that the contract requires is missing.
    """
    missing = [name for name in CONTRACT[:5] if name not in invoices.columns]
    if missing:
        raise MissingColumnError(missing, where="invoices", present=[str(name) for name in invoices.columns])
    whose = CodedNames.from_column(invoices["customer_id"])
    never = np.full(len(invoices), NEVER)
    paid = instants_of(invoices["paid_at"]) if "paid_at" in invoices.columns else never
    amount = pd.to_numeric(invoices["amount"]).to_numpy(dtype=np.float64, na_value=np.nan)
    times = (instants_of(invoices["issued_at"]), instants_of(invoices["due_at"]), paid)
    return Ledger.of(whose.positions(sorted_names(whose.words)), times=times, amount=amount)


def billing_columns(looks: Looks) -> Columns:
    """Computes what an invoice itself says: its terms, its age and its place in the year.

    Parameters
    ----------
    looks : Looks
        The invoices and when they are looked at.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_looks,)
    """
    issued, due = _days(looks.invoice.issued), _days(looks.invoice.due)
    moment = _days(looks.moment)
    return {
        "terms_days": due - issued,
        "days_since_issue": np.maximum(moment - issued, 0.0),
        "days_until_due": due - np.maximum(moment, issued),
        "issued_month": _month(looks.invoice.issued),
        "issued_weekday": (issued + 3) % 7,
        "due_month": _month(looks.invoice.due),
        # 1970-01-01 was a Thursday, weekday 3; Monday is 0.
        "due_weekday": (due + 3) % 7,
        "due_day": _day_of_month(looks.invoice.due),
    }


def past(column: pd.Series, *, before: Whole) -> pd.Series:
    """Blanks out what had not happened: dates that are not before a day, whether as times or as ISO 8601 text.

    Parameters
    ----------
    column : Series, shape (n_rows,)
        An attribute.
    before : ndarray of int64, shape (n_rows,)
        Days since 1970.

    Returns
    -------
    Series, shape (n_rows,)
        The column itself where nothing is blanked out.

    Examples
    --------
    >>> past(pd.Series(["1970-01-09", "gold"]), before=np.array([5, 5])).tolist()
    [nan, 'gold']
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    codes, distinct = pd.factorize(column if column.dtype != object else column.map(hashable_of))
    instants = np.array([*(instant_of(value) for value in distinct), NEVER], dtype=np.int64)[codes]
    return column.mask((instants != NEVER) & (instants >= before * DAY))


def _attributes(asked: pd.DataFrame, *, customers: pd.DataFrame | None) -> pd.DataFrame:
    """Puts beside the columns of invoices those of their customers, where the invoices do not say them themselves."""
    own = asked.drop(columns="paid_at", errors="ignore")
    if customers is None:
        return own
    whose = CodedNames.from_column(asked["customer_id"])
    place = CodedNames.from_column(customers["customer_id"]).positions(whose.words)
    row = np.full(len(whose.words) + 1, -1, dtype=np.int64)
    # Written from behind, so that of two rows for one customer the first counts; rows of nobody go to the last place.
    row[place[::-1]] = np.arange(len(customers))[::-1]
    row[-1] = -1
    theirs = customers.drop(columns=[*OUTCOME, *asked.columns], errors="ignore").reset_index(drop=True)
    return pd.concat([own, theirs.reindex(row[whose.codes]).set_axis(asked.index)], axis="columns")


def _stamps(days: Whole) -> npt.NDArray[np.datetime64]:
    return (days * DAY).view("datetime64[ns]")


def _days(days: Whole) -> npt.NDArray[np.float64]:
    return np.where(days < UNPAID, days, np.nan)


def _month(days: Whole) -> npt.NDArray[np.float64]:
    months = days.view("datetime64[D]").astype("datetime64[M]").view(np.int64)
    return np.where(days < UNPAID, months % 12 + 1, np.nan)


def _day_of_month(days: Whole) -> npt.NDArray[np.float64]:
    start = days.view("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").view(np.int64)
    return np.where(days < UNPAID, days - start + 1, np.nan)
