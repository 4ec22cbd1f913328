"""What goes on record of one training, whatever kind of model it was of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from salescope.bundle import Fitted
from salescope.training.decision import Decision

__all__ = ["TrainedModel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """Gathers a fitted model with everything that is kept beside it.

    Parameters
    ----------
    model : str
        The registered model, as "value".
    fitted : Fitted
        The final model, fitted on all rows.
    card : mapping
        Its card: strings, finite numbers, booleans, None, lists and dictionaries; ``data`` has "digest" and "as_of".
    decision : Decision
        What becomes of it.
    canary_rows : DataFrame, shape (n_rows, n_columns), or sequence of mappings, shape (n_rows,)
        Rows whose answers every loaded copy must reproduce.
    example : DataFrame, shape (n_rows, n_columns)
        A few rows as a user would send them.
    params : mapping
        What the run logs as parameters.
    metrics : mapping of str to float
        What it logs as metrics; those that are not finite are left out.
    plots : mapping of str to matplotlib.figure.Figure, default {}
        Drawings by name.
    """

    model: str
    fitted: Fitted
    card: Mapping[str, Any]
    decision: Decision
    canary_rows: pd.DataFrame | Sequence[Mapping[str, Any]]
    example: pd.DataFrame
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    plots: Mapping[str, Figure] = field(default_factory=dict)
