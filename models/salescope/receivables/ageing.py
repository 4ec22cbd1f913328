"""How old what is owed has become: buckets of days overdue, in total and for each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.customer_moments import Moment
from salescope.features.invoice_ledger import Whole
from salescope.frames.errors import OutOfRangeError
from salescope.receivables.book import UNIT, Book

__all__ = ["CUTS", "Ageing", "ageing"]

CUTS = (30, 60, 90)
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True, eq=False)
class Ageing:
    """Holds what is owed by how long it is overdue; money is in the workspace's currency.

    Parameters
    ----------
    buckets : DataFrame, shape (n_cuts + 2, 6)
        "bucket" ("not_due", "1_30", … "over_90"), "from_day" and "to_day" (days overdue, both inclusive; missing
        where there is no end), "invoices", "money" and "share" (of the money of all buckets; NaN where that is none).
    customers : DataFrame, shape (n_customers, n_cuts + 6)
        Who owes or has an open credit note, the most overdue money first: "customer_id" (missing in one row for
        invoices of nobody), the money of every bucket, "credit_notes" (not negative), "balance" (all buckets less
        credit notes), "overdue" and "days_overdue" (of the oldest).
    credit_notes : float
        The open credit notes of everybody, not negative.
    """

    buckets: pd.DataFrame
    customers: pd.DataFrame
    credit_notes: float

    @property
    def balance(self) -> float:
        """Is what is owed in all, less open credit notes."""
        return float(self.customers["balance"].sum())


def ageing(invoices: pd.DataFrame, *, as_of: Moment, cuts: Sequence[int] = CUTS) -> Ageing:
    """Sorts what is owed at a moment into buckets of days overdue.

    Parameters
    ----------
    invoices : DataFrame, shape (n_invoices, n_columns)
        The contract's table ``invoices``, later ones and later payments too; it is not changed.
    as_of : datetime or str
        The moment, naive; nothing dated on its day or after it is known.
    cuts : sequence of int, default (30, 60, 90)
        The last day overdue of each bucket but the last one.

    Returns
    -------
    Ageing

    Raises
    ------
    MissingColumnError
        When a column that the contract requires is missing.
    OutOfRangeError
        When the moment cannot be meant, or the cuts do not rise from 1 on.

    Notes
    -----
    An invoice due yesterday is one day overdue. One without a due day is not due. A credit note has no age and stands
    apart, for taken off a bucket it would hide how old the rest is: the balance is the buckets less the credit notes.

    Examples
    --------
    >>> issued = pd.Series(pd.to_datetime(["2024-01-01", "2024-02-01", "2024-02-20"]))
    >>> invoices = pd.DataFrame({"invoice_id": ["1", "2", "3"], "customer_id": "a", "amount": [100.0, 300.0, -50.0]})
    >>> invoices = invoices.assign(issued_at=issued, due_at=issued + pd.Timedelta(days=30), paid_at=pd.NaT)
    >>> old = ageing(invoices, as_of="2024-03-02")
    >>> old.buckets[["bucket", "money"]].to_numpy().tolist()
    [['not_due', 300.0], ['1_30', 0.0], ['31_60', 100.0], ['61_90', 0.0], ['over_90', 0.0]]
    >>> old.credit_notes, old.balance
    (50.0, 350.0)
    >>> ageing(invoices, as_of="2024-03-02", cuts=(60, 30))
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 30 is out of range for cuts in ageing: give a value of at least 61.
    """
    ends = _checked(cuts)
    book = Book.from_invoices(invoices, as_of=as_of, where="ageing")
    bucket = np.searchsorted([0, *ends], book.days_overdue)
    owed = book.is_owed
    names = [NOT_DUE, *(f"{first}_{last}" for first, last in _spans(ends)), f"over_{ends[-1]}" if ends else "overdue"]
    money = [np.where(owed & (bucket == place), book.ledger.money, 0) for place in range(len(names))]
    total = np.array([column.sum() for column in money], dtype=np.int64)
    every = int(total.sum())
    buckets = pd.DataFrame(
        {
            "bucket": pd.Series(names, dtype=TEXT),
            "from_day": pd.array([pd.NA, *(end + 1 for end in (0, *ends))], dtype="Int64"),
            "to_day": pd.array([0, *ends, pd.NA], dtype="Int64"),
            "invoices": np.bincount(bucket[owed], minlength=len(names)),
            "money": total / UNIT,
            "share": total / (every or np.nan),
        }
    )
    customers = _customers(book, dict(zip(names, money, strict=True)))
    return Ageing(buckets, customers, float(book.credit_notes().sum() / UNIT))


def _checked(cuts: Sequence[int]) -> tuple[int, ...]:
    least = 1
    for cut in cuts:
        if cut < least:
            raise OutOfRangeError(cut, name="cuts", where="ageing", least=least)
        least = cut + 1
    return tuple(int(cut) for cut in cuts)


def _spans(ends: Sequence[int]) -> list[tuple[int, int]]:
    return [(before + 1, end) for before, end in zip((0, *ends), ends, strict=False)]


def _customers(book: Book, money: dict[str, Whole]) -> pd.DataFrame:
    """Lays out one row a customer, and one for the invoices of nobody."""
    sums = {name: book.per_customer(column) for name, column in money.items()}
    owed = sum(sums.values(), start=np.zeros(len(book.customers) + 1, dtype=np.int64))
    overdue, credit = owed - sums[NOT_DUE], book.credit_notes()
    kept = np.flatnonzero((owed > 0) | (credit > 0))
    # Positions rise with the names, so customers of equal debt come in the order of their names.
    kept = kept[np.argsort(-overdue[kept], kind="stable")]
    names = book.names()
    return pd.DataFrame(
        {
            "customer_id": pd.Series([names[place] for place in kept], dtype=TEXT),
            **{name: column[kept] / UNIT for name, column in sums.items()},
            "credit_notes": credit[kept] / UNIT,
            "balance": (owed - credit)[kept] / UNIT,
            "overdue": overdue[kept] / UNIT,
            "days_overdue": _oldest(book)[kept],
        }
    )


def _oldest(book: Book) -> npt.NDArray[np.int64]:
    """Finds for how many days each customer's oldest open invoice is overdue."""
    oldest = np.zeros(len(book.customers) + 1, dtype=np.int64)
    np.maximum.at(oldest, book.ledger.customer, np.where(book.is_owed, book.days_overdue, 0))
    return oldest
