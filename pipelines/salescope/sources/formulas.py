"""Text that a spreadsheet would run as a formula, kept inert."""

from __future__ import annotations

__all__ = ["inert"]

ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """Keeps a spreadsheet from computing a text; a plain number, a negative one too, stays as it is.

    Parameters
    ----------
    text : str
        A cell that goes into a .csv or .xlsx file.

    Returns
    -------
    str
        The text, behind an apostrophe where a spreadsheet would run it.

    Examples
    --------
    >>> inert("=1+1"), inert("-5"), inert("web")
    ("'=1+1", '-5', 'web')
    """
    if not text.startswith(ACTIVE):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
