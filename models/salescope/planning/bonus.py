"""What a bonus plan costs: payouts in every joint future, and what they would seem if everybody sold alone."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from salescope.planning.bonus_plan import BonusPlan
from salescope.planning.futures import Futures
from salescope.planning.grid import TOTAL, WHOLE, Floats, Ints
from salescope.planning.pay_kinks import kink_warnings, pay_kinks, timing_gain
from salescope.planning.payees import Payees

__all__ = ["BonusSimulation", "PayoutSpread", "difficulty", "simulate_bonus"]

DIFFICULTIES = ((0.95, "almost certain"), (0.8, "easy"), (0.5, "within reach"), (0.2, "hard"), (0.0, "out of reach"))


@dataclass(frozen=True)
class PayoutSpread:
    """Is how a payout spreads over futures, in the workspace's currency.

    Parameters
    ----------
    mean : float
        What it costs on the average.
    p95 : float
        What it does not exceed in 95 of 100 futures.
    sd : float
        Its standard deviation.

    Examples
    --------
    >>> PayoutSpread.of(np.array([100, 300]))
    PayoutSpread(mean=2.0, p95=2.9, sd=1.0)
    """

    mean: float
    p95: float
    sd: float

    @classmethod
    def of(cls, cents: Ints) -> PayoutSpread:
        """Measures payouts.

        Parameters
        ----------
        cents : ndarray of int, shape (n_paths,)
            One a future.

        Returns
        -------
        PayoutSpread
        """
        return cls(
            mean=float(cents.mean()) / 100.0,
            p95=round(float(np.quantile(cents, 0.95)) / 100.0, 4),
            sd=float(cents.std()) / 100.0,
        )


@dataclass(frozen=True)
class BonusSimulation:
    """Holds what a plan pays in every future.

    Parameters
    ----------
    plan : BonusPlan
        What was simulated.
    joint, independent : PayoutSpread
        Of the total of all leaves and periods; the second if nobody's sales moved with anybody else's.
    payouts : ndarray of int, shape (n_paths, n_leaves, n_periods)
        In cents, by joint futures.
    nodes : DataFrame, shape (n_nodes * (n_periods + 1), 9)
        ``node``, ``period`` (``plan`` for all), ``at_target`` (the bonus at target), ``mean``, ``p95``, ``sd``, and
        ``independent_mean``, ``independent_p95``, ``independent_sd``; in the workspace's currency.
    targets : DataFrame, shape (n_leaves * n_periods, 5)
        ``node``, ``period``, ``target`` (currency), ``probability`` (NaN without a target) and ``difficulty``, a word.
    kinks : DataFrame
        As `pay_kinks` gives it.
    timing : ndarray of float, shape (2, 2)
        As `timing_gain` gives it.
    warnings : tuple of str
        Sentences on kinks and spread.
    """

    plan: BonusPlan
    joint: PayoutSpread
    independent: PayoutSpread
    payouts: Ints = field(repr=False)
    nodes: pd.DataFrame = field(repr=False)
    targets: pd.DataFrame = field(repr=False)
    kinks: pd.DataFrame = field(repr=False)
    timing: Floats = field(repr=False)
    warnings: tuple[str, ...]

    @property
    def at_target(self) -> float:
        """Is the bonus if everybody just reaches every target, in the workspace's currency."""
        whole = (self.nodes["node"] == TOTAL) & (self.nodes["period"] == WHOLE)
        return float(self.nodes.loc[whole, "at_target"].iloc[0])

    @property
    def totals(self) -> Ints:
        """Is what all are paid in each future, in cents, shape ``(n_paths,)``; exact."""
        return np.asarray(self.payouts.sum(axis=(1, 2)), dtype=np.int64)

    def as_dict(self) -> dict[str, Any]:
        """Gives plain values, for JSON.

        Returns
        -------
        dict
            ``at_target``, ``joint``, ``independent``, ``nodes``, ``targets``, ``kinks``, ``timing`` and ``warnings``;
            None for what is unknown or has no end.
        """
        moved = dict(zip(("held_back", "pulled_forward"), self.timing.tolist(), strict=True))
        return {
            "at_target": self.at_target,
            "joint": asdict(self.joint),
            "independent": asdict(self.independent),
            "nodes": _rows(self.nodes),
            "targets": _rows(self.targets),
            "kinks": _rows(self.kinks),
            "timing": {name: {"share": share, "gain": gain} for name, (share, gain) in moved.items()},
            "warnings": list(self.warnings),
        }


def simulate_bonus(plan: BonusPlan, *, targets: Ints, futures: Futures, seed: int = 0) -> BonusSimulation:
    """Pays a plan in every joint future.

    Parameters
    ----------
    plan : BonusPlan
        Tiers, cap, team share and amounts.
    targets : ndarray of int, shape (n_leaves, n_months)
        In cents, as `Cascade.cents`. Where a period has no target nothing but the guarantee is paid.
    futures : Futures
        Joint paths of the leaves, in the workspace's currency.
    seed : int, default 0
        Of the shuffles behind the independent draws.

    Returns
    -------
    BonusSimulation

    Raises
    ------
    MisalignedError
        If targets are not of the leaves and months of the futures, or are no whole cents.
    OutOfRangeError
        If a target is negative.
    UnknownNameError
        If a bonus is given for what is no leaf, or there is no such level of teams.

    Notes
    -----
    Tiers are reached by exact comparison of whole cents, each payout is rounded once, and sums are those of whole
    numbers: what representatives get is to the cent what regions and the company pay. Independent draws deal the
    futures of each leaf anew: means of a plan without team share stay what they are, and only the spread is lost.

    Examples
    --------
    Two representatives whose sales move together: twice one's spread, not its root of two.

    >>> from salescope.planning import PlanGrid
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01"])
    >>> sales = np.random.default_rng(0).normal(100.0, 10.0, size=(2_000, 1, 1))
    >>> futures = Futures(grid=grid, paths=np.repeat(sales, 2, axis=1))
    >>> plan = BonusPlan(tiers=[(0, 1)], at_target=1_000, pays="month")
    >>> found = simulate_bonus(plan, targets=np.full((2, 1), 9_500), futures=futures)
    >>> round(found.joint.sd), round(found.independent.sd), found.at_target
    (211, 150, 2000.0)
    >>> found.targets["difficulty"].tolist()
    ['within reach', 'within reach']
    """
    payees = Payees.of(plan, targets=targets, futures=futures)
    joint = payees.pay(plan, sales=payees.sales)
    apart = payees.pay(plan, sales=payees.alone(np.random.default_rng(seed)))
    kinks, timing = pay_kinks(plan, payees=payees), timing_gain(plan, payees=payees)
    whole, lonely = (PayoutSpread.of(paid.sum(axis=(1, 2))) for paid in (joint, apart))
    return BonusSimulation(
        plan=plan,
        joint=whole,
        independent=lonely,
        payouts=joint,
        nodes=_nodes(payees, futures=futures, paid=(joint, apart), share=plan.share(1.0)),
        targets=_targets(payees),
        kinks=kinks,
        timing=timing,
        warnings=(*_spread_said(whole, lonely), *kink_warnings(kinks, timing=timing)),
    )


def difficulty(probability: float) -> str:
    """Calls a chance by a word.

    Parameters
    ----------
    probability : float
        That a target is reached, 0 to 1; NaN without a target.

    Returns
    -------
    str

    Examples
    --------
    >>> [difficulty(chance) for chance in (0.97, 0.8, 0.6, 0.3, 0.1)]
    ['almost certain', 'easy', 'within reach', 'hard', 'out of reach']
    """
    return next((word for least, word in DIFFICULTIES if probability >= least), "no target")


def _spread_said(joint: PayoutSpread, independent: PayoutSpread) -> tuple[str, ...]:
    if not independent.sd or joint.sd < 1.2 * independent.sd:
        return ()
    said = (
        f"Sales move together: the total payout spreads by {joint.sd:,.2f}, {joint.sd / independent.sd:.1f} times what "
        f"independent draws say; set aside {joint.p95:,.2f} (P95), not {independent.p95:,.2f}."
    )
    return (said,)


def _nodes(payees: Payees, *, futures: Futures, paid: tuple[Ints, Ints], share: float) -> pd.DataFrame:
    grid = futures.grid
    periods = [WHOLE] if payees.periods == (WHOLE,) else [*payees.periods, WHOLE]
    columns: dict[str, Any] = {
        "node": np.repeat(np.asarray(grid.nodes, dtype=object), len(periods)),
        "period": np.tile(np.asarray(periods, dtype=object), len(grid.nodes)),
    }
    asked = (payees.targets > 0) * np.rint(share * payees.at_target)[:, None]
    columns["at_target"] = (grid.sums @ _with_whole(asked, periods)).ravel() / 100.0
    for prefix, cents in zip(("", "independent_"), paid, strict=True):
        leaves = _with_whole(cents, periods)
        flat = grid.sums.astype(np.int64) @ np.moveaxis(leaves, 1, 0).reshape(grid.shape[0], -1)
        found = flat.reshape(len(grid.nodes), len(cents), len(periods))
        columns[f"{prefix}mean"] = found.mean(axis=1).ravel() / 100.0
        columns[f"{prefix}p95"] = np.quantile(found, 0.95, axis=1).ravel() / 100.0
        columns[f"{prefix}sd"] = found.std(axis=1).ravel() / 100.0
    return pd.DataFrame(columns)


def _with_whole(amounts: np.ndarray, periods: list[str]) -> np.ndarray:
    if len(periods) == amounts.shape[-1]:
        return amounts
    return np.concatenate([amounts, amounts.sum(axis=-1, keepdims=True)], axis=-1)


def _targets(payees: Payees) -> pd.DataFrame:
    reached = (payees.sales >= payees.targets).mean(axis=0)
    chance = np.where(payees.targets > 0, reached, np.nan).ravel()
    return pd.DataFrame(
        {
            "node": np.repeat(np.asarray(payees.leaves, dtype=object), len(payees.periods)),
            "period": np.tile(np.asarray(payees.periods, dtype=object), len(payees.leaves)),
            "target": payees.targets.ravel() / 100.0,
            "probability": chance,
            "difficulty": [difficulty(float(one)) for one in chance],
        }
    )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            str(name): None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]
