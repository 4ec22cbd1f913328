"""Targets: what was asked of every representative, region and the whole company, month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.simulation.labels import TEXT
from salescope.simulation.period import Floats
from salescope.simulation.representatives import REGIONS
from salescope.simulation.sales import MeanSales
from salescope.simulation.world import World

__all__ = ["MONTHS_AHEAD", "targets_table"]

MONTHS_AHEAD = 3
LOOK_BACK = 90
STRETCH = 1.04
NOISE = 0.08


def targets_table(world: World, *, mean: MeanSales, rng: np.random.Generator) -> pd.DataFrame:
    """Writes the table ``targets`` of the contract, three whole months beyond the end included.

    Parameters
    ----------
    world : World
        The company.
    mean : MeanSales
        Its mean sales without incidents.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    DataFrame, shape (n_months * n_nodes, 3)
        ``period`` (first day of the month), ``node`` (``all``, regions, representatives) and ``amount`` of new lines,
        returns aside. A target is the mean of the ninety days before, stretched by four percent, with some bargaining.
    """
    period = world.period
    daily = node_days(mean, region=world.force.region)
    nodes = ["all", *[f"region={name}" for name in REGIONS], *world.force.nodes]
    first_ahead = period.end if period.end.day == 1 else period.end + pd.offsets.MonthBegin()
    months = pd.date_range(
        period.start.replace(day=1), first_ahead + pd.DateOffset(months=MONTHS_AHEAD - 1), freq="MS", unit="ns"
    )
    parts = []
    for month in months:
        here = int(np.clip((month - period.start).days, LOOK_BACK, period.days))
        level = daily[:, here - LOOK_BACK : here].mean(axis=1) * month.days_in_month
        amount = np.round(STRETCH * level * rng.lognormal(0.0, NOISE, level.size), -1)
        parts.append(pd.DataFrame({"period": month, "node": nodes, "amount": amount}))
    return pd.concat(parts, ignore_index=True).astype({"period": "datetime64[ns]", "node": TEXT})


def node_days(mean: MeanSales, *, region: np.ndarray) -> Floats:
    """Sums mean sales for the whole company, every region and every representative.

    Parameters
    ----------
    mean : MeanSales
        Mean sales.
    region : ndarray of int, shape (n_representatives,)
        Region of every representative.

    Returns
    -------
    ndarray of float, shape (1 + n_regions + n_representatives, n_days)
        Money a day.
    """
    regions = np.equal.outer(np.arange(len(REGIONS)), region).astype(float) @ mean.rep
    return np.concatenate([mean.rep.sum(axis=0, keepdims=True), regions, mean.rep])
