"""The re-plan: what has changed, and the smallest change of targets that answers it, for a person to approve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from salescope.frames.errors import MisalignedError
from salescope.planning.attainment import sold_cents
from salescope.planning.bands import Bands, allowed_cents, bands_of, said_band
from salescope.planning.cascade import Cascade
from salescope.planning.clashes import clash_of
from salescope.planning.errors import ClashingRulesError
from salescope.planning.futures import Futures
from salescope.planning.goals import Goal
from salescope.planning.grid import Ints
from salescope.planning.limits import limits_of
from salescope.planning.proposal import Replan
from salescope.planning.rules import Rule
from salescope.planning.smallest_moves import Moves, smallest_moves
from salescope.planning.target_plan import TargetPlan
from salescope.planning.triggers import CapacityChange, LevelShift, Trigger, TriggerKind

__all__ = ["BAND", "re_plan"]

BAND = (0.2, 0.9)


def re_plan(
    plan: TargetPlan,
    *,
    futures: Futures,
    band: Bands = BAND,
    level_shifts: Sequence[LevelShift] = (),
    capacity_changes: Sequence[CapacityChange] = (),
    may_lower: bool = False,
) -> Replan:
    """Proposes the smallest change of open targets that brings the chances back into their bands.

    Parameters
    ----------
    plan : TargetPlan
        As it was approved.
    futures : Futures
        Joint paths as of now, with their closed months; of the same nodes and months.
    band : (low, high), or mapping of str to (low, high)
        Probabilities between which the chance of the whole plan should be: of every node, or of those that are named.
    level_shifts : sequence of LevelShift
        Levels that were flagged.
    capacity_changes : sequence of CapacityChange
        Selling time that was lost or gained. What is lost becomes a cap of the open months.
    may_lower : bool
        Whether the company goal may be lowered: to the greatest amount whose chance is inside its band, or as far
        towards it as rules and other bands let it. It is never raised.

    Returns
    -------
    Replan
        Closed months, locks and all other rules are kept, and all sums to the cent. Of what keeps them the least is
        outside of the bands, and of that the fewest cents move: where moving does not help nothing moves.

    Raises
    ------
    ClashingRulesError
        If no targets keep every rule, as where capacity is lost of what is locked.
    MisalignedError
        If the futures are of other nodes or months.
    OutOfRangeError
        If a band is not inside 0 and 1.
    UnknownNameError
        If a node or month does not exist.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.planning.grid import PlanGrid
    >>> from salescope.planning.planner import TargetPlanner
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2", "3"]}), months=["2027-01", "2027-02"])
    >>> paths = np.random.default_rng(0).normal(100.0, 10.0, size=(1_000, 3, 2))
    >>> planner = TargetPlanner(grid, futures=Futures(grid=grid, paths=paths), last=np.full((3, 2), 95.0), step=100)
    >>> plan = planner.recommend(Goal.amount(594.0))
    >>> paths[:, :, 0] = [70.0, 100.0, 130.0]
    >>> found = re_plan(plan, futures=Futures(grid=grid, paths=paths, closed=1))
    >>> found.status, found.new.cascade.cents.tolist()
    ('proposed', [[9900, 7900], [9900, 9900], [9900, 11900]])
    >>> [trigger.reason for trigger in found.triggers]
    ["the chance of 'rep=1' is 0%, under its band", "the chance of 'rep=3' is 100%, above its band"]
    """
    if futures.grid.nodes != plan.cascade.grid.nodes or futures.grid.months != plan.cascade.grid.months:
        raise MisalignedError("futures", found="other nodes or months", accepted="those of the plan")
    bands = bands_of(band, grid=futures.grid)
    for shift in level_shifts:
        futures = shift.applied(futures)
    for change in capacity_changes:
        futures = change.applied(futures)
    old = replace(plan, futures=futures)
    allowed = allowed_cents(futures, bands=bands)
    triggers = _triggers(old, allowed=allowed, bands=bands, level_shifts=level_shifts, capacity=capacity_changes)
    top = futures.grid.nodes[0]
    in_band = _goal_in_band(old.cascade, allowed=allowed.get(top))
    cents, rules = plan.cascade.cents, plan.cascade.rules
    if triggers:
        caps = [rule for change in capacity_changes for rule in change.caps(cents, futures=futures)]
        others = [rule for rule in rules if rule.kind != "goal"] + caps
        goal = Rule(kind="goal", node=top, least=in_band if may_lower else int(cents.sum()), most=int(cents.sum()))
        # A goal that is kept cannot be brought into its band, and one that may be lowered is never lowered further.
        allowed_here = {**allowed, top: (0, in_band if may_lower else int(cents.sum()))}
        cents = _moved(old, allowed=allowed_here, rules=(goal, *others))
        rules = (Rule.goal(int(cents.sum())), *others)
    moved = bool((cents != plan.cascade.cents).any())
    before, after = int(plan.cascade.cents.sum()), int(cents.sum())
    fair = plan.cascade.fair * (after / before if before else 1.0)
    made = replace(plan.cascade, cents=cents, fair=fair, rules=rules if moved else plan.cascade.rules)
    new = replace(old, cascade=made, goal=Goal.amount(after / 100.0) if after != before else plan.goal)
    outside = tuple(node for node, (least, most) in allowed.items() if not least <= made.at(node) <= most)
    return Replan(
        status="proposed" if moved else "unchanged",
        triggers=triggers,
        old=old,
        new=new,
        goal_in_band=in_band,
        outside=outside,
    )


def _triggers(
    plan: TargetPlan,
    *,
    allowed: dict[str, tuple[int, int]],
    bands: dict[str, tuple[float, float]],
    level_shifts: Sequence[LevelShift],
    capacity: Sequence[CapacityChange],
) -> tuple[Trigger, ...]:
    grid = plan.futures.grid
    found: list[tuple[TriggerKind, str, str]] = []
    reached = sold_cents(plan.futures) >= grid.add_up(plan.cascade.cents).sum(axis=1)
    chances = dict(zip(grid.nodes, reached.mean(axis=0).tolist(), strict=True))
    for node, ends in allowed.items():
        reason = said_band(node, cents=plan.cascade.at(node), allowed=ends, chance=chances[node])
        if reason:
            found.append(("chance", node, reason))
    for shift in level_shifts:
        size = f" by {shift.change:+.0%}" if shift.change else ""
        found.append(("level_shift", shift.node, f"level shift of {shift.node!r}{size}: {shift.reason}".rstrip(": ")))
    for change in capacity:
        said = f"capacity of {change.node!r} is {change.factor:.0%}: {change.reason}".rstrip(": ")
        found.append(("capacity", change.node, said))
    return tuple(
        Trigger(
            kind=kind,
            node=node,
            probability=chances[node],
            low=bands.get(node, (None, None))[0],
            high=bands.get(node, (None, None))[1],
            reason=reason,
        )
        for kind, node, reason in found
    )


def _goal_in_band(made: Cascade, *, allowed: tuple[int, int] | None) -> int:
    """Finds the goal that is in its band, by whole steps; no more than it is, and no less than nothing."""
    goal = int(made.cents.sum())
    if allowed is None or goal <= allowed[1]:
        return goal
    return max(goal - made.step * -(-(goal - allowed[1]) // made.step), 0)


def _moved(plan: TargetPlan, *, allowed: dict[str, tuple[int, int]], rules: Sequence[Rule]) -> Ints:
    grid, cents = plan.futures.grid, plan.cascade.cents
    watched = [Rule(kind="cap", node=node, least=least, most=most) for node, (least, most) in allowed.items()]
    closed = np.tile(np.arange(grid.shape[1]) < plan.futures.closed, grid.shape[0])
    # What has no target is not asked for one as long as another may bear it.
    apart = np.where(closed, 0, np.where(cents.ravel() > 0, 1, 2))
    limits = limits_of([*rules, *watched], grid=grid, apart=apart)
    size = np.bincount(limits.group, minlength=limits.size)
    reached = np.rint(plan.futures.paths.sum(axis=2) * 100.0) >= cents.sum(axis=1)
    likely = np.where(cents > 0, reached.mean(axis=0)[:, None], 0.0)
    moves = Moves(
        cents=cents.ravel(),
        limits=limits,
        musts=len(rules),
        closed=np.bincount(limits.group, weights=closed, minlength=limits.size) > 0,
        chance=limits.add_up(likely.ravel()) / size,
    )
    for step in (plan.cascade.step, 1):
        found = smallest_moves(moves, step=step)
        if found is not None:
            return found.reshape(cents.shape)
    raise _clash(plan, rules=rules)


def _clash(plan: TargetPlan, *, rules: Sequence[Rule]) -> ClashingRulesError:
    """Explains why nothing keeps the rules now that months are closed, which are locks here."""
    grid, near = plan.futures.grid, plan.cascade.cents.astype(np.float64)
    some = dict.fromkeys(rule.node for rule in rules if rule.kind != "growth")
    # Bounds of growth are many, and each closed month of each node costs: they are asked where the others do not clash.
    for nodes in (some, dict.fromkeys(rule.node for rule in rules)):
        locks = [
            Rule.lock(node, period=month, cents=plan.cascade.at(node, month), reason="closed")
            for node in nodes
            for month in grid.months[: plan.futures.closed]
        ]
        error = clash_of([*rules, *locks], grid=grid, near=near)
        if len(error.rules) < len(rules) + len(locks):
            break
    return error
