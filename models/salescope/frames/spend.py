"""Spend: what was paid for a channel on a day."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["SPEND"]

SPEND = Table(
    name="spend",
    key=("date", "channel"),
    columns=(
        Column("date", "date", required=True, description="The day."),
        Column("channel", "key", required=True, description="The channel."),
        Column("amount", "money", required=True, minimum=0.0, description="What was paid."),
    ),
    keeps_attributes=False,
    needed_for="channel efficiency, budget",
)
