"""Customers: who has bought, and where contracts exist whether they left."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["CUSTOMERS"]

CUSTOMERS = Table(
    name="customers",
    key=("customer_id",),
    columns=(
        Column("customer_id", "key", required=True, description="Identifies the customer."),
        Column("since", "date", description="The day the relation began."),
        Column("region", "category", description="The sales region."),
        Column("segment", "category", description="The company's own segment."),
        Column("owner", "category", description="Who looks after the customer."),
        Column("churned", "flag", description="Whether a contractual customer left."),
        Column("churned_at", "date", description="The day the contract ended."),
    ),
    keeps_attributes=True,
    needed_for="churn, targets",
)
