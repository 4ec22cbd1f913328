"""Row 1: how often 23,570 buyers of a record shop come back, foretold with nothing from after week 39."""

from __future__ import annotations

from tests.acceptance.cdnow import AS_OF, HORIZON, everybody, orders_within
from tests.acceptance.outcome import Outcome

from salescope.evaluation import value_metrics
from salescope.features import customer_features
from salescope.scoring import LifetimeValue

MOST_ERROR, LEAST_SPEARMAN, LEAST_PEARSON = 1.706, 0.460, 0.684
LEAST_TOTAL, MOST_TOTAL = 0.95, 1.05


def run() -> Outcome:
    """Judges the expectation, and each member by itself."""
    orders = everybody()
    # Later rows are cut off here, so that nothing can have seen them.
    tables = {"orders": orders[orders["ordered_at"] < AS_OF].reset_index(drop=True)}
    model = LifetimeValue(horizon=HORIZON).fit(tables, as_of=AS_OF)
    features = customer_features(tables, as_of=AS_OF)
    came = orders_within(orders, features["customer_id"])
    found = value_metrics(came, model.predict(features)["expected_orders"].to_numpy())
    for name, expected in model.predict_members(features).items():
        print(f"{name}: {said(value_metrics(came, expected.to_numpy()))}")
    good = (
        found["rmse"] <= MOST_ERROR
        and found["spearman"] >= LEAST_SPEARMAN
        and found["pearson"] >= LEAST_PEARSON
        and LEAST_TOTAL <= found["total_ratio"] <= MOST_TOTAL
    )
    return Outcome(f"cdnow, {len(features):,} customers: {said(found)}", good)


def said(figures: dict[str, float]) -> str:
    """Says the figures of one expectation."""
    return (
        f"RMSE {figures['rmse']:.4f}, Spearman {figures['spearman']:.4f}, Pearson {figures['pearson']:.4f}, "
        f"top tenth {figures['top_decile']:.3f} orders, total predicted to actual {figures['total_ratio']:.3f}"
    )
