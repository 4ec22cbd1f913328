"""Answers questions about targets in a process of its own, started by its path and never imported by the service.

Each line that comes in is a question, each line that goes out its answer, both JSON. The process keeps the futures of
the last publication it was given, drawn once, so that every answer of a day counts in the very same futures.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from salescope.frames.errors import SalescopeError
from salescope.planning import (
    WHOLE,
    CapacityChange,
    Cascade,
    Futures,
    Goal,
    Growths,
    LevelShift,
    NewShare,
    PlanGrid,
    Rule,
    TargetPlanner,
    re_plan,
    seniority_bands,
)
from salescope.planning.futures import MOST_CELLS, MOST_PATHS, SEED
from salescope.planning.kept_plans import kept_grid, kept_plan, kept_rows, level_nodes, plan_of_kept
from salescope.planning.plain_questions import allocated, assigned, chances_of, judged, simulated, supposed
from salescope.planning.rules import UNBOUNDED
from salescope.planning.target_plan import plain

__all__ = ["Held", "answer_to", "main"]

Floats = NDArray[np.float64]
Told = dict[str, Any]

MOST_BYTES = 4 * 1024**3
MOST_ROWS = 20_000
MOST_CHANCES = 2_000
MOST_CLOSED_CELLS = 1_500
PINNED = ("lock", "override")
UNFIT = "Nothing can be worked out of these numbers. Compare them with the examples under /docs."
NO_MEMORY = "It needs more memory than a question may have. Ask for fewer nodes."


@dataclass(frozen=True, kw_only=True)
class Held:
    """Is one publication of futures as arrays.

    Parameters
    ----------
    key : int
        The publication.
    levels : tuple of str
        Attributes of the leaves, coarsest first.
    keys : mapping of str to list of str
        Each attribute of every leaf.
    futures : Futures
        Drawn joint paths, with their grid.
    last, fair : ndarray of float, shape (n_leaves, n_months)
        Last year's sales and fair shares.
    by_leaf : mapping of str to ndarray
        What else is known of the leaves.
    """

    key: int
    levels: tuple[str, ...]
    keys: Mapping[str, Sequence[str]]
    futures: Futures
    last: Floats
    fair: Floats
    by_leaf: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, table: Mapping[str, Any], *, key: int) -> Held:
        """Reads what the service sends of a publication, and draws its paths.

        Parameters
        ----------
        table : mapping
            ``kind``, ``levels``, ``keys``, ``months``, ``closed``, ``last``, ``fair``, ``by_leaf`` and ``arrays``;
            arrays as dtype, shape and base64.
        key : int
            The publication.

        Returns
        -------
        Held
        """
        grid = kept_grid(table)
        arrays = {name: array_of(told) for name, told in table["arrays"].items()}
        paths = draw(table["kind"], arrays, cells=grid.shape[0] * grid.shape[1])
        return cls(
            key=key,
            levels=tuple(table["levels"]),
            keys={level: table["keys"][level] for level in table["levels"]},
            futures=Futures(grid=grid, paths=paths, closed=table["closed"]),
            last=array_of(table["last"]),
            fair=array_of(table["fair"]),
            by_leaf={name: array_of(told) for name, told in table["by_leaf"].items()},
        )

    @property
    def new_share(self) -> NewShare | None:
        """Is how much of each leaf's sales is of new customers, where it is published."""
        if not {"new_share_last", "new_share_ahead"} <= self.by_leaf.keys():
            return None
        return NewShare(last=self.by_leaf["new_share_last"], ahead=self.by_leaf["new_share_ahead"])

    def planner(self, rules: Sequence[Rule], *, step: int, fair: Floats | None = None) -> TargetPlanner:
        """Makes a planner for some rules; other shares than the published fair ones may be given."""
        return TargetPlanner(
            self.futures.grid,
            futures=self.futures,
            last=self.last,
            fair=self.fair if fair is None else fair,
            new_share=self.new_share,
            rules=tuple(rules),
            step=step,
        )


def array_of(told: Sequence[Any]) -> NDArray[Any]:
    """Reads an array from its dtype, its shape and its bytes in base64."""
    dtype, shape, content = told
    return np.frombuffer(base64.b64decode(content), dtype=dtype).reshape(shape)


def draw(kind: str, arrays: Mapping[str, NDArray[Any]], *, cells: int) -> Floats:
    """Draws joint paths of a recipe, the same every time.

    Parameters
    ----------
    kind : {"path_model", "paths"}
        A recipe of `salescope.forecasting.path_model`, or ``paths`` that were drawn before.
    arrays : mapping of str to ndarray
        The recipe.
    cells : int
        Leaves times months.

    Returns
    -------
    ndarray of float, shape (n_paths, n_leaves, n_months)
    """
    count = max(1, min(MOST_PATHS, MOST_CELLS // cells))
    if kind == "paths":
        return np.asarray(arrays["paths"][:count], dtype=np.float64)
    # Only a publication that was made with it needs the forecasting code, which takes seconds to import.
    from salescope.forecasting.path_model import PathModel  # noqa: PLC0415

    return np.asarray(PathModel.from_arrays(dict(arrays)).draw(paths=count, seed=SEED), dtype=np.float64)


def recommend(question: Mapping[str, Any], held: Held) -> Told:
    """Hands a goal down; with ``keep`` the plan comes back whole."""
    rules = [rule_of(sent, held=held) for sent in question["rules"]]
    goal = None if question["goal"] is None else Goal(**question["goal"])
    growths = None if question["growths"] is None else Growths(**question["growths"])
    plan = held.planner(rules, step=question["step"]).recommend(goal, growths=growths)
    content = kept_plan(plan, keys=held.keys)
    told = {**told_of(content, question["show"]), "padding": plain(plan.padding())}
    return {"told": told, "content": content} if question["keep"] else {"told": told}


def revise(question: Mapping[str, Any], held: Held) -> Told:
    """Sets or takes away one lock or override, and hands the same goal down again; closed months stay as they were."""
    content, node, period = question["content"], question["node"], question["period"]
    old = plan_of_kept(content, futures=held.futures, last=held.last)
    cents = question["cents"] if question["cents"] is not None else old.cascade.at(node, period)
    rules = [rule for rule in old.cascade.rules if rule.kind != "goal"]
    kept = [rule for rule in rules if (rule.node, rule.period) != (node, period) or rule.kind not in PINNED]
    if question["kind"] == "lock":
        kept.append(Rule.lock(node, cents=cents, period=period, reason=question["reason"]))
    elif question["kind"] == "override":
        kept.append(Rule.override(node, cents=cents, period=period, reason=question["reason"]))
    elif len(kept) == len(rules):
        return {"refused": "The plan has no lock or override there."}
    closed = _closed_locks(old.cascade, closed=held.futures.closed)
    shares = np.maximum(old.cascade.cents, 0.01).astype(np.float64) if content["base"] == "targets" else None
    growths = None if old.split is None else old.split.wished
    planner = held.planner([*kept, *closed], step=content["step"], fair=shares)
    made = planner.recommend(Goal.amount(old.amount), growths=growths)
    fair = made.cascade.fair if shares is None else old.cascade.fair
    cascade = replace(made.cascade, rules=(made.cascade.rules[0], *kept), fair=fair)
    new = kept_plan(replace(made, cascade=cascade, goal=old.goal), keys=held.keys, base=content["base"])
    return {"told": told_of(new, question["show"]), "content": new}


def _closed_locks(made: Cascade, *, closed: int) -> list[Rule]:
    """Holds the targets of months that are over, which nobody can still work for."""
    grid = made.grid
    leaves, months = grid.nodes[-grid.shape[0] :], grid.months[:closed]
    if len(leaves) * closed > MOST_CLOSED_CELLS:
        leaves = grid.nodes[:1]
    return [Rule.lock(leaf, cents=made.at(leaf, month), period=month) for leaf in leaves for month in months]


def show(question: Mapping[str, Any]) -> Told:
    """Tells a plan as it is kept: its chances are those of when it was made."""
    return {"told": told_of(question["content"], question["show"])}


def attain(question: Mapping[str, Any], held: Held) -> Told:
    """Counts as of now how likely targets are: of a plan, or of amounts that are sent."""
    grid = held.futures.grid
    if question["content"] is None:
        wanted = [(it["node"], it["period"], it["cents"]) for it in question["targets"]]
    else:
        made = plan_of_kept(question["content"], futures=held.futures, last=held.last).cascade
        nodes, periods = shown(question["show"], grid=grid, levels=held.levels)
        wanted = [(node, period, made.at(node, period)) for node in nodes for period in periods]
    if len(wanted) > MOST_CHANCES:
        return {"refused": _too_many(len(wanted), most=MOST_CHANCES)}
    chances = chances_of(held.futures, wanted, last=held.last)
    return {"told": {"paths": len(held.futures.paths), "closed": held.futures.closed, "chances": chances}}


def rule_of(sent: Mapping[str, Any], *, held: Held) -> Rule:
    """Makes a rule of what was sent; growth is against last year's sales of the node and period."""
    kind, node, period = sent["kind"], sent["node"], sent["period"]
    if kind == "growth":
        cells = held.futures.grid.cells(node, period)
        last = round(float(held.last.ravel()[cells].sum()) * 100.0)
        return Rule.growth(node, last=max(last, 0), least=sent["least"], most=sent["most"], period=period)
    least = 0 if kind == "cap" else sent["cents"]
    most = UNBOUNDED if kind == "floor" else sent["cents"]
    return Rule(kind=kind, node=node, period=period, least=least, most=most, reason=sent["reason"])


def told_of(kept: Mapping[str, Any], wanted: Mapping[str, Any]) -> Told:
    """Tells a plan, with the targets of the nodes and periods that are asked for."""
    nodes, periods = shown(wanted, grid=kept_grid(kept), levels=kept["levels"])
    if len(nodes) * len(periods) > MOST_ROWS:
        raise SalescopeError(_too_many(len(nodes) * len(periods), most=MOST_ROWS))
    names = ("amount", "growth", "probability", "goal", "split", "step", "levels", "months", "rules")
    rows = kept_rows(kept, nodes=nodes, periods=periods)
    return {**{name: kept[name] for name in names}, "targets": plain(rows)}


def shown(wanted: Mapping[str, Any], *, grid: PlanGrid, levels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Finds what is asked for: by default the whole with its first level, and every period."""
    nodes = list(dict.fromkeys(wanted["nodes"]))
    if wanted["level"] is not None:
        nodes += level_nodes(grid, wanted["level"], levels=levels)
    return nodes or [grid.nodes[0], *level_nodes(grid, levels[0], levels=levels)], list(
        dict.fromkeys(wanted["periods"])
    ) or list(grid.periods)


def _too_many(found: int, *, most: int) -> str:
    return f"That would be {found:,} rows, and an answer has {most:,} at most. Name fewer nodes or periods."


def propose(question: Mapping[str, Any], held: Held) -> Told:
    """Proposes the smallest re-plan; the new plan comes back whole where any target moves."""
    old = plan_of_kept(question["content"], futures=held.futures, last=held.last)
    nodes, periods = shown(question["show"], grid=held.futures.grid, levels=held.levels)
    found = re_plan(
        old,
        futures=held.futures,
        band=dict.fromkeys(nodes, (question["low"], question["high"])),
        level_shifts=[LevelShift(**it) for it in question["level_shifts"]],
        capacity_changes=[CapacityChange(**it) for it in question["capacity_changes"]],
        may_lower=question["may_lower"],
    )
    told = {name: value for name, value in found.as_dict().items() if name != "plan"}
    named = [row for row in told["changes"] if not question["show"]["periods"] or row["period"] in periods]
    if len(named) > MOST_ROWS:
        raise SalescopeError(_too_many(len(named), most=MOST_ROWS))
    content = kept_plan(found.new, keys=held.keys, base="targets") if found.status == "proposed" else None
    return {"told": {**told, "changes": named}, "content": content}


def suppose(question: Mapping[str, Any], held: Held) -> Told:
    """Says what scenarios do to the chances of a plan."""
    plan = plan_of_kept(question["content"], futures=held.futures, last=held.last)
    nodes, _ = shown(question["show"], grid=held.futures.grid, levels=held.levels)
    periods = question["show"]["periods"] or [WHOLE]
    if (count := len(nodes) * len(periods) * len(question["scenarios"])) > MOST_ROWS:
        raise SalescopeError(_too_many(count, most=MOST_ROWS))
    return {"told": {"effects": supposed(plan, question["scenarios"], nodes=nodes, periods=periods)}}


def judge(question: Mapping[str, Any], held: Held) -> Told:
    """Says whether targets are as likely for everyone."""
    plan = plan_of_kept(question["content"], futures=held.futures, last=held.last)
    past = held.by_leaf.get("past")
    if past is not None:
        past = np.where(held.by_leaf.get("past_known", np.ones(past.shape)) > 0, past, np.nan)
    groups = {level: held.keys[level] for level in held.levels[:-1]}
    years = held.by_leaf.get("seniority")
    if years is not None and (years >= 0.0).any():
        groups.setdefault("seniority", seniority_bands(np.where(years >= 0.0, years, np.nan)).tolist())
    return {"told": judged(plan, groups=groups, past=past, size=held.by_leaf.get("potential"))}


def pay(question: Mapping[str, Any], held: Held) -> Told:
    """Says what a bonus plan costs for the targets of a plan."""
    plan = plan_of_kept(question["content"], futures=held.futures, last=held.last)
    return {"told": {"simulation": simulated(plan, question["bonus"])}}


ASKS: Mapping[str, Callable[[Mapping[str, Any], Held], Told]] = {
    "recommend": recommend,
    "revise": revise,
    "attainment": attain,
    "re-plan": propose,
    "scenario": suppose,
    "fairness": judge,
    "bonus": pay,
}
FREE: Mapping[str, Callable[[Mapping[str, Any]], Told]] = {
    "show": show,
    "budget": lambda question: {"told": {"budget": allocated(question["history"])}},
    "territories": lambda question: {"told": {"territories": assigned(question["market"])}},
}


def answer_to(question: Mapping[str, Any], *, held: Held | None) -> Told:
    """Answers one question.

    Parameters
    ----------
    question : mapping
        ``ask`` names it.
    held : Held or None
        The futures, None for a question that needs none.

    Returns
    -------
    dict
        What is ``told``, or why it is ``refused``.
    """
    try:
        return FREE[question["ask"]](question) if held is None else ASKS[question["ask"]](question, held)
    except SalescopeError as error:
        return {"refused": str(error)}
    except (ValueError, ArithmeticError) as error:
        # Numbers that no library can do anything with; its message may quote them, and is left out.
        sys.stderr.write(f"{question['ask']}: {type(error).__name__}\n")
        return {"refused": UNFIT}


def main(questions: TextIO, answers: TextIO) -> None:
    """Answers questions until there are no more.

    Parameters
    ----------
    questions, answers : text stream
        A line of JSON each.
    """
    held: Held | None = None
    print('{"ready": true}', file=answers, flush=True)
    for line in questions:
        try:
            question = json.loads(line)
            if "table" in question:
                held = Held.of(question["table"], key=question["publication"])
            if question["publication"] is None:
                told = answer_to(question, held=None)
            elif held is None or held.key != question["publication"]:
                told = {"needs": "table"}
            else:
                told = answer_to(question, held=held)
        except SalescopeError as error:
            told, held = {"refused": f"What is published cannot be used. {error}"}, None
        except MemoryError:
            told, held = {"refused": NO_MEMORY}, None
        print(json.dumps(told, allow_nan=False), file=answers, flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    # What a library prints goes to the error stream: the other one has answers only.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as _answers:
        os.dup2(2, 1)
        sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # it is a TextIOWrapper
        main(sys.stdin, _answers)
