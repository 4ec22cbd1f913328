"""What the rows of a scorer and its outcomes are called, and how figures are written, for pages and drawings."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEADS", "Words", "figure_text"]

PLAIN_FROM = 100


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


def figure_text(value: object) -> str:
    """Writes a cell of a table of figures.

    Parameters
    ----------
    value : object
        A number, None where there is none, or anything that has its own text.

    Returns
    -------
    str
        Whole numbers with thousands apart; others with three decimals, from a hundred on with none; a dash for None.

    Examples
    --------
    >>> [figure_text(value) for value in (1_234, 0.46249, 2_500.3, None, "the model")]
    ['1,234', '0.462', '2,500', '–', 'the model']
    """
    match value:
        case None:
            return "–"
        case bool():
            return str(value)
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if abs(value) >= PLAIN_FROM else f"{value:.3f}"
        case _:
            return str(value)
