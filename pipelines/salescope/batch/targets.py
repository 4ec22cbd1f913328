"""Targets of a workspace: recommended, published for the service, and judged as they are agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.batch.plan_facts import PlanFacts
from salescope.planning import (
    WHOLE,
    Attained,
    FairnessReport,
    Futures,
    Goal,
    PlanGrid,
    Rule,
    TargetPlan,
    TargetPlanner,
    fairness,
    run_rate,
)
from salescope.project import ModelName, Workspace
from salescope.store import (
    FUTURES,
    KeptArray,
    NewPublication,
    Publication,
    PublishedFutures,
    Store,
    kept_futures,
    publish_futures,
    retire_publications,
)

__all__ = [
    "KEEP_FUTURES",
    "chances",
    "plan_fairness",
    "publish_plan_facts",
    "published_plan_facts",
    "recommended_plan",
]

KEEP_FUTURES = 7
DRAWN = "paths"
ASKED = ("node", "period", "cents")
LOW, HIGH = 0.1, 0.9


def recommended_plan(facts: PlanFacts, goal: Goal, *, rules: Sequence[Rule] = (), step: int = 1) -> TargetPlan:
    """Hands a goal down to every leaf and month of a workspace.

    Parameters
    ----------
    facts : PlanFacts
        What it is recommended by.
    goal : Goal
        An amount, a growth rate or a probability.
    rules : sequence of Rule, default ()
        Locks, overrides, bounds of growth, floors and caps.
    step : int, default 1
        What the target of each leaf and month is to be a multiple of, in cents.

    Returns
    -------
    TargetPlan

    Raises
    ------
    ClashingRulesError
        If no targets keep every rule.
    OutOfRangeError
        If the goal cannot be meant.
    """
    planner = TargetPlanner(
        facts.futures.grid, futures=facts.futures, last=facts.last, fair=facts.fair, rules=tuple(rules), step=step
    )
    return planner.recommend(goal)


def publish_plan_facts(
    workspace: Workspace, facts: PlanFacts, *, store: Store, keep: int = KEEP_FUTURES
) -> Publication:
    """Publishes what the service recommends and judges targets by.

    Parameters
    ----------
    workspace : Workspace
        Its currency is told with it.
    facts : PlanFacts
        What is published.
    store : Store
        Has the published tables.
    keep : int, default 7
        So many publications are kept, this one among them.

    Returns
    -------
    Publication

    Raises
    ------
    HostileValueError
        If there are more than 20,000 leaves, or a name cannot be stored as it is.
    OvertakenRunError
        If another run begins to publish meanwhile.
    StoreUnavailableError
        If the database does not answer.
    """
    futures = facts.futures
    known = bool(np.isfinite(facts.potential).all())
    told = PublishedFutures(
        kind=DRAWN,
        levels=facts.levels,
        keys={level: facts.keys[level].tolist() for level in facts.levels},
        months=futures.grid.months,
        closed=futures.closed,
        last=facts.last,
        fair=facts.fair,
        by_leaf={"potential": facts.potential} if known else {},
        arrays={DRAWN: futures.paths, "past": facts.past, "potential": facts.potential},
        notes={"fair": "potential" if known else "forecast", "paths": len(futures.paths)},
    )
    of = NewPublication(
        name=FUTURES,
        as_of=facts.as_of.to_pydatetime().replace(tzinfo=UTC),
        at=datetime.now(UTC),
        versions={} if facts.version is None else {ModelName.SALES.value: facts.version},
        currency=workspace.currency,
    )
    publication = publish_futures(store, told, of=of)
    retire_publications(store, keep=keep, name=FUTURES)
    return publication


def published_plan_facts(store: Store) -> PlanFacts | None:
    """Reads what was published for plans last.

    Parameters
    ----------
    store : Store
        Has the published tables.

    Returns
    -------
    PlanFacts or None
        None where nothing was published, or a recipe that is not drawn here.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer.
    """
    kept = kept_futures(store)
    if kept is None or kept.kind != DRAWN:
        return None
    keys = pd.DataFrame({level: list(kept.keys[level]) for level in kept.levels}, dtype=object)
    grid = PlanGrid.of(keys, months=kept.months)
    return PlanFacts(
        futures=Futures(grid=grid, paths=_array(kept.arrays[DRAWN]), closed=kept.closed),
        keys=keys,
        last=_array(kept.last),
        fair=_array(kept.fair),
        past=_array(kept.arrays["past"]),
        potential=_array(kept.arrays["potential"]),
        as_of=pd.Timestamp(kept.publication.as_of).tz_localize(None),
        version=kept.publication.versions.get(ModelName.SALES.value),
        publication=kept.publication.id,
    )


def chances(facts: PlanFacts, targets: pd.DataFrame) -> pd.DataFrame:
    """Counts how likely targets are, as of what is known now.

    Parameters
    ----------
    facts : PlanFacts
        Has the joint futures.
    targets : DataFrame, shape (n_targets, 3)
        ``node``, ``period`` and ``cents``.

    Returns
    -------
    DataFrame, shape (n_targets, 9)
        Beside them ``sold`` (in the months that are over), ``expected``, ``low`` and ``high`` (80 % of the futures lie
        between), ``run_rate`` (what the growth until now makes of last year; NaN but for the whole plan with closed
        months), all in the workspace's currency, and ``probability``, 0 to 1.

    Raises
    ------
    UnknownNameError
        If there is no such node or period.

    Examples
    --------
    >>> keys = pd.DataFrame({"rep": ["1", "2"]})
    >>> grid = PlanGrid.of(keys, months=["2027-01"])
    >>> paths = np.array([[[1.0], [3.0]], [[2.0], [1.0]]])
    >>> nothing = np.zeros((2, 1))
    >>> facts = PlanFacts(
    ...     futures=Futures(grid=grid, paths=paths),
    ...     keys=keys,
    ...     last=nothing,
    ...     fair=nothing,
    ...     past=nothing,
    ...     potential=nothing[:, 0],
    ...     as_of=pd.Timestamp("2027-01-01"),
    ... )
    >>> float(chances(facts, pd.DataFrame({"node": ["all"], "period": ["plan"], "cents": [350]}))["probability"][0])
    0.5
    """
    futures, projected = facts.futures, run_rate(facts.futures, last=facts.last)
    rate_of = dict(zip(futures.grid.nodes, projected.tolist(), strict=True))
    whole = len(futures.grid.months)
    rows: list[dict[str, Any]] = []
    for node, period, cents in zip(targets["node"], targets["period"], targets["cents"], strict=True):
        sold = futures.of(node, period)
        cells = futures.grid.cells(node, period)
        over = cells[cells % whole < futures.closed]
        low, high = np.quantile(sold, (LOW, HIGH))
        is_whole = len(np.unique(cells % whole)) == whole and futures.closed
        rows.append(
            {
                "node": node,
                "period": period,
                "cents": int(cents),
                "sold": float(futures.paths[0].ravel()[over].sum()),
                "expected": float(sold.mean()),
                "low": float(low),
                "high": float(high),
                "run_rate": rate_of[node] if is_whole else np.nan,
                "probability": float((np.rint(sold * 100.0) >= cents).mean()),
            }
        )
    names = ["node", "period", "cents", "sold", "expected", "low", "high", "run_rate", "probability"]
    return pd.DataFrame(rows, columns=names)


def plan_fairness(plan: TargetPlan, facts: PlanFacts) -> FairnessReport:
    """Says whether the targets of leaves are as likely for everyone.

    Parameters
    ----------
    plan : TargetPlan
        Whose targets.
    facts : PlanFacts
        Has the leaves' past growth, potential and groups.

    Returns
    -------
    FairnessReport
        Of chances of the whole plan, by every level above the leaves.
    """
    grid = facts.futures.grid
    found = chances(
        facts, pd.DataFrame([(leaf, WHOLE, plan.cascade.at(leaf)) for leaf in facts.leaves], columns=list(ASKED))
    )
    growth = np.full(grid.shape[0], np.nan)
    if facts.past.shape[1] > 1:
        before = facts.past[:, -2]
        np.divide(facts.past[:, -1], before, out=growth, where=np.nan_to_num(before) > 0.0)
    groups = {level: facts.keys[level].to_numpy(dtype=str) for level in facts.levels[:-1]}
    known = np.isfinite(facts.potential).any()
    attained = Attained(
        attainment=found["probability"].to_numpy(dtype=np.float64),
        growth=growth - 1.0 if np.isfinite(growth).any() else None,
        potential=facts.potential if known else None,
        groups=groups,
        probability=True,
    )
    return fairness(attained)


def _array(kept: KeptArray) -> npt.NDArray[np.float64]:
    return np.frombuffer(kept.content, dtype=kept.dtype).reshape(kept.shape).astype(np.float64)
