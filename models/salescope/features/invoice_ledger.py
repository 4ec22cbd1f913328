"""Invoices as whole numbers: days since 1970, money in 1/10000, customers by position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salescope.features.cells import DAY, NEVER

__all__ = ["UNPAID", "Ledger", "Looks", "Whole", "days_of", "money_of"]

Whole = npt.NDArray[np.int64]

# Instants reach from 1678 to 2262, so no day is as late as this one.
UNPAID = 120_000
MOST_MONEY = 1e13


@dataclass(frozen=True, slots=True)
class Ledger:
    """Holds invoices in any order.

    Parameters
    ----------
    customer : ndarray of int64, shape (n_invoices,)
        The position of the customer; -1 for nobody.
    issued, due, paid : ndarray of int64, shape (n_invoices,)
        Days since 1970, none before the day of issue; ``UNPAID`` where there is none.
    money : ndarray of int64, shape (n_invoices,)
        In 1/10000 of the currency; negative for a credit note.
    """

    customer: Whole
    issued: Whole
    due: Whole
    paid: Whole
    money: Whole

    @classmethod
    def of(
        cls, customer: npt.NDArray[np.integer], *, times: tuple[Whole, Whole, Whole], amount: npt.ArrayLike
    ) -> Ledger:
        """Reads invoices; one that was due or paid before its issue counts as due or paid at issue.

        Parameters
        ----------
        customer : ndarray of int, shape (n_invoices,)
            The position of the customer; -1 for nobody.
        times : tuple of three ndarray of int64, shape (n_invoices,)
            When each was issued, is due and was paid: nanoseconds since 1970, ``NEVER`` where there is none.
        amount : array-like of float, shape (n_invoices,)
            In the workspace's currency.

        Returns
        -------
        Ledger
        """
        issued, due, paid = (days_of(instants) for instants in times)
        money = money_of(np.asarray(amount, dtype=np.float64))
        return cls(customer.astype(np.int64), issued, np.maximum(due, issued), np.maximum(paid, issued), money)

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Ledger:
        """Gives some of the invoices.

        Parameters
        ----------
        rows : ndarray
            Positions, or a mask.

        Returns
        -------
        Ledger
        """
        return Ledger(self.customer[rows], self.issued[rows], self.due[rows], self.paid[rows], self.money[rows])

    @property
    def is_history(self) -> npt.NDArray[np.bool_]:
        """Says which invoices tell how somebody pays: those with a customer, a day of issue and one they are due."""
        return (self.customer >= 0) & (self.issued < UNPAID) & (self.due < UNPAID)


@dataclass(frozen=True, slots=True)
class Looks:
    """Says whose history is looked at and when, each for the sake of one open invoice.

    Parameters
    ----------
    invoice : Ledger, shape (n_looks,)
        The invoice itself, whose own part is left out of the history; its payment is not looked at.
    moment : ndarray of int64, shape (n_looks,)
        The day; only what is dated before it is known.
    listed : ndarray of bool, shape (n_looks,)
        Whether the history holds the invoice itself.
    """

    invoice: Ledger
    moment: Whole
    listed: npt.NDArray[np.bool_]


def days_of(instants: Whole) -> Whole:
    """Turns instants into whole days.

    Parameters
    ----------
    instants : ndarray of int64, shape (n_rows,)
        Nanoseconds since 1970, naive; ``NEVER`` where there is none.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        Days since 1970; ``UNPAID`` where there is none.

    Examples
    --------
    >>> days_of(np.array([-1, 0, DAY, NEVER])).tolist()
    [-1, 0, 1, 120000]
    """
    return np.where(instants == NEVER, UNPAID, instants // DAY)


def money_of(amount: npt.NDArray[np.float64]) -> Whole:
    """Turns amounts into whole 1/10000 of the currency, so that sums of them are exact.

    Parameters
    ----------
    amount : ndarray of float64, shape (n_rows,)

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        Rounded half to even; 0 where it is missing, and within 10 million millions.

    Examples
    --------
    >>> money_of(np.array([0.1, -2.00005, np.nan])).tolist()
    [1000, -20000, 0]
    """
    bounded = np.clip(np.nan_to_num(amount, nan=0.0), -MOST_MONEY, MOST_MONEY)
    return np.rint(bounded * 10_000).astype(np.int64)
