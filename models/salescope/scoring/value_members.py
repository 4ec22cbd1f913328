"""The members whose mean is the lifetime value's expectation: a purchase process, and what learned beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from salescope.features import AttributeEncoder
from salescope.scoring.histories import Histories
from salescope.scoring.members import Floats
from salescope.scoring.purchase_process import PurchaseProcess
from salescope.scoring.purchases import process_named
from salescope.scoring.season import YearlyWave
from salescope.scoring.value_regression import OrderRegression, regressors_of
from salescope.scoring.value_trees import OrderTrees

__all__ = ["LEAST_EXPECTED", "WEIGHTS", "Learned", "OrderMembers", "said_of", "season_ahead", "without_season"]

LEAST_EXPECTED = 1e-6
WEIGHTS: Mapping[str, float] = {"process": 0.5, "regression": 0.25, "trees": 0.25}


@dataclass(frozen=True, slots=True)
class Learned:
    """Holds what learned from windows that are over.

    Parameters
    ----------
    encoder : AttributeEncoder
        How trees read features.
    trees : OrderTrees
        They give orders by themselves, as in a season like any other.
    regression : OrderRegression
        It gives a factor on what the process expects.
    """

    encoder: AttributeEncoder
    trees: OrderTrees
    regression: OrderRegression


@dataclass(frozen=True, slots=True)
class OrderMembers:
    """Holds the fitted members.

    Parameters
    ----------
    process : PurchaseProcess
        The purchase process.
    horizon : int
        Days that are predicted.
    learned : Learned, optional
        None where there was too little to learn from.
    """

    process: PurchaseProcess
    horizon: int
    learned: Learned | None = None

    @property
    def weights(self) -> dict[str, float]:
        """Is the weight of each member in the mean."""
        return dict(WEIGHTS) if self.learned else {"process": 1.0}

    def expected(self, features: pd.DataFrame, told: Histories) -> dict[str, Floats]:
        """Gives the orders that each member expects within the horizon.

        Parameters
        ----------
        features : DataFrame, shape (n_customers, n_features)
            `customer_features` of customers that have ordered.
        told : Histories
            The same customers.

        Returns
        -------
        dict of str to ndarray of float64, each of shape (n_customers,)
            By the names of `weights`.
        """
        orders = self.process.expected_orders(told, horizon=self.horizon)
        if self.learned is None:
            return {"process": orders}
        said = said_of(self.process, told, horizon=self.horizon)
        season = season_ahead(self.process, told, horizon=self.horizon)
        encoded = np.column_stack([self.learned.encoder.encode(features), *without_season(said, season=season)])
        factor = self.learned.regression.factor(regressors_of(features, said=said))
        trees = self.learned.trees.expected(encoded) * season
        return {"process": orders, "regression": orders * factor, "trees": trees}

    def mean(self, features: pd.DataFrame, told: Histories) -> Floats:
        """Gives the weighted mean of the members.

        Parameters
        ----------
        features : DataFrame, shape (n_customers, n_features)
            `customer_features` of customers that have ordered.
        told : Histories
            The same customers.

        Returns
        -------
        ndarray of float64, shape (n_customers,)
        """
        total = np.zeros(len(told))
        for name, orders in self.expected(features, told).items():
            total += self.weights[name] * orders
        return total

    def to_state(self) -> dict[str, Any]:
        """Gives everything but the trees' text as a JSON object.

        Returns
        -------
        dict
        """
        wave, learned = self.process.wave, self.learned
        return {
            "process": self.process.name,
            "parameters": [getattr(self.process, name) for name in self.process.parameters],
            "wave": [wave.cosine, wave.sine],
            "horizon": self.horizon,
            "learned": learned
            and {
                "encoder": learned.encoder.to_state(),
                "base": learned.trees.base,
                "regression": learned.regression.to_state(),
            },
        }

    def to_files(self) -> dict[str, bytes]:
        """Gives the trees' text, where there are trees.

        Returns
        -------
        dict of str to bytes
        """
        return {"trees.txt": self.learned.trees.text.encode()} if self.learned else {}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], files: Mapping[str, bytes]) -> Self:
        """Reads the members back from `to_state` and `to_files`.

        Parameters
        ----------
        state : mapping
        files : mapping of str to bytes

        Returns
        -------
        OrderMembers
        """
        process = process_named(state["process"]).of(np.array(state["parameters"]), wave=YearlyWave(*state["wave"]))
        told, learned = state["learned"], None
        if told is not None:
            trees = OrderTrees(float(told["base"]), files["trees.txt"].decode())
            regression = OrderRegression.from_state(told["regression"])
            learned = Learned(AttributeEncoder.from_state(told["encoder"]), trees, regression)
        return cls(process, int(state["horizon"]), learned)


def said_of(process: PurchaseProcess, told: Histories, *, horizon: int) -> list[Floats]:
    """Gives what a process says of customers, as others learn from it.

    Parameters
    ----------
    process : PurchaseProcess
    told : Histories
    horizon : int
        Days.

    Returns
    -------
    list of ndarray of float64, each of shape (n_customers,)
        The logarithm of expected orders, and the probability of being alive.
    """
    different, place = told.each_once()
    orders = process.expected_orders(different, horizon=horizon)
    return [np.log(np.maximum(orders, LEAST_EXPECTED))[place], process.probability_alive(different)[place]]


def season_ahead(process: PurchaseProcess, told: Histories, *, horizon: int) -> Floats:
    """Gives how busy the days ahead are.

    Parameters
    ----------
    process : PurchaseProcess
        With its wave.
    told : Histories
    horizon : int
        Days.

    Returns
    -------
    ndarray of float64, shape (n_customers,)
        1 on average over the year, and exactly 1 where there is no wave.
    """
    return process.wave.elapsed(told.now, told.now + horizon) / horizon


def without_season(said: list[Floats], *, season: Floats) -> list[Floats]:
    """Gives what a process would say if the days ahead were as busy as any others.

    Parameters
    ----------
    said : list of ndarray of float64, each of shape (n_customers,)
        As `said_of` gives it.
    season : ndarray of float64, shape (n_customers,)
        As `season_ahead` gives it.

    Returns
    -------
    list of ndarray of float64, each of shape (n_customers,)
    """
    return [said[0] - np.log(season), *said[1:]]
