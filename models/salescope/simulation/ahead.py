"""What a forecaster should say: the expected sales of the months ahead, of customers of today and of those to come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from salescope.frames.errors import OutOfRangeError
from salescope.simulation.labels import TEXT
from salescope.simulation.orders import EXTRA_LINES
from salescope.simulation.period import Floats, Period
from salescope.simulation.products import CATEGORIES
from salescope.simulation.representatives import REGIONS
from salescope.simulation.world import World

__all__ = ["draw_newcomers", "expected_sales", "month_edges"]


def month_edges(period: Period, *, months: int) -> pd.DatetimeIndex:
    """Lists the whole months after the history.

    Parameters
    ----------
    period : Period
        The history and the days ahead.
    months : int
        How many.

    Returns
    -------
    DatetimeIndex, shape (months + 1,)
        First days, and the day after the last month.
    """
    first = period.end if period.end.day == 1 else period.end + pd.offsets.MonthBegin()
    return pd.date_range(first, periods=months + 1, freq="MS", unit="ns")


def arrivals(world: World) -> float:
    """Counts how many customers begin a day, on the average of the history."""
    return float((world.book.since >= 0).sum()) / world.period.days


def draw_newcomers(world: World, *, until: int, rng: np.random.Generator) -> World:
    """Draws the customers that begin after the end of the history.

    Parameters
    ----------
    world : World
        The company.
    until : int
        Day since the start that is not part of it.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    World
        The same company with newcomers only. They come as often as they did in the history (Poisson), each is like a
        customer drawn from the book, and leaves at that customer's rate.
    """
    book, days = world.book, world.period.days
    count = rng.poisson(arrivals(world) * (until - days))
    like = rng.integers(0, book.rate.size, count)
    since = np.floor(rng.uniform(days, until, count))
    died = np.floor(since + 1 + rng.exponential(1.0, count) / book.death_rate[like])
    names = ("rate", "death_rate", "size", "owner", "segment", "industry", "contract", "terms", "lateness")
    same = {name: getattr(book, name)[like] for name in names}
    return replace(world, book=replace(book, since=since, died=died, **same))


def expected_sales(world: World, *, months: int) -> pd.DataFrame:
    """Computes the expected sales of the next whole months, given the company at the end of its history.

    Parameters
    ----------
    world : World
        The company at the end of its history.
    months : int
        Whole calendar months after the end, one to eleven.

    Returns
    -------
    DataFrame, shape (months * n_nodes, 5)
        ``period`` (first day of the month), ``node`` (``all``, regions, ``region=North/rep=R-001``, and
        ``region=North/category=Tools`` as a second cut), and expected money of new lines, returns aside: ``existing``
        (of customers that began before the end), ``new`` (of those to begin) and ``total``.

    Raises
    ------
    OutOfRangeError
        If there are fewer months than one, or more than eleven.

    Notes
    -----
    A customer alive at the end still buys on the ``k``-th day after it with chance ``exp(-death_rate * k)``; a newcomer
    orders on the first day, and later as any other customer. So everything is exact, with no future drawn.
    """
    if not 1 <= months <= 11:
        raise OutOfRangeError(months, name="months", where="expected_sales", least="1, at most 11")
    starts = month_edges(world.period, months=months)
    edges = np.asarray((starts - world.period.start).days)
    parts = [daily_money(world, rates=rates(world, last=int(edges[-1])), new=new) for new in (False, True)]
    sums = [np.add.reduceat(part, edges[:-1] - world.period.days, axis=1).T for part in parts]
    nodes = ["all", *(f"region={name}" for name in REGIONS), *world.force.nodes]
    nodes += [f"region={region}/category={category}" for region in REGIONS for category in CATEGORIES]
    index = pd.MultiIndex.from_product([starts[:-1], nodes], names=["period", "node"])
    frame = pd.DataFrame({"existing": sums[0].ravel(), "new": sums[1].ravel()}, index=index).reset_index()
    return frame.assign(total=frame["existing"] + frame["new"]).astype({"node": TEXT})


def rates(world: World, *, last: int) -> Floats:
    """Computes mean orders a day at a demand factor of one, by representative.

    Parameters
    ----------
    world : World
        The company.
    last : int
        Day since the start that is not part of it.

    Returns
    -------
    ndarray of float, shape (3, 2, n_representatives, last - days)
        Repeats of customers of today, repeats of newcomers, and first orders; each plain, and weighted by the sizes.
    """
    book, reps, days = world.book, world.force.region.size, world.period.days
    alive = (book.died >= days).astype(float)
    come = arrivals(world) / book.rate.size
    stays, seen = np.exp(-book.death_rate), np.zeros(book.rate.size)
    answer = np.zeros((3, 2, reps, last - days))
    survival = np.ones(book.rate.size)
    for day in range(last - days):
        survival = survival * stays
        for row, orders in enumerate((book.rate * alive * survival, book.rate * come * seen, np.full_like(seen, come))):
            for column, size in enumerate((np.ones_like(seen), book.size)):
                answer[row, column, :, day] = np.bincount(book.owner, orders * size, minlength=reps)
        seen = seen + survival
    return answer


def daily_money(world: World, *, rates: Floats, new: bool) -> Floats:
    """Turns orders of representatives into the money of all nodes.

    Parameters
    ----------
    world : World
        The company.
    rates : ndarray of float, shape (3, 2, n_representatives, n_days)
        As `rates` gives them.
    new : bool
        Whether newcomers are asked about.

    Returns
    -------
    ndarray of float, shape (n_nodes, n_days)
    """
    demand, region = world.demand, world.force.region
    span = slice(world.period.days, world.period.days + rates.shape[3])
    factor = demand.factor[region, span]
    plain, bulk = rates[1] * factor + rates[2] if new else rates[0] * factor
    category = demand.catalogue.category
    share = demand.pull[:, span, category] / demand.factor[:, span, None] * demand.mix[None, span]
    net = demand.price[span] * (1 - demand.discount[span][:, category])
    member = np.equal.outer(category, np.arange(len(CATEGORIES))).astype(float)
    single, sized = (share * net) @ member, (share * net * demand.catalogue.pack) @ member
    by_rep = plain[:, :, None] * single[region] + bulk[:, :, None] * sized[region]
    located = np.equal.outer(np.arange(len(REGIONS)), region).astype(float)
    leaves = np.einsum("gr,rdc->gcd", located, by_rep)
    regions = leaves.sum(axis=1)
    parts = [regions.sum(axis=0, keepdims=True), regions, by_rep.sum(axis=2), leaves.reshape(-1, leaves.shape[2])]
    return np.asarray((1 + EXTRA_LINES) * np.concatenate(parts))
