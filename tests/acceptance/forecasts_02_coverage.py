"""Row 2: how often the intervals of months and of years held, at each level of at least 20 nodes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome
from tests.acceptance.tourism import CUTOFFS, HORIZON, tourism

from salescope.forecasting import SalesForecaster
from salescope.forecasting.origins import Origins

WANTED = {80: (0.77, 0.84), 95: (0.93, 0.98)}
FEWEST_NODES = 20


def run() -> Outcome:
    """Forecasts a year from each of four cutoffs, and counts."""
    panel, tree = tourism()
    forecaster = SalesForecaster(HORIZON)
    origins = Origins(panel, forecaster.chosen_members(), horizon=HORIZON)
    parts = []
    for cutoff in CUTOFFS:
        fitted = forecaster.fit_tree(origins, tree=tree, cutoff=cutoff, floor=np.zeros(tree.sums.shape[1]))
        months = fitted.predict().assign(actual=origins.actual(cutoff, known=cutoff + HORIZON).ravel())
        years = fitted.predict_sums(HORIZON)
        years["actual"] = origins.actual(cutoff, known=cutoff + HORIZON).sum(axis=1)
        parts += [months.assign(of="months"), years.assign(of="years")]
    points = pd.concat(parts, ignore_index=True)
    told, good = [], True
    for (of, level), here in points.groupby(["of", "level"], sort=False):
        if here["node"].nunique() < FEWEST_NODES:
            continue
        shares = {p: float(here["actual"].between(here[f"lo_{p}"], here[f"hi_{p}"]).mean()) for p in WANTED}
        good &= all(low <= shares[p] <= high for p, (low, high) in WANTED.items())
        told.append(f"{of} of {level} " + " / ".join(f"{share:.1%}" for share in shares.values()))
    return Outcome("tourism, coverage of 80 / 95 % intervals: " + "; ".join(told), good)
