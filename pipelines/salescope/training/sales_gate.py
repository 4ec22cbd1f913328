"""The gate of a model of sales: never worse than the baseline by more than 2 %, nor than what is published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from salescope.bundle import load_as
from salescope.forecasting import Backtest
from salescope.forecasting.backtest import backtest_history
from salescope.forecasting.combination import MOST_WORSE
from salescope.forecasting.history import History
from salescope.forecasting.sales_model import SalesModel
from salescope.training.asked_sales import AskedSales
from salescope.training.comparing import Champion
from salescope.training.decision import Decision
from salescope.training.promoted_sales import unlikeness

__all__ = ["AgainstPublished", "against_published", "decide_sales", "worst_ratio"]

TIE = 1.01


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstPublished:
    """Holds how a model and the published one err on the same windows.

    Parameters
    ----------
    version : str
        Of the published one.
    basis : str
        How it was compared, in words.
    ours, theirs : float
        Mean absolute scaled error, every level counting alike; NaN where nothing can be compared.
    """

    version: str
    basis: str
    ours: float = float("nan")
    theirs: float = float("nan")


def worst_ratio(points: pd.DataFrame) -> tuple[float, str]:
    """Finds where a forecast is worst beside the baseline.

    Parameters
    ----------
    points : DataFrame
        As in `salescope.forecasting.Backtest`.

    Returns
    -------
    ratio : float
        Its mean absolute scaled error over the baseline's.
    where : str
        In words: a level over all windows, or a window over all levels, which count alike.

    Examples
    --------
    >>> points = pd.DataFrame({"window": [1, 2], "level": "all", "scale": 1.0, "actual": [4.0, 4.0]})
    >>> worst_ratio(points.assign(mean=[4.0, 6.0], baseline=[3.0, 5.0]))
    (2.0, 'window 2')
    """
    cells = _cells(points)
    levels, windows = cells.groupby("level").mean(), cells.groupby("window").mean()
    parts = {f"level {level!r}": row for level, row in levels.iterrows()}
    parts |= {f"window {window}": row for window, row in windows.iterrows()}
    ratios = {where: _ratio(row["mean"], row["baseline"]) for where, row in parts.items()}
    where = max(ratios, key=lambda name: ratios[name])
    return ratios[where], where


def against_published(
    champion: Champion | None, *, asked: AskedSales, history: History, judged: Backtest
) -> AgainstPublished | None:
    """Compares a model with the published one on the same windows.

    Parameters
    ----------
    champion : Champion or None
        What is published.
    asked : AskedSales
        What is forecast.
    history : History
        What the windows are of.
    judged : Backtest
        The new one in them.

    Returns
    -------
    AgainstPublished or None
        None where nothing is published.

    Notes
    -----
    What has learned from a window would be judged by what it knows. So the published one is judged as it is in windows
    that came after its training; where there are none, its settings choose again before each window.
    """
    if champion is None:
        return None
    theirs, version = champion.card["recipe"], champion.version
    unlike = unlikeness({**theirs, "levels": asked.recipe["levels"]}, asked.recipe)
    if unlike:
        return AgainstPublished(version=version, basis=f"cannot be compared, for {unlike}")
    through = pd.Timestamp(champion.card["data"]["trained_through"])
    newer = judged.points[judged.points["cutoff"] >= through]
    if len(newer):
        model = load_as(SalesModel, champion.files)
        said = _as_served(model, history=history, points=newer)
        return _compared(newer, said, version=version, basis="as served, in windows after its training")
    if theirs["windows"] == asked.forecaster.windows:
        return _compared(judged.points, judged.points, version=version, basis="it has the same settings")
    other = clone(asked.forecaster).set_params(windows=theirs["windows"])
    said = backtest_history(history, forecaster=other, windows=int(judged.points["window"].max())).points
    return _compared(judged.points, said, version=version, basis="its settings, chosen again before each window")


def decide_sales(points: pd.DataFrame, *, against: AgainstPublished | None) -> Decision:
    """Passes a model of sales through its gates: the baseline, then what is published.

    Parameters
    ----------
    points : DataFrame
        As in `salescope.forecasting.Backtest`.
    against : AgainstPublished or None
        The comparison with what is published.

    Returns
    -------
    Decision
    """
    ratio, where = worst_ratio(points)
    if not ratio <= MOST_WORSE:
        message = f"Not promoted: in {where} it errs {ratio - 1:.1%} more than the baseline; 2 % are accepted."
        return Decision(promote=False, ground="baseline", message=message)
    safe = f"nowhere it errs more than {max(ratio - 1, 0):.1%} above the baseline"
    if against is None:
        return Decision(
            promote=True, ground="first", message=f"Promoted: {safe}, and there is no champion to compare with."
        )
    named = f"the champion, version {against.version}"
    if np.isnan(against.theirs):
        return Decision(promote=True, ground="first", message=f"Promoted: {safe}; {named}, {against.basis}.")
    both = f"{against.ours:.3f} against {against.theirs:.3f} of {named} ({against.basis})"
    if against.ours > TIE * against.theirs:
        return Decision(promote=False, ground="champion", message=f"Not promoted: its error is {both}.")
    return Decision(promote=True, ground="better", message=f"Promoted: {safe}; its error is {both}, and it knows more.")


def _as_served(model: SalesModel, *, history: History, points: pd.DataFrame) -> pd.DataFrame:
    dates, parts = history.origins.panel.dates, []
    for window, rows in points.groupby("window"):
        cutoff = int(dates.searchsorted(rows["cutoff"].iloc[0]))
        said = model.again(history, cutoff=cutoff).predict()
        seen = rows[["node", "step", "actual", "scale"]]
        parts.append(said.merge(seen, on=["node", "step"]).assign(window=window))
    return pd.concat(parts, ignore_index=True)


def _compared(ours: pd.DataFrame, theirs: pd.DataFrame, *, version: str, basis: str) -> AgainstPublished:
    means = [float(_cells(points)["mean"].mean()) for points in (ours, theirs)]
    return AgainstPublished(version=version, basis=basis, ours=means[0], theirs=means[1])


def _cells(points: pd.DataFrame) -> pd.DataFrame:
    """Averages scaled errors over the nodes of each window and level."""
    seen = points[points["actual"].notna()]
    errors = {name: (seen[name] - seen["actual"]).abs() / seen["scale"] for name in ("mean", "baseline")}
    return seen[["window", "level"]].assign(**errors).groupby(["window", "level"], sort=False).mean()


def _ratio(mine: float, theirs: float) -> float:
    if theirs > 0:
        return float(mine / theirs)
    return float("inf") if mine > 0 else 1.0
