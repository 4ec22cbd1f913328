"""A Poisson regression that learns by which factor a purchase process is wrong, from what customers spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.linear_model import PoissonRegressor

from salescope.scoring.members import Floats

__all__ = ["OrderRegression", "regressors_of"]

# What is much the same early and late in a customer's life: a line through ages or gaps would run on into the unknown.
SIZES = ("order_days", "money_total", "money_per_order", "lines_per_order", "pieces_per_order")
COLUMNS = ("low", "high", "centre", "spread", "slope", "bend")
RIDGE = 1e-3
SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class OrderRegression:
    """Holds a Poisson regression in regressors and their squares.

    Parameters
    ----------
    base : float
        The logarithm of the factor where every regressor is at its mean.
    low, high : tuple of float, shape (n_regressors,)
        The range that was seen; values outside count as its ends.
    centre, spread : tuple of float, shape (n_regressors,)
        Mean and standard deviation.
    slope, bend : tuple of float, shape (n_regressors,)
        The weights of each standardised regressor and of its square.
    """

    base: float
    low: tuple[float, ...]
    high: tuple[float, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    slope: tuple[float, ...]
    bend: tuple[float, ...]

    @classmethod
    def fit(cls, regressors: Floats, *, orders: Floats, expected: Floats) -> Self:
        """Finds the weights.

        Parameters
        ----------
        regressors : ndarray of float64, shape (n_rows, n_regressors)
        orders : ndarray of float64, shape (n_rows,)
            What followed.
        expected : ndarray of float64, shape (n_rows,)
            What the process had expected, above 0.

        Returns
        -------
        OrderRegression

        Notes
        -----
        Orders divided by expectations, weighted by the latter, have the likelihood of orders with the logarithm of the
        expectation as offset.
        """
        # Sums of floats follow the order of rows; sorted by content they do not hang on the order these came in.
        rows = np.lexsort((expected, orders, *regressors.T))
        taken, orders, expected = regressors[rows], orders[rows], expected[rows]
        centre = taken.mean(axis=0)
        spread = taken.std(axis=0)
        spread = np.where(spread < SMALLEST_SPREAD, 1.0, spread)
        scaled = (taken - centre) / spread
        model = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky")
        model.fit(np.column_stack([scaled, scaled**2]), orders / expected, sample_weight=expected)
        slope, bend = np.split(model.coef_, 2)
        low, high = taken.min(axis=0), taken.max(axis=0)
        columns = (low, high, centre, spread, slope, bend)
        return cls(float(model.intercept_), *(tuple(column.tolist()) for column in columns))

    def factor(self, regressors: Floats) -> Floats:
        """Gives the factor on what the process expects.

        Parameters
        ----------
        regressors : ndarray of float64, shape (n_rows, n_regressors)

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        total = np.full(len(regressors), self.base)
        # One regressor after the other: a matrix product would give a batch other bits than one row.
        for place, column in enumerate(np.ascontiguousarray(regressors.T)):
            held = np.clip(column, self.low[place], self.high[place])
            scaled = (held - self.centre[place]) / self.spread[place]
            total += self.slope[place] * scaled + self.bend[place] * (scaled * scaled)
        return np.asarray(np.exp(total))

    def to_state(self) -> dict[str, Any]:
        """Gives the weights as a JSON object.

        Returns
        -------
        dict
        """
        return {"base": self.base, **{name: list(getattr(self, name)) for name in COLUMNS}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Reads the regression back from `to_state`.

        Parameters
        ----------
        state : mapping

        Returns
        -------
        OrderRegression
        """
        columns = (tuple(float(value) for value in state[name]) for name in COLUMNS)
        return cls(float(state["base"]), *columns)


def regressors_of(features: pd.DataFrame, *, said: list[Floats]) -> Floats:
    """Gives the regressors of customers.

    Parameters
    ----------
    features : DataFrame, shape (n_customers, n_features)
        `customer_features`; of the sizes those that are there.
    said : list of ndarray of float64, each of shape (n_customers,)
        What the process says of each customer.

    Returns
    -------
    ndarray of float64, shape (n_customers, n_regressors)
        The latter, and the logarithms of one more than each size; missing and negative sizes count as 0.
    """
    sizes = [features[name].to_numpy(dtype=np.float64) for name in SIZES if name in features.columns]
    logs = [np.log1p(np.maximum(np.nan_to_num(size, nan=0.0, posinf=0.0), 0.0)) for size in sizes]
    return np.column_stack([*said, *logs])
