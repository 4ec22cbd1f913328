"""Row 13: on the made company predicted chances are held against the true ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from tests.acceptance.outcome import Outcome

from salescope.evaluation import calibration_floor
from salescope.evaluation.metrics import equal_count_bins
from salescope.features import customer_features, customer_snapshots
from salescope.scoring import ChurnScorer
from salescope.simulation import MadeCompany, simulate

WINDOW, EVERY, LEAST_HISTORY = 90, 30, 60
SEEDS = (0, 1, 2, 3, 4)


def run() -> Outcome:
    """Judges the chances to fall silent."""
    return churn_calibration()


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
