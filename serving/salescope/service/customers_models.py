"""The models that say something of customers, as they are live at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salescope.scoring import CustomerModels
from salescope.scoring.time_of_year import DAY_OF_YEAR
from salescope.service.live_model import LiveModel
from salescope.service.live_models import LiveModels

__all__ = ["LiveCustomers", "live_customers"]

ANSWER = ("churn", "value", "segments", "products")


@dataclass(frozen=True, slots=True)
class LiveCustomers:
    """Holds the models that answer a call.

    Parameters
    ----------
    live : mapping of str to LiveModel
        Those that are loaded, by name.
    """

    live: Mapping[str, LiveModel[Any]]

    @property
    def models(self) -> CustomerModels:
        """Gives what the models fitted are."""
        fitted = {name: model.fitted for name, model in self.live.items()}
        return CustomerModels(**fitted, versions={name: model.version for name, model in self.live.items()})

    @property
    def used(self) -> frozenset[str]:
        """Names the columns that make a difference to any of them."""
        return frozenset().union(*(model.used for model in self.live.values())) - {DAY_OF_YEAR}


def live_customers(models: LiveModels) -> LiveCustomers:
    """Takes the models of customers that are live.

    Parameters
    ----------
    models : LiveModels
        All that there are.

    Returns
    -------
    LiveCustomers

    Raises
    ------
    NoModelError
        If none of them is; the message says why.
    """
    loaded = models.loaded
    found = {name: loaded[name] for name in ANSWER if name in loaded}
    return LiveCustomers(found or {"churn": models["churn"]})
