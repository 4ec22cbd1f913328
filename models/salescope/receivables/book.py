"""The invoices that a company had issued at a moment, and which of them it knew to be paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from salescope.features.cells import DAY
from salescope.features.customer_moments import Moment, moment_of
from salescope.features.customer_names import CodedNames, sorted_names
from salescope.features.invoice_ledger import UNPAID, Ledger, Whole
from salescope.features.invoices import ledger_of

__all__ = ["UNIT", "Book"]

UNIT = 10_000
"""A ledger's money is whole 1/10000 of the currency."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Book:
    """Holds invoices as they were known at a moment.

    Parameters
    ----------
    ledger : Ledger, shape (n_invoices,)
        Those issued before the day; a payment on it or after it is none yet.
    rows : ndarray of int64, shape (n_invoices,)
        Where each stands in the table it was read from.
    customers : pyarrow.Array of large_string, shape (n_customers,)
        The names that positions of customers stand for.
    day : int
        The day, since 1970.
    """

    ledger: Ledger
    rows: npt.NDArray[np.intp]
    customers: pa.Array
    day: int

    @classmethod
    def from_invoices(cls, invoices: pd.DataFrame, *, as_of: Moment, where: str) -> Self:
        """Reads a table of invoices as it would have been at a moment.

        Parameters
        ----------
        invoices : DataFrame, shape (n_rows, n_columns)
            The contract's table ``invoices``, later ones and later payments too.
        as_of : datetime or str
            The moment, naive; nothing dated on its day or after it is known.
        where : str
            The function that reads.

        Returns
        -------
        Book
            Without the invoices that have no day of issue.

        Raises
        ------
        MissingColumnError
            When a column that the contract requires is missing.
        OutOfRangeError
            When the moment cannot be meant.

        Examples
        --------
        >>> day = pd.Timestamp("2024-01-10")
        >>> invoices = pd.DataFrame({"invoice_id": ["1", "2"], "customer_id": "a", "amount": 50.0, "due_at": day})
        >>> invoices = invoices.assign(issued_at=pd.to_datetime(["2024-01-01", "2024-01-12"]), paid_at=day)
        >>> Book.from_invoices(invoices, as_of="2024-01-10", where="here").is_open.tolist()
        [True]
        >>> Book.from_invoices(invoices, as_of="2024-01-11", where="here").is_open.tolist()
        [False]
        """
        day = moment_of(as_of, where=where) // DAY
        every = ledger_of(invoices)
        rows = np.flatnonzero(every.issued < day)
        known = every.take(rows)
        paid = np.where(known.paid < day, known.paid, UNPAID)
        ledger = Ledger(known.customer, known.issued, known.due, paid, known.money)
        return cls(ledger, rows, sorted_names(CodedNames.from_column(invoices["customer_id"]).words), day)

    @property
    def is_open(self) -> Flags:
        """Says which are owed, open credit notes among them."""
        unpaid: Flags = self.ledger.paid == UNPAID
        return unpaid

    @property
    def is_owed(self) -> Flags:
        """Says which are invoices that somebody owes: open, and no credit notes."""
        owed: Flags = self.is_open & (self.ledger.money > 0)
        return owed

    @property
    def days_overdue(self) -> Whole:
        """Counts the days from the day each was due to the moment; 0 before it, and where no day is known."""
        return np.where(self.ledger.due < self.day, self.day - self.ledger.due, 0)

    def credit_notes(self) -> Whole:
        """Sums the open credit notes of each customer, and of nobody in the last place.

        Returns
        -------
        ndarray of int64, shape (n_customers + 1,)
            In 1/10000 of the currency, not negative.
        """
        is_credit = self.is_open & (self.ledger.money < 0)
        return self.per_customer(np.where(is_credit, -self.ledger.money, 0))

    def per_customer(self, money: Whole) -> Whole:
        """Sums whole numbers by customer, exactly.

        Parameters
        ----------
        money : ndarray of int64, shape (n_invoices,)

        Returns
        -------
        ndarray of int64, shape (n_customers + 1,)
            Those of nobody in the last place.
        """
        total = np.zeros(len(self.customers) + 1, dtype=np.int64)
        np.add.at(total, self.ledger.customer, money)
        return total

    def names(self) -> list[str | None]:
        """Lists the customers in the order of their positions, and None for nobody in the last place.

        Returns
        -------
        list of str or None, shape (n_customers + 1,)
        """
        return [*self.customers.to_pylist(), None]
