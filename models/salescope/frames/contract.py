"""The words of the data contract: what a table and a column of it must look like.

A workspace maps its own columns onto these; a canonical frame is a pandas DataFrame with a RangeIndex and the names
below as columns. Times are ``datetime64[ns]`` without a zone: naive local dates, or UTC instants where the source
says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from salescope.frames.errors import ContractError, UnknownNameError

__all__ = ["Column", "Kind", "Table", "TableDefinitionError"]

Kind = Literal["key", "text", "category", "number", "money", "quantity", "date", "instant", "flag"]
"""What a column holds.

``key`` identifies (text, never missing), ``text`` and ``category`` are words, ``number``, ``money`` (in the workspace's
currency) and ``quantity`` (may be negative: a return) are float64, ``date`` is a day and ``instant`` a day with a time
of day, ``flag`` is true or false.
"""


class TableDefinitionError(ContractError):
    """Says that a table of the contract itself is defined wrongly.

    Parameters
    ----------
    table : str
        The name of the table.
    fault : str
        What is wrong with it, as a clause.
    """

    def __init__(self, table: str, *, fault: str) -> None:
        super().__init__(f"Table {table!r} of the data contract {fault}. Correct its module under frames.")


@dataclass(frozen=True, slots=True)
class Column:
    """Describes one column of a table.

    Parameters
    ----------
    name : str
        The canonical name.
    kind : Kind
        What it holds.
    required : bool, default False
        Whether a workspace must map it and every row must have a value.
    accepted : tuple of str, default ()
        The only values allowed; empty allows any.
    minimum : float or None, default None
        The smallest value allowed, in `unit`.
    unit : str, default ""
        The unit of a number, as "days"; empty for none.
    description : str, default ""
        One sentence for a person who maps their own column onto it.

    Raises
    ------
    TableDefinitionError
        If the kind is not one of the contract's.

    Examples
    --------
    >>> Column("outcome", "category", accepted=("open", "won", "lost")).is_time
    False
    >>> Column("created_at", "time")
    Traceback (most recent call last):
        ...
    salescope.frames.contract.TableDefinitionError: ...unknown kind 'time'...
    """

    name: str
    kind: Kind
    required: bool = False
    accepted: tuple[str, ...] = ()
    minimum: float | None = None
    unit: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise TableDefinitionError("?", fault=f"has column {self.name!r} of unknown kind {self.kind!r}")

    @property
    def is_time(self) -> bool:
        """Says whether the column holds dates or instants."""
        return self.kind in {"date", "instant"}

    @property
    def is_number(self) -> bool:
        """Says whether the column holds float64 values."""
        return self.kind in {"number", "money", "quantity"}


@dataclass(frozen=True, slots=True)
class Table:
    """Describes one canonical table.

    Parameters
    ----------
    name : str
        The canonical name.
    key : tuple of str, shape (n_keys,)
        The columns that together identify a row; empty where rows have no identity.
    columns : tuple of Column, shape (n_columns,)
        The columns the contract knows.
    keeps_attributes : bool
        Whether columns it does not know are kept as attributes.
    needed_for : str
        The work that reads it.

    Raises
    ------
    TableDefinitionError
        If a key column is not among the columns, or a name occurs twice.

    Examples
    --------
    >>> table = Table("products", ("product_id",), (Column("product_id", "key", required=True),), False, "hierarchy")
    >>> table.names
    ('product_id',)
    >>> table.column("product")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.UnknownNameError: ...did you mean 'product_id'? Accepted: 'product_id'.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    keeps_attributes: bool
    needed_for: str

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names):
            raise TableDefinitionError(self.name, fault="names a column twice")
        if not set(self.key) <= set(names):
            raise TableDefinitionError(self.name, fault=f"has the key {self.key!r} outside of its columns")

    @property
    def names(self) -> tuple[str, ...]:
        """Lists the names of the known columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Lists the names of the columns that must be mapped."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """Finds a known column by name.

        Parameters
        ----------
        name : str
            The canonical name.

        Returns
        -------
        Column
            Its description.

        Raises
        ------
        UnknownNameError
            If the table knows no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownNameError(name, what="column", where=self.name, accepted=self.names)
