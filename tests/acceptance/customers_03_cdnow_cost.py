"""Row 3: what fitting and predicting 23,570 customers costs, and how often the 80 % interval of orders holds."""

from __future__ import annotations

import time

from tests.acceptance.cdnow import AS_OF, HORIZON, everybody, orders_within
from tests.acceptance.outcome import Outcome

from salescope.features import customer_features
from salescope.scoring import LifetimeValue

MOST_SECONDS, LEAST_COVERAGE, MOST_COVERAGE = 5.0, 0.76, 0.84


def run() -> Outcome:
    """Measures CPU seconds from order lines to answers, the features included."""
    orders = everybody()
    tables = {"orders": orders[orders["ordered_at"] < AS_OF].reset_index(drop=True)}
    # Loading the engine is no part of the work.
    customer_features({"orders": tables["orders"].head(100)}, as_of=AS_OF)
    started = time.process_time()
    model = LifetimeValue(horizon=HORIZON).fit(tables, as_of=AS_OF)
    fitted = time.process_time()
    found = model.predict(customer_features(tables, as_of=AS_OF))
    ended = time.process_time()
    came = orders_within(orders, found["customer_id"])
    coverage = float(((found["lo_80"] <= came) & (came <= found["hi_80"])).mean())
    width = float((found["hi_80"] - found["lo_80"]).mean())
    figure = (
        f"cdnow, {len(found):,} customers: {ended - started:.2f} CPU-s ({fitted - started:.2f} to fit), "
        f"80 % interval of orders covers {coverage:.1%}, {width:.2f} orders wide on average"
    )
    return Outcome(figure, ended - started <= MOST_SECONDS and LEAST_COVERAGE <= coverage <= MOST_COVERAGE)
