"""Products: the hierarchy of what is sold, and its life."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["PRODUCTS"]

PRODUCTS = Table(
    name="products",
    key=("product_id",),
    columns=(
        Column("product_id", "key", required=True, description="Identifies the product."),
        Column("category", "category", description="Its place in the hierarchy."),
        Column("launched_at", "date", description="The first day of sale."),
        Column("list_price", "money", minimum=0.0, description="The price before any discount."),
    ),
    keeps_attributes=True,
    needed_for="hierarchy, life cycle",
)
