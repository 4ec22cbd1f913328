"""What one acceptance row reports: its figure, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Holds the measured figure of one row of an issue's table.

    Parameters
    ----------
    figure : str
        What was measured, in words a person can compare with the goal; printed last.
    holds : bool
        Whether the goal is reached.
    """

    figure: str
    holds: bool
