"""The one form every learner of an ensemble takes: additive in log-odds, and serialisable without code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from salescope.features.encoding import Feature

__all__ = ["Design", "Floats", "Member", "logit", "sigmoid"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Design:
    """Holds what a member learns from.

    Parameters
    ----------
    encoded : ndarray of float64, shape (n_rows, n_features)
        The encoded records; categories are codes, NaN is missing.
    y : ndarray of int64, shape (n_rows,)
        1 for the positive outcome, 0 for the other.
    features : tuple of Feature, shape (n_features,)
        What the columns of ``encoded`` are.
    seed : int
        Where all randomness comes from.
    weight : ndarray of float64, shape (n_rows,), optional
        How much each record counts for the boosted trees, where newer ones count more.
    """

    encoded: Floats
    y: npt.NDArray[np.int64]
    features: tuple[Feature, ...]
    seed: int
    weight: Floats | None = None

    def take(self, rows: npt.NDArray[np.intp]) -> Design:
        """Gives the design of some of the rows.

        Parameters
        ----------
        rows : ndarray of int, shape (n_taken,)
            Row positions.

        Returns
        -------
        Design
        """
        weight = None if self.weight is None else self.weight[rows]
        return Design(self.encoded[rows], self.y[rows], self.features, self.seed, weight)

    def sorted(self) -> Design:
        """Sorts the rows by their content, so that what is learned does not hang on the order they came in.

        Returns
        -------
        Design
            Bags of rows and sums of floats follow the order of rows; this one is the same for the same set of rows.
        """
        weight = () if self.weight is None else (self.weight,)
        return self.take(np.lexsort((*weight, self.y, *self.encoded.T)))


class Member(Protocol):
    """Is a learner whose log-odds are a base plus one contribution a feature."""

    def fit(self, design: Design) -> Self:
        """Learns from a design of which both outcomes are part."""

    def log_odds(self, encoded: Floats) -> Floats:
        """Gives the log-odds, shape (n_rows,), each row by itself so that batches do not change bits."""

    def contributions(self, encoded: Floats) -> Floats:
        """Gives one contribution a feature and the base last, shape (n_rows, n_features + 1)."""

    def to_files(self) -> dict[str, bytes]:
        """Gives what was learned as files: JSON or LightGBM text."""

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Reads the member back from `to_files`."""


def sigmoid(log_odds: Floats) -> Floats:
    """Turns log-odds into probabilities.

    Parameters
    ----------
    log_odds : ndarray of float64, shape (n_rows,)

    Returns
    -------
    ndarray of float64, shape (n_rows,)

    Examples
    --------
    >>> sigmoid(np.array([0.0, 800.0]))
    array([0.5, 1. ])
    """
    # The exponent is never positive, so that nothing overflows; both branches are exact mirror images.
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)


def logit(probability: float) -> float:
    """Turns a probability strictly between 0 and 1 into log-odds.

    Parameters
    ----------
    probability : float

    Returns
    -------
    float

    Examples
    --------
    >>> logit(0.5)
    0.0
    """
    return float(np.log(probability) - np.log1p(-probability))
