"""What the rows of a scorer and its outcomes are called, for pages and drawings."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEADS", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """Names what a scorer is about.

    Parameters
    ----------
    rows : str, default "leads"
        What is scored, in the plural.
    positive : str, default "wins"
        The outcomes whose chance is told, in the plural.

    Examples
    --------
    >>> Words(rows="customers", positive="departures")
    Words(rows='customers', positive='departures')
    """

    rows: str = "leads"
    positive: str = "wins"


LEADS = Words()
