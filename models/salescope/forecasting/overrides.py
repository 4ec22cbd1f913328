"""Overrides: numbers that people put in place of the machine's, with a reason, and the machine's number beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.locks import lock
from salescope.forecasting.sales_columns import moments
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError, MissingColumnError, UnknownNameError

__all__ = ["Overrides"]

_NEEDED = ("node", "date", "value", "reason", "author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Holds overrides of one forecast.

    Parameters
    ----------
    table : DataFrame, shape (n_overrides, 7 or 8)
        ``node``, ``level``, ``date``, ``value``, ``machine`` (what was forecast), ``reason``, ``author`` and, where it
        was given, ``made_at``; in the order of the tree, then of dates.
    locks : mapping of str to ndarray of float, each of shape (horizon,)
        The value that each overridden node is to have, NaN where it is free: what `lock` takes.

    Examples
    --------
    >>> tree = Tree.of(pd.DataFrame({"region": ["N", "S"]}), levels={"region": ["region"]})
    >>> march = pd.DatetimeIndex(["2026-03-01"])
    >>> given = pd.DataFrame(
    ...     {"node": ["all"], "date": march, "value": [12.0], "reason": ["Trade fair"], "author": ["Lin"]}
    ... )
    >>> read = Overrides.read(given, tree=tree, dates=march, bottom=np.array([[4.0], [6.0]]))
    >>> read.locks, read.table["machine"].tolist()
    ({'all': array([12.])}, [10.0])
    >>> read.apply(np.array([[4.0], [6.0]]), tree=tree, weight=np.ones(2)).ravel()
    array([5., 7.])
    """

    table: pd.DataFrame
    locks: Mapping[str, Floats]

    @classmethod
    def read(cls, overrides: pd.DataFrame, *, tree: Tree, dates: pd.DatetimeIndex, bottom: Floats) -> Overrides:
        """Reads overrides and sets the machine's numbers beside them.

        Parameters
        ----------
        overrides : DataFrame, shape (n_rows, n_columns)
            ``node``, ``date`` (first day of a period), ``value``, ``reason`` and ``author``; of two for one node and
            period the newest by ``made_at`` holds.
        tree : Tree
            Which nodes the series add up to.
        dates : DatetimeIndex, shape (horizon,)
            First day of each period of the forecast.
        bottom : ndarray of float, shape (n_bottom, horizon)
            The machine's forecast.

        Returns
        -------
        Overrides

        Raises
        ------
        MissingColumnError
            If a column is not there.
        UnknownNameError
            If the tree has no such node.
        MisalignedError
            If a date is not one of the forecast, a value is no number, a reason or author is empty, or two rows are
            about the same number and nothing tells which is newer.
        """
        read = _newest(_read(overrides))
        node = _places(read["node"], known=tree.nodes)
        step = dates.get_indexer(pd.DatetimeIndex(read["date"]))
        if (step < 0).any():
            found = f"{read['date'][step < 0].iloc[0]:%Y-%m-%d}"
            accepted = f"first days of periods from {dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}"
            raise MisalignedError("date", found=found, accepted=accepted)
        order = np.lexsort((step, node))
        table, node, step = read.iloc[order].reset_index(drop=True), node[order], step[order]
        locks: dict[str, Floats] = {}
        for place, period, value in zip(node, step, table["value"], strict=True):
            locks.setdefault(tree.nodes[place], np.full(len(dates), np.nan))[period] = value
        table.insert(1, "level", np.asarray(tree.level, dtype=object)[node])
        table.insert(4, "machine", tree.add_up(bottom)[node, step])
        return cls(table=table, locks=locks)

    def apply(self, bottom: Floats, *, tree: Tree, weight: Floats, floor: Floats | None = None) -> Floats:
        """Moves a forecast so that every overridden node has its value, and every node still adds up.

        Parameters
        ----------
        bottom : ndarray of float, shape (n_bottom, horizon)
            The machine's forecast.
        tree : Tree
            Which nodes the series add up to.
        weight : ndarray of float, shape (n_bottom,) or (n_bottom, horizon)
            How freely each series moves, as a variance; see `lock`.
        floor : ndarray of float, shape (n_bottom,), optional
            What no series may fall below.

        Returns
        -------
        ndarray of float, shape (n_bottom, horizon)

        Raises
        ------
        MisalignedError
            If overrides contradict each other or the floors.
        """
        return lock(bottom, tree=tree, locks=self.locks, weight=weight, floor=floor) if self.locks else bottom


def _read(overrides: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _NEEDED if name not in overrides]
    if missing:
        raise MissingColumnError(missing, present=[str(name) for name in overrides.columns], where="overrides")
    kept = [*_NEEDED, *(name for name in ("made_at",) if name in overrides)]
    read = overrides[kept].reset_index(drop=True)
    for name in ("reason", "author"):
        blank = int((read[name].isna() | (read[name].astype(str).str.strip() == "")).sum())
        if blank:
            raise MisalignedError(name, found=f"no words in {blank} rows", accepted="words in every row")
    value = pd.to_numeric(read["value"], errors="coerce").astype(np.float64)
    if not np.isfinite(value).all():
        found = repr(read["value"][~np.isfinite(value)].iloc[0])
        raise MisalignedError("value", found=found, accepted="a finite number in every row")
    date = moments(read["date"], name="date")
    if date.isna().any():
        raise MisalignedError("date", found=repr(read["date"][date.isna()].iloc[0]), accepted="a day, as 2026-03-01")
    return read.assign(value=value, date=date)


def _newest(read: pd.DataFrame) -> pd.DataFrame:
    if "made_at" in read:
        same = int(read.duplicated(["node", "date", "made_at"]).sum())
        read = read.sort_values("made_at", kind="stable").drop_duplicates(["node", "date"], keep="last")
    else:
        same = int(read.duplicated(["node", "date"]).sum())
    if same:
        accepted = "one override a node and period, or a time made_at that tells which is newer"
        raise MisalignedError("overrides", found=f"{same} rows about the same number", accepted=accepted)
    return read


def _places(names: pd.Series, *, known: Sequence[str]) -> Ints:
    place = pd.Index(known).get_indexer(pd.Index(names.astype(str)))
    if (place < 0).any():
        raise UnknownNameError(str(names[place < 0].iloc[0]), what="node", where="overrides", accepted=known)
    return place.astype(np.int64)
