"""Lead events: what a lead did, or what was done with it."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["LEAD_EVENTS"]

LEAD_EVENTS = Table(
    name="lead_events",
    key=("lead_id", "at", "kind"),
    columns=(
        Column("lead_id", "key", required=True, description="The lead it happened to."),
        Column("at", "instant", required=True, description="When it happened."),
        Column("kind", "category", required=True, description='What happened, as "call" or "visit".'),
        Column("channel", "category", description="Through which channel."),
    ),
    keeps_attributes=False,
    needed_for="lead scoring, behaviour",
)
