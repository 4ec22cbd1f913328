"""A made company with every model of its customers, for the tests of profiles, the nightly batch and the live call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from salescope.features import customer_features, customer_snapshots
from salescope.scoring import Baskets, ChurnScorer, LifetimeValue, ProductRecommender, Segmenter
from salescope.scoring.profiles import CustomerModels
from salescope.simulation import CompanySize, MadeCompany, simulate

WINDOW = 60
READ = ("orders", "contacts", "invoices", "products", "customers")


@dataclass(frozen=True)
class CustomerCompany:
    """Is a made company of some size."""

    size: CompanySize

    @cached_property
    def company(self) -> MadeCompany:
        return simulate(seed=0, size=self.size)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Is what the company recorded; two customers must not be contacted."""
        told = {name: self.company.tables[name] for name in READ}
        wishes = pd.Series(None, index=told["customers"].index, dtype=object)
        wishes.iloc[:2] = ["yes", "perhaps"]
        return told | {"customers": told["customers"].assign(opted_out=wishes)}

    @property
    def as_of(self) -> pd.Timestamp:
        return self.company.end

    @cached_property
    def features(self) -> pd.DataFrame:
        return customer_features(self.tables, as_of=self.as_of)

    @cached_property
    def models(self) -> CustomerModels:
        """Is every model, as it is read from its bundle."""
        moments = [self.as_of - pd.Timedelta(days, "D") for days in (WINDOW, WINDOW + 30, WINDOW + 60)]
        snapshots = customer_snapshots(self.tables, as_of=moments, outcome_window=WINDOW)
        fitted = {
            "churn": ChurnScorer(outcome_window=WINDOW).fit(snapshots, order=snapshots["as_of"]),
            "value": LifetimeValue(horizon=90).fit(self.tables, as_of=self.as_of),
            "segments": Segmenter().fit(self.features),
            "products": ProductRecommender().fit(self.tables["orders"], as_of=self.as_of),
        }
        read: dict[str, Any] = {name: type(model).from_bundle(model.to_bundle()) for name, model in fitted.items()}
        return CustomerModels(**read, versions=dict.fromkeys(fitted, "1"))


TINY = CustomerCompany(CompanySize.tiny())


def company() -> MadeCompany:
    return TINY.company


def tables() -> dict[str, pd.DataFrame]:
    return TINY.tables


def as_of() -> pd.Timestamp:
    return TINY.as_of


def features() -> pd.DataFrame:
    return TINY.features


def baskets() -> Baskets:
    return Baskets.from_orders(tables()["orders"], as_of=as_of())


def models() -> CustomerModels:
    return TINY.models
