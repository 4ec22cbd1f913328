"""Which character separates the cells of a text file, and what the names in its header are."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from salescope.frames.errors import SourceError

__all__ = ["column_names", "separator_of", "split_hint"]

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_LETTERS = 1 << 16
SAMPLE_ROWS = 200


def split_hint(text: str) -> tuple[str | None, str]:
    r"""Takes off the line ``sep=;`` by which Excel is told the separator.

    Parameters
    ----------
    text : str
        The whole text.

    Returns
    -------
    separator : str or None
        The separator it names.
    text : str
        The text without the line.

    Examples
    --------
    >>> split_hint("sep=;\nlead_id;region\n")
    (';', 'lead_id;region\n')
    """
    line, end, _ = text[:16].partition("\n")
    hint = line.rstrip("\r").strip('"')
    if end and len(hint) == 5 and hint.lower().startswith("sep="):
        return hint[4], text[len(line) + 1 :]
    return None, text


def separator_of(text: str) -> str:
    r"""Finds the separator that splits the most rows of a bounded sample into the same number of cells.

    Parameters
    ----------
    text : str
        The text; its first 65,536 letters and 200 rows are looked at.

    Returns
    -------
    str
        One of ``,`` ``;`` tab ``|``; the comma where no separator splits anything.

    Examples
    --------
    >>> separator_of("lead_id;amount\n1;2,50\n2;3,75\n")
    ';'
    """
    sample = text[:SAMPLE_LETTERS]
    best = max(SEPARATORS, key=lambda separator: _consistency(sample, separator))
    return best if _consistency(sample, best) > (0.0, 0) else ","


def _consistency(sample: str, separator: str) -> tuple[float, int]:
    """Scores a separator: the share of rows with the commonest number of cells, then that number."""
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        widths = [len(cells) for cells in islice(reader, SAMPLE_ROWS) if cells]
    except csv.Error:
        return 0.0, 0
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0, 0
    width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
    return count / len(widths), width


def column_names(header: Sequence[str], *, source: str) -> tuple[list[str], list[str]]:
    """Names the columns: trimmed, none blank, none twice.

    Parameters
    ----------
    header : sequence of str, shape (n_columns,)
        The cells of the first row.
    source : str
        The file, for messages.

    Returns
    -------
    names : list of str, shape (n_columns,)
        One name a column.
    notes : list of str
        What was changed, as sentences.

    Raises
    ------
    SourceError
        If every name is blank.

    Examples
    --------
    >>> column_names(["id", "", "id"], source="leads.csv")[0]
    ['id', 'unnamed_2', 'id_2']
    """
    trimmed = [name.replace("\ufeff", "").strip() for name in header]
    if not any(trimmed):
        raise SourceError(source, fault="has a header without a single name", remedy="Export it with column names")
    names: list[str] = []
    notes: list[str] = []
    for position, name in enumerate(trimmed, start=1):
        given = name or f"unnamed_{position}"
        free = given
        count = 1
        while free in names or (free != given and free in trimmed):
            count += 1
            free = f"{given}_{count}"
        names.append(free)
        if free != name:
            what = f"the second {name!r}" if name else "it has no name"
            notes.append(f"Column {position} is called {free!r}: {what}.")
    return names, notes
