"""Open invoices with what is left of them when credit notes are taken off, and how long they are expected to stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import word_of
from salescope.features.invoice_history import history_columns
from salescope.features.invoice_ledger import UNPAID, Looks, Whole
from salescope.frames.errors import MisalignedError, MissingColumnError
from salescope.receivables.book import UNIT, Book

__all__ = ["Claims", "Forecasts", "forecasts_of"]

FORECAST = ("invoice_id", "probability", "overdue_days")

Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.object_]
Forecasts = Mapping[str, tuple[float, float]]
"""By invoice the chance of late payment, and the days it is expected to be overdue from the moment on."""


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """Holds the invoices that are owed at a moment, credit notes left out, by customer and day due.

    Parameters
    ----------
    invoice, customer : ndarray of str, shape (n_claims,)
        Their ids; None for nobody.
    owed : ndarray of float64, shape (n_claims,)
        The amount, in the workspace's currency.
    credit : ndarray of float64, shape (n_claims,)
        What of it the customer's open credit notes cover.
    money : ndarray of float64, shape (n_claims,)
        What is left of it when they are taken off.
    overdue : ndarray of int64, shape (n_claims,)
        Days overdue, 0 where it is not.
    until : ndarray of int64, shape (n_claims,)
        Days until it is due.
    has_due_day : ndarray of bool, shape (n_claims,)
        Whether that is known.
    chance : ndarray of float64, shape (n_claims,)
        Of late payment; NaN where it is not known.
    days : ndarray of float64, shape (n_claims,)
        Still expected overdue; NaN where nothing is known of it.
    usual : ndarray of float64, shape (n_claims,)
        How many days late the customer's other invoices were on average, early ones 0; NaN where there is none to tell.
    is_forecast : ndarray of bool, shape (n_claims,)
        Whether the days come from a forecast; else they are the usual ones, or those so far where these are more.
    """

    invoice: Names
    customer: Names
    owed: Floats
    credit: Floats
    money: Floats
    overdue: Whole
    until: Whole
    has_due_day: npt.NDArray[np.bool_]
    chance: Floats
    days: Floats
    usual: Floats
    is_forecast: npt.NDArray[np.bool_]

    def sum(self, rows: Sequence[int]) -> float:
        """Sums what is left of some of them, exactly.

        Parameters
        ----------
        rows : sequence of int

        Returns
        -------
        float
            In the workspace's currency.
        """
        whole = np.rint(self.money[np.asarray(rows, dtype=np.intp)] * UNIT).astype(np.int64)
        return float(whole.sum() / UNIT)

    @classmethod
    def of(cls, book: Book, invoices: pd.DataFrame, *, forecasts: Forecasts) -> Self:
        """Finds what is owed.

        Parameters
        ----------
        book : Book
            The invoices as they were known.
        invoices : DataFrame, shape (n_invoices, n_columns)
            The table they were read from.
        forecasts : mapping of str to tuple of float
            What is expected of each, by its id.

        Returns
        -------
        Claims
        """
        names = np.array([*book.names()], dtype=object)
        owed = np.flatnonzero(book.is_owed)
        ids = np.array([word_of(name) or "" for name in invoices["invoice_id"].iloc[book.rows[owed]]], dtype=object)
        # Credit notes go to what was due first; all that decides is in the invoice itself, not in the order of rows.
        order = np.lexsort((ids, book.ledger.issued[owed], book.ledger.due[owed], book.ledger.customer[owed]))
        owed, ids = owed[order], ids[order]
        overdue = book.days_overdue[owed]
        told = np.array([forecasts.get(name, (np.nan, np.nan)) for name in ids], dtype=np.float64).reshape(-1, 2)
        is_forecast = ~np.isnan(told[:, 1])
        so_far, usual = np.where(overdue > 0, overdue.astype(np.float64), np.nan), _usual(book, owed)
        covered = _covered(book, owed)
        facts: dict[str, Any] = {
            "owed": book.ledger.money[owed] / UNIT,
            "credit": covered / UNIT,
            "money": (book.ledger.money[owed] - covered) / UNIT,
            "overdue": overdue,
            "until": book.ledger.due[owed] - book.day,
            "has_due_day": book.ledger.due[owed] < UNPAID,
            "chance": np.where(overdue > 0, 1.0, told[:, 0]),
            "days": np.where(is_forecast, told[:, 1], np.fmax(so_far, usual)),
            "usual": usual,
            "is_forecast": is_forecast,
        }
        return cls(ids, names[book.ledger.customer[owed]], **facts)


def forecasts_of(scores: pd.DataFrame | None) -> Forecasts:
    """Reads what a payment scorer said of invoices.

    Parameters
    ----------
    scores : DataFrame or None
        "invoice_id", "probability" and "overdue_days".

    Returns
    -------
    mapping of str to tuple of float

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MisalignedError
        When an invoice is there twice.

    Examples
    --------
    >>> forecasts_of(pd.DataFrame({"invoice_id": [7], "probability": [0.5], "overdue_days": [3.0]}))
    {'7': (0.5, 3.0)}
    """
    if scores is None:
        return {}
    present = [str(name) for name in scores.columns]
    missing = [name for name in FORECAST if name not in present]
    if missing:
        raise MissingColumnError(missing, where="scores", present=present)
    names = [word_of(name) or "" for name in scores["invoice_id"]]
    told = dict(
        zip(names, zip(scores["probability"].tolist(), scores["overdue_days"].tolist(), strict=True), strict=True)
    )
    if len(told) < len(names):
        raise MisalignedError("scores", found="an invoice twice", accepted="each invoice once")
    return told


def _usual(book: Book, owed: npt.NDArray[np.intp]) -> Floats:
    """Gives how late the other invoices of each one's customer were, by the definition of the features."""
    moment = np.full(len(owed), book.day, dtype=np.int64)
    looks = Looks(book.ledger.take(owed), moment, book.ledger.is_history[owed])
    return history_columns(book.ledger, looks=looks)["days_late_mean"]


def _covered(book: Book, owed: npt.NDArray[np.intp]) -> Whole:
    """Takes each customer's credit notes off its invoices, one after the other in the order given."""
    customer, money = book.ledger.customer[owed], book.ledger.money[owed]
    credit = book.credit_notes()
    # Credit notes of nobody are no particular debtor's.
    credit[-1] = 0
    billed = np.cumsum(money)
    first = np.flatnonzero(np.diff(customer, prepend=-2))
    before = np.repeat(np.append(0, billed)[first], np.diff(np.append(first, len(owed))))
    left = credit[customer] - (billed - money - before)
    covered: Whole = np.clip(left, 0, money)
    return covered
