"""Reading what a call asks of published forecasts, and finding it or saying what is published instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from starlette.requests import Request

from salescope.frames.nearest import nearest_name
from salescope.service.errors import Complaint, NoForecastError, RequestShapeError
from salescope.service.forecast_answers import MONEY
from salescope.service.query import read_query, whole_in
from salescope.service.record_call import INSTANTS_ACCEPTED, instant_in
from salescope.store import (
    LONGEST_HORIZON,
    MOST_NODES_A_PAGE,
    ForecastPage,
    ForecastWish,
    Publication,
    Store,
    forecast_page,
    nodes_near,
)

__all__ = [
    "DEFAULT_LIMIT",
    "FORMATS",
    "INTERVALS",
    "TOTAL",
    "ForecastCall",
    "check_level",
    "find_forecasts",
    "read_forecast_call",
    "unknown_node",
]

TOTAL = "all"
DEFAULT_LIMIT = 50
FORMATS = ("json", "csv", "supply")
INTERVALS = {"80": (80,), "95": (95,), "80,95": (80, 95)}
NAMES = ("node", "level", "horizon", "levels", "as_of", "unit", "currency", "format", "limit", "cursor")
LONGEST_COMPARED = 120
MOST_LEVELS_TOLD = 20
NOTHING_YET = "No forecast is published yet; `salescope forecast` makes one."

Form = Literal["json", "csv", "supply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastCall:
    """Says what a call asks for.

    Parameters
    ----------
    query : mapping of str to str
        As it was sent, for the address of the next page.
    wish : ForecastWish
        Which forecasts.
    levels : tuple of int
        Which intervals.
    form : {"json", "csv", "supply"}
        How they are written.
    unit, currency : str or None
        What amounts must be in; None does not ask.
    """

    query: Mapping[str, str]
    wish: ForecastWish
    levels: tuple[int, ...]
    form: Form
    unit: str | None
    currency: str | None


def read_forecast_call(request: Request) -> ForecastCall:
    """Reads the query of a call; without node and level it asks for the total.

    Parameters
    ----------
    request : Request
        The call.

    Returns
    -------
    ForecastCall

    Raises
    ------
    RequestShapeError
        If a parameter is unknown or says nothing that is accepted.
    HostileValueError
        If no row could hold a value.
    """
    query = read_query(request, accepted=NAMES)
    horizon = whole_in(query, "horizon", default=LONGEST_HORIZON, most=LONGEST_HORIZON)
    level, node = query.get("level"), query.get("node")
    wish = ForecastWish(
        node=TOTAL if node is None and level is None else node,
        level=level,
        horizon=horizon if "horizon" in query else None,
        as_of=_instant(query),
        size=whole_in(query, "limit", default=DEFAULT_LIMIT, most=MOST_NODES_A_PAGE),
        cursor=query.get("cursor"),
    )
    levels = INTERVALS[_one_of(query, "levels", accepted=tuple(INTERVALS), default="80,95")]
    form = _form(query, accept=request.headers.get("accept", ""))
    return ForecastCall(
        query=query, wish=wish, levels=levels, form=form, unit=query.get("unit"), currency=query.get("currency")
    )


def find_forecasts(store: Store, call: ForecastCall) -> ForecastPage:
    """Finds what is asked for.

    Parameters
    ----------
    store : Store
        Where forecasts are kept.
    call : ForecastCall
        What is asked for.

    Returns
    -------
    ForecastPage
        With a publication.

    Raises
    ------
    NoForecastError
        If nothing was published by then, or not for this node, level, horizon, unit or currency.
    UnknownCursorError
        If the cursor was not given out by this store, or its publication is retired.
    StoreUnavailableError
        If the database does not answer.
    """
    page, wish = forecast_page(store, call.wish), call.wish
    if page.publication is None:
        then = "No kept forecast is so old; leave `as_of` out for the current one."
        raise NoForecastError(problem=NOTHING_YET if wish.as_of is None else then)
    _check_amounts(call, page.publication)
    if wish.level is not None:
        check_level(wish.level, publication=page.publication)
    reaches = page.publication.about["horizon"]
    if wish.horizon is not None and wish.horizon > reaches:
        raise NoForecastError(problem=f"Forecasts are published for 1 to {reaches} periods ahead.")
    if not page.nodes and wish.node is not None and wish.cursor is None:
        raise unknown_node(store, wish.node, publication=page.publication)
    return page


def check_level(level: str, *, publication: Publication) -> None:
    """Checks that the published tree has a level, and says which is near where it has not."""
    levels = publication.about["levels"]
    if level not in levels:
        near = nearest_name(level[:LONGEST_COMPARED], levels)
        has = ", ".join(levels[:MOST_LEVELS_TOLD])
        raise NoForecastError(problem=f"The published tree has no such level.{_hint(near)} It has {has}.")


def unknown_node(store: Store, node: str, *, publication: Publication) -> NoForecastError:
    """Makes the error of a node that the published tree does not have, at the level asked for."""
    near = nearest_name(node[:LONGEST_COMPARED], nodes_near(store, node, publication=publication))
    hint = f"{_hint(near)} GET /v1/forecasts/nodes lists all."
    return NoForecastError(problem=f"The published tree has no such node here.{hint}")


def _hint(near: str | None) -> str:
    return f" Did you mean {near!r}?" if near else ""


def _check_amounts(call: ForecastCall, publication: Publication) -> None:
    unit = publication.about["unit"]
    if call.unit is not None and call.unit != unit:
        raise NoForecastError(problem=f"Forecasts are published in the unit {unit!r} and not converted.")
    currency = publication.currency if unit == MONEY else None
    if call.currency is not None and call.currency != currency:
        told = "no currency" if currency is None else f"the currency {currency}"
        raise NoForecastError(problem=f"Forecasts are published in {told} and not converted.")


def _instant(query: Mapping[str, str]) -> datetime | None:
    if "as_of" not in query:
        return None
    found = instant_in(query["as_of"])
    if found is None:
        raise RequestShapeError([Complaint("/as_of", INSTANTS_ACCEPTED)])
    return found


def _one_of(query: Mapping[str, str], name: str, *, accepted: Sequence[str], default: str) -> str:
    said = query.get(name, default)
    if said not in accepted:
        raise RequestShapeError([Complaint(f"/{name}", f"One of {', '.join(map(repr, accepted))} is accepted.")])
    return said


def _form(query: Mapping[str, str], *, accept: str) -> Form:
    kinds = [kind.partition(";")[0].strip().lower() for kind in accept.split(",")]
    wanted = next((kind for kind in kinds if kind in {"application/json", "text/csv"}), "")
    default = "csv" if wanted == "text/csv" else "json"
    return cast("Form", _one_of(query, "format", accepted=FORMATS, default=default))
