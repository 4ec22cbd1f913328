"""Invoices: what was billed, and when it was paid."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["INVOICES"]

INVOICES = Table(
    name="invoices",
    key=("invoice_id",),
    columns=(
        Column("invoice_id", "key", required=True, description="Identifies the invoice."),
        Column("customer_id", "text", required=True, description="Who owes it."),
        Column("issued_at", "date", required=True, description="The day it was issued."),
        Column("due_at", "date", required=True, description="The day it is due."),
        Column("paid_at", "date", description="The day it was paid; missing while it is owed."),
        Column("amount", "money", required=True, description="What is owed; negative for a credit note."),
    ),
    keeps_attributes=True,
    needed_for="payment risk, collection days",
)
