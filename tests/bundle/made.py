"""A small made bundle that holds every kind of member, fitted once a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd
from tests.forecasting.made import made_forecaster, made_sales

from salescope.bundle import LEAD_SCORER, MANIFEST, build_manifest, bundle_model, digest_of
from salescope.features import customer_features, invoice_snapshots
from salescope.forecasting.sales_model import SalesModel
from salescope.scoring.churn import ChurnScorer
from salescope.scoring.leads import LeadScorer
from salescope.scoring.payments import PaymentScorer
from salescope.scoring.products import ProductRecommender
from salescope.scoring.segments import Segmenter
from salescope.scoring.value import LifetimeValue
from salescope.simulation import CompanySize, simulate

VERSION = "0.1.0"


@cache
def made_leads(n_rows: int = 100, *, seed: int = 0) -> pd.DataFrame:
    """Draws closed leads whose chance follows from two columns."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["web", "fair", "call"], n_rows)
    budget = rng.normal(size=n_rows)
    won = rng.random(n_rows) < 1 / (1 + np.exp(-budget - (source == "web")))
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(n_rows)],
            "created_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 300, n_rows), unit="D"),
            "source": source,
            "city": rng.choice([f"city {number}" for number in range(30)], n_rows),
            "budget": budget,
            "seats": rng.integers(1, 99, n_rows),
            "outcome": np.where(won, "won", "lost"),
        }
    )


@cache
def made_scorer(seed: int = 0) -> LeadScorer:
    """Fits a scorer on the made leads."""
    return LeadScorer(seed=seed).fit(made_leads(seed=seed))


@cache
def _bundle(seed: int) -> tuple[tuple[str, bytes], ...]:
    card = {"auc": 0.71, "as_of": "2025-11-01"}
    files = bundle_model(made_scorer(seed), canary_rows=made_leads(seed=seed), card=card, made_with=VERSION)
    return tuple(files.items())


def made_bundle(seed: int = 0) -> dict[str, bytes]:
    """Gives a fresh dictionary of the files of a bundle; other seeds give other models."""
    return dict(_bundle(seed))


def made_churn() -> dict[str, bytes]:
    """Gives the bundle of a churn scorer with a curve, fitted on drawn looks at customers."""
    rng = np.random.default_rng(0)
    gap = rng.exponential(40, 240)
    looks = pd.DataFrame(
        {
            "customer_id": [f"C{number}" for number in range(120)] * 2,
            "as_of": np.repeat(pd.to_datetime(["2025-01-01", "2025-03-01"]), 120),
            "days_since_last_order": gap,
            "segment": rng.choice(["small", "large"], 240),
            "days_to_next_order": np.where(rng.random(240) < 1 / (1 + gap / 40), rng.uniform(0, 60, 240), np.nan),
        }
    )
    looks["y"] = looks["days_to_next_order"].isna().astype(np.int64)
    scorer = ChurnScorer(outcome_window=60).fit(looks)
    return bundle_model(scorer, canary_rows=looks, card={"as_of": "2025-05-01"}, made_with=VERSION)


def made_value() -> dict[str, bytes]:
    """Gives the bundle of a lifetime value that learned from a tiny made company."""
    company = simulate(seed=0, size=CompanySize.tiny())
    tables = {"orders": company.tables["orders"]}
    value = LifetimeValue(horizon=90).fit(tables, as_of=company.end)
    rows = customer_features(tables, as_of=company.end)
    return bundle_model(value, canary_rows=rows, card={"as_of": "2024-09-01"}, made_with=VERSION)


def made_payments() -> dict[str, bytes]:
    """Gives the bundle of a payment scorer that learned from drawn invoices, its days too."""
    rng = np.random.default_rng(0)
    issued = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 90, 150), unit="D"))
    takes = pd.to_timedelta(rng.choice([10, 20, 40], 150), unit="D")
    invoices = pd.DataFrame({"invoice_id": range(150), "customer_id": rng.integers(0, 20, 150), "issued_at": issued})
    invoices = invoices.assign(due_at=issued + pd.Timedelta(days=30), amount=50.0, paid_at=issued + takes)
    snapshots = invoice_snapshots(invoices, as_of="2025-04-15")
    scorer = PaymentScorer().fit(snapshots)
    return bundle_model(scorer, canary_rows=snapshots, card={"as_of": "2025-04-15"}, made_with=VERSION)


def made_products() -> dict[str, bytes]:
    """Gives the bundle of a recommender that learned from drawn baskets."""
    rng = np.random.default_rng(0)
    names = [f"P{number}" for number in range(12)]
    orders = pd.DataFrame(
        {
            "customer_id": [f"C{number}" for number in rng.integers(0, 40, 400)],
            "product_id": rng.choice(names, 400),
            "quantity": 1.0,
            "ordered_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 90, 400), unit="D"),
        }
    )
    recommender = ProductRecommender().fit(orders, as_of="2025-04-01")
    records = [{"products": [name]} for name in names] + [{"products": names[:3]}, {"products": []}]
    return bundle_model(recommender, canary_rows=records, card={"as_of": "2025-04-01"}, made_with=VERSION)


def made_segments() -> dict[str, bytes]:
    """Gives the bundle of a segmenter with learned cut points."""
    rng = np.random.default_rng(0)
    features = pd.DataFrame(
        {
            "customer_id": [f"C{number}" for number in range(60)],
            "days_since_last_order": rng.exponential(60, 60),
            "days_since_first_order": rng.exponential(400, 60),
            "orders_365d": rng.integers(0, 12, 60).astype(float),
            "money_365d": rng.exponential(500, 60),
        }
    )
    segmenter = Segmenter().fit(features)
    return bundle_model(segmenter, canary_rows=features, card={"as_of": "2025-04-01"}, made_with=VERSION)


def made_sales_model() -> dict[str, bytes]:
    """Gives the bundle of a forecast of four made series."""
    forecaster = made_forecaster()
    history = forecaster.read(made_sales())
    model = SalesModel.of(forecaster.fit_history(history), history=history)
    return bundle_model(model, canary_rows=model.canary_rows(), card={"as_of": "2024-01-01"}, made_with=VERSION)


# One sound bundle of each kind there is; every kind is mutated by the same tests.
MADE: Mapping[str, Callable[[], dict[str, bytes]]] = {
    LEAD_SCORER: made_bundle,
    "churn_scorer": made_churn,
    "lifetime_value": made_value,
    "payment_scorer": made_payments,
    "product_recommender": made_products,
    "sales_forecaster": made_sales_model,
    "segmenter": made_segments,
}


def resealed(files: dict[str, bytes], *, kind: str = LEAD_SCORER) -> dict[str, bytes]:
    """Gives altered files a manifest that fits them, as someone would who wants to get past the checksums."""
    others = {name: data for name, data in files.items() if name != MANIFEST}
    contract = digest_of(others.get("schema.json", b""))
    return {**others, MANIFEST: build_manifest(others, kind=kind, contract=contract, made_with=VERSION)}


def model_texts(files: dict[str, bytes]) -> list[str]:
    """Names the LightGBM texts among the files; which there are is the scorer's affair."""
    return sorted(name for name in files if name.endswith(".txt"))
