"""Text that a spreadsheet would run as a formula, kept inert in a file of text, and read back as it was meant."""

from __future__ import annotations

import re

__all__ = ["as_meant", "inert"]

# What people write on a Chinese keyboard begins a formula as well, and so does a line that a spreadsheet has trimmed.
_ACTIVE = "=+\\-@＝＋－＠"
_BLANK = "\\s\u200b\u2060\ufeff"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_RUNS = re.compile(f'[\t\r\n]|["{_BLANK}]*[{_ACTIVE}]')
# A spreadsheet whose separator is the semicolon begins a cell there, and in a line below, whatever quotes say.
_INSIDE = re.compile(f'(?<![;"{_BLANK}])([;"{_BLANK}]+)(\'*)(?=[{_ACTIVE}])')
_BEGINS = (";", "\r", "\n")


def inert(text: str) -> str:
    """Keeps a spreadsheet from computing a text; a plain number, a negative one too, stays as it is.

    Parameters
    ----------
    text : str
        A cell that goes into a .csv file. A cell of an .xlsx file has a type, and needs none of this.

    Returns
    -------
    str
        The text, behind an apostrophe where a spreadsheet would run it: at its beginning, and where a semicolon or a
        new line would begin another cell. `as_meant` gives back the very same text.

    Notes
    -----
    A text that has apostrophes before what would run gets one more, so that taking one away is never wrong. After
    OWASP, CSV Injection (2024), which names separators and full-width signs besides ``=``, ``+``, ``-`` and ``@``.

    Examples
    --------
    >>> inert("=1+1"), inert("-5"), inert("web"), inert("'=1")
    ("'=1+1", '-5', 'web', "''=1")
    >>> inert("North; =1+1")
    "North; '=1+1"
    """
    kept = _INSIDE.sub(_one_more, text)
    return f"'{kept}" if _would_run(kept.lstrip("'")) else kept


def as_meant(text: str) -> str:
    """Takes away the apostrophes that `inert` has put into a text, and no other.

    Parameters
    ----------
    text : str
        A cell of a .csv file that was written with `inert`.

    Returns
    -------
    str

    Examples
    --------
    >>> as_meant("'=1+1"), as_meant("''=1"), as_meant("'tis"), as_meant("-5")
    ('=1+1', "'=1", "'tis", '-5')
    """
    kept = text[1:] if text.startswith("'") and _would_run(text.lstrip("'")) else text
    return _INSIDE.sub(_one_less, kept)


def _would_run(text: str) -> bool:
    return _RUNS.match(text) is not None and _NUMBER.fullmatch(text) is None


def _one_more(found: re.Match[str]) -> str:
    before, marks = found.groups()
    return f"{before}'{marks}" if any(mark in before for mark in _BEGINS) else f"{before}{marks}"


def _one_less(found: re.Match[str]) -> str:
    before, marks = found.groups()
    return f"{before}{marks[1:]}" if any(mark in before for mark in _BEGINS) else f"{before}{marks}"
