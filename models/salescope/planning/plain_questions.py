"""Questions about plans in plain values, as a service asks them, answered in plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from salescope.frames.errors import MisalignedError
from salescope.planning.attained import Attained
from salescope.planning.attainment import attainment, run_rate
from salescope.planning.bonus import simulate_bonus
from salescope.planning.bonus_plan import BonusPlan
from salescope.planning.budget import allocate
from salescope.planning.budget_limits import BudgetLimits
from salescope.planning.fairness import fairness
from salescope.planning.futures import Futures
from salescope.planning.grid import WHOLE, Floats
from salescope.planning.response_curves import response_curves
from salescope.planning.scenario_effects import scenario_effects
from salescope.planning.scenario_values import scenario_of
from salescope.planning.target_plan import TargetPlan, plain
from salescope.planning.territories import assign_territories
from salescope.planning.territory_costs import TerritoryWeights
from salescope.planning.territory_rules import TerritoryRules

__all__ = ["allocated", "assigned", "chances_of", "judged", "simulated", "supposed"]


def chances_of(futures: Futures, wanted: Sequence[tuple[str, str, int]], *, last: Floats) -> list[dict[str, Any]]:
    """Counts how likely amounts are, beside what is expected and what the run rate makes.

    Parameters
    ----------
    futures : Futures
        Joint paths, as of now.
    wanted : sequence of (str, str, int)
        Node, period and amount in cents.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency.

    Returns
    -------
    list of dict
        ``node``, ``period``, ``cents``, ``probability``, ``expected_cents``, ``low_cents`` and ``high_cents`` (nine of
        ten futures are above, or below) and ``run_rate_cents`` (of the whole plan; None before the first close).

    Raises
    ------
    UnknownNameError
        If there is no such node or period.
    """
    projected = dict(zip(futures.grid.nodes, run_rate(futures, last=last).tolist(), strict=True))
    told = []
    for node, period, cents in wanted:
        sold = np.rint(futures.of(node, period) * 100.0)
        low, high = np.quantile(sold, (0.1, 0.9))
        rate = projected[node] if period == WHOLE and futures.closed else float("nan")
        told.append(
            {
                "node": node,
                "period": period,
                "cents": cents,
                "probability": float((sold >= cents).mean()),
                "expected_cents": round(float(sold.mean())),
                "low_cents": round(low),
                "high_cents": round(high),
                "run_rate_cents": None if np.isnan(rate) else round(rate * 100.0),
            }
        )
    return told


def supposed(
    plan: TargetPlan, scenarios: Sequence[Mapping[str, Any]], *, nodes: Sequence[str], periods: Sequence[str]
) -> list[dict[str, Any]]:
    """Says what scenarios do to the chances of a plan.

    Parameters
    ----------
    plan : TargetPlan
        Judged by the futures of now.
    scenarios : sequence of mapping
        As `scenario_of` reads them.
    nodes, periods : sequence of str
        Which are told.

    Returns
    -------
    list of dict
        Rows of `scenario_effects`.

    Raises
    ------
    UnknownNameError, OutOfRangeError, MisalignedError
        As `scenario_of` and `scenario_effects`.
    """
    for node in nodes:
        plan.futures.grid.cells(node, WHOLE)
    found = scenario_effects(plan, [scenario_of(each) for each in scenarios], periods=list(periods))
    return plain(found[found["node"].isin(list(nodes))])


def judged(
    plan: TargetPlan, *, groups: Mapping[str, Sequence[str]], past: Floats | None = None, size: Floats | None = None
) -> dict[str, Any]:
    """Says whether the targets of leaves are as likely for everyone.

    Parameters
    ----------
    plan : TargetPlan
        Judged by the futures of now.
    groups : mapping of str to sequence of str, each of shape (n_leaves,)
        Groups of the leaves, as ``region``.
    past : ndarray of float, shape (n_leaves, n_years), or None
        What each sold in years before, the last year last; NaN where not known.
    size : ndarray of float, shape (n_leaves,), or None
        Potential of each.

    Returns
    -------
    dict
        ``said``, sentences, and ``groups``, rows of `FairnessReport.table`, everybody first.

    Raises
    ------
    OutOfRangeError
        If no chance is known.
    """
    leaves = plan.futures.grid.shape[0]
    whole = list(plan.futures.grid.periods).index(WHOLE)
    chances = attainment(plan.futures, cents=plan.cascade.cents)[-leaves:, whole]
    order = plan.futures.grid.sums[-leaves:].indices
    by_leaf = np.empty(leaves)
    by_leaf[order] = chances
    growth = np.full(leaves, np.nan)
    if past is not None and past.shape[1] > 1:
        np.divide(past[:, -1], past[:, -2], out=growth, where=np.nan_to_num(past[:, -2]) > 0.0)
    attained = Attained(
        attainment=by_leaf,
        growth=growth - 1.0 if np.isfinite(growth).any() else None,
        potential=size,
        groups={kind: np.array(names, dtype=str) for kind, names in groups.items()},
        probability=True,
    )
    report = fairness(attained)
    return {"said": list(report.said), "groups": plain(report.table())}


def simulated(plan: TargetPlan, bonus: Mapping[str, Any]) -> dict[str, Any]:
    """Says what a bonus plan costs.

    Parameters
    ----------
    plan : TargetPlan
        Whose targets, judged by the futures of now.
    bonus : mapping
        Arguments of `BonusPlan`.

    Returns
    -------
    dict
        As `BonusSimulation.as_dict`.

    Raises
    ------
    OutOfRangeError, UnknownNameError
        As `BonusPlan` and `simulate_bonus`.
    """
    return simulate_bonus(BonusPlan(**bonus), targets=plan.cascade.cents, futures=plan.futures).as_dict()


def allocated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Splits a promotion budget over channels.

    Parameters
    ----------
    values : mapping
        ``sales`` (list, a week), ``spend`` (list a channel), ``periods``, ``total``, ``reserve``, ``floors``, ``caps``
        ``beyond_seen`` and ``sure``.

    Returns
    -------
    dict
        As `Budget.as_dict`, and ``unknown``: channels that history cannot tell.

    Raises
    ------
    FlatSpendError
        If history varied too little to know anything.
    MisalignedError
        If lists are of different lengths.
    OutOfRangeError, UnknownNameError
        As `allocate`.
    """
    sales = np.array(values["sales"], dtype=np.float64)
    lengths = {len(spent) for spent in values["spend"].values()} | {len(sales)}
    if len(lengths) > 1:
        found = f"lists of {', '.join(map(str, sorted(lengths)))} weeks"
        raise MisalignedError("spend", found=found, accepted="one amount a week of sales")
    curves = response_curves(sales, spend=pd.DataFrame(values["spend"]))
    limits = BudgetLimits(**{name: values[name] for name in ("floors", "caps", "beyond_seen", "sure")})
    budget = allocate(
        curves, periods=values["periods"], total=values["total"], limits=limits, reserve=values["reserve"]
    )
    unknown = [name for name, known in zip(curves.channels, curves.known.tolist(), strict=True) if not known]
    return {**budget.as_dict(), "unknown": unknown}


def assigned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Assigns accounts to representatives.

    Parameters
    ----------
    values : mapping
        ``accounts`` and ``representatives``, lists of mappings of which a missing member is left out or None, and
        arguments of `TerritoryRules` and `TerritoryWeights` as ``rules`` and ``weights``.

    Returns
    -------
    dict
        As `Territories.as_dict`.

    Raises
    ------
    MissingColumnError, MisalignedError, OutOfRangeError, UnknownNameError
        As `assign_territories`.

    Examples
    --------
    >>> accounts = [{"account_id": name, "potential": 60.0, "rep_id": "R1"} for name in "AB"]
    >>> representatives = [{"rep_id": "R1", "capacity": 1.0}, {"rep_id": "R2", "capacity": 1.0}]
    >>> assigned({"accounts": accounts, "representatives": representatives, "rules": {}, "weights": {}})["changes"]
    1
    """
    frames = {name: pd.DataFrame(values[name]) for name in ("accounts", "representatives")}
    # A member that nobody sent is no column, which is not the same as one without a value.
    accounts, representatives = (frame.dropna(axis=1, how="all") for frame in frames.values())
    found = assign_territories(
        accounts,
        representatives=representatives,
        rules=TerritoryRules(**values["rules"]),
        weights=TerritoryWeights(**values["weights"]),
    )
    return found.as_dict()
