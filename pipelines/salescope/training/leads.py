"""Trains a lead scorer on the closed leads of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from salescope.evaluation import AuditReport, audit
from salescope.project import ModelName, Workspace
from salescope.scoring import LeadScorer
from salescope.training.data import LeadData, lead_data
from salescope.training.progress import Progress, silent
from salescope.training.running import TrainingOptions, TrainingResult
from salescope.training.scorers import train_read
from salescope.training.splitting import ByOutcome
from salescope.training.task import ScorerTask

__all__ = ["audit_leads", "lead_task", "scorer_of", "train_leads"]

LABELS = {
    "closed": "closed leads",
    "rows": "of these still open when looked at",
    "won": "won",
    "quarantined": "quarantined rows",
}


def audit_leads(data: LeadData, workspace: Workspace) -> AuditReport:
    """Looks for leaks among the columns that would be learned from.

    Parameters
    ----------
    data : LeadData
        Closed and open leads.
    workspace : Workspace
        Its settings say which findings are allowed.

    Returns
    -------
    AuditReport
    """
    rows = pd.concat([data.features, data.still_open], ignore_index=True).drop(columns="lead_id", errors="ignore")
    y = np.concatenate([data.y, np.full(len(data.still_open), np.nan)])
    # What is still open is looked at last.
    order = np.concatenate([data.seen_at, np.repeat(data.seen_at.max(), len(data.still_open))])
    # What we counted ourselves, strictly before each lead's moment, is known in time whatever it looks like.
    counted = set(rows.columns) - set(data.tables["leads"].frame.columns)
    return audit(rows, y, order=order, allowed=counted | set(workspace.leads.allow), seed=workspace.leads.seed)


def train_leads(
    workspace: Workspace, *, options: TrainingOptions | None = None, progress: Progress = silent
) -> TrainingResult:
    """Trains, judges and registers a lead scorer, and promotes it if every gate lets it pass.

    Parameters
    ----------
    workspace : Workspace
        Where the leads come from and what is learned from them.
    options : TrainingOptions, optional
        What differs in this training.
    progress : callable, optional
        Is told each step.

    Returns
    -------
    TrainingResult
        Also of a scorer that was not promoted; it is registered for whoever wants to look.

    Raises
    ------
    LeakageError
        If the audit blocks; the findings are in the failed run as well.
    SalescopeError
        If the settings or the data cannot be used.
    """

    def read() -> ScorerTask:
        return lead_task(lead_data(workspace), workspace)

    return train_read(read, workspace=workspace, options=options, progress=progress)


def lead_task(data: LeadData, workspace: Workspace) -> ScorerTask:
    """Says what is learned of leads, and how it is judged.

    Parameters
    ----------
    data : LeadData
        Closed and open leads.
    workspace : Workspace
        Its settings say the rest.

    Returns
    -------
    ScorerTask
    """
    settings = workspace.leads
    return ScorerTask(
        model=ModelName.LEADS.value,
        rows=data,
        splitting=ByOutcome(share=settings.newest_share),
        audit=lambda: audit_leads(data, workspace),
        make=scorer_of,
        recipe={
            "exclude": list(settings.excluded),
            "grades": dict(settings.grades),
            "seed": settings.seed,
            "trees": None,
        },
        trials=settings.tune_trials,
        data={
            "closed": data.closed,
            "won": data.positive,
            "lost": len(data.y) - data.positive,
            "open": len(data.still_open),
            "quarantined": sum(len(table.rejected) for table in data.tables.values()),
        },
        labels=LABELS,
    )


def scorer_of(recipe: Mapping[str, Any]) -> LeadScorer:
    """Makes a fresh scorer of a recipe, as a card keeps it.

    Parameters
    ----------
    recipe : mapping
        Arguments of `LeadScorer`.

    Returns
    -------
    LeadScorer

    Examples
    --------
    >>> scorer_of({"exclude": ["duration"], "grades": None, "seed": 0, "trees": None}).exclude
    ('duration',)
    """
    exclude = tuple(recipe["exclude"])
    return LeadScorer(exclude=exclude, grades=recipe["grades"], trees=recipe["trees"], seed=recipe["seed"])
