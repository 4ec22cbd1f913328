"""Which of the user's columns is which of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from salescope.frames import Table
from salescope.frames.errors import MissingColumnError, UnknownNameError

__all__ = ["ROW_NUMBER", "ColumnMap", "check_dates", "found_name", "map_columns"]

ROW_NUMBER = "row_number"
"""Mapped to a key, the number of the row stands in for an identifier the source does not have."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Says which column is which.

    Parameters
    ----------
    known : dict of str to str
        Our name: the user's name, or `ROW_NUMBER`.
    attributes : dict of str to str
        The name an attribute gets: the user's name; the same except where it would hide one of ours.
    left_out : tuple of str
        The user's columns that the table has no place for.
    notes : tuple of str
        What was renamed or not found, as sentences.
    """

    known: dict[str, str]
    attributes: dict[str, str]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def found_name(name: str, header: Sequence[str]) -> str | None:
    """Finds a column by its name, or by the same name in other letters' case.

    Parameters
    ----------
    name : str
        The name in the settings.
    header : sequence of str
        The names in the source.

    Returns
    -------
    str or None
        The name as the source spells it.

    Examples
    --------
    >>> found_name("Create Date", ["Record ID", "Create date"])
    'Create date'
    """
    if name in header:
        return name
    same = [given for given in header if given.casefold() == name.strip().casefold()]
    return same[0] if len(same) == 1 else None


def map_columns(
    contract: Table, wanted: Mapping[str, Sequence[str]], *, header: Sequence[str], source: str
) -> ColumnMap:
    """Maps the columns of a source onto a table of the contract.

    Parameters
    ----------
    contract : Table
        The table.
    wanted : mapping of str to sequence of str
        Our name: the user's name, or several, of which the first that is there is taken. Columns not named here are
        found under our own names.
    header : sequence of str
        The names in the source.
    source : str
        The source, for messages.

    Returns
    -------
    ColumnMap
        Which is which.

    Raises
    ------
    UnknownNameError
        If a single name is not in the source, or none of several for a required column.
    MissingColumnError
        If a required column is neither mapped nor there under our name.

    Examples
    --------
    >>> from salescope.frames import TABLES
    >>> wanted = {"lead_id": ["Lead ID", "Id"]}
    >>> map_columns(TABLES["leads"], wanted, header=["Id", "Industry"], source="leads.csv").known
    {'lead_id': 'Id'}
    >>> map_columns(TABLES["leads"], {"source": ["Chanel"]}, header=["lead_id", "Channel"], source="leads.csv")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.UnknownNameError: Unknown column 'Chanel' in leads.csv: did you mean 'Channel'? ...
    """
    known: dict[str, str] = {}
    notes: list[str] = []
    for name in contract.names:
        names = wanted.get(name)
        given = _first_found(names or (name,), header)
        if given is not None:
            known[name] = given
        elif names is not None and (len(names) == 1 or contract.column(name).required):
            raise UnknownNameError(names[0], what="column", where=source, accepted=list(header))
        elif names is not None:
            notes.append(f"No column for {name!r}: looked for {', '.join(names)}.")
    lacking = [name for name in contract.required if name not in known]
    if lacking:
        raise MissingColumnError(lacking, where=source, present=header)
    taken = set(known.values())
    others = [given for given in header if given not in taken]
    if not contract.keeps_attributes:
        return ColumnMap(known, {}, tuple(others), tuple(notes))
    attributes = {_free_name(given, reserved=contract.names, header=header): given for given in others}
    notes += [f"Column {given!r} is kept as {name!r}." for name, given in attributes.items() if name != given]
    return ColumnMap(known, attributes, (), tuple(notes))


def check_dates(columns: ColumnMap, dates: Iterable[str], *, source: str) -> None:
    """Checks that every column with a date format of its own is there.

    Parameters
    ----------
    columns : ColumnMap
        Which of the user's columns is which of ours.
    dates : iterable of str
        The columns by our name, attributes by their own.
    source : str
        The source, for messages.

    Raises
    ------
    UnknownNameError
        If a column is not there.
    """
    accepted = [*columns.known, *columns.attributes]
    for name in dates:
        if name not in accepted:
            raise UnknownNameError(name, what="column", where=f"{source}, for dates", accepted=accepted)


def _first_found(names: Sequence[str], header: Sequence[str]) -> str | None:
    for name in names:
        given = found_name(name, header)
        if given is not None or name == ROW_NUMBER:
            return given or name
    return None


def _free_name(given: str, *, reserved: Sequence[str], header: Sequence[str]) -> str:
    name = given
    while name in reserved or (name != given and name in header):
        name += "_attribute"
    return name
