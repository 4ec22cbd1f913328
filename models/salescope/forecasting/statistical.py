"""Statistical members of statsforecast: Theta, exponential smoothing with a searched form, MSTL with a trend."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from salescope.forecasting.baselines import SeasonalNaiveGrowth
from salescope.forecasting.calendar import Floats
from salescope.forecasting.member import lengths
from salescope.forecasting.panel import Panel

__all__ = ["Ets", "Mstl", "Theta"]


class OneByOne(ABC):
    """Is a member that looks at one series after the other.

    Notes
    -----
    Each series is divided by its mean absolute value before, so that no tolerance of an optimiser depends on the
    currency. Series under two seasons get the baseline; constant ones go on.
    """

    name: ClassVar[str]
    family: ClassVar[str] = "statistical"

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        """Forecasts each series on its own.

        Parameters
        ----------
        panel : Panel
            Histories.
        horizon : int
            How many periods ahead.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
        """
        answer = SeasonalNaiveGrowth().forecast(panel, horizon=horizon)
        model, began = self.model(panel.frequency.season), panel.began
        for row in np.flatnonzero(lengths(panel) >= max(2 * panel.frequency.season, 8)):
            history = panel.values[row, began[row] :]
            unit = float(np.abs(history).mean())
            if unit == 0.0 or np.ptp(history) <= unit * 1e-9:
                answer[row] = history[-1]
                continue
            # A form with as many parameters as periods divides by zero on the way; what comes of it is checked below.
            with np.errstate(all="ignore"):
                ahead = np.asarray(model.forecast(history / unit, horizon)["mean"], dtype=np.float64) * unit
            if np.isfinite(ahead).all():
                answer[row] = ahead
        return answer

    @abstractmethod
    def model(self, season: int) -> Any:  # noqa: ANN401 - statsforecast has no types
        """Makes the library's model of a season."""


class Theta(OneByOne):
    """Is the Dynamic Optimised Theta method.

    Notes
    -----
    Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler (2016), *Models for optimising the theta method and their
    relationship to state space models*, International Journal of Forecasting 32; by statsforecast.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> Theta().forecast(monthly([[5.0] * 30]), horizon=2)
    array([[5., 5.]])
    """

    name = "theta"

    def model(self, season: int) -> Any:  # noqa: ANN401
        """Makes the library's model of a season."""
        from statsforecast.models import DynamicOptimizedTheta  # noqa: PLC0415 - two seconds that few callers need

        return DynamicOptimizedTheta(season_length=season)


class Ets(OneByOne):
    """Is exponential smoothing whose form is searched by the corrected information criterion.

    Notes
    -----
    Hyndman, Koehler, Snyder and Grose (2002), *A state space framework for automatic forecasting using exponential
    smoothing methods*, International Journal of Forecasting 18; by statsforecast. It costs ten times Theta, so a
    combination tries it at levels of few nodes. A season of more than 24 periods is taken out by MSTL first, as the
    method has no form for it.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> Ets().forecast(monthly([[5.0] * 30]), horizon=2)
    array([[5., 5.]])
    """

    name = "ets"

    def model(self, season: int) -> Any:  # noqa: ANN401
        """Makes the library's model of a season."""
        from statsforecast.models import MSTL, AutoETS  # noqa: PLC0415

        return AutoETS(season_length=season) if season <= 24 else MSTL([season], trend_forecaster=AutoETS(model="ZZN"))


class Mstl(OneByOne):
    """Takes the season out by LOESS and forecasts the rest by exponential smoothing with a trend.

    Notes
    -----
    Bandara, Hyndman and Bergmeir (2021), *MSTL: a seasonal-trend decomposition algorithm for time series with multiple
    seasonal patterns*; by statsforecast.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> Mstl().forecast(monthly([[5.0] * 30]), horizon=2)
    array([[5., 5.]])
    """

    name = "mstl"

    def model(self, season: int) -> Any:  # noqa: ANN401
        """Makes the library's model of a season."""
        from statsforecast.models import MSTL, AutoETS  # noqa: PLC0415

        return MSTL([season], trend_forecaster=AutoETS(model="ZZN"))
