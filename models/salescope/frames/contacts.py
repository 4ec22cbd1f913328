"""Contacts: visits, calls and complaints of customers."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["CONTACTS"]

CONTACTS = Table(
    name="contacts",
    key=("customer_id", "at", "kind"),
    columns=(
        Column("customer_id", "key", required=True, description="The customer."),
        Column("at", "instant", required=True, description="When it happened."),
        Column("kind", "category", required=True, description='What it was, as "visit", "call" or "complaint".'),
        Column("resolved_at", "instant", description="When a complaint was resolved."),
    ),
    keeps_attributes=False,
    needed_for="revisit plan, churn",
)
