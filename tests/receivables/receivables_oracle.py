"""What is owed again, by plain loops over plain rows in exact decimals: slow, and written without a look at the sums."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd


@dataclass
class Known:
    """Is an invoice as it was known."""

    invoice: str
    customer: str | None
    issued: int
    due: int | None
    amount: Decimal
    paid: int | None
    is_open: bool
    overdue: int


def whole_day(stamp):
    return None if pd.isna(stamp) else (stamp.normalize() - pd.Timestamp(0)).days


def known(invoices, as_of):
    day = whole_day(pd.Timestamp(as_of))
    found = []
    for row in invoices.to_dict("records"):
        issued, due, paid = (whole_day(row[name]) for name in ("issued_at", "due_at", "paid_at"))
        if issued is None or issued >= day:
            continue
        due = None if due is None else max(due, issued)
        paid = None if paid is None else max(paid, issued)
        customer = None if pd.isna(row["customer_id"]) else str(row["customer_id"])
        amount = Decimal(0) if pd.isna(row["amount"]) else Decimal(str(row["amount"]))
        is_open = paid is None or paid >= day
        overdue = day - due if due is not None and due < day else 0
        found.append(Known(row["invoice_id"], customer, issued, due, amount, paid, is_open, overdue))
    return found, day


def waits_of(invoices, as_of, window):
    """Gives days of the window, sales, receivables, overdue, credit notes, the three figures, and the count back."""
    rows, day = known(invoices, as_of)
    days = window
    if rows:
        days = min(window, max(day - row.issued for row in rows))
    sales = sum((row.amount for row in rows if day - row.issued <= days), Decimal(0))
    owed = sum((row.amount for row in rows if row.is_open), Decimal(0))
    late = sum((row.amount for row in rows if row.is_open and row.amount > 0 and row.overdue), Decimal(0))
    credit = sum((-row.amount for row in rows if row.is_open and row.amount < 0), Decimal(0))
    in_days = [float(money * days / sales) if sales > 0 else math.nan for money in (owed, owed - late, late)]
    return [days, float(sales), float(owed), float(late), float(credit), *in_days, count_back(rows, day, owed)]


def count_back(rows, day, owed):
    left, ago = owed, 0
    if left <= 0:
        return 0.0
    while ago < max(day - row.issued for row in rows):
        ago += 1
        sold = sum((row.amount for row in rows if day - row.issued == ago), Decimal(0))
        if sold >= left:
            return float(ago - 1 + left / sold)
        left -= sold
    return math.nan


def bucket_of(overdue, cuts):
    if overdue == 0:
        return 0
    for place, cut in enumerate(cuts):
        if overdue <= cut:
            return place + 1
    return len(cuts) + 1


def aged(invoices, as_of, cuts):
    """Gives the count and the money of every bucket, and by customer the buckets, the credit notes and the oldest."""
    rows, _ = known(invoices, as_of)
    counts, money = [0] * (len(cuts) + 2), [Decimal(0)] * (len(cuts) + 2)
    customers = defaultdict(lambda: [[Decimal(0)] * (len(cuts) + 2), Decimal(0), 0])
    for row in rows:
        if not row.is_open or row.amount == 0:
            continue
        whose = customers[row.customer]
        if row.amount < 0:
            whose[1] -= row.amount
            continue
        place = bucket_of(row.overdue, cuts)
        counts[place] += 1
        money[place] += row.amount
        whose[0][place] += row.amount
        whose[2] = max(whose[2], row.overdue)
    return counts, money, customers


def usual_days(rows, invoice, day):
    """Averages how late the customer's other invoices were that were paid or are overdue; None where there is none."""
    late = []
    for row in rows:
        if row.customer != invoice.customer or row.invoice == invoice.invoice or row.due is None or row.amount < 0:
            continue
        if not row.is_open:
            late.append(max(row.paid - row.due, 0))
        elif row.overdue:
            late.append(row.overdue)
    return sum(late) / len(late) if late else None


def listed(invoices, as_of, *, scores, out, cost, effect):
    """Gives by invoice what is left, the days and the gain of those that are called about, and the ids of the others."""
    rows, day = known(invoices, as_of)
    credit = defaultdict(Decimal)
    for row in rows:
        if row.is_open and row.amount < 0 and row.customer is not None:
            credit[row.customer] -= row.amount
    calls, others = {}, set()
    owed = [row for row in rows if row.is_open and row.amount > 0]
    for row in sorted(owed, key=lambda row: (math.inf if row.due is None else row.due, row.issued, row.invoice)):
        taken = min(credit[row.customer], row.amount) if row.customer is not None else Decimal(0)
        credit[row.customer] -= taken
        left = row.amount - taken
        days = scores.get(row.invoice, max(row.overdue, usual_days(rows, row, day) or 0))
        if row.customer is None or row.customer in out or left == 0 or days == 0:
            others.add(row.invoice)
            continue
        calls[row.invoice] = (float(left), days, float(left) * days * cost / 365 * effect)
    return calls, others
