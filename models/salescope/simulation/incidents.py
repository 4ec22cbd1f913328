"""Incidents: what goes wrong in demand or in the records, where, when, why, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salescope.frames.errors import UnknownNameError
from salescope.simulation.labels import TEXT
from salescope.simulation.period import SECONDS_A_DAY, Ints
from salescope.simulation.products import CATEGORIES
from salescope.simulation.representatives import REGIONS
from salescope.simulation.sales import mean_sales
from salescope.simulation.world import World

__all__ = ["INCIDENTS", "Incident", "incidents_table", "plan_incidents", "recorded", "troubled"]

# Kind -> cause, who has to act, days it lasts (None: to the end of the history).
INCIDENTS: dict[str, tuple[str, str, int | None]] = {
    "level_shift": ("a competitor opened in the region", "regional sales manager", 45),
    "spike": ("a storm was forecast and everyone stocked up", "supply planning", 2),
    "price_error": ("a price list was loaded with the comma misplaced", "master data", 7),
    "duplicate_orders": ("an interface sent its orders twice", "integration team", 3),
    "data_outage": ("the interface of the region was down", "integration team", 5),
    "lost_key_account": ("the key account signed with a competitor", "key account management", None),
}
DEMAND_FACTOR = {"level_shift": 0.55, "spike": 3.5}
PRICE_FACTOR = 10.0


@dataclass(frozen=True, slots=True)
class Incident:
    """Is one incident.

    Parameters
    ----------
    kind : str
        A key of `INCIDENTS`.
    first, last : int
        Days since the start; `last` is the first day after it.
    region : int
        Position of the region.
    category : int or None
        Position of the category, where it has one.
    product : int or None
        Position of the product with the wrong price.
    customer : int or None
        Position of the customer who left.
    node : str
        The place in the sales tree.
    """

    kind: str
    first: int
    last: int
    region: int
    category: int | None
    product: int | None
    customer: int | None
    node: str

    def hits(self, lines: pd.DataFrame, *, region: Ints) -> NDArray[np.bool_]:
        """Finds the lines that lie in its place and time.

        Parameters
        ----------
        lines : DataFrame, shape (n_lines, 8)
            Lines as they were drawn.
        region : ndarray of int, shape (n_lines,)
            Their regions.

        Returns
        -------
        ndarray of bool, shape (n_lines,)
            Whether each line is hit.
        """
        day = lines["at"].to_numpy() // SECONDS_A_DAY
        inside = (day >= self.first) & (day < self.last)
        if self.product is not None:
            return np.asarray(inside & (lines["product"].to_numpy() == self.product))
        return np.asarray(inside & (region == self.region))


def plan_incidents(kinds: Sequence[str], *, world: World, rng: np.random.Generator) -> tuple[Incident, ...]:
    """Places the wished incidents in the second half of the history, one after the other.

    Parameters
    ----------
    kinds : sequence of str
        Keys of `INCIDENTS`.
    world : World
        The company before anything goes wrong.
    rng : numpy.random.Generator
        The stream to draw from; every kind draws its share, wished or not, so that the others stay in place.

    Returns
    -------
    tuple of Incident
        In the order of `INCIDENTS`.

    Raises
    ------
    UnknownNameError
        When a kind is not one of `INCIDENTS`.
    """
    for kind in kinds:
        if kind not in INCIDENTS:
            raise UnknownNameError(kind, what="incident", where="simulate", accepted=tuple(INCIDENTS))
    planned = []
    for number, kind in enumerate(INCIDENTS):
        first = int(world.period.days * (0.45 + 0.09 * number + rng.uniform(0, 0.03)))
        region, category = int(rng.integers(len(REGIONS))), int(rng.integers(len(CATEGORIES)))
        if kind in kinds:
            planned.append(place(kind, first=first, region=region, category=category, world=world))
    return tuple(planned)


def place(kind: str, *, first: int, region: int, category: int, world: World) -> Incident:
    """Decides where one incident happens and how long it lasts.

    Parameters
    ----------
    kind : str
        A key of `INCIDENTS`.
    first : int
        Its first day, days since the start.
    region, category : int
        Drawn positions, used by the kinds that have such a place.
    world : World
        The company before anything goes wrong.

    Returns
    -------
    Incident
        The incident.
    """
    length = INCIDENTS[kind][2]
    last = world.period.days if length is None else min(first + length, world.period.days)
    node, product, customer, narrow = f"region={REGIONS[region]}", None, None, None
    if kind == "level_shift":
        narrow, node = category, f"{node}/category={CATEGORIES[category]}"
    elif kind == "price_error":
        # The best seller, so that the wrong price is on some order of even a small company.
        narrow = int(np.argmax(world.demand.pull[:, first].sum(axis=0)))
        product = int(np.argmax(world.demand.mix[first] * (world.demand.catalogue.category == narrow)))
        node = f"category={CATEGORIES[narrow]}/product=P-{product + 1:04d}"
    elif kind == "lost_key_account":
        customer = largest_customer(world, day=first)
        region = int(world.region[customer])
        node = f"region={REGIONS[region]}/customer=C-{customer + 1:06d}"
    return Incident(kind, first, last, region, narrow, product, customer, node)


def largest_customer(world: World, *, day: int) -> int:
    """Finds the customer of the greatest expected sales among those who would stay.

    Parameters
    ----------
    world : World
        The company.
    day : int
        Days since the start.

    Returns
    -------
    int
        Position of the customer.
    """
    book = world.book
    stays = (book.since < day) & (book.died >= world.period.days)
    return int(np.argmax(book.rate * book.size * np.where(stays, 1.0, 1e-9)))


def troubled(world: World, *, incidents: Sequence[Incident]) -> World:
    """Applies the incidents that act on demand.

    Parameters
    ----------
    world : World
        The company before anything goes wrong.
    incidents : sequence of Incident
        All incidents; those of the records are passed over.

    Returns
    -------
    World
        The company that orders are drawn from.
    """
    for incident in incidents:
        if incident.kind in DEMAND_FACTOR:
            factor, days = DEMAND_FACTOR[incident.kind], slice(incident.first, incident.last)
            demand = world.demand.with_factor(factor, region=incident.region, days=days, category=incident.category)
            world = replace(world, demand=demand)
        elif incident.customer is not None:
            world = replace(world, book=world.book.without(incident.customer, since=float(incident.first)))
    return world


def recorded(lines: pd.DataFrame, *, incidents: Sequence[Incident], world: World) -> pd.DataFrame:
    """Applies the incidents that act on the records.

    Parameters
    ----------
    lines : DataFrame, shape (n_lines, 8)
        Lines as they happened, returns included.
    incidents : sequence of Incident
        All incidents; those of demand are passed over.
    world : World
        The company.

    Returns
    -------
    DataFrame, shape (n_recorded, 8)
        Lines as they were recorded, sorted by time.
    """
    for incident in incidents:
        hit = incident.hits(lines, region=world.region[lines["customer"].to_numpy()])
        if incident.kind == "price_error":
            factor = np.where(hit & (lines["quantity"].to_numpy() > 0), PRICE_FACTOR, 1.0)
            lines = lines.assign(unit_price=lines["unit_price"] * factor)
        elif incident.kind == "data_outage":
            lines = lines[~hit]
        elif incident.kind == "duplicate_orders":
            copies = lines[hit & (lines["quantity"].to_numpy() > 0)]
            order = pd.factorize(copies["order"])[0] + int(lines["order"].max()) + 1
            lines = pd.concat([lines, copies.assign(order=order)], ignore_index=True)
    by_time = np.argsort(lines["at"].to_numpy(), kind="stable")
    return lines.iloc[by_time].reset_index(drop=True)


def incidents_table(incidents: Sequence[Incident], *, lines: pd.DataFrame, calm: World) -> pd.DataFrame:
    """Writes the true incidents.

    Parameters
    ----------
    incidents : sequence of Incident
        What went wrong.
    lines : DataFrame, shape (n_lines, 8)
        Lines as they happened.
    calm : World
        The company before anything goes wrong.

    Returns
    -------
    DataFrame, shape (n_incidents, 7)
        ``kind``, ``start`` and ``end`` (naive local days, `end` not part of it), ``node``, ``cause``, ``owner``
        (who has to act) and ``amount``: the money it adds to or, negative, takes from recorded sales; expected for the
        kinds that act on demand, counted for those that act on the records.
    """
    dates = calm.period.dates
    rows = [
        (
            incident.kind,
            dates[incident.first],
            dates[incident.last],
            incident.node,
            *INCIDENTS[incident.kind][:2],
            effect(incident, lines=lines, calm=calm),
        )
        for incident in incidents
    ]
    frame = pd.DataFrame(rows, columns=["kind", "start", "end", "node", "cause", "owner", "amount"])
    days = dict.fromkeys(["start", "end"], "datetime64[ns]")
    return frame.astype(days | dict.fromkeys(["kind", "node", "cause", "owner"], TEXT) | {"amount": float})


def effect(incident: Incident, *, lines: pd.DataFrame, calm: World) -> float:
    """Computes the money an incident adds to recorded sales.

    Parameters
    ----------
    incident : Incident
        What went wrong.
    lines : DataFrame, shape (n_lines, 8)
        Lines as they happened.
    calm : World
        The company before anything goes wrong.

    Returns
    -------
    float
        Money, negative where sales are lost.
    """
    if incident.kind in DEMAND_FACTOR or incident.customer is not None:
        days = slice(0, calm.period.days)
        after, before = mean_sales(troubled(calm, incidents=[incident])), mean_sales(calm)
        return float(after.category[:, days].sum() - before.category[:, days].sum())
    hit = lines[incident.hits(lines, region=calm.region[lines["customer"].to_numpy()])]
    money = hit["quantity"] * hit["unit_price"] * (1 - hit["discount"])
    if incident.kind == "data_outage":
        return -float(money.sum())
    taken = float(money[hit["quantity"] > 0].sum())
    return taken * (PRICE_FACTOR - 1) if incident.kind == "price_error" else taken
