"""Order lines: drawn from customers and demand, with returns; and the table of the contract."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.simulation.customers import SEGMENTS
from salescope.simulation.labels import labelled, numbered
from salescope.simulation.period import SECONDS_A_DAY, Floats, Ints, Period
from salescope.simulation.representatives import REGIONS
from salescope.simulation.world import World

__all__ = ["EXTRA_LINES", "RETURNED", "delay_shares", "draw_lines", "draw_returns", "orders_table"]

CHANNELS = ("field", "web shop", "phone")
CHANNEL_SHARE = np.array([[0.7, 0.2, 0.1], [0.35, 0.45, 0.2], [0.1, 0.65, 0.25]])
LEAD_DAYS = np.array([4.0, 2.0, 3.0, 3.0, 5.0, 2.0])
EXTRA_LINES = 1.2
RETURNED = 0.03
SHORTEST_RETURN, MEAN_WAIT, LONGEST_RETURN = 3, 9.0, 40


def order_days(world: World, *, window: tuple[int, int], rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draws who orders on which day.

    Parameters
    ----------
    world : World
        The company.
    window : tuple of (int, int)
        Days since the start; the second is not part of it.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (ndarray of int, ndarray of int), each of shape (n_orders,)
        Customers and days.

    Notes
    -----
    In operational time a customer's orders are a Poisson process of constant rate, so their places are uniform there
    and the clock is read backwards. The first purchase, on the day the relation began, comes on top.
    """
    book, region, clock = world.book, world.region, world.demand.clock
    first, last = window
    begin = np.clip(book.since + 1, first, last).astype(np.int64)
    stop = np.clip(book.died, begin, last).astype(np.int64)
    low, high = clock[region, begin], clock[region, stop]
    customer = np.repeat(np.arange(region.size), rng.poisson(book.rate * (high - low)))
    place = low[customer] + rng.random(customer.size) * (high - low)[customer]
    day = np.empty(customer.size, dtype=np.int64)
    for code in range(len(REGIONS)):
        here = region[customer] == code
        day[here] = np.searchsorted(clock[code], place[here], side="right") - 1
    new = np.flatnonzero((book.since >= first) & (book.since < last))
    return np.concatenate([customer, new]), np.concatenate([day, book.since[new].astype(np.int64)])


def draw_lines(world: World, *, window: tuple[int, int], rng: np.random.Generator) -> pd.DataFrame:
    """Draws order lines of a window of days.

    Parameters
    ----------
    world : World
        The company.
    window : tuple of (int, int)
        Days since the start; the second is not part of it.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    DataFrame, shape (n_lines, 8)
        Positions and numbers: ``order``, ``line``, ``customer``, ``at`` (seconds since the start), ``product``,
        ``quantity``, ``unit_price``, ``discount``; sorted by time.
    """
    book, demand = world.book, world.demand
    customer, day = order_days(world, window=window, rng=rng)
    at = day * SECONDS_A_DAY + (8 * 3_600 + rng.beta(2, 2, day.size) * 10 * 3_600).astype(np.int64)
    by_time = np.argsort(at, kind="stable")
    count = 1 + rng.poisson(EXTRA_LINES, day.size)
    order = np.repeat(np.arange(day.size), count)
    source = by_time[order]
    row = world.region[customer] * (window[1] - window[0]) + day - window[0]
    product = spin(demand.wheel(*window), rows=row[source], products=demand.mix.shape[1], rng=rng)
    category = demand.catalogue.category[product]
    pieces = rng.poisson(book.size[customer[source]] * demand.catalogue.pack[product])
    return pd.DataFrame(
        {
            "order": order,
            "line": np.arange(order.size) - np.repeat(np.cumsum(count) - count, count) + 1,
            "customer": customer[source],
            "at": at[source],
            "product": product,
            "quantity": 1.0 + pieces,
            "unit_price": demand.price[day[source], product],
            "discount": demand.discount[day[source], category],
        }
    )


def spin(wheel: Floats, *, rows: Ints, products: int, rng: np.random.Generator) -> Ints:
    """Picks a product for every line.

    Parameters
    ----------
    wheel : ndarray of float
        The shares of all region-days, as `Demand.wheel` lays them.
    rows : ndarray of int, shape (n_lines,)
        The region-day of every line.
    products : int
        Count of products.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    ndarray of int, shape (n_lines,)
        Positions of products.
    """
    # A draw just under one may round up to the next row, which would give a product that is not on sale that day.
    place = np.minimum(rows + rng.random(rows.size), np.nextafter(rows + 1.0, 0.0))
    return np.asarray(np.searchsorted(wheel, place, side="right") - rows * products)


def delay_shares() -> Floats:
    """Computes how returns spread over the days after the order.

    Returns
    -------
    ndarray of float, shape (41,)
        Share of all returns that comes back after 0, 1, … 40 days; three days plus a Poisson wait of mean nine, cut
        at forty.
    """
    wait = np.arange(LONGEST_RETURN - SHORTEST_RETURN + 1)
    log_factorial = np.cumsum(np.log(np.maximum(wait, 1)))
    share = np.exp(wait * np.log(MEAN_WAIT) - log_factorial)
    return np.concatenate([np.zeros(SHORTEST_RETURN), share / share.sum()])


def draw_returns(lines: pd.DataFrame, *, period: Period, rng: np.random.Generator) -> pd.DataFrame:
    """Draws which lines come back, and when.

    Parameters
    ----------
    lines : DataFrame, shape (n_lines, 8)
        Lines as `draw_lines` gives them.
    period : Period
        The history; what would come back after its end is left out.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    DataFrame, shape (n_returns, 8)
        The same columns; a return is an order of its own with one line of negative quantity at the price paid.
    """
    back = lines[rng.random(len(lines)) < RETURNED].copy()
    shares = delay_shares()
    delay = rng.choice(shares.size, len(back), p=shares)
    back["at"] += delay * SECONDS_A_DAY
    back["quantity"] *= -1.0
    back["line"] = 1
    back = back[back["at"] < period.days * SECONDS_A_DAY]
    first = int(lines["order"].max()) + 1 if len(lines) else 0
    back["order"] = np.arange(first, first + len(back))
    return back


def orders_table(lines: pd.DataFrame, *, world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Writes the table ``orders`` of the contract.

    Parameters
    ----------
    lines : DataFrame, shape (n_lines, 8)
        Lines as they were recorded, returns included, sorted by time.
    world : World
        The company the positions refer to; a delivery after the end of its history is missing.
    rng : numpy.random.Generator
        The stream of deliveries and channels.

    Returns
    -------
    DataFrame, shape (n_lines, 14)
        One row a line.
    """
    book, force, demand, period = world.book, world.force, world.demand, world.period
    customer, product = lines["customer"].to_numpy(), lines["product"].to_numpy()
    owner = book.owner[customer]
    day = lines["at"].to_numpy() / SECONDS_A_DAY
    returned = lines["quantity"].to_numpy() < 0
    promised, delivered = deliveries(day, lead=LEAD_DAYS[demand.catalogue.category[product]], rng=rng)
    delivered = np.where(returned | (delivered >= period.days), np.nan, delivered)
    status = np.where(returned, 2, np.where(np.isnan(delivered), 1, 0))
    channel = channels(lines["order"].to_numpy(), segment=book.segment[customer], rng=rng)
    names = numbered("P", np.arange(1, demand.mix.shape[1] + 1), width=4)
    return pd.DataFrame(
        {
            "order_id": numbered("O", lines["order"].to_numpy() + 1, width=8),
            "line": labelled([str(number) for number in range(int(lines["line"].max()) + 1)], lines["line"].to_numpy()),
            "customer_id": book.names.take(customer),
            "ordered_at": period.moments(day),
            "product_id": names.take(product),
            "quantity": lines["quantity"].to_numpy(),
            "unit_price": lines["unit_price"].to_numpy(),
            "discount": lines["discount"].to_numpy(),
            "region": labelled(REGIONS, force.region[owner]),
            "channel": labelled(CHANNELS, channel),
            "rep_id": force.names.take(owner),
            "promised_at": period.moments(np.where(returned, np.nan, promised)),
            "delivered_at": period.moments(delivered),
            "status": labelled(("delivered", "open", "returned"), status),
        }
    )


def deliveries(day: Floats, *, lead: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws when delivery is promised and when it happens.

    Parameters
    ----------
    day : ndarray of float, shape (n_lines,)
        When it was ordered, days since the start.
    lead : ndarray of float, shape (n_lines,)
        Usual days to deliver.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (ndarray of float, ndarray of float), each of shape (n_lines,)
        Days since the start: promised at the evening of a whole day, delivered about a day before, sometimes late.
    """
    promised = np.floor(day + lead) + 0.75
    arrived = np.floor(promised + rng.exponential(1.4, day.size) - 1.8) + rng.uniform(7, 18, day.size) / 24
    return promised, np.maximum(arrived, np.floor(day) + 1 + rng.uniform(7, 18, day.size) / 24)


def channels(order: Ints, *, segment: Ints, rng: np.random.Generator) -> Ints:
    """Draws one channel for every order, by the customer's segment.

    Parameters
    ----------
    order : ndarray of int, shape (n_lines,)
        The order of every line.
    segment : ndarray of int, shape (n_lines,)
        Positions in `SEGMENTS`.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    ndarray of int, shape (n_lines,)
        Positions in `CHANNELS`, the same for all lines of an order.
    """
    place = rng.random(int(order.max()) + 1)[order]
    edges = np.cumsum(CHANNEL_SHARE, axis=1)[:, :-1]
    picked = np.zeros(order.size, dtype=np.int64)
    for code in range(len(SEGMENTS)):
        here = segment == code
        picked[here] = np.searchsorted(edges[code], place[here], side="right")
    return picked
