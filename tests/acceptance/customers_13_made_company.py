"""Row 13: on the made company predicted chances are held against the true ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from tests.acceptance.outcome import Outcome

from salescope.evaluation import calibration_floor
from salescope.evaluation.metrics import equal_count_bins
from salescope.features import customer_features, customer_snapshots
from salescope.scoring import ChurnScorer, LifetimeValue
from salescope.simulation import MadeCompany, simulate

WINDOW, EVERY, LEAST_HISTORY = 90, 30, 60
SEEDS = (0, 1, 2, 3, 4)
MOST_AWAY = 0.03


def run() -> Outcome:
    """Judges the chances to fall silent, and the total of what customers are expected to order."""
    churn, value = churn_calibration(), value_total()
    return Outcome(f"{churn.figure}; {value.figure}", churn.holds and value.holds)


def value_total() -> Outcome:
    """Holds the orders expected in the next 90 days against the true expectation, for each company and for all."""
    told = np.array([expected_total(simulate(seed)) for seed in SEEDS])
    ratios = told[:, 0] / told[:, 1]
    all_of_them = float(told[:, 0].sum() / told[:, 1].sum())
    figure = (
        f"expected orders to their true expectation, which counts days with an order as the model does: "
        f"{', '.join(f'{ratio:.3f}' for ratio in ratios)}, together {all_of_them:.3f}"
    )
    return Outcome(figure, abs(all_of_them - 1.0) <= MOST_AWAY)


def expected_total(company: MadeCompany) -> tuple[float, float]:
    """Gives the orders that are predicted and that are truly to expect, of everybody who had ordered."""
    model = LifetimeValue(horizon=WINDOW).fit(company.tables, as_of=company.end)
    now = customer_features(company.tables, as_of=company.end)
    now = now[now["order_days"] > 0]
    place = pd.Index(np.asarray(company.world.book.names)).get_indexer(now["customer_id"].astype(str))
    predicted = model.predict(now, levels=())["expected_orders"]
    return float(predicted.sum()), float(true_order_days(company)[place].sum())


def true_order_days(company: MadeCompany) -> npt.NDArray[np.float64]:
    """Computes on how many of the 90 days from the end each customer is truly to be expected to order.

    Two orders of one day are one order of the features, and one to the model; so on each day counts the chance of any order, not
    their mean number, for those who are still there, who stay at least the first day.
    """
    book, day = company.world.book, company.world.period.days
    clock = company.world.demand.clock[company.world.region]
    days = np.zeros(len(book.rate))
    for ahead in range(WINDOW):
        any_order = -np.expm1(-book.rate * (clock[:, day + ahead + 1] - clock[:, day + ahead]))
        days += np.exp(-book.death_rate * ahead) * any_order
    return np.where(book.died <= day, 0.0, days)


def churn_calibration() -> Outcome:
    """Holds the chance to order nothing in the next 90 days against the true one, for several companies."""
    told, good = [], True
    for seed in SEEDS:
        company = simulate(seed)
        chance, truth = foretold(company)
        codes = equal_count_bins(chance)
        error = float(np.abs(np.bincount(codes, weights=chance - truth)).sum() / len(chance))
        floor = calibration_floor(chance)
        good &= error <= floor.p95
        told.append(f"{error:.4f} ({floor.p95:.4f})")
    figure = f"made companies {', '.join(map(str, SEEDS))}: calibration error of churn against the true chances "
    return Outcome(figure + f"(95th percentile of the floor): {', '.join(told)}", good)


def foretold(company: MadeCompany) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Gives the predicted and the true chance of everybody who had ordered before the end of the history."""
    history = (company.end - company.start).days - WINDOW - LEAST_HISTORY
    moments = [company.end - pd.Timedelta(days=WINDOW + days) for days in range(0, history + 1, EVERY)]
    snapshots = customer_snapshots(company.tables, as_of=moments, outcome_window=WINDOW)
    now = customer_features(company.tables, as_of=company.end)
    now = now[now["order_days"] > 0]
    scorer = ChurnScorer(outcome_window=WINDOW).fit(snapshots, order=snapshots["as_of"])
    place = pd.Index(np.asarray(company.world.book.names)).get_indexer(now["customer_id"].astype(str))
    return scorer.predict_proba(now)[:, 1], true_silence(company)[place]


def true_silence(company: MadeCompany) -> npt.NDArray[np.float64]:
    """Computes the chance that each customer orders nothing in the 90 days from the end, given who has left by then.

    Whoever is still there leaves with a constant chance a day, and until then orders as a Poisson process on the region's clock;
    a customer that has not left yet stays at least the first day.
    """
    book, day = company.world.book, company.world.period.days
    clock = company.world.demand.clock[company.world.region]
    silent_until = [np.exp(-book.rate * (clock[:, day + days] - clock[:, day])) for days in range(WINDOW + 1)]
    chance = np.exp(-book.death_rate * (WINDOW - 1)) * silent_until[WINDOW]
    for days in range(1, WINDOW):
        leaves = np.exp(-book.death_rate * (days - 1)) * -np.expm1(-book.death_rate)
        chance += leaves * silent_until[days]
    return np.where(book.died <= day, 1.0, chance)
