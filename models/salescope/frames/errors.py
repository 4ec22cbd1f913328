"""Errors of Salescope: one root, so that one table maps all of them to HTTP.

::

    SalescopeError
    ├── ContractError              the data or a request breaks the data contract
    │   ├── UnknownNameError       a key, column, table or file is misspelt or missing
    │   └── MissingColumnError     a column that the work needs is not there
    ├── NotFittedModelError        an estimator is asked before it was fitted
    └── …

Each class builds its own message from parts. A message says which value, where, what is accepted and what to do,
and ends with a full stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

__all__ = [
    "ContractError",
    "MissingColumnError",
    "NotFittedModelError",
    "SalescopeError",
    "UnknownNameError",
    "listed",
]

MOST_LISTED = 5


def listed(values: Sequence[object], *, most: int = MOST_LISTED) -> str:
    """Joins values for a message, at most five of them.

    Parameters
    ----------
    values : sequence of object, shape (n_values,)
        What to list; each is shown with ``repr``.
    most : int, default 5
        How many are shown before "… and 12 more".

    Returns
    -------
    str
        The values, comma separated.

    Examples
    --------
    >>> listed(["won", "lost"])
    "'won', 'lost'"
    >>> listed(range(8), most=2)
    '0, 1 … and 6 more'
    """
    shown = ", ".join(repr(value) for value in values[:most])
    hidden = len(values) - most
    return f"{shown} … and {hidden} more" if hidden > 0 else shown


class SalescopeError(Exception):
    """Is the root of every error that Salescope raises on purpose."""


class ContractError(SalescopeError):
    """Says that data or a request breaks the data contract."""


class UnknownNameError(ContractError):
    """Says that a key, column, table or file is not one that exists here.

    Parameters
    ----------
    name : str
        The name that was given.
    what : str
        What it was meant to be, as "column" or "key".
    where : str
        The place, as ``"salescope.yaml: tables.leads"``.
    accepted : sequence of str
        The names that exist; the nearest one is suggested.

    Examples
    --------
    >>> print(UnknownNameError("sorce", what="column", where="leads", accepted=["source", "region"]))
    Unknown column 'sorce' in leads: did you mean 'source'? Accepted: 'source', 'region'.
    """

    def __init__(self, name: str, *, what: str, where: str, accepted: Sequence[str]) -> None:
        self.name = name
        self.accepted = tuple(accepted)
        near = get_close_matches(name, self.accepted, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        known = f"Accepted: {listed(self.accepted)}." if self.accepted else "There is none to choose from."
        super().__init__(f"Unknown {what} {name!r} in {where}: {hint}{known}")


class MissingColumnError(ContractError):
    """Says that columns which the work needs are not in the frame.

    Parameters
    ----------
    columns : sequence of str
        The columns that are missing.
    where : str
        The table or frame.
    present : sequence of str
        The columns that are there.
    """

    def __init__(self, columns: Sequence[str], *, where: str, present: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(
            f"Missing column {listed(self.columns)} in {where}; present: {listed(list(present))}. "
            "Map the column in salescope.yaml or add it to the frame."
        )


class NotFittedModelError(SalescopeError):
    """Says that an estimator is asked for answers before it was fitted.

    Parameters
    ----------
    estimator : str
        The class name of the estimator.
    """

    def __init__(self, estimator: str) -> None:
        super().__init__(f"This {estimator} is not fitted yet. Call fit before asking it for answers.")
