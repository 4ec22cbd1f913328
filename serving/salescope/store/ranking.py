"""Ranked pages of the published customers, the highest first, by a cursor that a new publication does not move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from salescope.store.cursors import LARGEST_ROW_ID, publication_begun_with, read_cursor, written_cursor
from salescope.store.engine import Store
from salescope.store.profiles import Profile, profile_of_row
from salescope.store.publication import CUSTOMERS, Publication, current_publication
from salescope.store.tables import CUSTOMER_PROFILES, LONGEST_ID
from salescope.store.values import LARGEST_VALUE, check_number, check_text, check_whole

__all__ = ["MOST_A_PAGE", "Page", "ProfileWish", "ranked_profiles"]

MOST_A_PAGE = 1_000
LONGEST_CURSOR = 2_000
FILTERS = ("region", "tier", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileWish:
    """Says which customers are wanted.

    Parameters
    ----------
    region, tier, owner : str or None, default None
        Only customers with exactly this; None does not ask.
    size : int, default 50
        At most so many on the page, 1 to 1,000.
    cursor : str or None, default None
        That of the page before; None asks for the first page.

    Raises
    ------
    HostileValueError
        If no row could hold a filter's value, or the size is out of range.
    """

    region: str | None = None
    tier: str | None = None
    owner: str | None = None
    size: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        for name in FILTERS:
            said = getattr(self, name)
            if said is not None:
                check_text(said, column=f"customer_profiles.{name}", longest=LONGEST_ID)
        check_whole(self.size, column="the size of a page", lowest=1, highest=MOST_A_PAGE)


@dataclass(frozen=True, slots=True)
class Page:
    """Is one page of a ranking.

    Parameters
    ----------
    publication : Publication or None
        What the page is of; None where nothing was published yet.
    profiles : tuple of Profile
        The highest rank score first, then by customer id in the order of code points.
    cursor : str or None
        Asks for the next page; None on the last one.
    """

    publication: Publication | None
    profiles: tuple[Profile, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Is the last row of a page."""

    publication_id: int
    rank_score: float
    customer_id: str

    def __post_init__(self) -> None:
        check_whole(self.publication_id, column="a cursor", lowest=1, highest=LARGEST_ROW_ID)
        check_number(self.rank_score, column="a cursor", lowest=-LARGEST_VALUE, highest=LARGEST_VALUE)
        check_text(self.customer_id, column="a cursor", longest=LONGEST_ID)

    def written(self) -> str:
        return written_cursor(self.publication_id, self.rank_score, self.customer_id)


def ranked_profiles(store: Store, wish: ProfileWish, *, name: str = CUSTOMERS) -> Page:
    """Reads one page of the ranked customers.

    Parameters
    ----------
    store : Store
        Where profiles are kept.
    wish : ProfileWish
        Which are wanted.
    name : str, default "customers"
        The table.

    Returns
    -------
    Page
        Of the current publication, or of that which the cursor began with: pages that follow each other by their
        cursors are the whole ranking of one publication, each customer once, whatever is published meanwhile.

    Raises
    ------
    UnknownCursorError
        If the cursor was not given out by this store, or its publication is retired.
    StoreUnavailableError
        If the database does not answer.
    """
    after = None if wish.cursor is None else read_cursor(wish.cursor, place=_Place)
    with store.reading() as connection:
        publication = (
            current_publication(connection, name=name)
            if after is None
            else publication_begun_with(connection, after.publication_id, name=name)
        )
        if publication is None:
            return Page(None, (), None)
        # One more than asked for tells whether there is a next page.
        rows = _rows(connection, _wanted(wish, publication), after=after, size=wish.size + 1)
    profiles = tuple(profile_of_row(row) for row in rows[: wish.size])
    if len(rows) <= wish.size:
        return Page(publication, profiles, None)
    last = profiles[-1]
    return Page(publication, profiles, _Place(publication.id, last.rank_score, last.customer_id).written())


def _wanted(wish: ProfileWish, publication: Publication) -> Select[Any]:
    table = CUSTOMER_PROFILES.c
    asked = [table[name] == said for name in FILTERS if (said := getattr(wish, name)) is not None]
    return select(CUSTOMER_PROFILES).where(table.publication_id == publication.id, *asked)


def _rows(connection: Connection, wanted: Select[Any], *, after: _Place | None, size: int) -> Sequence[Row[Any]]:
    table = CUSTOMER_PROFILES.c
    ranked = wanted.order_by(table.rank_score.desc(), table.customer_id)
    if after is None:
        return connection.execute(ranked.limit(size)).all()
    # Two statements and not one with OR: each is a range of an index, however many customers have the same score.
    equal = wanted.where(table.rank_score == after.rank_score, table.customer_id > after.customer_id)
    rows = list(connection.execute(equal.order_by(table.customer_id).limit(size)))
    if len(rows) < size:
        rows += connection.execute(ranked.where(table.rank_score < after.rank_score).limit(size - len(rows)))
    return rows
