"""Boosted trees that learn how many orders follow, from windows that are over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import lightgbm
import numpy as np

from salescope.scoring.members import Floats
from salescope.scoring.trees import STEADY

__all__ = ["OrderDesign", "OrderTrees"]

PRESET: Mapping[str, Any] = {
    "objective": "poisson",
    "num_iterations": 50,
    "num_leaves": 7,
    "learning_rate": 0.1,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
}
FEWEST_IN_A_LEAF, MOST_IN_A_LEAF = 20, 100


@dataclass(frozen=True, slots=True)
class OrderDesign:
    """Holds what trees learn from.

    Parameters
    ----------
    encoded : ndarray of float64, shape (n_rows, n_features)
        Customers at the start of windows; categories are codes, NaN is missing.
    orders : ndarray of float64, shape (n_rows,)
        What followed, scaled to the horizon; 0 or more, some above.
    categorical : tuple of int
        The columns that hold codes.
    seed : int
        Where all randomness comes from.
    """

    encoded: Floats
    orders: Floats
    categorical: tuple[int, ...]
    seed: int

    def sorted(self) -> OrderDesign:
        """Sorts the rows by their content, so that what is learned does not hang on the order they came in.

        Returns
        -------
        OrderDesign
        """
        rows = np.lexsort((self.orders, *self.encoded.T))
        return OrderDesign(self.encoded[rows], self.orders[rows], self.categorical, self.seed)


@dataclass(frozen=True, slots=True)
class OrderTrees:
    """Holds boosted trees whose sum is the logarithm of expected orders.

    Parameters
    ----------
    base : float
        What every customer starts from.
    text : str
        The trees, as LightGBM writes them.
    """

    base: float
    text: str
    booster: lightgbm.Booster = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "booster", lightgbm.Booster(model_str=self.text))

    @classmethod
    def fit(cls, design: OrderDesign) -> Self:
        """Boosts the trees by the Poisson likelihood.

        Parameters
        ----------
        design : OrderDesign

        Returns
        -------
        OrderTrees
        """
        rows = design.sorted()
        base = float(np.log(rows.orders.sum() / len(rows.orders)))
        leaf = int(np.clip(len(rows.orders) // 1_000, FEWEST_IN_A_LEAF, MOST_IN_A_LEAF))
        data = lightgbm.Dataset(
            rows.encoded,
            rows.orders,
            init_score=np.full(len(rows.orders), base),
            categorical_feature=list(rows.categorical),
            params={"verbosity": -1},
        )
        grown = lightgbm.train({**STEADY, **PRESET, "min_child_samples": leaf, "seed": rows.seed}, data)
        # Only the sum of the leaves is asked for, which is the same under a name that the check of bundles knows.
        return cls(base, grown.model_to_string().replace("\nobjective=poisson\n", "\nobjective=regression\n", 1))

    def expected(self, encoded: Floats) -> Floats:
        """Gives the orders to expect; each row by itself, so that batches do not change bits.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        if not len(encoded):
            return np.zeros(0)
        raw: Floats = self.booster.predict(encoded, raw_score=True, num_threads=1)
        return np.exp(self.base + raw)
