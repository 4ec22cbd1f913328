"""Trains a scorer of probabilities for any task: audit, tune, judge, calibrate, compare, fit, register, promote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from salescope.evaluation import AuditReport
from salescope.project import Workspace
from salescope.registry.tracking import TrackedRun
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.training.comparing import Champion, against_champion
from salescope.training.decision import decide
from salescope.training.judging import calibrate, judge_recipe
from salescope.training.labelled import keep_rows
from salescope.training.progress import Progress, Steps
from salescope.training.publishing import TrainedScorer, fit_final, recorded_scorer
from salescope.training.running import TrainingOptions, TrainingResult, train_model
from salescope.training.task import ScorerTask
from salescope.training.trained_model import TrainedModel
from salescope.training.tuning import Search, search_trees

__all__ = ["STEPS", "train_read", "train_scorer"]

# The first is that of reading the tables.
STEPS = 8


def train_read(
    read: Callable[[], ScorerTask], *, workspace: Workspace, options: TrainingOptions | None, progress: Progress
) -> TrainingResult:
    """Reads what a scorer learns from, keeps the rows, and trains it.

    Parameters
    ----------
    read : callable
        Reads and checks the tables, and says what is learned from them.
    workspace : Workspace
        Where rows are kept, runs are tracked and bundles published.
    options : TrainingOptions or None
        What differs in this training.
    progress : callable
        Is told each step.

    Returns
    -------
    TrainingResult
        See `train_scorer`.
    """
    say = Steps(progress, total=STEPS)
    say("reading and checking the tables")
    task = read()
    keep_rows(task.rows, model=task.model, folder=workspace.state / "snapshots")
    return train_scorer(task, workspace=workspace, options=options or TrainingOptions(), say=say)


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

    def find(champion: Champion | None, run: TrackedRun) -> TrainedModel:
        say("auditing for leaks")
        found = task.audit()
        run.log_text(found.to_frame().to_csv(index=False), name="audit.csv")
        found.raise_for_findings()
        recipe = _recipe(task, trials=options.trials, storage=workspace.state / "tuning.db", say=say)
        return recorded_scorer(_trained(task, recipe, found=found, champion=champion, say=say))

    tags = {"data_digest": task.rows.digest, "as_of": task.rows.as_of}
    return train_model(find, model=task.model, tags=tags, workspace=workspace, options=options, say=say)


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
