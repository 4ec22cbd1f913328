"""Mean sales: what the order lines of every node and day are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.simulation.customers import CustomerBook
from salescope.simulation.labels import labelled
from salescope.simulation.orders import EXTRA_LINES, RETURNED, delay_shares
from salescope.simulation.period import Floats, Ints
from salescope.simulation.products import CATEGORIES
from salescope.simulation.representatives import REGIONS
from salescope.simulation.world import World

__all__ = ["MeanSales", "mean_sales", "sales_truth"]


@dataclass(frozen=True, slots=True)
class MeanSales:
    """Holds the expected money of new order lines, returns aside, given who is a customer on each day.

    Parameters
    ----------
    category : ndarray of float, shape (n_regions, n_days, n_categories)
        By region and category.
    rep : ndarray of float, shape (n_representatives, n_days)
        By representative.
    lines : ndarray of float, shape (n_days,)
        Expected count of lines.
    """

    category: Floats
    rep: Floats
    lines: Floats

    def lines_in(self, days: int) -> float:
        """Sums the expected count of lines over the first days.

        Parameters
        ----------
        days : int
            How many days.

        Returns
        -------
        float
            Lines.
        """
        return float(self.lines[:days].sum())


def tally(days: Floats, *, owner: Ints, weight: Floats, shape: tuple[int, int]) -> Floats:
    """Sums weights by owner and day.

    Parameters
    ----------
    days : ndarray of float, shape (n_rows,)
        Days since the start; those outside the span are left out.
    owner : ndarray of int, shape (n_rows,)
        Positions of owners.
    weight : ndarray of float, shape (n_rows,)
        What to sum.
    shape : tuple of (int, int)
        Owners and days.

    Returns
    -------
    ndarray of float, shape `shape`
        The sums.
    """
    inside = (days >= 0) & (days < shape[1])
    cell = owner[inside] * shape[1] + days[inside].astype(np.int64)
    sums = np.bincount(cell, weight[inside], minlength=shape[0] * shape[1])
    return np.asarray(sums.reshape(shape), dtype=np.float64)


def order_rate(book: CustomerBook, *, weight: Floats, factor: Floats) -> Floats:
    """Computes the expected orders of each representative's customers on every day.

    Parameters
    ----------
    book : CustomerBook
        The customers.
    weight : ndarray of float, shape (n_customers,)
        Weight of an order of each customer.
    factor : ndarray of float, shape (n_representatives, n_days)
        Factor on the order rate.

    Returns
    -------
    ndarray of float, shape (n_representatives, n_days)
        Expected weight of orders.
    """
    shape = (factor.shape[0], factor.shape[1])
    begin = np.maximum(book.since + 1, 0)
    # Who is gone before the first day of the span neither comes nor goes in it.
    gone = np.maximum(book.died, begin)
    coming = tally(begin, owner=book.owner, weight=book.rate * weight, shape=shape)
    leaving = tally(gone, owner=book.owner, weight=book.rate * weight, shape=shape)
    first = tally(book.since, owner=book.owner, weight=weight, shape=shape)
    return np.asarray(np.cumsum(coming - leaving, axis=1) * factor + first)


def mean_sales(world: World) -> MeanSales:
    """Computes the mean that order lines are drawn from.

    Parameters
    ----------
    world : World
        The company; its customers leave on their true days.

    Returns
    -------
    MeanSales
        Expected money by region, day and category, and by representative and day.

    Notes
    -----
    A line of product ``p`` holds ``1 + Poisson(size * pack[p])`` pieces and an order ``1 + Poisson(1.2)`` lines, so the
    mean factors into the orders of a region, with and without their sizes, and two averages over its products.
    """
    demand, book, force = world.demand, world.book, world.force
    category = demand.catalogue.category
    share = demand.pull[:, :, category] / demand.factor[:, :, None] * demand.mix[None]
    net = demand.price * (1 - demand.discount[:, category])
    member = np.equal.outer(category, np.arange(len(CATEGORIES))).astype(float)
    single = (share * net) @ member
    sized = (share * net * demand.catalogue.pack) @ member
    factor = demand.factor[force.region]
    plain = order_rate(book, weight=np.ones_like(book.size), factor=factor)
    bulk = order_rate(book, weight=book.size, factor=factor)
    lines = 1 + EXTRA_LINES
    located = np.equal.outer(np.arange(len(REGIONS)), force.region).astype(float)
    return MeanSales(
        category=lines * ((located @ plain)[:, :, None] * single + (located @ bulk)[:, :, None] * sized),
        rep=lines * (plain * single.sum(axis=2)[force.region] + bulk * sized.sum(axis=2)[force.region]),
        lines=lines * plain.sum(axis=0),
    )


def returns_of(gross: Floats, *, days: int) -> Floats:
    """Computes the expected money of returns from the expected money of the lines they come from.

    Parameters
    ----------
    gross : ndarray of float, shape (n_nodes, n_days)
        Expected money of new lines.
    days : int
        Days of history.

    Returns
    -------
    ndarray of float, shape (n_nodes, days)
        Expected money that comes back, negative.
    """
    shares = delay_shares()
    back = np.zeros((gross.shape[0], days))
    for delay, share in enumerate(shares):
        if delay < days:
            back[:, delay:] -= RETURNED * share * gross[:, : days - delay]
    return back


def sales_truth(world: World, *, calm: World) -> pd.DataFrame:
    """Writes the true mean of sales of every leaf node and day.

    Parameters
    ----------
    world : World
        The company with its incidents of demand.
    calm : World
        The same company without them.

    Returns
    -------
    DataFrame, shape (n_nodes * n_days, 6)
        ``date``, ``node`` (``region=North/category=Tools`` and, as a second cut of the same money,
        ``region=North/rep=R-001``), ``gross`` (new lines), ``returns`` (negative), ``net`` and ``calm`` (what net would
        be without incidents of demand), all in money.
    """
    days = world.period.days
    leaves = [f"region={region}/category={category}" for region in REGIONS for category in CATEGORIES]
    nodes = leaves + world.force.nodes
    gross = stacked(mean_sales(world), days=days)
    quiet = stacked(mean_sales(calm), days=days)
    returns = returns_of(gross, days=days)
    return pd.DataFrame(
        {
            "date": world.period.dates[np.tile(np.arange(days), len(nodes))],
            "node": labelled(nodes, np.repeat(np.arange(len(nodes)), days)),
            "gross": gross.ravel(),
            "returns": returns.ravel(),
            "net": (gross + returns).ravel(),
            "calm": (quiet + returns_of(quiet, days=days)).ravel(),
        }
    )


def stacked(mean: MeanSales, *, days: int) -> Floats:
    """Lays the nodes of both cuts below one another.

    Parameters
    ----------
    mean : MeanSales
        Mean sales of all known days.
    days : int
        Days of history.

    Returns
    -------
    ndarray of float, shape (n_regions * n_categories + n_representatives, days)
        One row a node.
    """
    leaves = mean.category.transpose(0, 2, 1).reshape(-1, mean.category.shape[1])
    return np.concatenate([leaves, mean.rep])[:, :days]
