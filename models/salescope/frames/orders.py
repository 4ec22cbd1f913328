"""Orders: one row an order line; a return is a negative quantity."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["ORDERS"]

ORDERS = Table(
    name="orders",
    key=("order_id", "line"),
    columns=(
        Column("order_id", "key", required=True, description="Identifies the order."),
        Column("line", "key", required=True, description="The line within the order."),
        Column("customer_id", "text", description="Who bought; missing for anonymous sales."),
        Column("ordered_at", "instant", required=True, description="When it was ordered."),
        Column("product_id", "text", description="What was bought."),
        Column("quantity", "quantity", required=True, description="How many; negative for a return."),
        Column("unit_price", "money", description="The price of one, before the discount."),
        Column(
            "discount",
            "number",
            minimum=0.0,
            unit="share",
            description="The share taken off the price, 0.1 for ten percent.",
        ),
        Column("region", "category", description="The sales region."),
        Column("channel", "category", description="Through which channel."),
        Column("rep_id", "text", description="The representative who sold it."),
        Column("promised_at", "instant", description="When delivery was promised."),
        Column("delivered_at", "instant", description="When it was delivered."),
        Column("status", "category", description="The state of the line, as the source calls it."),
    ),
    keeps_attributes=False,
    needed_for="churn, value, segments, forecasts, anomalies",
)
