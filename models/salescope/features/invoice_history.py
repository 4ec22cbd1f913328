"""How customers have paid so far: sums over their earlier invoices, exact, for any number of moments at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.invoice_ledger import UNPAID, Ledger, Looks, Whole

__all__ = ["history_columns"]

Columns = dict[str, npt.NDArray[np.float64]]

# Every day of a ledger fits into 18 bits around 1970, so that customer and day make one sortable number.
SPAN, MIDDLE = 2**18, 2**17
# An invoice counts half as much as the one that was paid two payments later.
HALF_LIFE = 2.0


class _Running:
    """Sums facts of one customer up to a day.

    Sums are of whole numbers over all customers; a difference of two of them is exact even where the sum itself has
    run over 64 bits.
    """

    def __init__(self, customer: Whole, day: Whole, *, columns: Mapping[str, Whole]) -> None:
        key = customer * SPAN + (day + MIDDLE)
        order = np.argsort(key, kind="stable")
        self._key = key[order]
        self._sums = {name: np.append(0, np.cumsum(values[order])) for name, values in columns.items()}

    def places(self, customer: Whole, day: Whole) -> tuple[Whole, Whole]:
        """Finds where the facts of each customer begin, and where those before each day end."""
        start = np.searchsorted(self._key, customer * SPAN)
        return start, np.searchsorted(self._key, customer * SPAN + (day + MIDDLE))

    def before(self, customer: Whole, day: Whole) -> dict[str, Whole]:
        """Sums the facts of each customer strictly before each day."""
        start, stop = self.places(customer, day)
        return {name: sums[stop] - sums[start] for name, sums in self._sums.items()}


def history_columns(ledger: Ledger, *, looks: Looks) -> Columns:
    """Computes how each invoice's customer had paid its other invoices.

    Parameters
    ----------
    ledger : Ledger
        Every invoice that is known, later ones too.
    looks : Looks
        Whose history is looked at, and when.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_looks,)
        See `salescope.features.invoices.invoice_features`.
    """
    ledger = ledger.take(ledger.is_history)
    # A credit note is money that is not owed, and says nothing about how the customer pays.
    bills = ledger.take(ledger.money >= 0)
    return {**_balance(ledger, bills=bills, looks=looks), **_latest(bills, looks=looks)}


def _sums(bills: Ledger) -> dict[str, Whole]:
    """Gives what is summed of invoices that are overdue: days are added up from 1970, and turned into ages later."""
    one = np.ones(len(bills.customer), dtype=np.int64)
    return {
        "count": one,
        "money": bills.money,
        "issued": bills.issued,
        "issued_squared": bills.issued**2,
        "due": bills.due,
    }


def _overdue(bills: Ledger, *, looks: Looks) -> dict[str, Whole]:
    """Sums the customer's other invoices that are unpaid after the day they were due."""
    whose, moment = looks.invoice.customer, looks.moment
    fallen_due = _Running(bills.customer, bills.due, columns=_sums(bills)).before(whose, moment)
    paid = bills.take(bills.paid < UNPAID)
    # What had fallen due and was paid, whichever came later.
    done = _Running(paid.customer, np.maximum(paid.due, paid.paid), columns=_sums(paid)).before(whose, moment)
    own = looks.listed & (looks.invoice.money >= 0) & (looks.invoice.due < moment)
    return {
        name: fallen_due[name] - done[name] - np.where(own, values, 0) for name, values in _sums(looks.invoice).items()
    }


def _paid(bills: Ledger, *, looks: Looks) -> dict[str, Whole]:
    paid = bills.take(bills.paid < UNPAID)
    took, after = paid.paid - paid.issued, paid.paid - paid.due
    columns = {
        "count": np.ones(len(took), dtype=np.int64),
        "took": took,
        "took_squared": took**2,
        "after_due": after,
        "days_late": np.maximum(after, 0),
        "late": (after > 0).astype(np.int64),
    }
    return _Running(paid.customer, paid.paid, columns=columns).before(looks.invoice.customer, looks.moment)


def _balance(ledger: Ledger, *, bills: Ledger, looks: Looks) -> Columns:
    whose, moment = looks.invoice.customer, looks.moment
    paid, overdue = _paid(bills, looks=looks), _overdue(bills, looks=looks)
    billed = {"count": np.ones(len(bills.customer), dtype=np.int64), "money": bills.money}
    issued = _Running(bills.customer, bills.issued, columns=billed).before(whose, moment)
    own = looks.listed & (looks.invoice.issued < moment)
    is_bill = own & (looks.invoice.money >= 0)
    total = issued["count"] - is_bill
    told = paid["count"] + overdue["count"]
    settling = paid["took"] + overdue["count"] * moment - overdue["issued"]
    squared = paid["took_squared"] + (
        overdue["count"] * moment**2 - 2 * moment * overdue["issued"] + overdue["issued_squared"]
    )
    lateness = overdue["count"] * moment - overdue["due"]
    amount = _ratio(issued["money"] - np.where(is_bill, looks.invoice.money, 0), total * 10_000)
    return {
        "invoices_total": total.astype(np.float64),
        "invoices_open": (total - paid["count"]).astype(np.float64),
        "invoices_overdue": overdue["count"].astype(np.float64),
        "debt_open": (_debt(ledger, looks=looks) - np.where(own, looks.invoice.money, 0)) / 10_000,
        "debt_overdue": overdue["money"] / 10_000,
        "amount_ratio": _ratio(looks.invoice.money / 10_000, amount),
        "invoices_late_share": _ratio(paid["late"] + overdue["count"], told),
        "days_late_mean": _ratio(paid["days_late"] + lateness, told),
        "days_after_due_mean": _ratio(paid["after_due"] + lateness, told),
        "days_to_settle_mean": _ratio(settling, told),
        "days_to_settle_sd": np.sqrt(_ratio(told * squared - settling**2, told * (told - 1))),
    }


def _debt(ledger: Ledger, *, looks: Looks) -> Whole:
    """Sums what was billed and takes off what was paid, credit notes included."""
    paid = ledger.take(ledger.paid < UNPAID)
    moved = {"money": np.append(ledger.money, -paid.money)}
    running = _Running(np.append(ledger.customer, paid.customer), np.append(ledger.issued, paid.paid), columns=moved)
    return running.before(looks.invoice.customer, looks.moment)["money"]


def _latest(bills: Ledger, *, looks: Looks) -> Columns:
    """Finds the payment before each moment, and the mean up to it in which newer payments count more."""
    paid = bills.take(bills.paid < UNPAID)
    # Of payments on one day the invoice that was issued last comes last, whatever order they came in.
    paid = paid.take(np.lexsort((paid.due, paid.issued, paid.paid, paid.customer)))
    after = paid.paid - paid.due
    values = pd.DataFrame(
        {"days_to_settle": paid.paid - paid.issued, "days_after_due": after, "invoices_late": after > 0}, dtype=float
    )
    newer = values.groupby(paid.customer).ewm(halflife=HALF_LIFE).mean().reset_index(drop=True)
    start, stop = _Running(paid.customer, paid.paid, columns={}).places(looks.invoice.customer, looks.moment)
    place = np.where(stop > start, stop - 1, -1)
    columns = {
        "days_to_settle_last": values["days_to_settle"],
        "days_after_due_last": values["days_after_due"],
        **{f"{name}_newer": newer[name] for name in values.columns},
    }
    latest = {name: _at(column.to_numpy(dtype=np.float64), place) for name, column in columns.items()}
    since = looks.moment - _at(paid.paid.astype(np.float64), place)
    return {**latest, "days_since_last_payment": since}


def _at(values: npt.NDArray[np.float64], place: Whole) -> npt.NDArray[np.float64]:
    return np.append(values, np.nan)[place]


def _ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> npt.NDArray[np.float64]:
    divisor = np.asarray(whole, dtype=np.float64)
    return np.asarray(part, dtype=np.float64) / np.where(divisor == 0, np.nan, divisor)
