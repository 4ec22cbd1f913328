"""Features of invoices whose facts come inline, one record each, by the very same sums as a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from salescope.features.cells import DAY, instant_of, number_of, word_of
from salescope.features.customer_moments import Moment, moment_of
from salescope.features.invoice_history import Columns, history_columns
from salescope.features.invoice_ledger import UNPAID, Ledger, Looks, Whole, days_of
from salescope.features.invoices import CONTRACT, billing_columns

__all__ = ["invoice_record_features"]

WHERE = "invoice_record_features"
NOT_TOLD = ("invoices", "paid_at")
TIMES = ("issued_at", "due_at", "paid_at")
Record = Mapping[str, Any]


def invoice_record_features(records: Sequence[Record], *, as_of: Moment | None = None) -> list[dict[str, Any]]:
    """Describes invoices that come as records, each with the customer's other invoices; the same definition.

    Parameters
    ----------
    records : sequence of mappings, shape (n_rows,)
        Invoices with the contract's columns and attributes; "invoices" may hold mappings with the other invoices of
        the customer, where one with the record's own "invoice_id" is passed over. Without "invoices" the history is
        missing, an empty list says that there was none.
    as_of : datetime or str, optional
        The moment, naive; by default each record's own "as_of", else the day of its issue.

    Returns
    -------
    list of dict, shape (n_rows,)
        The records with "as_of" and the features of `salescope.features.invoices.invoice_features`, without
        "invoices" and "paid_at". Features of a record that lacks "issued_at" or "invoices" stay as it carries them.

    Raises
    ------
    OutOfRangeError
        When the moment cannot be meant.

    Examples
    --------
    >>> earlier = {"issued_at": "2024-01-01", "due_at": "2024-01-31", "paid_at": "2024-02-10", "amount": 50}
    >>> record = {"issued_at": "2024-03-01", "due_at": "2024-03-31", "amount": 100, "invoices": [earlier]}
    >>> known = invoice_record_features([record], as_of="2024-03-11")[0]
    >>> known["days_since_issue"], known["days_to_settle_mean"], known["days_late_mean"]
    (10.0, 40.0, 10.0)
    """
    asked = _ledger(list(enumerate(records)))
    moments = asked.issued if as_of is None else np.full(len(records), moment_of(as_of, where=WHERE) // DAY)
    if as_of is None:
        own = days_of(_instants([record.get("as_of") for record in records]))
        moments = np.where(own < UNPAID, own, moments)
    looks = Looks(asked, moments, np.zeros(len(records), dtype=bool))
    billing = _rows(billing_columns(looks))
    history = _rows(history_columns(_ledger(_others(records)), looks=looks))
    answer = []
    for row, record in enumerate(records):
        dated = moments[row] < UNPAID
        known = _past(record, before=int(moments[row]) * DAY) if dated else dict(record)
        known |= billing[row] if dated and asked.issued[row] < UNPAID else {}
        known |= history[row] if dated and record.get("invoices") is not None else {}
        answer.append({name: value for name, value in known.items() if name not in NOT_TOLD})
    return answer


def _others(records: Sequence[Record]) -> list[tuple[int, Record]]:
    """Lists the other invoices of every record's customer, each with the record's position as the customer."""
    return [
        (row, invoice)
        for row, record in enumerate(records)
        for invoice in record.get("invoices") or ()
        if record.get("invoice_id") is None or word_of(invoice.get("invoice_id")) != word_of(record["invoice_id"])
    ]


def _ledger(listed: Sequence[tuple[int, Record]]) -> Ledger:
    customer = np.array([row for row, _ in listed], dtype=np.int64)
    issued, due, paid = (_instants([invoice.get(name) for _, invoice in listed]) for name in TIMES)
    return Ledger.of(customer, times=(issued, due, paid), amount=[number_of(one.get("amount")) for _, one in listed])


def _instants(cells: Sequence[object]) -> Whole:
    return np.array([instant_of(cell) for cell in cells], dtype=np.int64)


def _rows(columns: Columns) -> list[dict[str, Any]]:
    lists = [values.tolist() for values in columns.values()]
    return [dict(zip(columns, values, strict=True)) for values in zip(*lists, strict=True)]


def _past(record: Record, *, before: int) -> dict[str, Any]:
    """Blanks out the attributes that are dates and had not happened; says the moment."""
    known = {
        name: None if name not in CONTRACT and before <= instant_of(value) else value for name, value in record.items()
    }
    return {**known, "as_of": pd.Timestamp(before)}
