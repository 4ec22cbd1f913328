"""Trains the lifetime value of a workspace's customers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from salescope.bundle import load_as
from salescope.features import customer_features, customer_snapshots
from salescope.project import ModelName, Workspace
from salescope.scoring import LifetimeValue
from salescope.training.comparing import Champion
from salescope.training.customer_model import (
    Ahead,
    CustomerTask,
    Findings,
    champion_at,
    days_ahead,
    train_customer_model,
)
from salescope.training.customer_tables import CustomerTables
from salescope.training.expecting import BASELINE, MODEL, Expected, judge_expected
from salescope.training.progress import Progress, silent
from salescope.training.running import TrainingOptions, TrainingResult

__all__ = ["train_value", "value_of", "value_task"]

LIMITS = (
    "It expects what customers like these did at times like these. It cannot know a price, a competitor or a change of "
    "the market that no order has shown yet. One customer differs from what is expected of it by more than many do "
    "together: the intervals say by how much."
)


def train_value(
    workspace: Workspace,
    *,
    options: TrainingOptions | None = None,
    progress: Progress = silent,
    recorded: CustomerTables | None = None,
) -> TrainingResult:
    """Trains, judges and registers the lifetime value of customers, and promotes it if every gate lets it pass.

    Parameters
    ----------
    workspace : Workspace
        Its orders, and what else it maps of customers.
    options : TrainingOptions, optional
        What differs in this training.
    progress : callable, optional
        Is told each step.
    recorded : CustomerTables, optional
        What was read before; by default the tables are read.

    Returns
    -------
    TrainingResult
        Also of a model that was not promoted.

    Raises
    ------
    OutcomeError
        If history is too short to judge by.
    SalescopeError
        If the settings or the data cannot be used.
    """
    task_of = partial(value_task, workspace=workspace)
    return train_customer_model(task_of, workspace=workspace, options=options, progress=progress, recorded=recorded)


def value_task(recorded: CustomerTables, workspace: Workspace) -> CustomerTask:
    """Says what is learned of orders to come, and how it is judged.

    Parameters
    ----------
    recorded : CustomerTables
        What is recorded of customers.
    workspace : Workspace
        Its settings.

    Returns
    -------
    CustomerTask
        Judged at a moment one horizon before the end of the history, by what followed.
    """
    settings, frames = workspace.value, recorded.frames
    ahead = days_ahead(recorded, wanted=settings.horizon, setting="value.horizon")
    recipe = {"horizon": ahead.days, "seed": settings.seed}
    return CustomerTask(
        model=ModelName.VALUE.value,
        recorded=recorded,
        recipe=recipe,
        judge=lambda champion: _judged(frames, ahead, recipe=recipe, champion=champion),
        fit=lambda: value_of(recipe).fit(frames, as_of=ahead.end),
        asked=lambda: customer_features(frames, as_of=ahead.end),
        learned_from=(
            ("customers", frames["orders"]["customer_id"].nunique()),
            ("order lines", len(frames["orders"])),
            ("days ahead", ahead.days),
        ),
        limits=" ".join(filter(None, (ahead.remark, LIMITS))),
    )


def value_of(recipe: Mapping[str, Any]) -> LifetimeValue:
    """Makes a fresh model of a recipe, as a card keeps it.

    Parameters
    ----------
    recipe : mapping
        Arguments of `LifetimeValue`.

    Returns
    -------
    LifetimeValue

    Examples
    --------
    >>> value_of({"horizon": 90, "seed": 0}).horizon
    90
    """
    return LifetimeValue(**recipe)


def _judged(
    frames: Mapping[str, pd.DataFrame], ahead: Ahead, *, recipe: Mapping[str, Any], champion: Champion | None
) -> Findings:
    looks = customer_snapshots(frames, as_of=[ahead.moment], outcome_window=ahead.days)
    model = value_of(recipe).fit(frames, as_of=ahead.moment)
    answers = model.predict(looks)
    worth = answers["money_per_order"].to_numpy(dtype=np.float64)
    process = model.predict_members(looks)["process"].to_numpy(dtype=np.float64)
    own_rate = _own_rate(looks, days=ahead.days)
    own_worth = looks["money_per_order"].to_numpy(dtype=np.float64)
    expected = {
        MODEL: Expected.of(answers),
        "the process alone": Expected(orders=process, money=process * worth),
        BASELINE: Expected(orders=own_rate, money=own_rate * own_worth),
    }
    against = None
    if champion is not None:
        against = f"champion, version {champion.version}"
        theirs = _champions(champion, frames, ahead=ahead, recipe=recipe)
        expected[against] = expected[MODEL] if theirs is None else Expected.of(theirs.predict(looks))
    return judge_expected(looks, expected, intervals=answers, against=against, days=ahead.days)


def _own_rate(looks: pd.DataFrame, *, days: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Expects of each customer to go on repeating orders as often as until now; of one order, none."""
    repeats = looks["order_days"].to_numpy(dtype=np.float64) - 1.0
    rate: np.ndarray[Any, np.dtype[np.float64]] = repeats / looks["days_since_first_order"].to_numpy(dtype=np.float64)
    return rate * days


def _champions(
    champion: Champion, frames: Mapping[str, pd.DataFrame], *, ahead: Ahead, recipe: Mapping[str, Any]
) -> LifetimeValue | None:
    """Gives the champion, or its recipe at the moment for as many days ahead; None where that is the model itself."""
    theirs = {**champion.card["recipe"], "horizon": ahead.days}
    if champion_at(champion, moment=ahead.moment, recipe=recipe) == "as served" and theirs == champion.card["recipe"]:
        return load_as(LifetimeValue, champion.files)
    return None if theirs == recipe else value_of(theirs).fit(frames, as_of=ahead.moment)
