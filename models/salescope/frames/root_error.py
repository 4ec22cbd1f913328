"""The root of all errors, and the manner of listing values in a message."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["SalescopeError", "listed"]

MOST_LISTED = 5


class SalescopeError(Exception):
    """Is the root of every error that Salescope raises on purpose."""


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
