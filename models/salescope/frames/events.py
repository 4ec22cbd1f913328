"""Events: holidays, promotions, launches and outages."""

from __future__ import annotations

from salescope.frames.contract import Column, Table

__all__ = ["EVENTS"]

EVENTS = Table(
    name="events",
    key=("date", "scope", "name"),
    columns=(
        Column("date", "date", required=True, description="The day."),
        Column("scope", "key", required=True, description='The node it concerns; "all" for every one.'),
        Column("name", "key", required=True, description="What it is called."),
        Column(
            "kind",
            "category",
            required=True,
            accepted=("holiday", "promotion", "launch", "outage"),
            description="What it is.",
        ),
    ),
    keeps_attributes=False,
    needed_for="forecasts, anomaly notes",
)
