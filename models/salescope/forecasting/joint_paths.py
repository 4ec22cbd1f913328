"""The joint paths of a fitted forecaster."""

from __future__ import annotations

import numpy as np

from salescope.forecasting.forecaster import SalesForecaster, measured_errors
from salescope.forecasting.path_model import PathModel, path_model

__all__ = ["joint_paths"]


def joint_paths(forecaster: SalesForecaster, *, horizon: int | None = None) -> PathModel:
    """Learns the joint paths of a fitted forecaster.

    Parameters
    ----------
    forecaster : SalesForecaster
        Fitted.
    horizon : int or None
        How many of its steps; None for all.

    Returns
    -------
    PathModel
        Of its series, in the order of ``forecaster.tree_``. A history that is too short for a window gives wide paths:
        their errors are how far the newest periods were from the mean of the earlier ones.

    Raises
    ------
    OutOfRangeError
        If it forecasts fewer steps.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
    >>> dates = pd.date_range("2025-01-01", periods=20, freq="MS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": np.arange(20.0)})
    >>> fitted = SalesForecaster(2, frequency="month", members=[SeasonalNaive(), SeasonalNaiveGrowth()]).fit(sales)
    >>> joint_paths(fitted).draw(100, seed=0).shape
    (100, 1, 2)
    """
    fit, panel = forecaster.fitted_, forecaster.panel_
    errors, _, _ = measured_errors(fit, panel)
    return path_model(
        fit,
        history=np.asarray(panel.values)[:, : fit.cutoff],
        tree=forecaster.tree_,
        season=panel.frequency.season,
        errors=errors,
        horizon=horizon,
        floor=forecaster.floor_,
    )
