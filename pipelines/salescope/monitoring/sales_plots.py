"""The plots of a model of sales: its backtest, and the forecast of the total that it gives."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from salescope.forecasting import SalesForecaster
from salescope.forecasting.tree import TOTAL
from salescope.monitoring.backtest_plots import backtest_plot
from salescope.monitoring.event_marks import node_events
from salescope.monitoring.forecast_plots import ForecastMarks, forecast_plot, measured_coverage, node_history

__all__ = ["sales_plots"]


def sales_plots(
    forecaster: SalesForecaster, *, figures: pd.DataFrame, unit: str, language: str = "en"
) -> dict[str, Figure]:
    """Draws what a model of sales says of the total, and how right it would have been.

    Parameters
    ----------
    forecaster : SalesForecaster
        Fitted.
    figures : DataFrame
        As in `Backtest`.
    unit : str
        Of the sales, as "TWD" or "pieces".
    language : {"en", "zh"}, default "en"
        The language of the words.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        ``forecast`` and ``backtest``.

    Raises
    ------
    NotFittedModelError
        When the forecaster is not fitted.

    Examples
    --------
    >>> from salescope.forecasting import backtest
    >>> from salescope.forecasting.baselines import SeasonalNaiveGrowth
    >>> dates = pd.date_range("2022-01-01", periods=12, freq="QS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": [80.0, 90, 110, 120] * 3})
    >>> forecaster = SalesForecaster(2, frequency="quarter", members=[SeasonalNaiveGrowth()])
    >>> figures = backtest(sales, forecaster=forecaster, windows=1).figures
    >>> sorted(sales_plots(forecaster.fit(sales), figures=figures, unit="TWD"))
    ['backtest', 'forecast']
    """
    told = forecaster.predict()
    drawn = forecast_plot(
        told,
        history=node_history(forecaster.panel_, TOTAL),
        unit=unit,
        marks=ForecastMarks(
            events=node_events(forecaster.panel_, TOTAL), coverage=measured_coverage(figures, level=TOTAL)
        ),
        language=language,
    )
    return {"forecast": drawn, "backtest": backtest_plot(figures, language=language)}
