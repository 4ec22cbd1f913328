"""What MLflow loads for ``mlflow.pyfunc.load_model("models:/leads@champion")``: a thin face over a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from salescope.bundle.scorers import load_scorer
from salescope.registry.published import read_bundle
from salescope.scoring.leads import LeadScorer

__all__ = ["NotebookModel"]


@dataclass(frozen=True, slots=True)
class NotebookModel:
    """Answers MLflow's ``predict`` with scores, grades and reasons.

    Parameters
    ----------
    scorer : LeadScorer
        The scorer of the bundle.
    """

    scorer: LeadScorer

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Scores leads.

        Parameters
        ----------
        model_input : DataFrame, shape (n_rows, n_columns)
            Leads with any types: text, numbers, dates; unseen and missing values are taken.
        params : mapping, optional
            Options of :meth:`salescope.scoring.leads.LeadScorer.predict_scores`.

        Returns
        -------
        DataFrame, shape (n_rows, n_answers)
            Probability, score, grade and reasons, in the order of the rows.
        """
        return self.scorer.predict_scores(model_input, **dict(params or {}))


def _load_pyfunc(path: str) -> NotebookModel:
    """Loads a bundle; MLflow calls this function by its name."""
    return NotebookModel(load_scorer(read_bundle(Path(path))))
