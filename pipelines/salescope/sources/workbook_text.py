"""Text of a workbook's cells: letters that XML cannot hold are written as ``_x000D_``, as Excel does."""

from __future__ import annotations

import re

__all__ = ["escaped", "unescaped"]

# A reader of XML turns a lone carriage return into a new line, and refuses the others.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    r"""Writes a text as a cell of a workbook holds it.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text, with ``_x`` and the number of a letter where XML has no such letter, or where it reads so already.

    References
    ----------
    ECMA-376 part 1, 22.9.2.19 (ST_Xstring).

    Examples
    --------
    >>> escaped("a\rb"), escaped("_x000D_")
    ('a_x000D_b', '_x005F_x000D_')
    """
    return _FORBIDDEN.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    r"""Reads a text that a cell of a workbook holds.

    Parameters
    ----------
    text : str
        As of `escaped`, or of Excel.

    Returns
    -------
    str

    Examples
    --------
    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_")
    ('a\rb', '_x000D_')
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
