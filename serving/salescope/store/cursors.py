"""Cursors: where the next page begins, as a text that says nothing to others."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, select

from salescope.store.errors import HostileValueError, UnknownCursorError
from salescope.store.publication import COMPLETE, Publication, publication_of
from salescope.store.tables import PUBLICATIONS
from salescope.store.values import check_text

__all__ = ["LARGEST_ROW_ID", "publication_begun_with", "read_cursor", "written_cursor"]

LARGEST_ROW_ID = 2**63 - 1
LONGEST_CURSOR = 4_000

Place = TypeVar("Place")


def written_cursor(*place: float | str) -> str:
    """Writes a place as a text without meaning for others.

    Parameters
    ----------
    *place : float or str
        What `read_cursor` gives back.

    Returns
    -------
    str

    Examples
    --------
    >>> read_cursor(written_cursor(7, "all"), place=lambda *said: said)
    (7, 'all')
    """
    return base64.urlsafe_b64encode(json.dumps(place).encode("ascii")).decode("ascii").rstrip("=")


def read_cursor(cursor: str, *, place: Callable[..., Place]) -> Place:
    """Reads a place that `written_cursor` wrote.

    Parameters
    ----------
    cursor : str
        As a client sends it.
    place : callable
        Makes the place of its parts, and checks them.

    Returns
    -------
    Place

    Raises
    ------
    UnknownCursorError
        If it is none of ours.
    """
    try:
        check_text(cursor, column="a cursor", longest=LONGEST_CURSOR)
        return place(*json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)))
    except (ValueError, TypeError, RecursionError, HostileValueError):
        raise UnknownCursorError("was not given out by this store") from None


def publication_begun_with(connection: Connection, publication_id: int, *, name: str) -> Publication:
    """Finds the publication that the page before was of.

    Parameters
    ----------
    connection : Connection
        Reading.
    publication_id : int
        As the cursor says.
    name : str
        The table.

    Returns
    -------
    Publication

    Raises
    ------
    UnknownCursorError
        If it is no longer kept.
    """
    table = PUBLICATIONS.c
    begun = select(PUBLICATIONS).where(table.id == publication_id, table.name == name, table.state == COMPLETE)
    row = connection.execute(begun).one_or_none()
    if row is None:
        raise UnknownCursorError("is of a publication that is no longer kept")
    return publication_of(row)
