"""How many orders a customer may place and what they may be worth: distributions, and intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from salescope.scoring.histories import Histories
from salescope.scoring.members import Floats
from salescope.scoring.purchase_process import PurchaseProcess
from salescope.scoring.spend_per_order import GammaGamma

__all__ = ["OrderChances", "money_intervals", "order_chances", "order_intervals"]

Rows = npt.NDArray[np.intp]
Bounds = tuple[Floats, Floats]

# Customers are handled in groups by how far their counts must be told apart.
REACHES = (16, 64, 256, 1_024)
DEVIATIONS, LEAST_LOG_CHANCE = 8.0, 10.0
SLOWEST, FASTEST = 0.5, 2.0
LEAST_MEAN = 1e-9
# Money in units of a customer's usual order, evenly spaced in logarithms.
FIRST_STEP, STEPS, FAR = 0.02, 48, 4.0


@dataclass(frozen=True, slots=True)
class OrderChances:
    """Holds how likely each number of orders is for a group of customers.

    Parameters
    ----------
    rows : ndarray of int, shape (n_group,)
        Which customers they are.
    chances : ndarray of float64, shape (n_counts, n_group)
        Of 0, 1, … orders, the last of as many and all above; each column sums to 1.
    """

    rows: Rows
    chances: Floats


def order_chances(
    process: PurchaseProcess, told: Histories, *, horizon: int, expected: Floats
) -> Iterator[OrderChances]:
    """Gives the distribution of each customer's orders, moved to the mean that all members together expect.

    Parameters
    ----------
    process : PurchaseProcess
        Whose distribution is moved.
    told : Histories
        Of all customers.
    horizon : int
        Days.
    expected : ndarray of float64, shape (n_customers,)
        The means that the distributions are to have.

    Yields
    ------
    OrderChances
        Group by group; each customer is in one.

    Notes
    -----
    Where the mean differs from the process's own, first the rate of buying is held responsible, up to twice or half of
    it, then the chance that the customer is still there, which cannot exceed 1, and what is left is the rate's again.
    """
    alive, own = process.probability_alive(told), process.expected_orders(told, horizon=horizon)
    ratio = expected / np.maximum(own, LEAST_MEAN)
    faster = np.clip(ratio, SLOWEST, FASTEST)
    there = alive * ratio / faster
    faster = np.where(there > 1.0, alive * ratio, faster)
    there = np.minimum(there, 1.0)
    reach = _reaches(process, told, horizon=horizon, faster=faster)
    for most in REACHES:
        rows = np.flatnonzero(reach == most)
        if not len(rows):
            continue
        chances = process.chances(told.take(rows), horizon=horizon, faster=faster[rows], most=most)
        table = np.stack([there[rows] * chance for chance in chances])
        table[0] += 1.0 - there[rows]
        yield OrderChances(rows, table)


def _reaches(process: PurchaseProcess, told: Histories, *, horizon: int, faster: Floats) -> npt.NDArray[np.int64]:
    """Finds up to which count each customer's distribution must be told apart; what lies beyond is next to nothing."""
    shape, scale = process.rate(told)
    exposed = faster * process.wave.elapsed(told.now, told.now + horizon)
    mean = shape * exposed / scale
    spread = np.sqrt(mean * (1.0 + exposed / scale))
    tail = LEAST_LOG_CHANCE / np.log1p(scale / np.maximum(exposed, LEAST_MEAN))
    needed = mean + np.maximum(DEVIATIONS * spread, tail)
    return np.asarray(REACHES)[np.minimum(np.searchsorted(REACHES, needed), len(REACHES) - 1)]


def order_intervals(chances: Floats, *, levels: Sequence[float]) -> list[Bounds]:
    """Gives prediction intervals of counts, each with a chance as near to its level as whole numbers allow.

    Parameters
    ----------
    chances : ndarray of float64, shape (n_counts, n_customers)
        As `OrderChances` holds them.
    levels : sequence of float
        Percent.

    Returns
    -------
    list of tuple of ndarray of float64, each of shape (n_customers,)
        The lowest and highest count of each level; they belong to the interval.

    Notes
    -----
    From the likeliest count an interval grows by its likelier neighbour. Of these nested intervals the one is taken
    whose chance is nearest to the level, be it above or below; to ask for at least the level would promise 80 and keep
    90, since most customers do not come back and no interval about zero is more likely than it is.

    Examples
    --------
    >>> [(low, high)] = order_intervals(np.array([[0.85, 0.1], [0.1, 0.3], [0.05, 0.6]]), levels=[80])
    >>> low, high
    (array([0., 1.]), array([0., 2.]))
    """
    counts, customers = chances.shape
    each = np.arange(customers)
    low = chances.argmax(axis=0)
    high, chance = low.copy(), chances[low, each]
    found = [(low.copy(), high.copy(), chance.copy()) for _ in levels]
    for _ in range(counts - 1):
        below = np.where(low > 0, chances[np.maximum(low - 1, 0), each], -1.0)
        above = np.where(high < counts - 1, chances[np.minimum(high + 1, counts - 1), each], -1.0)
        down = below > above
        low, high = np.where(down, low - 1, low), np.where(down | (above < 0), high, high + 1)
        chance = chance + np.maximum(np.maximum(below, above), 0.0)
        for level, (best_low, best_high, best) in zip(levels, found, strict=True):
            nearer = np.abs(chance - level / 100.0) < np.abs(best - level / 100.0)
            best_low[nearer], best_high[nearer], best[nearer] = low[nearer], high[nearer], chance[nearer]
        if (chance >= max(levels, default=0.0) / 100.0).all():
            break
    return [(best_low.astype(np.float64), best_high.astype(np.float64)) for best_low, best_high, _ in found]


def money_intervals(
    chances: Floats, spend: GammaGamma, *, orders: Floats, per_order: Floats, levels: Sequence[float]
) -> list[Bounds]:
    """Gives prediction intervals of money: of the sum of so many orders as may come.

    Parameters
    ----------
    chances : ndarray of float64, shape (n_counts, n_customers)
        How likely each number of orders is.
    spend : GammaGamma
        What orders are worth.
    orders : ndarray of float64, shape (n_customers,)
        How many orders each customer's own mean was of.
    per_order : ndarray of float64, shape (n_customers,)
        What the next order is expected to be worth, as ``spend`` says.
    levels : sequence of float
        Percent.

    Returns
    -------
    list of tuple of ndarray of float64, each of shape (n_customers,)
        Lower and upper bound of each level.

    Notes
    -----
    Given n orders, their sum has a beta prime distribution. Where none is the likeliest number of orders, an interval
    starts at nothing and ends at the level's quantile; elsewhere it leaves as much out below as above. Quantiles are
    read from 48 steps of money, 0.02 to some hundred usual orders, with a line between.
    """
    most = len(chances) - 1
    steps = FIRST_STEP * np.exp(np.arange(STEPS) / (STEPS - 1) * np.log(FAR * most / FIRST_STEP))
    answer = [(np.zeros(len(orders)), np.zeros(len(orders))) for _ in levels]
    for count in np.unique(orders):
        rows = np.flatnonzero(orders == count)
        reached = _reached(chances[:, rows], spend, count=float(count), steps=steps)
        below = np.where(chances[:, rows].argmax(axis=0) == 0, 0.0, 0.5)
        for level, (low, high) in zip(levels, answer, strict=True):
            left_out = 1.0 - level / 100.0
            low[rows] = per_order[rows] * _quantile(reached, below * left_out, steps=steps)
            high[rows] = per_order[rows] * _quantile(reached, 1.0 - (1.0 - below) * left_out, steps=steps)
    return answer


def _reached(chances: Floats, spend: GammaGamma, *, count: float, steps: Floats) -> Floats:
    """Is the chance that money exceeds neither nothing nor each step, shape (n_steps + 1, n_customers)."""
    shape = spend.q + spend.p * count
    ratio = steps * (spend.p / (shape - 1.0))
    place = ratio / (1.0 + ratio)
    total = np.repeat(chances[:1], len(steps) + 1, axis=0)
    for number, chance in enumerate(chances[1:], start=1):
        total[1:] += betainc(spend.p * number, shape, place)[:, None] * chance
    return total


def _quantile(reached: Floats, chance: Floats, *, steps: Floats) -> Floats:
    """Reads where the chance is reached, shape (n_customers,)."""
    after = np.minimum((reached < chance).sum(axis=0), len(steps))
    before, each = np.maximum(after - 1, 0), np.arange(len(after))
    ends = np.concatenate([[0.0], steps])
    low, high = reached[before, each], reached[after, each]
    share = np.clip((chance - low) / np.maximum(high - low, LEAST_MEAN), 0.0, 1.0)
    return np.where(after == 0, 0.0, ends[before] + share * (ends[after] - ends[before]))
