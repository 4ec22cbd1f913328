"""Row 5: what a whole run costs per 1,000 monthly series, and how much memory 3,000 weekly series take."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome

from salescope.forecasting import SalesForecaster

MOST_SECONDS, MOST_BYTES = 45.0, 2**30
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def run() -> Outcome:
    """Runs each in a fresh process of one thread, whose imports count as well."""
    month, month_peak, months = measured("month", 1_000)
    week, week_peak, weeks = measured("week", 3_000)
    figure = (
        f"whole run of members, one backtest window, intervals and reconciliation: {months:,} monthly series "
        f"{month:.1f} CPU-s (peak {month_peak / 2**30:.2f} GB); {weeks:,} weekly series {week:.1f} CPU-s, "
        f"peak {week_peak / 2**30:.2f} GB"
    )
    return Outcome(figure, month <= MOST_SECONDS and week_peak <= MOST_BYTES)


def measured(frequency: str, series: int) -> tuple[float, int, int]:
    """Measures a child by what the system says of it once it has ended."""
    command = [sys.executable, "-m", "tests.acceptance.forecasts_05_cost", frequency, str(series)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}) as child:
        said = child.stdout.read() if child.stdout else ""
        _, status, use = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(said)
    peak = use.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return use.ru_utime + use.ru_stime, peak, int(json.loads(said)["series"])


def made_sales(frequency: str, series: int) -> pd.DataFrame:
    """Draws ten years of months, or three of weeks, with a season, a trend and noise, in ten regions."""
    rng = np.random.default_rng(0)
    periods, season, alias = (120, 12, "MS") if frequency == "month" else (156, 52, "W-MON")
    dates = pd.date_range("2015-01-05" if frequency == "week" else "2015-01-01", periods=periods, freq=alias)
    level = rng.lognormal(5, 1, (series, 1))
    wave = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(periods) + rng.integers(0, season, (series, 1))) / season)
    y = level * wave * (1 + 0.002 * np.arange(periods)) * rng.lognormal(0, 0.2, (series, periods))
    number = np.repeat(np.arange(series), periods)
    return pd.DataFrame(
        {
            "series_id": number.astype(str),
            "region": (number % 10).astype(str),
            "date": np.tile(dates, series),
            "y": y.ravel(),
        }
    )


def main(frequency: str, series: str) -> int:
    """Runs everything once."""
    levels = {"region": ["region"], "series": ["region", "series_id"]}
    sales = made_sales(frequency, int(series))
    horizon = 12 if frequency == "month" else 13
    forecaster = SalesForecaster(horizon, frequency=frequency, hierarchy=levels, windows=1).fit(sales)
    found = forecaster.predict()
    if not np.isfinite(found["hi_95"]).all():
        return 1
    print(json.dumps({"series": int((found["level"] == "series").sum() // horizon)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
