"""Pages of published forecasts, node by node, by a cursor that a new publication does not move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, select

from salescope.store.cursors import LARGEST_ROW_ID, publication_begun_with, read_cursor, written_cursor
from salescope.store.engine import Store
from salescope.store.forecast_about import LONGEST_HORIZON
from salescope.store.forecasts import ForecastRow, forecast_row_of
from salescope.store.publication import FORECASTS, Publication, publication_at
from salescope.store.tables import FORECAST_ROWS, LONGEST_LEVEL, LONGEST_NODE
from salescope.store.values import check_instant, check_text, check_whole

__all__ = [
    "MOST_NODES_A_PAGE",
    "ForecastPage",
    "ForecastWish",
    "Node",
    "NodePage",
    "forecast_nodes",
    "forecast_page",
    "nodes_near",
]

MOST_NODES_A_PAGE = 1_000
# A page of whole nodes has about so many rows at most, however far forecasts reach.
MOST_ROWS_A_PAGE = 20_000
NEAR = 250


@dataclass(frozen=True, slots=True)
class Node:
    """Is a node of the published tree.

    Parameters
    ----------
    name : str
        As ``"region=North"``.
    level : str
        As ``"region"``.
    """

    name: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastWish:
    """Says which forecasts are wanted.

    Parameters
    ----------
    node, level : str or None, default None
        Only this node, only nodes of this level; None does not ask.
    horizon : int or None, default None
        Only so many periods, 1 to 1,000; None is all.
    as_of : datetime or None, default None
        As it was said at this instant; None is now. A cursor has its own publication.
    size : int, default 50
        At most so many nodes on the page, 1 to 1,000.
    cursor : str or None, default None
        That of the page before; None asks for the first page.

    Raises
    ------
    HostileValueError
        If no row could hold a value, or a number is out of range.
    """

    node: str | None = None
    level: str | None = None
    horizon: int | None = None
    as_of: datetime | None = None
    size: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        if self.node is not None:
            check_text(self.node, column="forecasts.node", longest=LONGEST_NODE)
        if self.level is not None:
            check_text(self.level, column="forecasts.level", longest=LONGEST_LEVEL)
        if self.horizon is not None:
            check_whole(self.horizon, column="a horizon", lowest=1, highest=LONGEST_HORIZON)
        if self.as_of is not None:
            check_instant(self.as_of, column="an instant of forecasts")
        check_whole(self.size, column="the size of a page", lowest=1, highest=MOST_NODES_A_PAGE)


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """Is one page of forecasts.

    Parameters
    ----------
    publication : Publication or None
        What the page is of; None where nothing was published by then.
    nodes : tuple of (tuple of ForecastRow), shape (n_nodes,)
        The rows of each node by step; nodes in the order of code points.
    cursor : str or None
        Asks for the next page; None on the last one.
    """

    publication: Publication | None
    nodes: tuple[tuple[ForecastRow, ...], ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class NodePage:
    """Is one page of the nodes of the published tree.

    Parameters
    ----------
    publication : Publication or None
        What the page is of; None where nothing was published yet.
    nodes : tuple of Node, shape (n_nodes,)
        In the order of code points.
    cursor : str or None
        Asks for the next page; None on the last one.
    """

    publication: Publication | None
    nodes: tuple[Node, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Is the last node of a page."""

    publication_id: int
    node: str

    def __post_init__(self) -> None:
        check_whole(self.publication_id, column="a cursor", lowest=1, highest=LARGEST_ROW_ID)
        check_text(self.node, column="a cursor", longest=LONGEST_NODE)

    def written(self) -> str:
        return written_cursor(self.publication_id, self.node)


def forecast_page(store: Store, wish: ForecastWish, *, name: str = FORECASTS) -> ForecastPage:
    """Reads one page of forecasts.

    Parameters
    ----------
    store : Store
        Where forecasts are kept.
    wish : ForecastWish
        Which are wanted.
    name : str, default "forecasts"
        The table.

    Returns
    -------
    ForecastPage
        Pages that follow each other by their cursors are one publication, each node once and whole, whatever is
        published meanwhile. Where forecasts reach far, a page has fewer nodes than asked for.

    Raises
    ------
    UnknownCursorError
        If the cursor was not given out by this store, or its publication is retired.
    StoreUnavailableError
        If the database does not answer.
    """
    after = None if wish.cursor is None else read_cursor(wish.cursor, place=_Place)
    with store.reading() as connection:
        publication = _publication(connection, after, name=name, as_of=wish.as_of)
        if publication is None:
            return ForecastPage(None, (), None)
        steps = min(wish.horizon or LONGEST_HORIZON, publication.about["horizon"])
        size = min(wish.size, max(1, MOST_ROWS_A_PAGE // steps))
        nodes, cursor = _nodes(connection, publication, wish=wish, after=after, size=size)
        rows = _rows(connection, publication, wish=wish, nodes=nodes, steps=steps)
    return ForecastPage(publication, rows, cursor)


def forecast_nodes(
    store: Store, *, level: str | None = None, after: str | None = None, limit: int = 50, name: str = FORECASTS
) -> NodePage:
    """Lists the nodes of the published tree, one page.

    Parameters
    ----------
    store : Store
        Where forecasts are kept.
    level : str, optional
        Only nodes of this level.
    after : str, optional
        The cursor of the page before; without it, the first page of the current publication.
    limit : int, default 50
        At most so many nodes, 1 to 1,000.
    name : str, default "forecasts"
        The table.

    Returns
    -------
    NodePage

    Raises
    ------
    HostileValueError
        If an argument cannot be meant.
    UnknownCursorError
        If the cursor was not given out by this store, or its publication is retired.
    StoreUnavailableError
        If the database does not answer.
    """
    wish = ForecastWish(level=level, size=limit)
    place = None if after is None else read_cursor(after, place=_Place)
    with store.reading() as connection:
        publication = _publication(connection, place, name=name, as_of=None)
        if publication is None:
            return NodePage(None, (), None)
        nodes, cursor = _nodes(connection, publication, wish=wish, after=place, size=limit)
    return NodePage(publication, nodes, cursor)


def nodes_near(store: Store, node: str, *, publication: Publication) -> tuple[str, ...]:
    """Lists the nodes that stand before and after a name which is none, for "did you mean".

    Parameters
    ----------
    store : Store
        Where forecasts are kept.
    node : str
        The name.
    publication : Publication
        Of which tree.

    Returns
    -------
    tuple of str
        At most 500, in the order of code points; all of a small tree.
    """
    table = FORECAST_ROWS.c
    mine = select(table.node).distinct().where(table.publication_id == publication.id).limit(NEAR)
    with store.reading() as connection:
        before = connection.execute(mine.where(table.node < node).order_by(table.node.desc())).scalars().all()
        behind = connection.execute(mine.where(table.node > node).order_by(table.node)).scalars().all()
    return (*reversed(before), *behind)


def _publication(
    connection: Connection, after: _Place | None, *, name: str, as_of: datetime | None
) -> Publication | None:
    if after is None:
        return publication_at(connection, name=name, as_of=as_of)
    return publication_begun_with(connection, after.publication_id, name=name)


def _nodes(
    connection: Connection, publication: Publication, *, wish: ForecastWish, after: _Place | None, size: int
) -> tuple[tuple[Node, ...], str | None]:
    table = FORECAST_ROWS.c
    found = _asked(select(table.node, table.level).distinct(), wish).where(table.publication_id == publication.id)
    if after is not None:
        found = found.where(table.node > after.node)
    # One more than asked for tells whether there is a next page.
    rows = connection.execute(found.order_by(table.node).limit(size + 1)).all()
    nodes = tuple(Node(row.node, row.level) for row in rows[:size])
    cursor = _Place(publication.id, nodes[-1].name).written() if len(rows) > size else None
    return nodes, cursor


def _rows(
    connection: Connection, publication: Publication, *, wish: ForecastWish, nodes: Sequence[Node], steps: int
) -> tuple[tuple[ForecastRow, ...], ...]:
    if not nodes:
        return ()
    table = FORECAST_ROWS.c
    # A range and not a list: the nodes of a page follow each other among those that are asked for.
    wanted = _asked(select(FORECAST_ROWS), wish).where(
        table.publication_id == publication.id,
        table.node >= nodes[0].name,
        table.node <= nodes[-1].name,
        table.step <= steps,
    )
    rows = map(forecast_row_of, connection.execute(wanted.order_by(table.node, table.step)))
    return tuple(tuple(told) for _, told in groupby(rows, key=lambda row: row.node))


def _asked(statement: Select[Any], wish: ForecastWish) -> Select[Any]:
    asked = [FORECAST_ROWS.c[name] == said for name in ("node", "level") if (said := getattr(wish, name)) is not None]
    return statement.where(*asked)
