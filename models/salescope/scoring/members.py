"""The one form every learner of an ensemble takes: additive in log-odds, and serialisable without code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from salescope.features.encoding import Feature

__all__ = ["Design", "Floats", "Member", "logit", "sigmoid"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


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
    group : ndarray of int64, shape (n_rows,), optional
        Whose record it is, where one customer has several; its records are never on both sides of a fold.
    """

    encoded: Floats
    y: npt.NDArray[np.int64]
    features: tuple[Feature, ...]
    seed: int
    weight: Floats | None = None
    group: npt.NDArray[np.int64] | None = None

    @property
    def outcomes(self) -> tuple[int, int]:
        """Counts the positive and the other outcomes; of one customer's records each kind counts once."""
        if self.group is None:
            positive = int(self.y.sum())
            return positive, len(self.y) - positive
        return len(np.unique(self.group[self.y == 1])), len(np.unique(self.group[self.y == 0]))

    def folds(self, n_folds: int, *, seed: int) -> Iterator[tuple[Rows, Rows]]:
        """Deals the records into shuffled folds, stratified by the outcome, or by who has the rarer one.

        Parameters
        ----------
        n_folds : int
            How many; not more than there are of either outcome.
        seed : int
            Where the shuffling comes from.

        Yields
        ------
        tuple of ndarray of int, shapes (n_train,) and (n_test,)
            Row positions.

        Notes
        -----
        A customer's records overlap in what they tell and in their outcomes. Dealt one by one, a model that remembers
        customers looks better than one that learned something.
        """
        dealer = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        if self.group is None:
            yield from dealer.split(self.encoded, self.y)
            return
        positive, other = self.outcomes
        owner, place = np.unique(self.group, return_inverse=True)
        has_rarer = np.zeros(len(owner), dtype=np.int64)
        has_rarer[place[self.y == int(positive <= other)]] = 1
        # Where nearly everybody has the rarer outcome too, any folds hold enough of both.
        stratum = has_rarer if n_folds <= len(owner) - has_rarer.sum() else np.zeros_like(has_rarer)
        for _, held in dealer.split(owner, stratum):
            is_held = np.isin(place, held)
            yield np.flatnonzero(~is_held), np.flatnonzero(is_held)

    def take(self, rows: Rows) -> Design:
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
        group = None if self.group is None else self.group[rows]
        return Design(self.encoded[rows], self.y[rows], self.features, self.seed, weight, group)

    def sorted(self) -> Design:
        """Sorts the rows by their content, so that what is learned does not hang on the order they came in.

        Returns
        -------
        Design
            Bags of rows and sums of floats follow the order of rows; this one is the same for the same set of rows.
        """
        others = [values for values in (self.group, self.weight) if values is not None]
        return self.take(np.lexsort((*others, self.y, *self.encoded.T)))


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
