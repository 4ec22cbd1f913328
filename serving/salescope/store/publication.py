"""Dated publications: whole tables that become current at once, are kept for a while, and go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from salescope.frames.errors import OutOfRangeError
from salescope.store.engine import Store
from salescope.store.errors import OvertakenRunError
from salescope.store.tables import CUSTOMER_PROFILES, FORECAST_ROWS, PUBLICATIONS, PUBLISHED_ARRAYS
from salescope.store.values import check_instant, check_json, check_text

__all__ = [
    "CUSTOMERS",
    "FORECASTS",
    "FUTURES",
    "NewPublication",
    "Publication",
    "add_to_publication",
    "begin_publication",
    "complete_publication",
    "current_publication",
    "earlier_publications",
    "publication_at",
    "publication_of",
    "publications",
    "retire_publications",
    "write_rows",
]

CUSTOMERS, FORECASTS, FUTURES = "customers", "forecasts", "futures"
LONGEST_VERSIONS = 4_000
LONGEST_ABOUT = 100_000
BEGUN, COMPLETE, GONE = "begun", "complete", "gone"
# So that an answer of the service, which needs the same lock on SQLite, never waits long.
ROWS_A_REMOVAL = 2_000
# What a publication has rows in: each table with the columns that order its rows, the first of them the subject.
ROWS_OF_PUBLICATIONS = (
    (CUSTOMER_PROFILES, ("customer_id",)),
    (FORECAST_ROWS, ("node", "step")),
    (PUBLISHED_ARRAYS, ("name", "part")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPublication:
    """Says what a publication is to be of.

    Parameters
    ----------
    name : str
        The table, as ``"customers"``.
    as_of : datetime
        The instant its features look back from, aware.
    at : datetime
        Now, an aware instant.
    versions : dict of str to str
        The version of each model that answered, as ``{"churn": "7", "value": "3"}``.
    currency : str
        The currency of every amount, three letters.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged.
    """

    name: str
    as_of: datetime
    at: datetime
    versions: dict[str, str]
    currency: str

    def __post_init__(self) -> None:
        check_text(self.name, column="publications.name", longest=120)
        check_text(self.currency, column="publications.currency", longest=3)
        object.__setattr__(self, "as_of", check_instant(self.as_of, column="publications.as_of"))
        object.__setattr__(self, "at", check_instant(self.at, column="publications.at"))
        check_json(self.versions, column="publications.versions", longest=LONGEST_VERSIONS)
        for version in self.versions.values():
            check_text(version, column="publications.versions", longest=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Is one complete published table.

    Parameters
    ----------
    id : int
        Grows with every publication.
    name : str
        The table, as ``"customers"``.
    as_of : datetime
        The instant its features look back from, in UTC.
    at : datetime
        The instant it was published, in UTC.
    versions : mapping of str to str
        The version of each model that answered.
    currency : str
        The currency of every amount, three letters.
    row_count : int
        How many rows it has.
    about : mapping
        What its publisher says of the whole table; empty where nothing is said.
    """

    id: int
    name: str
    as_of: datetime
    at: datetime
    versions: Mapping[str, str]
    currency: str
    row_count: int
    about: Mapping[str, Any] = field(default_factory=dict)


def publications(store: Store, *, name: str = CUSTOMERS) -> list[Publication]:
    """Lists the complete publications of a table.

    Parameters
    ----------
    store : Store
        Where they are kept.
    name : str, default "customers"
        The table.

    Returns
    -------
    list of Publication, shape (n_publications,)
        The current one first.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer.
    """
    with store.reading() as connection:
        return [publication_of(row) for row in connection.execute(_complete(name))]


def retire_publications(
    store: Store, *, keep: int, since: datetime | None = None, name: str = CUSTOMERS
) -> list[Publication]:
    """Takes older publications away.

    Parameters
    ----------
    store : Store
        Where they are kept.
    keep : int
        So many of the newest are kept, at least 1.
    since : datetime, optional
        Those whose ``as_of`` is this instant or later are kept as well.
    name : str, default "customers"
        The table.

    Returns
    -------
    list of Publication, shape (n_retired,)
        Those that are gone; readers know them no longer from the first instant, their rows go in short transactions.

    Raises
    ------
    OutOfRangeError
        If none would be kept.
    StoreUnavailableError
        If the database does not answer; the next publication takes away what is left.
    """
    if keep < 1:
        raise OutOfRangeError(keep, name="keep", where="retire_publications", least=1)
    with store.writing() as connection:
        older = [publication_of(row) for row in connection.execute(_complete(name).offset(keep))]
        retired = [publication for publication in older if since is None or publication.as_of < since]
        _give_up(connection, [publication.id for publication in retired])
    _remove(store, [publication.id for publication in retired])
    return retired


def current_publication(connection: Connection, *, name: str) -> Publication | None:
    """Finds the publication that was completed last; None where there is none."""
    row = connection.execute(_complete(name).limit(1)).one_or_none()
    return None if row is None else publication_of(row)


def publication_at(connection: Connection, *, name: str, as_of: datetime | None) -> Publication | None:
    """Finds the publication that was the newest at an instant, by its ``as_of``; the current one without an instant."""
    if as_of is None:
        return current_publication(connection, name=name)
    table = PUBLICATIONS.c
    known = select(PUBLICATIONS).where(table.name == name, table.state == COMPLETE, table.as_of <= as_of)
    row = connection.execute(known.order_by(table.as_of.desc(), table.id.desc()).limit(1)).one_or_none()
    return None if row is None else publication_of(row)


def earlier_publications(connection: Connection, *, to: Publication) -> list[Publication]:
    """Lists complete publications of an earlier ``as_of``, the latest first: a night published twice is no trend."""
    table = PUBLICATIONS.c
    earlier = select(PUBLICATIONS).where(table.name == to.name, table.state == COMPLETE, table.as_of < to.as_of)
    return [publication_of(row) for row in connection.execute(earlier.order_by(table.as_of.desc(), table.id.desc()))]


def publication_of(row: Row[Any]) -> Publication:
    """Reads a publication from a row that has the columns of its table."""
    return Publication(
        id=row.id,
        name=row.name,
        as_of=row.as_of,
        at=row.at,
        versions=json.loads(row.versions),
        currency=row.currency,
        row_count=row.row_count,
        about={} if row.about is None else json.loads(row.about),
    )


def begin_publication(store: Store, new: NewPublication, *, about: dict[str, Any] | None = None) -> int:
    """Begins a publication that no reader sees yet, and clears away what killed runs have left of the same table."""
    table = PUBLICATIONS.c
    values = {name: getattr(new, name) for name in ("name", "as_of", "at", "currency")}
    values["versions"] = check_json(new.versions, column="publications.versions", longest=LONGEST_VERSIONS)
    if about is not None:
        values["about"] = check_json(about, column="publications.about", longest=LONGEST_ABOUT)
    with store.writing() as connection:
        left = connection.execute(select(table.id).where(table.name == new.name, table.state != COMPLETE))
        given_up = list(left.scalars())
        _give_up(connection, given_up)
        begin = insert(PUBLICATIONS).values(**values, row_count=0, state=BEGUN).returning(table.id)
        publication_id: int = connection.execute(begin).scalar_one()
    _remove(store, given_up)
    return publication_id


def add_to_publication(connection: Connection, publication_id: int, *, rows: int, name: str) -> None:
    """Counts rows that the caller adds in the same transaction; raises where a newer run has cleared it away."""
    _change(connection, publication_id, name=name, row_count=PUBLICATIONS.c.row_count + rows)


def write_rows(
    store: Store, batch: Sequence[Mapping[str, Any]], *, table: Table, publication_id: int, name: str, twice: Exception
) -> None:
    """Writes checked rows in a transaction of their own; raises `twice` where the table has one of them already."""
    rows = [{"publication_id": publication_id, **row} for row in batch]
    with store.writing() as connection:
        add_to_publication(connection, publication_id, rows=len(rows), name=name)
        try:
            connection.execute(insert(table), rows)
        except IntegrityError:
            # Nothing else can break here: the checks have been made, and the publication's row is held.
            raise twice from None


def complete_publication(store: Store, publication_id: int, *, name: str) -> Publication:
    """Makes a publication the current one, in one step for every reader."""
    with store.writing() as connection:
        _change(connection, publication_id, name=name, state=COMPLETE)
        return publication_of(connection.execute(select(PUBLICATIONS).where(PUBLICATIONS.c.id == publication_id)).one())


def _change(connection: Connection, publication_id: int, *, name: str, **values: Any) -> None:  # noqa: ANN401
    table = PUBLICATIONS.c
    changed = connection.execute(
        update(PUBLICATIONS).where(table.id == publication_id, table.state == BEGUN).values(**values)
    )
    if changed.rowcount != 1:
        raise OvertakenRunError(name)


def _complete(name: str) -> Select[Any]:
    table = PUBLICATIONS.c
    return select(PUBLICATIONS).where(table.name == name, table.state == COMPLETE).order_by(table.id.desc())


def _give_up(connection: Connection, publication_ids: Sequence[int]) -> None:
    # From here on no run adds to them: whoever takes their rows away will meet no new ones.
    connection.execute(update(PUBLICATIONS).where(PUBLICATIONS.c.id.in_(publication_ids)).values(state=GONE))


def _remove(store: Store, publication_ids: Sequence[int]) -> None:
    for publication_id in publication_ids:
        for table, ordered in ROWS_OF_PUBLICATIONS:
            _remove_rows(store, table, ordered=ordered, publication_id=publication_id)
        with store.writing() as connection:
            connection.execute(delete(PUBLICATIONS).where(PUBLICATIONS.c.id == publication_id))


def _remove_rows(store: Store, table: Table, *, ordered: Sequence[str], publication_id: int) -> None:
    subject, mine = table.c[ordered[0]], table.c.publication_id == publication_id
    # In order, so that the rows of a subject go together and few more than so many at once.
    some = select(subject).where(mine).order_by(*(table.c[name] for name in ordered)).limit(ROWS_A_REMOVAL)
    removed = ROWS_A_REMOVAL
    while removed:
        with store.writing() as connection:
            removed = connection.execute(delete(table).where(mine, subject.in_(some))).rowcount
