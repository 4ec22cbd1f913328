"""Targets: the goal of a node of the sales tree in a period."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["TARGETS"]

TARGETS = Table(
    name="targets",
    key=("period", "node"),
    columns=(
        Column("period", "date", required=True, description="The first day of the period."),
        Column("node", "key", required=True, description='The node, as "region=North/rep=17".'),
        Column("amount", "money", required=True, minimum=0.0, description="The goal."),
    ),
    keeps_attributes=False,
    needed_for="attainment",
)
