"""Answers what-ifs in a process of its own, started by its path and never imported by the service.

Each line that comes in is a question, each line that goes out its answer, both JSON. The process keeps the table of the
last publication it was given, so that only the first question of a night carries one.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
from scipy import sparse

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.locks import lock
from salescope.forecasting.tree import TOTAL, Tree
from salescope.frames.errors import MisalignedError

__all__ = ["Held", "answer_to", "main", "tree_of"]

MOST_BYTES = 4 * 1024**3
CLOSE = 1e-6
NO_TREE = "The published nodes do not add up as a tree, so that nothing can be moved coherently."
NO_MEMORY = "It needs more memory than a what-if may have."


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Is one published forecast as arrays.

    Parameters
    ----------
    key : int
        The publication.
    tree : Tree
        Its nodes.
    dates : tuple of str, shape (horizon,)
        First days of the periods.
    mean : ndarray of float, shape (n_nodes, horizon)
        The forecast.
    weight : ndarray of float, shape (n_bottom, horizon)
        How freely each series moves: the squared width of its interval.
    floor : ndarray of float, shape (n_bottom,)
        0 for a series whose interval is never below, -inf for others.
    responses : mapping of str to (ndarray of float, ndarray of float), each of shape (n_bottom, horizon)
        Of each event the share of the period that it is known to fill, and what a whole period of it adds to none.
    """

    key: int
    tree: Tree
    dates: tuple[str, ...]
    mean: Floats
    weight: Floats
    floor: Floats
    responses: Mapping[str, tuple[Floats, Floats]]

    @classmethod
    def of(cls, table: Mapping[str, Any], *, key: int) -> Held | None:
        """Reads a table; None where its nodes are no tree that adds up.

        Parameters
        ----------
        table : mapping
            The columns ``node``, ``level``, ``date``, ``step``, ``mean``, ``lo_95``, ``hi_95`` and ``responses``, by
            node and step.
        key : int
            The publication.

        Returns
        -------
        Held or None
        """
        steps = max(table["step"], default=0)
        whole = [*range(1, steps + 1)] * (len(table["step"]) // max(steps, 1))
        if not steps or table["step"] != whole:
            return None
        nodes, levels = table["node"][::steps], table["level"][::steps]
        tree = tree_of(nodes, levels)
        mean, low, high = (np.array(table[name], dtype=float).reshape(-1, steps) for name in ("mean", "lo_95", "hi_95"))
        if tree is None or np.any(np.abs(tree.add_up(mean[tree.bottom]) - mean) > CLOSE * np.maximum(1, np.abs(mean))):
            return None
        low, high = low[tree.bottom], high[tree.bottom]
        floor = np.where((low >= 0).all(axis=1), 0.0, -np.inf)
        return cls(
            key=key,
            tree=tree,
            dates=tuple(table["date"][:steps]),
            mean=mean,
            weight=(high - low) ** 2,
            floor=floor,
            responses=_responses(table["responses"], bottom=tree.bottom, steps=steps),
        )


def tree_of(nodes: Sequence[str], levels: Sequence[str]) -> Tree | None:
    """Finds out from the names of nodes which series add up to which.

    Parameters
    ----------
    nodes : sequence of str, shape (n_nodes,)
        As ``"all"`` or ``"region=North/rep=17"``.
    levels : sequence of str, shape (n_nodes,)
        The level of each.

    Returns
    -------
    Tree or None
        None where no level has every attribute, or a name is not of its level's form.

    Examples
    --------
    >>> tree = tree_of(["all", "r=N", "r=N/p=1", "r=N/p=2/3"], ["all", "r", "p", "p"])
    >>> tree.add_up(np.array([[1.0], [2.0]])).ravel()
    array([3., 3., 1., 2.])
    """
    columns = {level: _columns(node) for node, level in zip(reversed(nodes), reversed(levels), strict=True)}
    keys = [_key(node, columns[level]) for node, level in zip(nodes, levels, strict=True)]
    if any(key is None for key in keys) or not nodes:
        return None
    deepest = max(columns, key=lambda level: len(columns[level]))
    if any(set(names) - set(columns[deepest]) for names in columns.values()):
        return None
    place = {(level, key): row for row, (level, key) in enumerate(zip(levels, keys, strict=True))}
    bottom: Ints = np.array([row for row, level in enumerate(levels) if level == deepest], dtype=np.int64)
    rows, series = [], []
    for number, row in enumerate(bottom):
        attributes = dict(zip(columns[deepest], keys[row] or (), strict=True))
        for level, names in columns.items():
            above = place.get((level, tuple(attributes[name] for name in names)))
            if above is not None:
                rows.append(above)
                series.append(number)
    sums = sparse.csr_array((np.ones(len(rows)), (rows, series)), shape=(len(nodes), len(bottom)))
    return Tree(nodes=tuple(nodes), level=tuple(levels), sums=sums, bottom=bottom)


def answer_to(question: Mapping[str, Any], *, held: Held) -> dict[str, Any]:
    """Answers one question.

    Parameters
    ----------
    question : mapping
        ``changes`` of events, ``locks``, by node and date, and ``nodes``, which are to be told.
    held : Held
        The published forecast.

    Returns
    -------
    dict
        ``nodes`` and how many ``moved``; or what is ``unknown``, "node", "date" or "driver"; or why it is ``refused``.
    """
    row_of = {node: row for row, node in enumerate(held.tree.nodes)}
    place = {date: step for step, date in enumerate(held.dates)}
    changes, locks = question["changes"], question["locks"]
    unknown = _unknown(question, held=held, nodes=row_of, dates=place)
    if unknown:
        return unknown
    try:
        driven = driven_by(changes, held=held)
        after = _locked(locks, held=held, place=place, bottom=driven)
    except MisalignedError as error:
        return {"refused": str(error)}
    by_drivers = held.tree.add_up(driven - held.mean[held.tree.bottom])
    named = dict.fromkeys([TOTAL, *(change["node"] for change in changes), *locks])
    told = [node for node in question["nodes"] or named if node in row_of]
    moved = int((np.abs(after - held.mean) > CLOSE).any(axis=1).sum())
    return {"moved": moved, "nodes": [_told(held, after, by_drivers=by_drivers, row=row_of[node]) for node in told]}


def driven_by(changes: Sequence[Mapping[str, Any]], *, held: Held) -> Floats:
    """Moves series as far as the events move them that are changed.

    Parameters
    ----------
    changes : sequence of mapping
        ``driver``, ``node``, ``dates`` and ``value``, the share of the period; all of them known. A node above the
        bottom stands for all its series, and the one of fewest series has the last word.
    held : Held
        The published forecast.

    Returns
    -------
    ndarray of float, shape (n_bottom, horizon)

    Raises
    ------
    MisalignedError
        If two changes are of one driver, node and date.
    """
    bottom, sums = held.mean[held.tree.bottom], held.tree.sums
    if not changes:
        return bottom
    row_of = {node: row for row, node in enumerate(held.tree.nodes)}
    place = {date: step for step, date in enumerate(held.dates)}
    cells = [(row_of[it["node"]], it["driver"], place[date], it["value"]) for it in changes for date in it["dates"]]
    if len({cell[:3] for cell in cells}) < len(cells):
        raise MisalignedError("changes", found="two changes of one driver, node and date", accepted="one of each")
    wanted = {driver: now.copy() for driver, (now, _) in held.responses.items()}
    for row, driver, step, value in sorted(cells, key=lambda cell: sums.indptr[cell[0]] - sums.indptr[cell[0] + 1]):
        wanted[driver][sums.indices[sums.indptr[row] : sums.indptr[row + 1]], step] = value
    moved = sum((wanted[driver] - now) * per_unit for driver, (now, per_unit) in held.responses.items())
    return np.asarray(np.maximum(bottom + moved, held.floor[:, None]))


def _unknown(
    question: Mapping[str, Any], *, held: Held, nodes: Mapping[str, int], dates: Mapping[str, int]
) -> dict[str, Any] | None:
    changes, locks = question["changes"], question["locks"]
    for node in (*locks, *(change["node"] for change in changes), *question["nodes"]):
        if node not in nodes:
            return {"unknown": "node", "name": node}
    for days in (*locks.values(), *(change["dates"] for change in changes)):
        if any(day not in dates for day in days):
            return {"unknown": "date", "name": f"{held.dates[0]} to {held.dates[-1]}"}
    for change in changes:
        if change["driver"] not in held.responses:
            return {"unknown": "driver", "name": change["driver"], "accepted": sorted(held.responses)}
    return None


def _responses(told: Sequence[str | None], *, bottom: Ints, steps: int) -> dict[str, tuple[Floats, Floats]]:
    found: dict[str, tuple[Floats, Floats]] = {}
    for series, row in enumerate(bottom):
        for step, text in enumerate(told[row * steps : (row + 1) * steps]):
            for driver, (now, per_unit) in json.loads(text or "{}").items():
                both = found.setdefault(driver, (np.zeros((len(bottom), steps)), np.zeros((len(bottom), steps))))
                both[0][series, step], both[1][series, step] = now, per_unit
    return found


def _locked(
    locks: Mapping[str, Mapping[str, float]], *, held: Held, place: Mapping[str, int], bottom: Floats
) -> Floats:
    if not locks:
        return held.tree.add_up(bottom)
    wanted = {node: np.full(len(held.dates), np.nan) for node in locks}
    for node, values in locks.items():
        for date, value in values.items():
            wanted[node][place[date]] = value
    return held.tree.add_up(lock(bottom, tree=held.tree, locks=wanted, weight=held.weight, floor=held.floor))


def _told(held: Held, after: Floats, *, by_drivers: Floats, row: int) -> dict[str, Any]:
    return {
        "node": held.tree.nodes[row],
        "level": held.tree.level[row],
        "date": held.dates,
        "published": held.mean[row].tolist(),
        "mean": after[row].tolist(),
        "by_drivers": by_drivers[row].tolist(),
    }


def _columns(node: str) -> tuple[str, ...]:
    # A value may have a slash, but hardly one that is followed by a name and "=".
    parts = [] if node == TOTAL else re.split(r"/(?=[^/=]+=)", node)
    return tuple(part.partition("=")[0] for part in parts)


def _key(node: str, columns: Sequence[str]) -> tuple[str, ...] | None:
    if not columns:
        return () if node == TOTAL else None
    pattern = "/".join(f"{re.escape(column)}=(.*?)" for column in columns)
    found = re.fullmatch(pattern, node, re.DOTALL)
    return None if found is None else found.groups()


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
                told = {"refused": NO_TREE} if held is None else answer_to(question, held=held)
            elif held is None or held.key != question["publication"]:
                told = {"needs": "table"}
            else:
                told = answer_to(question, held=held)
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
