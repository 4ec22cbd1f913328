"""Trains a lead scorer: read, audit, tune, judge, calibrate, compare, fit, register, promote."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from salescope.bundle import CARD, parse_json
from salescope.evaluation import AuditReport, audit
from salescope.project import Workspace
from salescope.registry.champion import promote_version
from salescope.registry.tracking import Tracking
from salescope.scoring import LeadScorer
from salescope.training.comparing import Champion, against_champion
from salescope.training.data import LeadData, lead_data, write_snapshot
from salescope.training.decision import Decision, decide
from salescope.training.judging import calibrate, judge_recipe
from salescope.training.progress import Progress, Steps, silent
from salescope.training.publishing import MODEL, TrainedLeads, fit_final
from salescope.training.registering import register_leads
from salescope.training.tuning import search_trees

__all__ = ["LeadTraining", "TrainingResult", "audit_leads", "scorer_of", "train_leads"]

STEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTraining:
    """Says how one training runs, over what the workspace's settings say.

    Parameters
    ----------
    trials : int, optional
        Trials of the search for better trees; by default those of the settings.
    promote : bool, default True
        Whether a scorer that passes every gate becomes the champion.

    Examples
    --------
    >>> LeadTraining(promote=False)
    LeadTraining(trials=None, promote=False)
    """

    trials: int | None = None
    promote: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """Holds what came of a training.

    Parameters
    ----------
    run_id : str
        The MLflow run.
    version : str
        The registered version.
    promoted : bool
        Whether it serves now.
    card : mapping
        Its model card.
    decision : Decision
        Why it was promoted or not.
    """

    run_id: str
    version: str
    promoted: bool
    card: Mapping[str, Any]
    decision: Decision


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
    workspace: Workspace, *, options: LeadTraining | None = None, progress: Progress = silent
) -> TrainingResult:
    """Trains, judges and registers a lead scorer, and promotes it if every gate lets it pass.

    Parameters
    ----------
    workspace : Workspace
        Where the leads come from and what is learned from them.
    options : LeadTraining, optional
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
    chosen = options or LeadTraining()
    say = Steps(progress, total=STEPS)
    say("reading and checking the tables")
    data = lead_data(workspace)
    write_snapshot(data, folder=workspace.state / "snapshots")
    tracking = Tracking(workspace.mlflow_uri, experiment=MODEL)
    with tracking.run(f"train {MODEL}", tags=_run_tags(data)) as run:
        say("auditing for leaks")
        found = audit_leads(data, workspace)
        run.log_text(found.to_frame().to_csv(index=False), name="audit.csv")
        found.raise_for_findings()
        trained = _trained(
            data, found, workspace=workspace, trials=chosen.trials, champion=_champion(tracking), say=say
        )
        say("registering")
        version, card = register_leads(trained, tracking=tracking, run=run)
    promote = chosen.promote and trained.decision.promote
    if promote:
        say("promoting")
        promote_version(tracking, MODEL, version=version, folder=workspace.published_of(MODEL))
    say.done()
    return TrainingResult(run_id=run.run_id, version=version, promoted=promote, card=card, decision=trained.decision)


def _trained(
    data: LeadData,
    found: AuditReport,
    *,
    workspace: Workspace,
    trials: int | None,
    champion: Champion | None,
    say: Steps,
) -> TrainedLeads:
    settings = workspace.leads
    recipe = {"exclude": list(settings.excluded), "grades": dict(settings.grades), "seed": settings.seed, "trees": None}
    trials = settings.tune_trials if trials is None else trials
    if trials:
        recipe["trees"] = _searched(data, recipe, trials=trials, study=workspace.state / "tuning.db", say=say)

    def make() -> LeadScorer:
        return scorer_of(recipe)

    judgement = judge_recipe(data, make, share=settings.newest_share, seed=settings.seed, say=say)
    say("calibrating on the newest outcomes")
    calibration = calibrate(data, judgement, seed=settings.seed)
    against = against_champion(data, judgement, champion=champion, remake=scorer_of) if champion else None
    say("fitting on all outcomes")
    return TrainedLeads(
        data=data,
        audit=found,
        recipe=recipe,
        judgement=judgement,
        calibration=calibration,
        decision=decide(judgement, calibration, against=against),
        scorer=fit_final(data, make, calibration=calibration),
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


def _searched(
    data: LeadData, recipe: Mapping[str, Any], *, trials: int, study: Path, say: Steps
) -> dict[str, Any] | None:
    def make(trees: dict[str, Any] | None) -> LeadScorer:
        return scorer_of({**recipe, "trees": trees})

    def tell(done: int, best: float) -> None:
        say.more(f"searching trees: trial {done} of {trials}, best log loss {best:.4f}")

    say.more(f"searching trees: {trials} trials")
    return search_trees(data, make, trials=trials, seed=recipe["seed"], storage=study, tell=tell) or None


def _champion(tracking: Tracking) -> Champion | None:
    serving = tracking.champion(MODEL)
    if serving is None:
        return None
    files = tracking.download(MODEL, version=serving.version)
    return Champion(version=serving.version, files=files, card=parse_json(files[CARD], file=CARD))


def _run_tags(data: LeadData) -> dict[str, str]:
    tags = {"data_digest": data.digest, "as_of": data.as_of}
    # `mlflow run` opens a run of its own around ours and names it in this variable.
    outer = os.environ.get("MLFLOW_RUN_ID")
    return {**tags, "mlflow.parentRunId": outer} if outer else tags
