"""Searches small trees with Optuna, when asked; never by default."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import optuna

from salescope.evaluation import Split, log_loss, newest_split
from salescope.scoring import LeadScorer
from salescope.training.data import LeadData
from salescope.training.judging import fitted_probabilities

__all__ = ["search_trees"]

Make = Callable[[dict[str, Any] | None], LeadScorer]
Tell = Callable[[int, float], None]


def search_trees(data: LeadData, make: Make, *, trials: int, seed: int, storage: Path, tell: Tell) -> dict[str, Any]:
    """Searches LightGBM parameters for the boosted member, judged inside the older outcomes.

    Parameters
    ----------
    data : LeadData
        Closed leads; the newest ones, on which the scorer will be judged, are not touched.
    make : callable
        Gives a fresh scorer with LightGBM parameters; None for the preset.
    trials : int
        How many settings are tried; the preset is the first.
    seed : int
        Seed of the sampler.
    storage : Path
        The SQLite file of the study, so that an interrupted search goes on where it was.
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
    older = newest_split(data.order).train
    inner = _within(older, newest_split(data.order[older]))
    study = optuna.create_study(
        study_name=f"leads-{data.digest[:16]}-{seed}",
        storage=f"sqlite:///{storage}",
        sampler=optuna.samplers.TPESampler(seed=seed),
        load_if_exists=True,
    )
    study.enqueue_trial({}, skip_if_exists=True)

    def loss(trial: optuna.Trial) -> float:
        trees = _space(trial) if trial.number else {}
        return log_loss(data.y[inner.test], fitted_probabilities(data, lambda: make(trees or None), split=inner))

    remaining = max(trials - len(study.trials), 0)
    study.optimize(loss, n_trials=remaining, callbacks=[lambda done, trial: tell(trial.number + 1, done.best_value)])
    return {} if study.best_trial.number == 0 else dict(study.best_params)


def _within(rows: np.ndarray[Any, np.dtype[Any]], split: Split) -> Split:
    return Split(rows[split.train], rows[split.test])


def _space(trial: optuna.Trial) -> dict[str, Any]:
    return {
        "num_iterations": trial.suggest_int("num_iterations", 100, 600, step=50),
        "num_leaves": trial.suggest_int("num_leaves", 3, 15),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.08, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 10, 100, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 30.0, log=True),
    }
