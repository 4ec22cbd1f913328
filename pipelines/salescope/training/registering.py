"""Puts a trained scorer on record: figures, plots and card in the run, its bundle in the registry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from salescope.bundle import bundle_model
from salescope.monitoring import card_page, evaluation_plots
from salescope.registry.tracking import CHALLENGER, TrackedRun, Tracking
from salescope.training.publishing import TrainedScorer, scorer_card

__all__ = ["register_scorer"]

CANARY_ROWS = 50
EXAMPLE_ROWS = 5


def register_scorer(trained: TrainedScorer, *, tracking: Tracking, run: TrackedRun) -> tuple[str, dict[str, Any]]:
    """Logs everything that a training found and registers its bundle as the challenger.

    Parameters
    ----------
    trained : TrainedScorer
        Everything that was found.
    tracking : Tracking
        Where runs and versions are kept.
    run : TrackedRun
        The run that is open.

    Returns
    -------
    tuple of (str, dict)
        The new version and its card.
    """
    card = scorer_card(trained)
    _log(trained, card, run=run)
    task = trained.task
    examples = task.rows.features.drop(columns=list(trained.scorer.exclude), errors="ignore")
    files = bundle_model(trained.scorer, canary_rows=examples.tail(CANARY_ROWS), card=card, made_with=card["made_with"])
    tags = {"data_digest": task.rows.digest, "as_of": task.rows.as_of, "decision": trained.decision.ground}
    version = tracking.register(run, files, name=task.model, input_example=examples.tail(EXAMPLE_ROWS), tags=tags)
    tracking.set_alias(task.model, CHALLENGER, version=version)
    return version, card


def _log(trained: TrainedScorer, card: Mapping[str, Any], *, run: TrackedRun) -> None:
    rows, judgement = trained.task.rows, trained.judgement
    plots = evaluation_plots(
        rows.y[judgement.split.test],
        judgement.newest,
        calibrated=trained.calibration.probabilities,
        importance=card["importance"],
        words=trained.task.words,
    )
    for name, figure in plots.items():
        run.log_figure(figure, name=name)
    run.log_text(card_page(card, plots=plots), name="card.html")
    run.log_text(json.dumps(card, indent=2, ensure_ascii=False), name="card.json")
    run.log_params({**trained.recipe, "learner": trained.scorer.learner_, "rows": len(rows.y)})
    judged = {"newest": judgement.figures, "random": judgement.random}
    figures = {f"{on}_{name}": value for on, found in judged.items() for name, value in found.items()}
    figures["calibration_checked"] = trained.calibration.check.error
    figures["calibration_floor_p95"] = trained.calibration.check.p95
    run.log_metrics({name: value for name, value in figures.items() if isfinite(value)})
