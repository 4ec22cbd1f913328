"""The features of customers in plain, vectorised pandas: group-bys as one would write them, in floating point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

__all__ = ["pandas_features"]

DAY = pd.Timedelta(days=1)
WINDOWS = (30, 90, 180, 365)


def pandas_features(tables: Mapping[str, pd.DataFrame], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Gives what `salescope.features.customer_features` gives, indexed by customer."""
    parts = [
        order_features(tables["orders"], tables["products"], as_of=as_of),
        contact_features(tables["contacts"], as_of=as_of),
        invoice_features(tables["invoices"], as_of=as_of),
    ]
    customers = tables["customers"].set_index("customer_id").drop(columns=["churned", "churned_at"])
    known = customers.index[customers["since"] < as_of]
    everybody = parts[0].index.union(parts[1].index).union(parts[2].index).union(known)
    features = pd.concat([part.reindex(everybody) for part in parts], axis="columns")
    counts = [name for name in features.columns if name.startswith(COUNTED)]
    features[counts] = features[counts].fillna(0.0)
    return features.join(customers)


COUNTED = (
    "order_days", "orders_30d", "orders_90d", "orders_180d", "orders_365d", "money_total", "money_30d", "money_90d", "money_180d",
    "money_365d", "products_", "categories_", "returns_90d", "contacts_", "complaints_", "invoices_total", "invoices_open",
    "invoices_overdue", "debt_",
)  # fmt: skip


def order_features(orders: pd.DataFrame, products: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    past = orders[orders["ordered_at"] < as_of]
    age = as_of - past["ordered_at"]
    bought = past["quantity"] > 0
    past = past.assign(
        money=past["quantity"] * past["unit_price"] * (1 - past["discount"].fillna(0)),
        bought=bought,
        returned=past["quantity"] < 0,
        returned_90d=(past["quantity"] < 0) & (age <= 90 * DAY),
        discount=past["discount"].where(bought),
        promised=bought & (past["promised_at"] < as_of),
        day=past["ordered_at"].dt.normalize(),
        category=past["product_id"].map(products.set_index("product_id")["category"]),
    )
    past["late"] = past["promised"] & ~(past["delivered_at"].where(past["delivered_at"] < as_of) <= past["promised_at"])
    for days in WINDOWS:
        past[f"money_{days}d"] = past["money"].where(age <= days * DAY)
    lines = past.groupby("customer_id").agg(
        lines=("quantity", "size"),
        bought=("bought", "sum"),
        returned=("returned", "sum"),
        returns_90d=("returned_90d", "sum"),
        pieces=("quantity", "sum"),
        money_total=("money", "sum"),
        **{f"money_{days}d": (f"money_{days}d", "sum") for days in WINDOWS},
        discount_mean=("discount", "mean"),
        promised=("promised", "sum"),
        late=("late", "sum"),
    )
    sold = past[bought]
    features = lines.join(rhythm(sold, as_of=as_of)).join(breadth(sold, as_of=as_of))
    features["money_per_order"] = features["money_total"] / features["order_days"]
    features["money_trend"] = trend(features["money_90d"], features["money_180d"])
    features["orders_trend"] = trend(features["orders_90d"], features["orders_180d"])
    features["lines_per_order"] = features["bought"] / features["order_days"]
    features["pieces_per_order"] = features["pieces"] / features["order_days"]
    features["returns_share"] = features["returned"] / features["lines"]
    features["deliveries_late_share"] = features["late"] / features["promised"].where(features["promised"] > 0)
    return features.drop(columns=["lines", "bought", "pieces", "returned", "promised", "late"])


def trend(latest: pd.Series, both: pd.Series) -> pd.Series:
    before = both - latest
    size = latest.abs() + before.abs()
    return (latest - before) / size.where(size > 0)


def rhythm(sold: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    days = sold.groupby(["customer_id", "day"])["ordered_at"].max().reset_index()
    age = as_of - days["ordered_at"]
    days["gap"] = days.groupby("customer_id")["day"].diff().dt.days
    for window in WINDOWS:
        days[f"orders_{window}d"] = age <= window * DAY
    table = days.groupby("customer_id").agg(
        order_days=("day", "size"),
        first=("day", "min"),
        last=("day", "max"),
        **{f"orders_{window}d": (f"orders_{window}d", "sum") for window in WINDOWS},
        days_between_orders_mean=("gap", "mean"),
        days_between_orders_sd=("gap", "std"),
        days_between_orders_max=("gap", "max"),
    )
    table["days_since_first_order"] = (as_of - table["first"]) / DAY
    table["days_since_last_order"] = (as_of - table["last"]) / DAY
    table["days_first_to_last_order"] = (table["last"] - table["first"]).dt.days
    table["overdue_ratio"] = table["days_since_last_order"] / table["days_between_orders_mean"]
    return table.drop(columns=["first", "last"])


def breadth(sold: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    by_customer = sold.groupby("customer_id")
    recent = sold[sold["ordered_at"] >= as_of - 90 * DAY].groupby("customer_id")
    return pd.DataFrame(
        {
            "products_total": by_customer["product_id"].nunique(),
            "products_90d": recent["product_id"].nunique(),
            "categories_total": by_customer["category"].nunique(),
        }
    )


def contact_features(contacts: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    past = contacts[contacts["at"] < as_of]
    complaint = past["kind"].str.lower() == "complaint"
    recent = past["at"] >= as_of - 90 * DAY
    past = past.assign(
        recent=recent,
        complaint=complaint,
        recent_complaint=complaint & recent,
        open_complaint=complaint & ~(past["resolved_at"] < as_of),
    )
    table = past.groupby("customer_id").agg(
        contacts_total=("at", "size"),
        contacts_90d=("recent", "sum"),
        complaints_total=("complaint", "sum"),
        complaints_90d=("recent_complaint", "sum"),
        complaints_open=("open_complaint", "sum"),
        last=("at", "max"),
    )
    table["days_since_last_contact"] = (as_of - table["last"]) / DAY
    return table.drop(columns="last")


def invoice_features(invoices: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    past = invoices[invoices["issued_at"] < as_of]
    paid_at = past["paid_at"].where(past["paid_at"] < as_of)
    still_open, real = paid_at.isna(), past["amount"] >= 0
    days_late = (paid_at.fillna(as_of).dt.normalize() - past["due_at"].dt.normalize()).dt.days
    told = real & (~still_open | (days_late > 0))
    overdue = real & still_open & (days_late > 0)
    past = past.assign(
        real=real,
        late=(days_late > 0).where(told, np.nan).astype(np.float64),
        days_late=days_late.clip(lower=0).where(told),
        still_open=real & still_open,
        overdue=overdue,
        debt_open=past["amount"].where(still_open),
        debt_overdue=past["amount"].where(overdue),
    )
    return past.groupby("customer_id").agg(
        invoices_total=("real", "sum"),
        invoices_late_share=("late", "mean"),
        days_late_mean=("days_late", "mean"),
        invoices_open=("still_open", "sum"),
        invoices_overdue=("overdue", "sum"),
        debt_open=("debt_open", "sum"),
        debt_overdue=("debt_overdue", "sum"),
    )
