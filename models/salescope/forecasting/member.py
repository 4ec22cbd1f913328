"""Members: single forecasters of many series, which a combination averages."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.panel import Panel

__all__ = ["Member", "lengths", "recent_level"]


class Member(Protocol):
    """Is what a combination needs of a forecaster.

    Notes
    -----
    A member sees nothing but the panel: what happened until its last period, and what is known of later ones. Twice
    the sales give twice the forecast, and every forecast is finite: a series too short for the method gets the
    baseline, one that has not begun gets zero. But for boosted trees, which learn all steps together, a longer horizon
    changes no earlier step.

    Examples
    --------
    >>> from salescope.forecasting.baselines import SeasonalNaive
    >>> from salescope.forecasting.examples import monthly
    >>> member: Member = SeasonalNaive()
    >>> member.name, member.family, member.forecast(monthly([[2.0, 4.0]]), horizon=1)
    ('seasonal_naive', 'baseline', array([[3.]]))
    """

    @property
    def name(self) -> str:
        """Is what reports call it."""
        ...

    @property
    def family(self) -> str:
        """Is "baseline", "statistical" or "boosted": averages of different families win."""
        ...

    def forecast(self, panel: Panel, *, horizon: int) -> Floats:
        """Forecasts the periods after the panel's last one.

        Parameters
        ----------
        panel : Panel
            Histories.
        horizon : int
            How many periods ahead.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
            Means, or medians where sales are skewed; in the unit of the sales.
        """
        ...


def lengths(panel: Panel) -> Ints:
    """Counts the periods of each series since it began.

    Parameters
    ----------
    panel : Panel
        Histories.

    Returns
    -------
    ndarray of int, shape (n_series,)

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> lengths(monthly([[np.nan, np.nan, 3.0]]))
    array([1])
    """
    return np.asarray(panel.values.shape[1] - panel.began, dtype=np.int64)


def recent_level(panel: Panel, *, periods: int) -> Floats:
    """Averages the newest periods of each series.

    Parameters
    ----------
    panel : Panel
        Histories.
    periods : int
        At most so many are averaged.

    Returns
    -------
    ndarray of float, shape (n_series,)
        A series that began within them sold nothing before, so that levels add up as sales do.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> recent_level(monthly([[1.0, 2.0, 4.0], [np.nan, np.nan, 5.0]]), periods=2)
    array([3. , 2.5])
    """
    return np.asarray(np.nan_to_num(panel.values[:, -periods:]).mean(axis=1), dtype=np.float64)
