"""What was found in a source: its shape, its columns, and the rows that were accepted and rejected."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["CheckedTable", "ColumnFacts", "Fault", "Role", "SourceFacts"]

Role = Literal["known", "attribute", "excluded", "left out"]
"""What becomes of a column: part of the contract, kept beside it, never learned from, or not read at all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Marks rows that break the contract in one way.

    Parameters
    ----------
    column : str
        The user's own name of the column.
    wrong : ndarray of bool, shape (n_rows,)
        The rows.
    reason : str or list of str, shape (n_rows,)
        Why, as a clause; one for all of them or one a row.
    """

    column: str
    wrong: npt.NDArray[np.bool_]
    reason: str | list[str]

    def reason_of(self, row: int) -> str:
        """Says why one row is marked.

        Parameters
        ----------
        row : int
            The position of the row.

        Returns
        -------
        str
            The reason.
        """
        return self.reason if isinstance(self.reason, str) else self.reason[row]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """Says what a column was found to be.

    Parameters
    ----------
    name : str
        Our name of it; its own for an attribute.
    source : str
        The user's name of it.
    role : Role
        What becomes of it.
    kind : str
        The contract's kind, or what an attribute was found to hold.
    missing : float
        The share of rows without a value, of all rows that could be split.
    style : str
        How its dates or numbers are written.
    low, high : str
        The smallest and the largest value of dates and numbers.
    """

    name: str
    source: str
    role: Role
    kind: str = ""
    missing: float = 0.0
    style: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Says what a source was found to be.

    Parameters
    ----------
    table : str
        The canonical table it is mapped to.
    source : str
        The file and sheet, or the address without its password.
    form : str
        ``csv``, ``tsv``, ``txt``, ``xlsx``, ``parquet`` or ``sql``.
    encoding, separator : str
        What a text file is written in; empty for the others.
    rows_in : int
        Every row that was given, without wholly blank ones.
    columns : tuple of ColumnFacts
        The columns, ours first.
    notes : tuple of str
        What was noticed or assumed, as sentences.
    """

    table: str
    source: str
    form: str
    encoding: str
    separator: str
    rows_in: int
    columns: tuple[ColumnFacts, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Writes the facts as plain values for JSON.

        Returns
        -------
        dict of str to Any
            The facts.
        """
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """Holds a table after its check.

    Parameters
    ----------
    frame : DataFrame, shape (n_accepted, n_columns)
        The accepted rows as a canonical frame, in the order of the source.
    rejected : DataFrame, shape (n_rejected, ...)
        The others: ``row`` (as a spreadsheet shows it), ``column``, ``value``, ``reason``, then the cells as they stand
        in the source.
    found : SourceFacts
        What the source was found to be.
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame
    found: SourceFacts

    @property
    def rows_in(self) -> int:
        """Counts every row that was given: accepted and rejected ones."""
        return self.found.rows_in
