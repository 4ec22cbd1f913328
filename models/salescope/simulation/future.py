"""The future: the company simulated forward many times, for true chances of reaching a target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from salescope.frames.errors import OutOfRangeError
from salescope.simulation.ahead import draw_newcomers, month_edges
from salescope.simulation.labels import TEXT
from salescope.simulation.orders import draw_lines
from salescope.simulation.period import SECONDS_A_DAY, Floats
from salescope.simulation.representatives import REGIONS
from salescope.simulation.streams import stream
from salescope.simulation.world import World

__all__ = ["attainment_probabilities", "customers_truth", "simulate_world"]

HORIZONS = (30, 90, 365)


def simulate_world(world: World, *, months: int, paths: int, seed: int, newcomers: bool = False) -> pd.DataFrame:
    """Draws the sales of the next whole months again and again.

    Parameters
    ----------
    world : World
        The company at the end of its history.
    months : int
        Whole calendar months after the end; at most eleven.
    paths : int
        How many futures.
    seed : int
        Seed of the futures. Path ``k`` of one seed is the same whatever the count of paths.
    newcomers : bool, default False
        Whether customers begin after the end as they did before it; what those of today do stays the same.

    Returns
    -------
    DataFrame, shape (paths * months * n_nodes, 4)
        ``path``, ``period`` (first day of the month), ``node`` (``all``, regions, representatives) and ``amount`` of
        new lines, returns aside.

    Raises
    ------
    OutOfRangeError
        When months or paths are fewer than one.
    """
    for name, value in (("months", months), ("paths", paths)):
        if value < 1:
            raise OutOfRangeError(value, name=name, where="simulate_future", least=1)
    starts = month_edges(world.period, months=months)
    edges = np.asarray((starts - world.period.start).days)
    sums = [month_sums(world, edges=edges, rng=stream(seed, f"path {path}")) for path in range(paths)]
    if newcomers:
        streams = [stream(seed, f"newcomers {path}") for path in range(paths)]
        sums = [old + newcomers_sums(world, edges=edges, rng=rng) for old, rng in zip(sums, streams, strict=True)]
    nodes = ["all", *[f"region={name}" for name in REGIONS], *world.force.nodes]
    index = pd.MultiIndex.from_product([range(paths), starts[:-1], nodes], names=["path", "period", "node"])
    frame = pd.Series(np.concatenate([part.ravel() for part in sums]), index=index, name="amount").reset_index()
    return frame.astype({"node": TEXT})


def month_sums(world: World, *, edges: np.ndarray, rng: np.random.Generator) -> Floats:
    """Draws one future and sums it by month and node.

    Parameters
    ----------
    world : World
        The company at the end of its history.
    edges : ndarray of int, shape (n_months + 1,)
        First days of the months, days since the start, and the day after the last.
    rng : numpy.random.Generator
        The stream of this future.

    Returns
    -------
    ndarray of float, shape (n_months, n_nodes)
        Money of new lines.
    """
    book, days = world.book, float(world.period.days)
    # Whoever is alive leaves at the customer's own rate from now on, whatever day the history had drawn.
    lifetime = rng.exponential(1.0, book.died.size) / book.death_rate
    died = np.where(book.died >= days, np.floor(days + lifetime), book.died)
    ahead = replace(world, book=replace(book, died=died))
    lines = draw_lines(ahead, window=(world.period.days, int(edges[-1])), rng=rng)
    return summed(lines, world=ahead, edges=edges)


def newcomers_sums(world: World, *, edges: np.ndarray, rng: np.random.Generator) -> Floats:
    """Draws what customers that begin after the end buy, and sums it by month and node, as `month_sums` does."""
    ahead = draw_newcomers(world, until=int(edges[-1]), rng=rng)
    return summed(draw_lines(ahead, window=(world.period.days, int(edges[-1])), rng=rng), world=ahead, edges=edges)


def summed(lines: pd.DataFrame, *, world: World, edges: np.ndarray) -> Floats:
    """Sums order lines by month and node.

    Parameters
    ----------
    lines : DataFrame, shape (n_lines, 8)
        Lines as `draw_lines` gives them.
    world : World
        The company whose customers they point to.
    edges : ndarray of int, shape (n_months + 1,)
        First days of the months, and the day after the last.

    Returns
    -------
    ndarray of float, shape (n_months, n_nodes)
        Money of new lines.
    """
    book = world.book
    month = np.searchsorted(edges, lines["at"].to_numpy() // SECONDS_A_DAY, side="right") - 1
    money = (lines["quantity"] * lines["unit_price"] * (1 - lines["discount"])).to_numpy()
    reps = world.force.region.size
    inside = month >= 0
    cell = month[inside] * reps + book.owner[lines["customer"].to_numpy()[inside]]
    by_rep = np.bincount(cell, money[inside], minlength=(len(edges) - 1) * reps).reshape(-1, reps)
    by_region = by_rep @ np.equal.outer(world.force.region, np.arange(len(REGIONS))).astype(float)
    return np.concatenate([by_rep.sum(axis=1, keepdims=True), by_region, by_rep], axis=1)


def attainment_probabilities(targets: pd.DataFrame, *, future: pd.DataFrame) -> pd.DataFrame:
    """Counts in how many futures each target is reached.

    Parameters
    ----------
    targets : DataFrame, shape (n_targets, 3)
        ``period``, ``node``, ``amount``; only periods of the future are answered.
    future : DataFrame, shape (n_rows, 4)
        What `simulate_world` gives.

    Returns
    -------
    DataFrame, shape (n_answered, 4)
        ``period``, ``node``, ``amount`` and ``probability``.
    """
    both = future.merge(targets, on=["period", "node"], suffixes=("", "_target"))
    both["probability"] = (both["amount"] >= both["amount_target"]).astype(float)
    grouped = both.groupby(["period", "node"], sort=False).agg(
        amount=("amount_target", "first"), probability=("probability", "mean")
    )
    return grouped.reset_index()


def customers_truth(world: World) -> pd.DataFrame:
    """Writes the truth about every customer at the end of the history.

    Parameters
    ----------
    world : World
        The company.

    Returns
    -------
    DataFrame, shape (n_customers, 6 + n_horizons)
        ``customer_id``; ``purchase_rate`` (orders a day at a demand factor of one) and ``death_rate`` (a day); ``size``
        (factor on the pieces of a line); ``died_at`` (first day without the customer, NaT when later than the history);
        ``alive``; and ``expected_orders_30``, ``_90``, ``_365``: the mean count of orders in so many days from the end,
        given the rates and whether the customer is alive.
    """
    period, book = world.period, world.book
    alive = book.died >= period.days
    step = np.arange(max(HORIZONS))
    factor = world.demand.factor[:, period.days : period.days + step.size]
    columns: dict[str, object] = {}
    for horizon in HORIZONS:
        columns[f"expected_orders_{horizon}"] = expected_orders(world, factor=factor[:, :horizon]) * alive
    return pd.DataFrame(
        {
            "customer_id": book.names,
            "purchase_rate": book.rate,
            "death_rate": book.death_rate,
            "size": book.size,
            "died_at": period.moments(np.where(alive, np.nan, book.died)),
            "alive": alive,
            **columns,
        }
    )


def expected_orders(world: World, *, factor: Floats) -> Floats:
    """Sums the mean count of orders of every customer over the days ahead, given that the customer is alive now.

    Parameters
    ----------
    world : World
        The company.
    factor : ndarray of float, shape (n_regions, n_days)
        Factor on the order rate on each day ahead.

    Returns
    -------
    ndarray of float, shape (n_customers,)
        Orders.
    """
    book, region = world.book, world.region
    total = np.zeros(book.rate.size)
    for day in range(factor.shape[1]):
        total += factor[region, day] * np.exp(-book.death_rate * (day + 1))
    return np.asarray(total * book.rate)
