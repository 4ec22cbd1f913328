"""The promoted model of sales: whether it can say tonight's forecast, and what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from salescope.bundle import CARD, load_as, parse_json
from salescope.forecasting import Known, Panel, Tree
from salescope.forecasting.history import KnownOf
from salescope.forecasting.holiday_calendar import HOLIDAY, MADE_UP
from salescope.forecasting.sales_model import SalesModel
from salescope.frames.errors import NothingPublishedError, listed
from salescope.project import ModelName, Workspace
from salescope.registry import load_current
from salescope.training.asked_sales import AskedSales

__all__ = ["PromotedSales", "drivers_of", "measured_of", "promoted_sales"]

# What has to be as it was for an old choice to mean anything; more windows or intervals are no reason to choose anew.
ALIKE = {"frequency": "periods", "horizon": "horizon", "hierarchy": "levels of the tree", "measure": "measure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedSales:
    """Is the promoted model of sales, or why it cannot be used.

    Parameters
    ----------
    version : str or None
        Its version; None where it cannot be used, or there is none.
    model : SalesModel or None
        The model.
    card : mapping
        Its card; empty without a model.
    remark : str
        What is said of it; empty where nothing was promoted yet.
    """

    version: str | None = None
    model: SalesModel | None = None
    card: Mapping[str, Any]
    remark: str = ""


def promoted_sales(workspace: Workspace, *, asked: AskedSales) -> PromotedSales:
    """Looks whether the promoted model answers what is asked.

    Parameters
    ----------
    workspace : Workspace
        Has the published models.
    asked : AskedSales
        What is to be forecast.

    Returns
    -------
    PromotedSales
        Without a model where nothing was promoted, where it was chosen for other periods, horizons, trees or measures,
        where it measured fewer intervals, and where it knows what happened after the moment that is asked for.

    Raises
    ------
    BundleError
        If the bundle is damaged.
    """
    try:
        published, files = load_current(workspace.published_of(ModelName.SALES))
    except NothingPublishedError:
        return PromotedSales(card={})
    card = parse_json(files[CARD], file=CARD)
    unlike = unlikeness(card["recipe"], asked.recipe)
    if pd.Timestamp(card["data"]["trained_through"]) > asked.as_of:
        unlike = "it has seen later orders"
    model = load_as(SalesModel, files, digest=published.digest)
    known = {member.name for member in model.forecaster.chosen_members()}
    forgotten = [name for name in model.forecaster.fitted_.gate.members if name not in known]
    if forgotten:
        unlike = f"it averages {listed(forgotten)}, which this version of Salescope does not know"
    named = f"Version {published.version} of sales"
    if unlike:
        return PromotedSales(card={}, remark=f"{named} was not used, for {unlike}: members were chosen anew.")
    remark = f"Forecast as {named.lower()} was promoted; `salescope train sales` chooses anew."
    return PromotedSales(version=published.version, model=model, card=card, remark=remark)


def unlikeness(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """Says in what one recipe forecasts other things than another; empty where both forecast the same.

    Parameters
    ----------
    theirs, ours : mapping
        As of `AskedSales.recipe`.

    Returns
    -------
    str

    Examples
    --------
    >>> ours = {"frequency": "month", "horizon": 12, "hierarchy": [], "measure": "money", "levels": [80]}
    >>> unlikeness({**ours, "horizon": 6}, ours)
    'its horizon is 6, not 12'
    >>> unlikeness({**ours, "levels": [80, 95]}, ours)
    ''
    """
    for name, words in ALIKE.items():
        if theirs[name] != ours[name]:
            many = "are" if words.endswith("s") or " of " in words else "is"
            return f"its {words} {many} {_said(theirs[name])}, not {_said(ours[name])}"
    missing = sorted(set(ours["levels"]) - set(theirs["levels"]))
    return f"it has no interval of {missing[0]} %" if missing else ""


def measured_of(card: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reads from a card how well forecasts went in the past.

    Parameters
    ----------
    card : mapping
        Of a model of sales.

    Returns
    -------
    figures : DataFrame
        All windows together, as in `salescope.forecasting.Backtest`.
    windows : DataFrame, shape (n_windows, 3)
        ``window``, ``cutoff`` and ``periods``.
    """
    figures, windows = (pd.DataFrame(card["measured"][name]) for name in ("figures", "windows"))
    # What was not known is None in a card, and would make objects of numbers.
    numbers = {name: float for name in figures if name not in ("level", "window", "nodes")}
    return figures.astype(numbers), windows.assign(cutoff=pd.to_datetime(windows["cutoff"]))


def drivers_of(card: Mapping[str, Any], *, known: KnownOf | None) -> KnownOf | None:
    """Keeps of what is known ahead the drivers that had earned a place when a model was trained.

    Parameters
    ----------
    card : mapping
        Of a model of sales.
    known : callable or None
        Says what is known ahead of a tree's nodes.

    Returns
    -------
    callable or None
        None where nothing is known, or nothing had earned a place.
    """
    kept = frozenset(card.get("drivers", ()))
    # Each year may have feasts and exchanges of days that another had not; they stand and fall together.
    feasts = any(map(_of_feasts, kept))
    if known is None or not kept:
        return None

    def earned(tree: Tree, panel: Panel) -> Known:
        told = known(tree, panel)
        names = [name for name in told.kinds if name in kept or (feasts and _of_feasts(name))]
        every = dict(told.values)
        return Known(values={name: every[name] for name in names}, kinds={name: told.kinds[name] for name in names})

    return earned


def _said(value: object) -> str:
    return ", ".join(level for level, _ in value) or "none" if isinstance(value, list) else str(value)


def _of_feasts(name: str) -> bool:
    return name.startswith((HOLIDAY, MADE_UP, "before_holiday", "after_holiday"))
