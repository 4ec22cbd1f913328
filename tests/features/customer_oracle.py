"""The customer features again, by plain loops over plain rows: slow, and written without a look at the SQL."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pandas as pd

DAY = pd.Timedelta(1, "D")
NAN = math.nan
WINDOWS = (30, 90, 180, 365)


def rows_of(frame, name):
    if frame is None:
        return None
    return [row for row in frame.to_dict("records") if row["customer_id"] == name]


def days(span):
    return span / DAY


def share(part, whole):
    return float(part) / float(whole) if whole else NAN


def trend(latest, before):
    size = abs(latest) + abs(before)
    return float(latest - before) / float(size) if size else NAN


def money_of(line):
    if pd.isna(line["unit_price"]):
        return None
    discount = 0.0 if pd.isna(line["discount"]) else line["discount"]
    return Fraction(round(line["quantity"] * line["unit_price"] * (1 - discount) * 10_000), 10_000)


def features_of(tables, name, as_of):
    """Describes one customer at one moment."""
    answer = {}
    orders, contacts, invoices = (rows_of(tables.get(table), name) for table in ("orders", "contacts", "invoices"))
    answer |= order_features(orders, tables.get("products"), as_of)
    answer |= contact_features(contacts, as_of)
    answer |= invoice_features(invoices, as_of)
    return answer


def order_features(orders, products, as_of):
    past = [line for line in orders if line["ordered_at"] < as_of]
    bought = [line for line in past if line["quantity"] > 0]
    by_day = {}
    for line in bought:
        day = line["ordered_at"].normalize()
        by_day[day] = max(by_day.get(day, line["ordered_at"]), line["ordered_at"])
    order_days = sorted(by_day)
    gaps = [(later - earlier).days for earlier, later in pairwise(order_days)]
    priced = [(line["ordered_at"], money_of(line)) for line in past if money_of(line) is not None]
    known = not past or bool(priced)
    counts = {n: sum(latest >= as_of - n * DAY for latest in by_day.values()) for n in WINDOWS}
    sums = {n: sum((money for at, money in priced if at >= as_of - n * DAY), Fraction(0)) for n in WINDOWS}
    total = sum((money for _, money in priced), Fraction(0))
    mean = sum(gaps) / len(gaps) if gaps else NAN
    recency = days(as_of - order_days[-1]) if order_days else NAN
    named = {line["product_id"] for line in bought if not pd.isna(line["product_id"])}
    recent = {
        line["product_id"]
        for line in bought
        if not pd.isna(line["product_id"]) and line["ordered_at"] >= as_of - 90 * DAY
    }
    category = {} if products is None else dict(zip(products["product_id"], products["category"], strict=True))
    categories = {category[product] for product in named if product in category and not pd.isna(category[product])}
    discounts = [line["discount"] for line in bought if not pd.isna(line["discount"])]
    returned = [line for line in past if line["quantity"] < 0]
    promised = [line for line in bought if not pd.isna(line["promised_at"]) and line["promised_at"] < as_of]
    late = [
        line
        for line in promised
        if pd.isna(line["delivered_at"]) or line["delivered_at"] >= as_of or line["delivered_at"] > line["promised_at"]
    ]
    return {
        "days_since_first_order": days(as_of - order_days[0]) if order_days else NAN,
        "days_since_last_order": recency,
        "order_days": len(order_days),
        "days_first_to_last_order": (order_days[-1] - order_days[0]).days if order_days else NAN,
        **{f"orders_{n}d": counts[n] for n in WINDOWS},
        "orders_trend": trend(counts[90], counts[180] - counts[90]),
        "money_total": float(total) if known else NAN,
        **{f"money_{n}d": float(sums[n]) if known else NAN for n in WINDOWS},
        "money_per_order": share(total, len(order_days)) if priced else NAN,
        "money_trend": trend(sums[90], sums[180] - sums[90]),
        "days_between_orders_mean": mean,
        "days_between_orders_sd": math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1))
        if len(gaps) > 1
        else NAN,
        "days_between_orders_max": max(gaps, default=NAN),
        "overdue_ratio": recency / mean if gaps else NAN,
        "products_total": len(named) if named or not bought else NAN,
        "products_90d": len(recent) if named or not bought else NAN,
        "categories_total": len(categories) if categories or not bought else NAN,
        "lines_per_order": share(len(bought), len(order_days)),
        "pieces_per_order": share(
            sum(Fraction(round(line["quantity"] * 10_000), 10_000) for line in past), len(order_days)
        ),
        "returns_share": share(len(returned), len(past)),
        "returns_90d": sum(line["ordered_at"] >= as_of - 90 * DAY for line in returned),
        "discount_mean": sum(discounts) / len(discounts) if discounts else NAN,
        "deliveries_late_share": share(len(late), len(promised)),
    }


def contact_features(contacts, as_of):
    past = [contact for contact in contacts if contact["at"] < as_of]
    complaints = [contact for contact in past if contact["kind"] == "complaint"]
    return {
        "contacts_total": len(past),
        "contacts_90d": sum(contact["at"] >= as_of - 90 * DAY for contact in past),
        "complaints_total": len(complaints),
        "complaints_90d": sum(contact["at"] >= as_of - 90 * DAY for contact in complaints),
        "complaints_open": sum(
            pd.isna(contact["resolved_at"]) or contact["resolved_at"] >= as_of for contact in complaints
        ),
        "days_since_last_contact": days(as_of - max(contact["at"] for contact in past)) if past else NAN,
    }


def invoice_features(invoices, as_of):
    past = [invoice for invoice in invoices if invoice["issued_at"] < as_of]
    told, open_, overdue = [], [], []
    debt = Fraction(0)
    for invoice in past:
        amount = Fraction(round(invoice["amount"] * 10_000), 10_000)
        paid = not pd.isna(invoice["paid_at"]) and invoice["paid_at"] < as_of
        until = invoice["paid_at"] if paid else as_of
        late = (until.normalize() - invoice["due_at"].normalize()).days
        if not paid:
            debt += amount
        if amount < 0:
            continue
        if not paid:
            open_.append(invoice)
            if late > 0:
                overdue.append(amount)
        if paid or late > 0:
            told.append(late)
    return {
        "invoices_total": sum(invoice["amount"] >= 0 for invoice in past),
        "invoices_late_share": share(sum(late > 0 for late in told), len(told)),
        "days_late_mean": sum(max(late, 0) for late in told) / len(told) if told else NAN,
        "invoices_open": len(open_),
        "invoices_overdue": len(overdue),
        "debt_open": float(debt),
        "debt_overdue": float(sum(overdue, Fraction(0))),
    }
