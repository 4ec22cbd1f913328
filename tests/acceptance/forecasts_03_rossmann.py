"""Row 3: daily sales of drugstores with promotions known ahead, against baselines, AutoETS and mlforecast."""

# ruff: noqa: PD011 - `values` is a field of Panel and Known, not of a frame

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from mlforecast import MLForecast
from mlforecast.lag_transforms import ExpandingMean, RollingMean
from statsforecast import StatsForecast
from statsforecast.models import AutoETS
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import folder
from tests.acceptance.rossmann import HORIZON, Stores, errors, stores, tree_of

from salescope.forecasting import SalesForecaster
from salescope.forecasting.origins import Origins

ORIGINS = 3
YEAR = 364
AT_MOST = 0.95

Floats = npt.NDArray[np.float64]


def ours(data: Stores) -> list[Floats]:
    """Asks our forecaster as it comes: all members, its gate, its reconciliation; members at a cutoff are shared."""
    panel, tree = tree_of(data)
    forecaster = SalesForecaster(HORIZON, frequency="day")
    origins, floor = Origins(panel, forecaster.chosen_members(), horizon=HORIZON), np.zeros(len(data.panel.series))
    fitted = [forecaster.fit_tree(origins, tree=tree, cutoff=one, floor=floor).fitted_ for one in cutoffs(data)]
    return [one.mean[tree.bottom] for one in fitted]


def cutoffs(data: Stores) -> list[int]:
    """Lists three cutoffs, a horizon apart; the last day of the data is the last that is judged."""
    return [data.panel.values.shape[1] - HORIZON * (1 + origin) for origin in range(ORIGINS)]


def seasonal_naive(data: Stores, cutoff: int) -> Floats:
    """Repeats the last week."""
    return data.panel.values[:, cutoff - 7 : cutoff][:, np.arange(HORIZON) % 7]


def naive_growth(data: Stores, cutoff: int) -> Floats:
    """Takes the same weekdays a year ago times the growth of the year."""
    sales = data.panel.values
    growth = sales[:, cutoff - YEAR : cutoff].sum(axis=1) / sales[:, cutoff - 2 * YEAR : cutoff - YEAR].sum(axis=1)
    return sales[:, cutoff - YEAR :][:, :HORIZON] * growth[:, None]


def auto_ets(data: Stores, cutoff: int) -> Floats:
    """Asks statsforecast."""
    frame = _long(data, cutoff).drop(columns=[*data.panel.known.values, "kind", "assortment"])
    answer = StatsForecast([AutoETS(season_length=7)], freq="D", n_jobs=1).forecast(df=frame, h=HORIZON)
    return answer["AutoETS"].to_numpy(dtype=np.float64).reshape(-1, HORIZON)


def ml_forecast(data: Stores, cutoff: int) -> Floats:
    """Asks mlforecast as its guides do: lags of weeks, means, parts of the date, attributes, and drivers of days ahead."""
    frame = _long(data, cutoff + HORIZON)
    ahead = (frame["ds"] >= data.panel.dates[cutoff]).to_numpy()
    model = MLForecast(
        models={"lgb": lightgbm.LGBMRegressor(n_jobs=1, random_state=0, verbosity=-1)},
        freq="D",
        lags=[7, 14, 28],
        lag_transforms={1: [ExpandingMean()], 7: [RollingMean(7), RollingMean(28)]},
        date_features=["dayofweek", "month"],
        num_threads=1,
    )
    model.fit(frame[~ahead], static_features=["kind", "assortment"])
    answer = model.predict(HORIZON, X_df=frame[ahead].drop(columns=["y", "kind", "assortment"]))
    return answer["lgb"].to_numpy(dtype=np.float64).reshape(-1, HORIZON)


def _long(data: Stores, periods: int) -> pd.DataFrame:
    panel, count = data.panel, len(data.panel.series)
    store = np.repeat(np.arange(count), periods)
    known = {name: values[:, :periods].ravel() for name, values in panel.known.values.items()}
    days = np.tile(panel.dates[:periods].to_numpy(), count)
    frame = pd.DataFrame({"unique_id": store, "ds": days, "y": panel.values[:, :periods].ravel(), **known})
    kind, assortment = pd.Categorical(data.kind[store]), pd.Categorical(data.assortment[store])
    return frame.assign(kind=kind, assortment=assortment)


OTHERS: dict[str, Callable[[Stores, int], Floats]] = {
    "seasonal naive": seasonal_naive,
    "naive x growth": naive_growth,
    "mlforecast": ml_forecast,
    "AutoETS": auto_ets,
}


def judged(data: Stores, forecasts: Sequence[Floats], *, name: str, started: float) -> Floats:
    """Averages RMSPE and WRMSSE over the origins."""
    each = [errors(data, one, cutoff=cutoff) for one, cutoff in zip(forecasts, cutoffs(data), strict=True)]
    mean = np.mean(each, axis=0)
    told = ", ".join(f"{percent:.4f} / {scaled:.4f}" for percent, scaled in each)
    seconds = time.process_time() - started
    print(f"{name}: RMSPE / WRMSSE {mean[0]:.4f} / {mean[1]:.4f} ({told}), {seconds:.0f} CPU-s", flush=True)
    return np.asarray(mean, dtype=np.float64)


def run() -> Outcome:
    """Judges every method at three origins and compares the mean errors."""
    data, started = stores(folder()), time.process_time()
    mine, found = judged(data, ours(data), name="ours", started=started), []
    for name, method in OTHERS.items():
        started = time.process_time()
        forecasts = [method(data, cutoff) for cutoff in cutoffs(data)]
        found.append(judged(data, forecasts, name=name, started=started))
    ratio = mine / np.min(found, axis=0)
    figure = (
        f"rossmann, {len(data.panel.series):,} stores, {ORIGINS} origins, reconciled: RMSPE {mine[0]:.4f}, "
        f"{ratio[0]:.3f} of the best other's; WRMSSE {mine[1]:.4f}, {ratio[1]:.3f} of the best other's"
    )
    return Outcome(figure, bool((ratio <= AT_MOST).all()))
