"""Tree members: boosted small trees, and a forest whose leaves hold smoothed log-odds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import lightgbm
import numpy as np

from salescope.scoring.members import Design, Floats, logit

__all__ = ["BoostedTrees", "LogOddsForest", "rounds_needed"]

FEWEST_ROUNDS, MOST_ROUNDS, PATIENCE = 100, 1_000, 27

# One thread and a fixed histogram layout: the same data gives the same trees, on any number of cores.
STEADY: dict[str, Any] = {
    "objective": "binary",
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}


@dataclass(slots=True)
class _Booster:
    """Holds a LightGBM model as its text, the only form in which it is kept, and the booster read from it."""

    text: str
    booster: lightgbm.Booster = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.booster = lightgbm.Booster(model_str=self.text)

    def log_odds(self, encoded: Floats) -> Floats:
        raw: Floats = self.booster.predict(encoded, raw_score=True, num_threads=1)
        return raw

    def contributions(self, encoded: Floats) -> Floats:
        parts: Floats = self.booster.predict(encoded, pred_contrib=True, num_threads=1)
        return parts


class _TreesMember:
    """Shares what both tree members do with the model once it is learned."""

    def __init__(self, *, model: _Booster | None = None) -> None:
        self._model = model

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": self._model and self._model.text}

    def __setstate__(self, state: dict[str, Any]) -> None:
        text = state["_model"]
        self.__dict__.update(state, _model=_Booster(text) if text else None)

    @property
    def _fitted(self) -> _Booster:
        assert self._model is not None  # noqa: S101 - members live inside an ensemble that fits them first
        return self._model

    def log_odds(self, encoded: Floats) -> Floats:
        """Gives the log-odds.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        return self._fitted.log_odds(encoded)

    def contributions(self, encoded: Floats) -> Floats:
        """Gives exact Shapley values of the trees (TreeSHAP, path dependent), the base last.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)

        Returns
        -------
        ndarray of float64, shape (n_rows, n_features + 1)

        Notes
        -----
        Lundberg et al., "From local explanations to global understanding with explainable AI for trees", 2020.
        """
        return self._fitted.contributions(encoded)

    def to_files(self) -> dict[str, bytes]:
        """Gives the model in LightGBM's text format.

        Returns
        -------
        dict of str to bytes
        """
        return {"trees.txt": self._fitted.text.encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Reads the member back from `to_files`.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        Self
        """
        return cls(model=_Booster(files["trees.txt"].decode()))


class BoostedTrees(_TreesMember):
    """Boosts many small trees at a low rate.

    Parameters
    ----------
    parameters : mapping, optional
        LightGBM parameters over the preset of 200 trees, 7 leaves and rate 0.045.
    model : _Booster, optional
        A model that was learned before.
    """

    PRESET: Mapping[str, Any] = {
        "num_iterations": 200,
        "num_leaves": 7,
        "learning_rate": 0.045,
        "min_child_samples": 20,
    }

    def __init__(self, parameters: Mapping[str, Any] | None = None, *, model: _Booster | None = None) -> None:
        super().__init__(model=model)
        self.parameters = dict(parameters or {})

    def fit(self, design: Design) -> Self:
        """Boosts the trees.

        Parameters
        ----------
        design : Design

        Returns
        -------
        BoostedTrees
        """
        parameters = {**STEADY, **self.PRESET, **self.parameters, "seed": design.seed}
        self._model = _Booster(_grown(design, parameters, weight=design.weight).model_to_string())
        return self


class LogOddsForest(_TreesMember):
    """Grows a random forest of limited leaves and averages its leaves' smoothed log-odds.

    Parameters
    ----------
    parameters : mapping, optional
        LightGBM parameters over the preset.
    model : _Booster, optional
        A model that was learned before.

    Notes
    -----
    A forest averages probabilities, which has no additive form in log-odds. So every leaf is given the log-odds of its
    training rows, smoothed towards the base rate, divided by the number of trees: the sum over trees is the mean of
    log-odds, and LightGBM's exact contributions hold.
    """

    PRESET: Mapping[str, Any] = {
        "boosting": "rf",
        "num_iterations": 100,
        "num_leaves": 255,
        "min_child_samples": 5,
        "feature_fraction_bynode": 0.3,
        "bagging_fraction": 0.632,
        "bagging_freq": 1,
        "min_sum_hessian_in_leaf": 1e-9,
    }
    SMOOTHING = 5.0

    def __init__(self, parameters: Mapping[str, Any] | None = None, *, model: _Booster | None = None) -> None:
        super().__init__(model=model)
        self.parameters = dict(parameters or {})

    def fit(self, design: Design) -> Self:
        """Grows the forest and sets its leaves.

        Parameters
        ----------
        design : Design

        Returns
        -------
        LogOddsForest
        """
        parameters = {**STEADY, **self.PRESET, **self.parameters, "seed": design.seed}
        booster = _grown(design, parameters, weight=None)
        leaves = booster.predict(design.encoded, pred_leaf=True, num_threads=1).astype(np.int64)
        trees = leaves.reshape(len(design.y), -1).T
        base = float(design.y.mean())
        for tree, leaf_of_row in enumerate(trees):
            rows = np.bincount(leaf_of_row)
            won = np.bincount(leaf_of_row, weights=design.y)
            for leaf in np.flatnonzero(rows):
                rate = (won[leaf] + self.SMOOTHING * base) / (rows[leaf] + self.SMOOTHING)
                booster.set_leaf_output(tree, int(leaf), logit(rate) / len(trees))
        # Without this line the text is a plain sum of trees, which is what the leaves now hold.
        self._model = _Booster(booster.model_to_string().replace("average_output\n", "", 1))
        return self


def rounds_needed(design: Design, parameters: Mapping[str, Any]) -> int:
    """Finds how many trees to boost: as many as still help on a third of the records that they did not see.

    Parameters
    ----------
    design : Design
        At least three records of each outcome.
    parameters : mapping
        LightGBM parameters over the preset.

    Returns
    -------
    int
        100 to 1000; a quarter more than were best there, for the final trees see half as many records again.

    Notes
    -----
    A fixed number suits tables whose signal is mostly additive, as sales tables are, and leaves strong smooth or
    interacting signals half learned.
    """
    train, held = next(design.folds(3, seed=design.seed))
    older, newer = (_dataset(design.take(rows), weight=design.take(rows).weight) for rows in (train, held))
    settings = {**STEADY, **BoostedTrees.PRESET, **parameters, "seed": design.seed, "num_iterations": MOST_ROUNDS}
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    grown = lightgbm.train(
        settings, older, keep_training_booster=True, valid_sets=[newer.set_reference(older)], callbacks=[stop]
    )
    return int(np.clip(1.25 * grown.best_iteration, FEWEST_ROUNDS, MOST_ROUNDS))


def _grown(design: Design, parameters: Mapping[str, Any], *, weight: Floats | None) -> lightgbm.Booster:
    # Else what was grown would be written as text and read again, only to be written once more.
    return lightgbm.train(dict(parameters), _dataset(design, weight=weight), keep_training_booster=True)


def _dataset(design: Design, *, weight: Floats | None) -> lightgbm.Dataset:
    categorical = [position for position, feature in enumerate(design.features) if feature.levels]
    return lightgbm.Dataset(
        design.encoded, design.y, weight=weight, categorical_feature=categorical, params={"verbosity": -1}
    )
