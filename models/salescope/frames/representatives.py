"""Representatives: who sells, where, and how much they can carry."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["REPRESENTATIVES"]

REPRESENTATIVES = Table(
    name="representatives",
    key=("rep_id",),
    columns=(
        Column("rep_id", "key", required=True, description="Identifies the representative."),
        Column("region", "category", description="The sales region."),
        Column("team", "category", description="The team."),
        Column("capacity", "number", minimum=0.0, unit="visits a month", description="How much work they can do."),
        Column("seniority", "number", minimum=0.0, unit="years", description="Years in the trade."),
        Column("since", "date", description="The first day with the company."),
    ),
    keeps_attributes=True,
    needed_for="targets",
)
