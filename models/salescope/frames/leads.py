"""Leads: people or companies that may buy, and what became of them."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["LEADS"]

LEADS = Table(
    name="leads",
    key=("lead_id",),
    columns=(
        Column(
            "lead_id",
            "key",
            required=True,
            description="Identifies the lead; the number of the row where the source has none.",
        ),
        Column("created_at", "instant", description="When the lead came in; open leads may lack it."),
        Column("source", "category", description='Where the lead came from, as "web" or "trade fair".'),
        Column("region", "category", description="The sales region."),
        Column("owner", "category", description="Who works on the lead."),
        Column(
            "outcome",
            "category",
            accepted=("open", "won", "lost"),
            description="What became of it; a missing one is open.",
        ),
        Column("outcome_at", "instant", description="When it was won or lost; known only after the outcome."),
        Column("amount", "money", description="What the sale was worth; known only after the outcome."),
    ),
    keeps_attributes=True,
    needed_for="lead scoring",
)
