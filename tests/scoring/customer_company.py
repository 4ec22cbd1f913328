"""A made company with every model of its customers, for the tests of profiles, the nightly batch and the live call."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from salescope.features import customer_features, customer_snapshots
from salescope.scoring import Baskets, ChurnScorer, LifetimeValue, ProductRecommender, Segmenter
from salescope.scoring.profiles import CustomerModels
from salescope.simulation import CompanySize, MadeCompany, simulate

WINDOW = 60
READ = ("orders", "contacts", "invoices", "products", "customers")


@cache
def company() -> MadeCompany:
    return simulate(seed=0, size=CompanySize.tiny())


@cache
def tables() -> dict[str, pd.DataFrame]:
    """Is what the company recorded; two customers must not be contacted."""
    told = {name: company().tables[name] for name in READ}
    wishes = pd.Series(None, index=told["customers"].index, dtype=object)
    wishes.iloc[:2] = ["yes", "perhaps"]
    return told | {"customers": told["customers"].assign(opted_out=wishes)}


def as_of() -> pd.Timestamp:
    return company().end


@cache
def features() -> pd.DataFrame:
    return customer_features(tables(), as_of=as_of())


def baskets() -> Baskets:
    return Baskets.from_orders(tables()["orders"], as_of=as_of())


@cache
def models() -> CustomerModels:
    """Is every model, as it is read from its bundle."""
    moments = [as_of() - pd.Timedelta(days, "D") for days in (WINDOW, WINDOW + 30, WINDOW + 60)]
    snapshots = customer_snapshots(tables(), as_of=moments, outcome_window=WINDOW)
    fitted = {
        "churn": ChurnScorer(outcome_window=WINDOW).fit(snapshots, order=snapshots["as_of"]),
        "value": LifetimeValue(horizon=90).fit(tables(), as_of=as_of()),
        "segments": Segmenter().fit(features()),
        "products": ProductRecommender().fit(tables()["orders"], as_of=as_of()),
    }
    read: dict[str, Any] = {name: type(model).from_bundle(model.to_bundle()) for name, model in fitted.items()}
    return CustomerModels(**read, versions=dict.fromkeys(fitted, "1"))
