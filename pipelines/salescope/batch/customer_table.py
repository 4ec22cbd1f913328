"""What a night said of customers as a flat table, for a file or a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

__all__ = ["scores_of"]

COLUMNS: Mapping[str, tuple[str, str]] = {
    "tier": ("tier", "label"),
    "churn_probability": ("churn", "probability"),
    "churn_score": ("churn", "score"),
    "churn_grade": ("churn", "grade"),
    "expected_orders": ("value", "orders"),
    "expected_money": ("value", "money"),
    "money_low": ("value", "money_low"),
    "money_high": ("value", "money_high"),
    "probability_alive": ("value", "alive"),
    "next_order_at": ("value", "next_order_at"),
    "step": ("next", "step_name"),
    "gain": ("next", "gain"),
    "rank": ("next", "rank"),
    "days_overdue": ("next", "days_overdue"),
}
NUMBERS = (
    "churn_probability", "expected_orders", "expected_money", "money_low", "money_high", "probability_alive", "gain",
    "days_overdue",
)  # fmt: skip
WHOLE = ("churn_score", "rank")


def scores_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Lays profiles out, one row each.

    Parameters
    ----------
    rows : sequence of mappings, shape (n_customers,)
        "content", a profile (see `salescope.scoring.customer_profiles`), with "owner" and "region".

    Returns
    -------
    DataFrame, shape (n_customers, 20)
        From the highest gain on, equal gains by id: customer_id, owner, region, tier, churn_probability, churn_score,
        churn_grade, expected_orders, expected_money, money_low, money_high, probability_alive, next_order_at, step,
        gain, rank, days_overdue, reasons (why this step), not_chosen (why none, or not now) and products.
    """
    told = [_row(row["content"], owner=row["owner"], region=row["region"]) for row in rows]
    names = ["customer_id", "owner", "region", *COLUMNS, "reasons", "not_chosen", "products"]
    table = pd.DataFrame(told, columns=names, dtype=object)
    table = table.astype({**dict.fromkeys(NUMBERS, "float64"), **dict.fromkeys(WHOLE, "Int64")})
    table = table.sort_values("customer_id", kind="stable")
    return table.sort_values("gain", ascending=False, kind="stable", na_position="last", ignore_index=True)


def _row(content: Mapping[str, Any], *, owner: str | None, region: str | None) -> dict[str, Any]:
    told = {name: (content[part] or {}).get(field) for name, (part, field) in COLUMNS.items()}
    step = content["next"] or {"reasons": [], "because": None, "skipped": None}
    return {
        "customer_id": content["customer_id"],
        "owner": owner,
        "region": region,
        **told,
        "reasons": "; ".join(step["reasons"]),
        "not_chosen": step["skipped"] or step["because"],
        "products": ", ".join(product["product_id"] for product in content["products"]),
    }
