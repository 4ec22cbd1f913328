"""Reading a call of ``/v1/forecasts:what-if``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salescope.frames.nearest import nearest_name
from salescope.service.errors import Complaint, RequestShapeError
from salescope.service.record_call import LONGEST_NAME_SHOWN, step_of
from salescope.store import LARGEST_VALUE, LONGEST_HORIZON, LONGEST_NODE

__all__ = ["DAY_PATTERN", "MOST_CHANGES", "MOST_LOCKS", "MOST_NODES", "WhatIfCall", "read_what_if_call"]

MEMBERS = ("locks", "changes", "nodes")
CHANGE = {"driver", "node", "dates", "value"}
MOST_LOCKS = 100
MOST_CHANGES = 100
MOST_NODES = 100
DAY_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_is_day = re.compile(DAY_PATTERN.removesuffix("$") + r"\Z").match
NODE_ACCEPTED = f"A node's name of 1 to {LONGEST_NODE} characters without NUL is accepted."


@dataclass(frozen=True, slots=True)
class WhatIfCall:
    """Says what is to be held, and what is to be told.

    Parameters
    ----------
    locks : mapping of str to mapping of str to float
        What a node is held at, by its name and the first day of a period.
    changes : tuple of mapping
        ``driver``, ``node``, ``dates`` and ``value``, the share of each period that the event is to fill.
    nodes : tuple of str
        Which nodes are told; empty is the total and those that are changed or locked.
    """

    locks: Mapping[str, Mapping[str, float]]
    changes: tuple[Mapping[str, Any], ...]
    nodes: tuple[str, ...]


def read_what_if_call(body: object) -> WhatIfCall:
    """Reads a decoded body.

    Parameters
    ----------
    body : object
        The body as JSON.

    Returns
    -------
    WhatIfCall

    Raises
    ------
    RequestShapeError
        If a member is unknown, is none, or is too many.

    Examples
    --------
    >>> read_what_if_call({"locks": {"region=North": {"2026-03-01": 1250}}}).locks
    {'region=North': {'2026-03-01': 1250}}
    """
    if not isinstance(body, dict):
        raise RequestShapeError([Complaint("", f"An object with {', '.join(MEMBERS)} is accepted.")])
    odd = next(iter(sorted(body.keys() - set(MEMBERS))), None)
    if odd is not None:
        near = nearest_name(odd[:LONGEST_NAME_SHOWN], MEMBERS)
        hint = f" Did you mean {near!r}?" if near else ""
        detail = f"There is no such member.{hint} Accepted: {', '.join(MEMBERS)}."
        raise RequestShapeError([Complaint(f"/{step_of(odd)}", detail)])
    locks, nodes, changes = body.get("locks", {}), body.get("nodes", []), body.get("changes", [])
    _check_locks(locks)
    if not isinstance(nodes, list) or len(nodes) > MOST_NODES or not all(map(_is_node, nodes)):
        raise RequestShapeError([Complaint("/nodes", f"An array of at most {MOST_NODES} nodes. {NODE_ACCEPTED}")])
    _check_changes(changes)
    return WhatIfCall(locks, tuple(changes), tuple(dict.fromkeys(nodes)))


def _check_locks(locks: object) -> None:
    if not isinstance(locks, dict) or len(locks) > MOST_LOCKS:
        raise RequestShapeError([Complaint("/locks", f"An object of at most {MOST_LOCKS} nodes is accepted.")])
    for node, values in locks.items():
        if not _is_node(node):
            raise RequestShapeError([Complaint(f"/locks/{step_of(node)}", NODE_ACCEPTED)])
        if not isinstance(values, dict) or not 1 <= len(values) <= LONGEST_HORIZON:
            detail = f"An object of 1 to {LONGEST_HORIZON:,} numbers by day is accepted."
            raise RequestShapeError([Complaint(f"/locks/{step_of(node)}", detail)])
        for day, value in values.items():
            if not _is_day(day) or not _is_number(value):
                detail = f"The first day of a period, as 2026-03-01, with a number within ±{LARGEST_VALUE:g}."
                raise RequestShapeError([Complaint(f"/locks/{step_of(node)}/{step_of(day)}", detail)])


def _check_changes(changes: object) -> None:
    if not isinstance(changes, list) or len(changes) > MOST_CHANGES:
        raise RequestShapeError([Complaint("/changes", f"An array of at most {MOST_CHANGES} changes is accepted.")])
    for place, change in enumerate(changes):
        if not _is_change(change):
            detail = "An object of a driver, a node, dates as 2026-03-01 and a value from 0 to 1 is accepted."
            raise RequestShapeError([Complaint(f"/changes/{place}", detail)])


def _is_change(change: Any) -> bool:  # noqa: ANN401
    if not isinstance(change, dict) or change.keys() != CHANGE:
        return False
    dates = change["dates"]
    is_dated = isinstance(dates, list) and 1 <= len(dates) <= LONGEST_HORIZON
    is_dated = is_dated and all(isinstance(day, str) and _is_day(day) for day in dates)
    return is_dated and _is_node(change["driver"]) and _is_node(change["node"]) and _is_share(change["value"])


def _is_node(name: object) -> bool:
    return isinstance(name, str) and 1 <= len(name) <= LONGEST_NODE and "\x00" not in name


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST_VALUE <= value <= LARGEST_VALUE
