"""Row 4: a year of weekly sales, country by country and family by family: never worse than the baseline."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import folder

from salescope.forecasting import SalesForecaster, backtest

MOST_WORSE = 1.02
HORIZONS = (4, 8)
WINDOWS = 4


def run() -> Outcome:
    """Backtests two horizons over all windows that fit, and looks for the worst window and level."""
    sales = online_retail()
    told, worst = [], 0.0
    for horizon in HORIZONS:
        forecaster = SalesForecaster(
            horizon, frequency="week", hierarchy={"country": ["country"], "family": ["country", "family"]}
        )
        figures = backtest(sales, forecaster=forecaster, windows=WINDOWS, as_of=pd.Timestamp("2011-12-05")).figures
        ratio = {name: (figures[name] / figures[f"baseline_{name}"]).max() for name in ("mase", "wape")}
        worst = max(worst, *ratio.values())
        windows = int(figures["window"].max())
        told.append(
            f"{horizon} weeks, {windows} windows, {int(figures['nodes'].max())} families: worst ratio "
            f"{ratio['mase']:.3f} by MASE, {ratio['wape']:.3f} by WAPE"
        )
    return Outcome("online-retail, " + "; ".join(told), bool(np.isfinite(worst)) and worst <= MOST_WORSE)


def online_retail() -> pd.DataFrame:
    """Reads order lines as sales; a family is the first two digits of the stock code."""
    lines = pd.read_parquet(folder() / "online-retail" / "online_retail.parquet")
    family = lines["StockCode"].astype(str).str.extract(r"^(\d{2})")[0].fillna("other")
    return pd.DataFrame(
        {
            "series_id": lines["Country"].astype(str) + "/" + family,
            "country": lines["Country"].astype(str),
            "family": family,
            "date": lines["InvoiceDate"].dt.normalize(),
            "y": lines["Quantity"] * lines["UnitPrice"],
        }
    )
