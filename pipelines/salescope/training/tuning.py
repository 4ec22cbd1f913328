"""Searches small trees with Optuna, when asked; never by default."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna

from salescope.evaluation import Split, log_loss
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.training.judging import fitted_probabilities
from salescope.training.labelled import LabelledRows
from salescope.training.splitting import Splitting

__all__ = ["Search", "search_trees"]

Make = Callable[[dict[str, Any] | None], ProbabilityScorer]
Tell = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Says how long a search goes on and where it is kept.

    Parameters
    ----------
    model : str
        The model that is searched for, as "leads".
    trials : int
        How many settings are tried; the preset is the first.
    seed : int
        Seed of the sampler.
    storage : Path
        The SQLite file of the study, so that an interrupted search goes on where it was.
    """

    model: str
    trials: int
    seed: int
    storage: Path


def search_trees(rows: LabelledRows, make: Make, *, splitting: Splitting, search: Search, tell: Tell) -> dict[str, Any]:
    """Searches LightGBM parameters for the boosted member, judged inside the older outcomes.

    Parameters
    ----------
    rows : LabelledRows
        What is learned from; the newest rows, on which the scorer will be judged, are not touched.
    make : callable
        Gives a fresh scorer with LightGBM parameters; None for the preset.
    splitting : Splitting
        Which rows are judged by which.
    search : Search
        How long it goes on and where it is kept.
    tell : callable
        Is told the number of finished trials and the best log loss after each.

    Returns
    -------
    dict
        The best parameters; empty when the preset is the best.

    Notes
    -----
    The space is small trees (3 to 15 leaves): on the public sets searches over larger ones end there.
    """
    optuna.logging.set_verbosity(logging.ERROR)
    older = splitting.newest(rows).train
    inner = _within(older, splitting.newest(rows.take(older)))
    study = optuna.create_study(
        study_name=f"{search.model}-{rows.digest[:16]}-{search.seed}",
        storage=f"sqlite:///{search.storage}",
        sampler=optuna.samplers.TPESampler(seed=search.seed),
        load_if_exists=True,
    )
    study.enqueue_trial({}, skip_if_exists=True)

    def loss(trial: optuna.Trial) -> float:
        trees = _space(trial) if trial.number else {}
        return log_loss(rows.y[inner.test], fitted_probabilities(rows, lambda: make(trees or None), split=inner))

    remaining = max(search.trials - len(study.trials), 0)
    study.optimize(loss, n_trials=remaining, callbacks=[lambda done, trial: tell(trial.number + 1, done.best_value)])
    return {} if study.best_trial.number == 0 else dict(study.best_params)


def _within(rows: np.ndarray[Any, np.dtype[Any]], split: Split) -> Split:
    return Split(rows[split.train], rows[split.test])


def _space(trial: optuna.Trial) -> dict[str, Any]:
    return {
        "num_iterations": trial.suggest_int("num_iterations", 50, 400, step=50),
        "num_leaves": trial.suggest_int("num_leaves", 3, 15),
        "learning_rate": trial.suggest_float("learning_rate", 0.015, 0.12, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 10, 100, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 30.0, log=True),
    }
