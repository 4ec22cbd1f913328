"""Row 9: on made companies truth and futures lie inside the intervals, and the split is the simulator's."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome

from salescope.batch.new_and_existing import expected_of_customers
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.new_and_existing import SplitSettings, split_forecast
from salescope.forecasting.sales import sales_of_orders
from salescope.simulation import CompanySize, MadeCompany, simulate

SEEDS = range(20)
MONTHS, PATHS = 3, 100
SIZE = CompanySize(days=1_096, leads=20, customers=20_000, order_lines=400_000, products=30, representatives=15)
MOST_AWAY, MOST_OFF = 4.0, 0.05


def run() -> Outcome:
    """Judges coverage over all companies, nodes, months and futures, and the split of the total."""
    inside, splits, given = [], [], []
    for seed in SEEDS:
        company = simulate(seed, size=SIZE, incidents=())
        truth = company.expected_future(months=MONTHS)
        forecast = forecast_of(company)
        inside.append(covered(company, forecast))
        splits.append(split_error(company, forecast, truth=truth))
        given.append(split_error(company, true_total(truth), truth=truth))
    cover, worst = np.mean(inside, axis=0), np.abs(np.array(splits)[:, :2]).max(axis=0)
    alone = np.abs(np.array(given)[:, :2]).max(axis=0)
    good = bool((np.abs(cover[:2] - [80, 95]) <= MOST_AWAY).all() and (worst <= MOST_OFF).all())
    figure = (
        f"{len(SEEDS)} companies, {MONTHS} months: coverage of realised futures {cover[0]:.1f} % and {cover[1]:.1f} %; of the "
        f"expectation {cover[2]:.1f} % and {cover[3]:.1f} %; existing and new off by at most {100 * worst[0]:.1f} % and "
        f"{100 * worst[1]:.1f} %, share of new by {100 * np.abs(np.array(splits)[:, 2]).max():.2f} points; "
        f"of the true total, {100 * alone[0]:.1f} % and {100 * alone[1]:.1f} %"
    )
    return Outcome(figure, good)


def forecast_of(company: MadeCompany) -> pd.DataFrame:
    """Forecasts money of new lines of every region and representative."""
    sales = sales_of_orders(new_lines(company), by=["region", "rep_id"], frequency="month", as_of=company.end)
    forecaster = SalesForecaster(MONTHS, hierarchy={"region": ["region"], "rep": ["region", "rep_id"]})
    return forecaster.fit(sales, as_of=company.end).predict()


def true_total(truth: pd.DataFrame) -> pd.DataFrame:
    """Gives the expectation of the total as if it were a forecast, so that the split is judged by itself."""
    whole = truth[truth["node"] == "all"].rename(columns={"period": "date", "total": "mean"})
    return whole.astype({"node": object}).assign(level="all")


def new_lines(company: MadeCompany) -> pd.DataFrame:
    """Leaves returns out, as futures do."""
    orders = company.tables["orders"]
    return orders[orders["quantity"] > 0]


def covered(company: MadeCompany, forecast: pd.DataFrame) -> tuple[float, ...]:
    """Gives percent of realised futures, and of expectations, inside the intervals of 80 % and 95 %."""
    futures = company.simulate_future(months=MONTHS, paths=PATHS, seed=company.seed, newcomers=True)
    truth = company.expected_future(months=MONTHS).rename(columns={"total": "amount"})
    told = forecast.assign(node=forecast["node"].str.replace("rep_id=", "rep="), period=forecast["date"])
    answer = []
    for actual in (futures, truth):
        both = told.merge(actual.astype({"node": object}), on=["node", "period"])
        assert both["node"].nunique() == forecast["node"].nunique()
        answer += [100 * both["amount"].between(both[f"lo_{level}"], both[f"hi_{level}"]).mean() for level in (80, 95)]
    return tuple(answer)


def split_error(company: MadeCompany, forecast: pd.DataFrame, *, truth: pd.DataFrame) -> tuple[float, float, float]:
    """Gives how far existing and new are off over the months, relative, and the share of new, absolute."""
    edges = pd.date_range(company.end, periods=MONTHS + 1, freq="MS")
    horizons = [(edge - company.end).days for edge in edges[1:]]
    orders = new_lines(company)
    split = split_forecast(
        forecast.loc[forecast["level"].isin(["region", "all"]) | (forecast["node"] == "all"), ["node", "date", "mean"]],
        orders,
        expected=expected_of_customers({"orders": orders}, as_of=company.end, horizons=horizons),
        settings=SplitSettings(as_of=company.end),
        customers=company.tables["customers"],
    )
    told = split.loc[split["node"] == "all", ["existing", "new"]].sum().to_numpy()
    true = truth.loc[truth["node"] == "all", ["existing", "new"]].sum().to_numpy()
    off = told / true - 1
    return float(off[0]), float(off[1]), float(told[1] / told.sum() - true[1] / true.sum())
