"""Trains a scorer of probabilities for any task: audit, tune, judge, calibrate, compare, fit, register, promote."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salescope.bundle import CARD, parse_json
from salescope.evaluation import AuditReport
from salescope.project import Workspace
from salescope.registry.champion import promote_version
from salescope.registry.tracking import Tracking
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.training.comparing import Champion, against_champion
from salescope.training.decision import Decision, decide
from salescope.training.judging import calibrate, judge_recipe
from salescope.training.progress import Steps
from salescope.training.publishing import TrainedScorer, fit_final
from salescope.training.registering import register_scorer
from salescope.training.task import ScorerTask
from salescope.training.tuning import Search, search_trees

__all__ = ["STEPS", "TrainingOptions", "TrainingResult", "train_scorer"]

# The first is the caller's, who reads the tables.
STEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """Says how one training runs, over what the workspace's settings say.

    Parameters
    ----------
    trials : int, optional
        Trials of the search for better trees; by default those of the settings.
    promote : bool, default True
        Whether a scorer that passes every gate becomes the champion.

    Examples
    --------
    >>> TrainingOptions(promote=False)
    TrainingOptions(trials=None, promote=False)
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


def train_scorer(task: ScorerTask, *, workspace: Workspace, options: TrainingOptions, say: Steps) -> TrainingResult:
    """Trains, judges and registers a scorer, and promotes it if every gate lets it pass.

    Parameters
    ----------
    task : ScorerTask
        What is learned, from which rows, and how it is judged.
    workspace : Workspace
        Where runs are tracked and bundles published.
    options : TrainingOptions
        What differs in this training.
    say : Steps
        Is told each step, of `STEPS` in all.

    Returns
    -------
    TrainingResult
        Also of a scorer that was not promoted; it is registered for whoever wants to look.

    Raises
    ------
    LeakageError
        If the audit blocks; the findings are in the failed run as well.
    SalescopeError
        If the data cannot be used.
    """
    tracking = Tracking(workspace.mlflow_uri, experiment=task.model)
    with tracking.run(f"train {task.model}", tags=_run_tags(task)) as run:
        say("auditing for leaks")
        found = task.audit()
        run.log_text(found.to_frame().to_csv(index=False), name="audit.csv")
        found.raise_for_findings()
        recipe = _recipe(task, trials=options.trials, storage=workspace.state / "tuning.db", say=say)
        trained = _trained(task, recipe, found=found, champion=_champion(tracking, task.model), say=say)
        say("registering")
        version, card = register_scorer(trained, tracking=tracking, run=run)
    promote = options.promote and trained.decision.promote
    if promote:
        say("promoting")
        promote_version(tracking, task.model, version=version, folder=workspace.published_of(task.model))
    say.done()
    return TrainingResult(run_id=run.run_id, version=version, promoted=promote, card=card, decision=trained.decision)


def _trained(
    task: ScorerTask, recipe: Mapping[str, Any], *, found: AuditReport, champion: Champion | None, say: Steps
) -> TrainedScorer:
    def make() -> ProbabilityScorer:
        return task.make(recipe)

    rows, seed = task.rows, recipe["seed"]
    judgement = judge_recipe(rows, make, splitting=task.splitting, seed=seed, say=say)
    say("calibrating on the newest outcomes")
    calibration = calibrate(rows, judgement, seed=seed)
    against = against_champion(rows, judgement, champion=champion, remake=task.make) if champion else None
    say("fitting on all outcomes")
    return TrainedScorer(
        task=task,
        audit=found,
        recipe=recipe,
        judgement=judgement,
        calibration=calibration,
        decision=decide(judgement, calibration, against=against),
        scorer=fit_final(rows, make, calibration=calibration),
    )


def _recipe(task: ScorerTask, *, trials: int | None, storage: Path, say: Steps) -> Mapping[str, Any]:
    """Gives the task's recipe, with the trees that a search found where one is asked for."""
    trials = task.trials if trials is None else trials
    if not trials:
        return task.recipe

    def make(trees: dict[str, Any] | None) -> ProbabilityScorer:
        return task.make({**task.recipe, "trees": trees})

    def tell(done: int, best: float) -> None:
        say.more(f"searching trees: trial {done} of {trials}, best log loss {best:.4f}")

    say.more(f"searching trees: {trials} trials")
    search = Search(model=task.model, trials=trials, seed=task.recipe["seed"], storage=storage)
    trees = search_trees(task.rows, make, splitting=task.splitting, search=search, tell=tell)
    return {**task.recipe, "trees": trees or None}


def _champion(tracking: Tracking, model: str) -> Champion | None:
    serving = tracking.champion(model)
    if serving is None:
        return None
    files = tracking.download(model, version=serving.version)
    return Champion(version=serving.version, files=files, card=parse_json(files[CARD], file=CARD))


def _run_tags(task: ScorerTask) -> dict[str, str]:
    tags = {"data_digest": task.rows.digest, "as_of": task.rows.as_of}
    # `mlflow run` opens a run of its own around ours and names it in this variable.
    outer = os.environ.get("MLFLOW_RUN_ID")
    return {**tags, "mlflow.parentRunId": outer} if outer else tags
