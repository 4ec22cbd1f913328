"""Trains the tiers of a workspace's customers: where they begin, and whether later money tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from salescope.bundle import load_as
from salescope.evaluation import value_metrics
from salescope.features import customer_features, customer_snapshots
from salescope.frames.errors import OutcomeError
from salescope.project import ModelName, Workspace
from salescope.scoring import TIERS, Segmenter, movements, tier_table
from salescope.training.comparing import Champion
from salescope.training.customer_model import Ahead, CustomerTask, Findings, Shown, days_ahead, train_customer_model
from salescope.training.customer_tables import CustomerTables
from salescope.training.decision import Decision
from salescope.training.progress import Progress, silent
from salescope.training.running import TrainingOptions, TrainingResult

__all__ = ["segment_task", "segmenter_of", "train_segments"]

BEST = ("champions", "loyal")
MOST_MOVEMENTS = 10
LIMITS = (
    "A tier says how recently, how often and for how much a customer ordered; it is no chance. The points where tiers "
    "begin stay as they are until this is trained again, so that until then a customer moves because it changed."
)


def train_segments(
    workspace: Workspace,
    *,
    options: TrainingOptions | None = None,
    progress: Progress = silent,
    recorded: CustomerTables | None = None,
) -> TrainingResult:
    """Learns where the tiers of customers begin, judges and registers them, and promotes them if they mean something.

    Parameters
    ----------
    workspace : Workspace
        Its orders.
    options : TrainingOptions, optional
        What differs in this training.
    progress : callable, optional
        Is told each step.
    recorded : CustomerTables, optional
        What was read before; by default the tables are read.

    Returns
    -------
    TrainingResult
        Also of tiers that were not promoted.

    Raises
    ------
    OutcomeError
        If history is too short to judge by.
    SalescopeError
        If the settings or the data cannot be used.
    """
    task_of = partial(segment_task, workspace=workspace)
    return train_customer_model(task_of, workspace=workspace, options=options, progress=progress, recorded=recorded)


def segment_task(recorded: CustomerTables, workspace: Workspace) -> CustomerTask:
    """Says where tiers begin, and how they are judged.

    Parameters
    ----------
    recorded : CustomerTables
        What is recorded of customers.
    workspace : Workspace
        Its settings.

    Returns
    -------
    CustomerTask
        Judged by what customers of each tier ordered after a moment at which the tiers were learned.
    """
    settings, frames = workspace.segments, recorded.frames
    ahead = days_ahead(recorded, wanted=settings.judged_days, setting="segments.judged_days")
    recipe = {
        "cuts": {name: list(cuts) for name, cuts in settings.cuts.items()} or None,
        "new_within": settings.new_within,
    }
    now = customer_features(frames, as_of=ahead.end)
    return CustomerTask(
        model=ModelName.SEGMENTS.value,
        recorded=recorded,
        recipe=recipe,
        judge=lambda champion: _judged(frames, ahead, recipe=recipe, now=now, champion=champion),
        fit=lambda: segmenter_of(recipe).fit(now),
        asked=lambda: now,
        learned_from=(("customers", len(now)), ("order lines", len(frames["orders"]))),
        limits=" ".join(filter(None, (ahead.remark, LIMITS))),
    )


def segmenter_of(recipe: Mapping[str, Any]) -> Segmenter:
    """Makes a fresh segmenter of a recipe, as a card keeps it.

    Parameters
    ----------
    recipe : mapping
        Arguments of `Segmenter`.

    Returns
    -------
    Segmenter

    Examples
    --------
    >>> segmenter_of({"cuts": None, "new_within": 60.0}).new_within
    60.0
    """
    return Segmenter(**recipe)


def _judged(
    frames: Mapping[str, pd.DataFrame],
    ahead: Ahead,
    *,
    recipe: Mapping[str, Any],
    now: pd.DataFrame,
    champion: Champion | None,
) -> Findings:
    looks = customer_snapshots(frames, as_of=[ahead.moment], outcome_window=ahead.days)
    if not looks["orders_after"].sum() > 0:
        problem = f"Nobody who had ordered before did so again in the last {ahead.days} days, by which tiers are judged"
        raise OutcomeError(problem, remedy="Map more history.")
    # Where orders have no price, orders themselves are counted.
    name = "money" if looks["money_after"].notna().any() else "orders"
    placed = segmenter_of(recipe).fit(looks).predict(looks)
    figures = _figures(placed["tier"], looks[f"{name}_after"].fillna(0.0))
    tables = [_later_table(placed, looks, days=ahead.days), _holding_table(segmenter_of(recipe).fit(now), now)]
    if champion is not None:
        tables.append(_moved_table(champion, segmenter_of(recipe).fit(now), now=now))
    return Findings(
        decision=_decision(figures, name=name, n_customers=len(looks)),
        verdict=(
            f"In the {ahead.days} days that followed, champions and loyal customers brought {figures['lift']:.1f} "
            f"times the {name} of the average; tiers and {name} have a rank correlation of {figures['spearman']:.2f}."
        ),
        figures=figures,
        tiles=(
            (f"{name} of champions and loyal ÷ average", figures["lift"]),
            (f"rank correlation of tiers and {name}", figures["spearman"]),
        ),
        tables=tables,
    )


def _figures(tiers: pd.Series, came: pd.Series) -> dict[str, float]:
    better = tiers.map({tier: -float(place) for place, tier in enumerate(TIERS)}).to_numpy(dtype=np.float64)
    values = came.to_numpy(dtype=np.float64)
    best, average = tiers.isin(BEST).to_numpy(dtype=bool), float(values.mean())
    lift = float(values[best].mean()) / average if best.any() and average else 0.0
    rank = value_metrics(values, better)["spearman"]
    return {"lift": lift, "spearman": 0.0 if np.isnan(rank) else rank}


def _decision(figures: Mapping[str, float], *, name: str, n_customers: int) -> Decision:
    if figures["lift"] > 1.0 and figures["spearman"] > 1.0 / sqrt(n_customers):
        message = f"Promoted: better tiers bring more {name} later."
        return Decision(promote=True, ground="signal", message=message)
    message = f"Not promoted: customers of better tiers did not bring more {name} later, beyond what chance explains."
    return Decision(promote=False, ground="signal", message=message)


def _later_table(placed: pd.DataFrame, looks: pd.DataFrame, *, days: int) -> Shown:
    measures = looks[["customer_id", "orders_after", "money_after"]].assign(stayed=1.0 - looks["y"])
    table = tier_table(placed, measures)
    table = table[table["customers"] > 0]
    each = table[["stayed", "orders_after", "money_after"]].div(table["customers"], axis=0)
    rows = zip(table["tier_name"], table["customers"].tolist(), *(each[name].tolist() for name in each), strict=True)
    columns = ("tier", "customers", "share who ordered", "orders each", "money each")
    return Shown(title=f"What each tier did in the {days} days that followed", columns=columns, rows=list(rows))


def _holding_table(segmenter: Segmenter, now: pd.DataFrame) -> Shown:
    table = tier_table(segmenter.predict(now))
    rows = zip(table["tier_name"], table["customers"].tolist(), table["share"].tolist(), strict=True)
    return Shown(title="Customers at the end of the history", columns=("tier", "customers", "share"), rows=list(rows))


def _moved_table(champion: Champion, segmenter: Segmenter, *, now: pd.DataFrame) -> Shown:
    """Tells who is in another tier than by the champion's points, on the same facts."""
    moved = movements(load_as(Segmenter, champion.files).predict(now), segmenter.predict(now))
    ways = moved["from_name"].astype(object) + " → " + moved["to_name"].astype(object)
    counts = ways.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    rows = [(str(way), int(count)) for way, count in counts.head(MOST_MOVEMENTS).items()]
    return Shown(
        title=f"Moved against version {champion.version}",
        columns=("from → to", "customers"),
        rows=rows,
        remark=f"{len(moved):,} of {len(now):,} customers have another tier because the points moved, not they.",
    )
