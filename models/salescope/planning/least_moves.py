"""The targets nearest to the fair shares that keep every rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from salescope.planning.grid import Floats
from salescope.planning.limits import Limits
from salescope.planning.rules import UNBOUNDED

__all__ = ["least_moves"]

CLOSE = 1e-12
MOST_ROUNDS = 100
MOST_HALVINGS = 40


def least_moves(fair: Floats, *, limits: Limits) -> Floats:
    """Moves groups as little as possible, in proportion to what is fair, until every rule is kept.

    Parameters
    ----------
    fair : ndarray of float, shape (n_groups,)
        Fair amounts, in cents; all above 0.
    limits : Limits
        What sums of them must keep to.

    Returns
    -------
    ndarray of float, shape (n_groups,)
        Amounts, not negative. Where rules contradict each other these are amounts that break some of them.

    Notes
    -----
    Minimises the sum of squared moves over `fair`, so that what only one sum binds moves by one percentage. Its dual
    has one price a rule, and is smooth: an amount is ``fair * (1 + prices of its rules)`` within its own bounds. A
    projected Newton method on the prices ends after a handful of steps, for the systems of nested sums stay sparse:
    Bertsekas, Projected Newton methods for optimization problems with simple constraints, SIAM J. Control 20 (1982).

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.planning.grid import PlanGrid
    >>> from salescope.planning.limits import limits_of
    >>> from salescope.planning.rules import Rule
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2", "3"]}), months=["2027-01"])
    >>> rules = [Rule.goal(120), Rule.cap("rep=1", cents=30), Rule.cap("rep=2", cents=99)]
    >>> limits = limits_of(rules, grid=grid, apart=np.arange(3))
    >>> least_moves(np.array([40.0, 30.0, 30.0]), limits=limits)
    array([30., 45., 45.])
    """
    dual = _Dual.of(fair, limits=limits)
    prices = np.zeros(len(dual.wanted))
    amounts, slope, value = dual.at(prices)
    for _ in range(MOST_ROUNDS):
        gap = dual.sums @ amounts - dual.wanted
        if dual.worst(gap, prices=prices) < CLOSE:
            break
        step, ahead = dual.step(gap, prices=prices, slope=slope), 1.0
        for _ in range(MOST_HALVINGS):
            trial = dual.allowed(prices + ahead * step)
            found = dual.at(trial)
            if found[2] <= value + 1e-4 * float(gap @ (trial - prices)):
                break
            ahead /= 2.0
        else:
            break
        prices, (amounts, slope, value) = trial, found
    return amounts


@dataclass(frozen=True)
class _Dual:
    fair: Floats
    low: Floats
    high: Floats
    sums: sparse.csr_array
    wanted: Floats
    exact: int
    weight: Floats

    @classmethod
    def of(cls, fair: Floats, *, limits: Limits) -> _Dual:
        # A rule of one group alone bounds it and needs no price.
        alone = np.diff(limits.sums.indptr) == 1
        single = limits.sums[alone].indices
        low, high = np.zeros(len(fair)), np.full(len(fair), np.inf)
        np.maximum.at(low, single, limits.least[alone])
        np.minimum.at(high, single, limits.most[alone])
        sums, least, most = limits.sums[~alone].astype(np.float64), limits.least[~alone], limits.most[~alone]
        exact, under, over = least == most, (least < most) & (least > 0), (least < most) & (most < UNBOUNDED)
        every = sparse.vstack([sums[exact], sums[under], -sums[over]], format="csr")
        wanted = np.concatenate([least[exact], least[under], -most[over]]).astype(np.float64)
        weight = np.maximum(abs(every) @ fair, 1.0)
        # Contradicting bounds of one group are left to the rounding, which finds that nothing keeps them.
        return cls(fair, low, np.maximum(low, high), every, wanted, int(exact.sum()), weight)

    def at(self, prices: Floats) -> tuple[Floats, Floats, float]:
        more = self.sums.T @ prices
        wished = self.fair * (1.0 + more)
        amounts = np.clip(wished, self.low, self.high)
        slope = np.where((wished > self.low) & (wished < self.high), self.fair, 0.0)
        cost = float((np.square(amounts - self.fair) / self.fair).sum()) / 2.0
        return amounts, slope, float(more @ amounts) - cost - float(self.wanted @ prices)

    def allowed(self, prices: Floats) -> Floats:
        return np.where(np.arange(len(prices)) < self.exact, prices, np.maximum(prices, 0.0))

    def worst(self, gap: Floats, *, prices: Floats) -> float:
        either = (np.arange(len(gap)) < self.exact) | (prices > 0.0)
        missed = np.where(either, np.abs(gap), np.maximum(-gap, 0.0))
        return float((missed / np.maximum(self.weight, np.abs(self.wanted))).max(initial=0.0))

    def step(self, gap: Floats, *, prices: Floats, slope: Floats) -> Floats:
        moving = np.flatnonzero((np.arange(len(gap)) < self.exact) | (prices > 0.0) | (gap < 0.0))
        rows = self.sums[moving]
        # Rules that repeat each other make the system singular: a trace on its diagonal, which the next step corrects.
        system = rows.multiply(slope[None, :]) @ rows.T + sparse.diags_array(1e-9 * self.weight[moving])
        found = np.zeros(len(gap))
        found[moving] = -linalg.splu(system.tocsc()).solve(gap[moving])
        return found
