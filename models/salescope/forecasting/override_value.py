"""Forecast value added: whether the numbers that people put in place of the machine's were the better ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from salescope.frames.errors import MisalignedError, MissingColumnError

__all__ = ["value_added"]

_NEEDED = ("node", "level", "date", "value", "machine", "author")


def value_added(overrides: pd.DataFrame, *, actuals: pd.DataFrame) -> pd.DataFrame:
    """Judges overrides by what was sold.

    Parameters
    ----------
    overrides : DataFrame, shape (n_overrides, n_columns)
        ``node``, ``level``, ``date``, ``value``, ``machine`` and ``author``, as `apply_overrides` keeps them.
    actuals : DataFrame, shape (n_actuals, 3)
        ``node``, ``date`` and ``y``; one row a node and period, NaN where not known yet.

    Returns
    -------
    DataFrame, shape (n_groups, 10)
        ``by`` ("all", "author", "level", "direction") and ``name`` of the group; ``overrides`` and how many of them are
        ``judged``; absolute errors over actual sales of the machine, ``wape_machine``, and of people,
        ``wape_override``; ``value_added``, the first less the second, with its standard error ``error``; ``improved``,
        the share of overrides that were nearer, ties counting half; and ``bias_override``, what people promised too
        much, over actual sales. NaN where nothing was sold or nothing is known.

    Raises
    ------
    MissingColumnError
        If a column is not there.
    MisalignedError
        If actual sales are given twice.

    Notes
    -----
    M. Gilliland, "The Business Forecasting Deal", 2010. Overrides upwards are told from those downwards, for they are
    worse on average (R. Fildes et al., "Effective forecasting and judgmental adjustments", International Journal of
    Forecasting, 2009).

    Examples
    --------
    >>> march = pd.Timestamp("2026-03-01")
    >>> made = pd.DataFrame(
    ...     {"node": ["all"], "level": ["all"], "date": [march], "value": [90.0], "machine": [70.0], "author": ["Lin"]}
    ... )
    >>> actuals = pd.DataFrame({"node": ["all"], "date": [march], "y": [100.0]})
    >>> value_added(made, actuals=actuals)[["by", "name", "wape_machine", "wape_override", "value_added"]].head(2)
           by name  wape_machine  wape_override  value_added
    0     all  all           0.3            0.1          0.2
    1  author  Lin           0.3            0.1          0.2
    """
    _check(overrides, columns=_NEEDED, where="overrides")
    _check(actuals, columns=("node", "date", "y"), where="actuals")
    twice = int(actuals.duplicated(["node", "date"]).sum())
    if twice:
        raise MisalignedError("actuals", found=f"{twice} repeated rows", accepted="one row a node and period")
    judged = overrides.merge(actuals[["node", "date", "y"]], on=["node", "date"], how="left")
    judged["direction"] = np.where(judged["value"] > judged["machine"], "up", "down")
    rows = [{"by": by, "name": name, **_judgement(group)} for by, name, group in _groups(judged)]
    return pd.DataFrame(rows)


def _check(frame: pd.DataFrame, *, columns: tuple[str, ...], where: str) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise MissingColumnError(missing, present=[str(name) for name in frame.columns], where=where)


def _groups(judged: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    yield "all", "all", judged
    for by in ("author", "level", "direction"):
        for name, group in judged.groupby(by, sort=True):
            yield by, str(name), group


def _judgement(group: pd.DataFrame) -> dict[str, float]:
    known = group[group["y"].notna()]
    machine, people = ((known[name] - known["y"]).abs().to_numpy() for name in ("machine", "value"))
    sold = float(known["y"].abs().sum()) or np.nan
    gained = machine - people
    spread = float(gained.std(ddof=1)) if len(gained) > 1 else np.nan
    return {
        "overrides": len(group),
        "judged": len(known),
        "wape_machine": machine.sum() / sold,
        "wape_override": people.sum() / sold,
        "value_added": gained.sum() / sold,
        "error": spread * np.sqrt(len(gained)) / sold,
        "improved": float((np.sign(gained) + 1).mean() / 2) if len(gained) else np.nan,
        "bias_override": float((known["value"] - known["y"]).sum()) / sold,
    }
