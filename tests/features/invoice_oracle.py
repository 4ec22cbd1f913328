"""The features of invoices again, by plain loops over plain rows: slow, and written without a look at the sums."""

from __future__ import annotations

import math
import statistics

import pandas as pd

NAN = math.nan


def day(stamp):
    return None if pd.isna(stamp) else stamp.normalize()


def dates_of(row):
    """Gives the days an invoice was issued, due and paid; none is before its issue."""
    issued, due, paid = (day(row[name]) for name in ("issued_at", "due_at", "paid_at"))
    return issued, None if due is None else max(due, issued), None if paid is None else max(paid, issued)


def history_of(rows, invoice, moment):
    """Lists the customer's other invoices, issued before the moment, as what was known of them then."""
    listed = []
    for other in rows:
        if pd.isna(other["customer_id"]) or other["customer_id"] != invoice["customer_id"]:
            continue
        if other["invoice_id"] == invoice["invoice_id"] or pd.isna(other["due_at"]):
            continue
        issued, due, paid = dates_of(other)
        if issued < moment:
            listed.append((issued, due, paid if paid is not None and paid < moment else None, other["amount"]))
    return listed


def known_ends(bills, moment):
    """Says of every invoice that was paid or is overdue after how many days, from issue and from the day it was due."""
    for issued, due, paid, _ in bills:
        end = paid if paid is not None else moment if due < moment else None
        if end is not None:
            yield (end - issued).days, (end - due).days


def halved(values):
    """Averages values, oldest first, each weighing half as much as the one two later."""
    weights = [0.5 ** ((len(values) - 1 - place) / 2) for place in range(len(values))]
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights) if values else NAN


def mean(values):
    return statistics.fmean(values) if values else NAN


def features_of(rows, invoice, moment):
    """Describes one invoice at one moment."""
    issued, due, _ = dates_of(invoice)
    moment = moment.normalize()
    every = history_of(rows, invoice, moment)
    bills = [bill for bill in every if bill[3] >= 0]
    ends = list(known_ends(bills, moment))
    overdue = [bill for bill in bills if bill[2] is None and bill[1] < moment]
    took, after = [end[0] for end in ends], [end[1] for end in ends]
    usual = mean([bill[3] for bill in bills])
    return {
        "amount": invoice["amount"],
        "terms_days": (due - issued).days if due is not None else NAN,
        "days_since_issue": (moment - issued).days,
        "days_until_due": (due - moment).days if due is not None else NAN,
        "issued_month": issued.month,
        "issued_weekday": issued.weekday(),
        "due_month": due.month if due is not None else NAN,
        "due_weekday": due.weekday() if due is not None else NAN,
        "due_day": due.day if due is not None else NAN,
        "invoices_total": len(bills),
        "invoices_open": sum(bill[2] is None for bill in bills),
        "invoices_overdue": len(overdue),
        "debt_open": sum(bill[3] for bill in every if bill[2] is None),
        "debt_overdue": sum(bill[3] for bill in overdue),
        "amount_ratio": invoice["amount"] / usual if usual else NAN,
        "invoices_late_share": mean([days > 0 for days in after]),
        "days_late_mean": mean([max(days, 0) for days in after]),
        "days_after_due_mean": mean(after),
        "days_to_settle_mean": mean(took),
        "days_to_settle_sd": statistics.stdev(took) if len(took) > 1 else NAN,
        **payments_of(bills, moment),
    }


def payments_of(bills, moment):
    """Describes the payments so far, the newest counting most."""
    paid = sorted((bill[2], bill[0], bill[1]) for bill in bills if bill[2] is not None)
    took, after = [(p - i).days for p, i, _ in paid], [(p - d).days for p, _, d in paid]
    return {
        "days_to_settle_last": took[-1] if paid else NAN,
        "days_after_due_last": after[-1] if paid else NAN,
        "days_to_settle_newer": halved(took),
        "days_after_due_newer": halved(after),
        "invoices_late_newer": halved([float(days > 0) for days in after]),
        "days_since_last_payment": (moment - paid[-1][0]).days if paid else NAN,
    }
