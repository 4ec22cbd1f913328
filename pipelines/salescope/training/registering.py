"""Puts a trained model on record: figures, plots and card in the run, its bundle in the registry."""

from __future__ import annotations

import json
from math import isfinite

from salescope.bundle import bundle_model
from salescope.monitoring import card_page, png_of
from salescope.registry.tracking import CHALLENGER, TrackedRun, Tracking
from salescope.training.trained_model import TrainedModel

__all__ = ["register_model"]


def register_model(trained: TrainedModel, *, tracking: Tracking, run: TrackedRun) -> str:
    """Logs everything that a training found and registers its bundle as the challenger.

    Parameters
    ----------
    trained : TrainedModel
        Everything that was found.
    tracking : Tracking
        Where runs and versions are kept.
    run : TrackedRun
        The run that is open.

    Returns
    -------
    str
        The new version.
    """
    _log(trained, run=run)
    card, name = trained.card, trained.model
    files = bundle_model(trained.fitted, canary_rows=trained.canary_rows, card=card, made_with=card["made_with"])
    found = {"data_digest": card["data"]["digest"], "as_of": card["data"]["as_of"]}
    tags = {**found, "decision": trained.decision.ground}
    version = tracking.register(run, files, name=name, input_example=trained.example, tags=tags)
    tracking.set_alias(name, CHALLENGER, version=version)
    return version


def _log(trained: TrainedModel, *, run: TrackedRun) -> None:
    # Drawn once, for the run and for the page: drawing is slower than everything else on record together.
    plots = {name: png_of(figure) for name, figure in trained.plots.items()}
    for name, png in plots.items():
        run.log_plot(png, name=name)
    run.log_text(card_page(trained.card, plots=plots), name="card.html")
    run.log_text(json.dumps(trained.card, indent=2, ensure_ascii=False), name="card.json")
    run.log_params(trained.params)
    run.log_metrics({name: value for name, value in trained.metrics.items() if isfinite(value)})
