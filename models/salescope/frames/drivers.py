"""Drivers: series that move sales; every further column is one of them."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["DRIVERS"]

DRIVERS = Table(
    name="drivers",
    key=("date", "node"),
    columns=(
        Column("date", "date", required=True, description="The day, or the first day of the period."),
        Column("node", "key", required=True, description='The node it concerns; "all" for every one.'),
    ),
    keeps_attributes=True,
    needed_for="forecasts",
)
