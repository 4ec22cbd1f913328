"""How long a company waits for its money: days sales outstanding, the best possible, and the delay between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.features.customer_moments import Moment
from salescope.frames.errors import OutOfRangeError
from salescope.receivables.book import UNIT, Book

__all__ = ["DaysOutstanding", "days_outstanding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOutstanding:
    """Holds what is owed beside what was sold; money is in the workspace's currency.

    Parameters
    ----------
    window_days : int
        The days before the moment over which sales were summed.
    credit_sales : float
        What was invoiced in these days, less the credit notes of these days.
    receivables : float
        What is owed, less open credit notes.
    overdue : float
        What of it is overdue; credit notes are not taken off.
    credit_notes : float
        Open credit notes, not negative.
    count_back : float
        Days sales outstanding by counting back; NaN where all sales there ever were are less than what is owed.

    Examples
    --------
    >>> waits = DaysOutstanding(
    ...     window_days=90, credit_sales=900.0, receivables=450.0, overdue=200.0, credit_notes=0.0, count_back=38.0
    ... )
    >>> waits.days_sales_outstanding, waits.best_possible, waits.average_days_delinquent
    (45.0, 25.0, 20.0)
    """

    window_days: int
    credit_sales: float
    receivables: float
    overdue: float
    credit_notes: float
    count_back: float

    @property
    def days_sales_outstanding(self) -> float:
        """Is what is owed in days of sales: receivables ÷ credit sales × days; NaN where sales are not above 0."""
        return self._in_days(self.receivables)

    @property
    def best_possible(self) -> float:
        """Is what it would be if nothing were overdue, for then only what is not due would be owed."""
        return self._in_days(self.receivables - self.overdue)

    @property
    def average_days_delinquent(self) -> float:
        """Is the difference of the two: what is overdue, in days of sales."""
        return self._in_days(self.overdue)

    def _in_days(self, money: float) -> float:
        return money * self.window_days / self.credit_sales if self.credit_sales > 0 else math.nan


def days_outstanding(invoices: pd.DataFrame, *, as_of: Moment, window: int = 90) -> DaysOutstanding:
    """Says how many days of sales are owed at a moment.

    Parameters
    ----------
    invoices : DataFrame, shape (n_invoices, n_columns)
        The contract's table ``invoices``, later ones and later payments too; it is not changed.
    as_of : datetime or str
        The moment, naive; nothing dated on its day or after it is known.
    window : int, default 90
        Days over which sales are summed, the last of them the day before the moment. Where the first invoice is newer
        than that, they begin with it.

    Returns
    -------
    DaysOutstanding

    Raises
    ------
    MissingColumnError
        When a column that the contract requires is missing.
    OutOfRangeError
        When the moment cannot be meant, or the window is not at least a day.

    Notes
    -----
    The simple definition: what is owed at the end of the day before the moment ÷ what was invoiced in the window × its
    days. It rises when sales fall, though nobody pays later. Counting back does not: it goes back day by day until the
    sales of the days passed, the last of them in part, make up what is owed.

    A credit note is a negative amount. It lowers the sales of its day; while it is open it lowers what is owed, and of
    that what is not due, so that what is overdue stays whole. An invoice without a payment is owed, one without a due
    day is not overdue, and one without an amount counts nothing. Sums are of whole 1/10000 of the currency.

    The three are as the Credit Research Foundation defines them: best possible DSO is what is owed and not overdue ×
    days ÷ credit sales, and average days delinquent is DSO less it.

    Examples
    --------
    >>> issued = pd.Series(pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]))
    >>> invoices = pd.DataFrame({"invoice_id": ["1", "2", "3"], "customer_id": "a", "amount": 300.0})
    >>> invoices = invoices.assign(issued_at=issued, due_at=issued + pd.Timedelta(days=30))
    >>> invoices["paid_at"] = pd.to_datetime(["2024-02-15", None, None])
    >>> waits = days_outstanding(invoices, as_of="2024-03-31")
    >>> waits.receivables, waits.overdue, waits.days_sales_outstanding, waits.average_days_delinquent
    (600.0, 300.0, 60.0, 30.0)
    """
    if window < 1:
        raise OutOfRangeError(window, name="window", where="days_outstanding", least=1)
    book = Book.from_invoices(invoices, as_of=as_of, where="days_outstanding")
    ledger = book.ledger
    days = int(min(window, book.day - ledger.issued.min())) if len(ledger.issued) else window
    late = book.is_owed & (book.days_overdue > 0)
    return DaysOutstanding(
        window_days=days,
        credit_sales=_money(ledger.money[ledger.issued >= book.day - days].sum()),
        receivables=_money(ledger.money[book.is_open].sum()),
        overdue=_money(ledger.money[late].sum()),
        credit_notes=_money(book.credit_notes().sum()),
        count_back=_count_back(book),
    )


def _money(whole: np.int64) -> float:
    return float(whole / UNIT)


def _count_back(book: Book) -> float:
    """Goes back day by day until what was sold makes up what is owed."""
    owed = int(book.ledger.money[book.is_open].sum())
    if owed <= 0:
        return 0.0
    ago, place = np.unique(book.day - book.ledger.issued, return_inverse=True)
    sold = np.zeros(len(ago), dtype=np.int64)
    np.add.at(sold, place, book.ledger.money)
    passed = np.cumsum(sold)
    enough = np.flatnonzero(passed >= owed)
    if not len(enough):
        return math.nan
    last = enough[0]
    missing = owed - (passed[last] - sold[last])
    return float(ago[last] - 1 + missing / sold[last])
