"""What became of invoices: the snapshots a payment scorer learns from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.features.cells import DAY
from salescope.features.customer_moments import Moment, moment_of
from salescope.features.invoice_ledger import UNPAID
from salescope.features.invoices import invoice_features, ledger_of

__all__ = ["invoice_snapshots"]


def invoice_snapshots(invoices: pd.DataFrame, *, customers: pd.DataFrame | None = None, as_of: Moment) -> pd.DataFrame:
    """Describes every invoice at its issue, beside what is known of its payment at the moment of training.

    Parameters
    ----------
    invoices : DataFrame, shape (n_invoices, n_columns)
        The contract's table ``invoices``, later ones and later payments too.
    customers : DataFrame, optional
        The contract's table ``customers``, whose columns are attributes.
    as_of : datetime or str
        The moment of training, naive; nothing dated on its day or after it is known.

    Returns
    -------
    DataFrame, shape (n_snapshots, n_features)
        `invoice_features` at issue of the invoices issued before the moment, credit notes left out, with
        "days_watched", the whole days after issue that lie before the moment; "days_to_settle", the days from issue to
        payment, NaN while unpaid; and "y", 1 where it was not paid by the day it was due, 0 where it was, NaN while
        that day is not over.

    Raises
    ------
    MissingColumnError
        When a column that the contract requires is missing.
    OutOfRangeError
        When the moment cannot be meant.

    Notes
    -----
    An invoice that is not yet due has no label even where it is paid already: of the newest invoices only those that
    were paid early would have one, and late payers would seem rare. Its days count, as those of a censored one.

    Examples
    --------
    >>> invoices = pd.DataFrame({"invoice_id": ["1", "2"], "customer_id": "a", "amount": [50.0, 100.0]})
    >>> invoices["issued_at"] = pd.to_datetime(["2024-01-01", "2024-02-01"])
    >>> invoices["due_at"] = invoices["issued_at"] + pd.Timedelta(days=30)
    >>> invoices["paid_at"] = pd.to_datetime(["2024-02-10", None])
    >>> told = invoice_snapshots(invoices, as_of="2024-02-21")
    >>> told[["days_watched", "days_to_settle", "y"]].to_numpy().tolist()
    [[50.0, 40.0, 1.0], [19.0, nan, nan]]
    """
    day = moment_of(as_of, where="invoice_snapshots") // DAY
    every = ledger_of(invoices)
    known = invoice_features(invoices, customers=customers)
    ledger = every.take(every.issued < UNPAID)
    kept = np.flatnonzero((ledger.issued < day) & (ledger.money >= 0))
    ledger = ledger.take(kept)
    settled = np.where(ledger.paid < day, ledger.paid - ledger.issued, np.nan)
    late = np.where(np.isnan(settled), 1.0, settled > ledger.due - ledger.issued)
    outcome = {
        "days_watched": (day - 1 - ledger.issued).astype(np.float64),
        "days_to_settle": settled,
        "y": np.where(ledger.due < day, late, np.nan),
    }
    return known.iloc[kept].reset_index(drop=True).assign(**outcome)
