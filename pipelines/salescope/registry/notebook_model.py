"""What MLflow loads for ``mlflow.pyfunc.load_model("models:/leads@champion")``: a thin face over a bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from salescope.bundle import Fitted, load_model
from salescope.registry.published import read_bundle

__all__ = ["NotebookModel"]


@runtime_checkable
class Recommending(Protocol):
    """Describes a model that recommends products, to whoever has bought what."""

    def recommend_baskets(self, baskets: Sequence[Mapping[Any, Any]], **options: Any) -> pd.DataFrame:  # noqa: ANN401
        """Recommends products, one row each."""
        ...


@dataclass(frozen=True, slots=True)
class NotebookModel:
    """Answers MLflow's ``predict`` with what the model has to say for people.

    Parameters
    ----------
    model : Fitted
        The model of the bundle.
    """

    model: Fitted

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Answers rows.

        Parameters
        ----------
        model_input : DataFrame, shape (n_rows, n_columns)
            Rows as the model takes them, of any types: text, numbers, dates; unseen and missing values are taken.
        params : mapping, optional
            Options of the model's ``predict_scores``, as `salescope.scoring.LeadScorer.predict_scores`; of its
            ``predict`` where it does not score, of its ``recommend_baskets`` where it recommends products.

        Returns
        -------
        DataFrame, shape (n_rows, n_answers)
            Of a scorer probability, score, grade and reasons, in the order of the rows.
        """
        options, model = dict(params or {}), self.model
        if isinstance(model, Recommending):
            return model.recommend_baskets(model_input.to_dict("records"), **options)
        answer: Callable[..., pd.DataFrame] = getattr(model, "predict_scores", None) or model.predict  # type: ignore[attr-defined]
        return answer(model_input, **options)


def _load_pyfunc(path: str) -> NotebookModel:
    """Loads a bundle; MLflow calls this function by its name."""
    return NotebookModel(load_model(read_bundle(Path(path))))
