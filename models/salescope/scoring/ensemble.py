"""The weighted mean of members in log-odds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from salescope.scoring.linear import RidgeLogistic
from salescope.scoring.members import Floats, Member
from salescope.scoring.trees import BoostedTrees, LogOddsForest

__all__ = ["Ensemble"]

KINDS: Mapping[str, type[Member]] = {
    "ridge": RidgeLogistic,
    "forest": LogOddsForest,
    "small": BoostedTrees,
    "large": BoostedTrees,
}


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Holds fitted members, their weights and the affine recalibration of their mean.

    Parameters
    ----------
    members : mapping of str to Member
        The members by their name; none at all is the pooled prior.
    weights : mapping of str to float
        The weight of each member's log-odds.
    intercept, slope : float
        The recalibration: log-odds = intercept + slope * weighted mean.
    """

    members: Mapping[str, Member]
    weights: Mapping[str, float]
    intercept: float = 0.0
    slope: float = 1.0

    def log_odds(self, encoded: Floats) -> Floats:
        """Gives the log-odds; every row by itself, in one order of sums.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        mean = np.zeros(len(encoded))
        for name, member in self.members.items():
            mean += self.weights[name] * member.log_odds(encoded)
        return self.intercept + self.slope * mean

    def contributions(self, encoded: Floats) -> Floats:
        """Gives one contribution a feature and the base last; their sum is the log-odds.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)

        Returns
        -------
        ndarray of float64, shape (n_rows, n_features + 1)
        """
        parts = np.zeros((len(encoded), encoded.shape[1] + 1))
        for name, member in self.members.items():
            parts += self.weights[name] * member.contributions(encoded)
        parts *= self.slope
        parts[:, -1] += self.intercept
        return parts

    def moved(self, *, intercept: float, slope: float) -> Self:
        """Moves every answer along a line.

        Parameters
        ----------
        intercept, slope : float
            From now on log-odds are ``intercept + slope * log_odds``.

        Returns
        -------
        Ensemble
        """
        return replace(self, intercept=intercept + slope * self.intercept, slope=slope * self.slope)

    def to_state(self) -> dict[str, Any]:
        """Gives the weights and the recalibration as a JSON object.

        Returns
        -------
        dict
        """
        # A list, because the order of the members is the order of the sum, and so of its last bits.
        weights = [[name, weight] for name, weight in self.weights.items()]
        return {"weights": weights, "intercept": self.intercept, "slope": self.slope}

    def to_files(self) -> dict[str, bytes]:
        """Gives the members' files, each named after its member.

        Returns
        -------
        dict of str to bytes
        """
        return {
            f"{name}.{file}": content
            for name, member in self.members.items()
            for file, content in member.to_files().items()
        }

    @classmethod
    def from_files(cls, state: Mapping[str, Any], files: Mapping[str, bytes]) -> Self:
        """Reads the ensemble back from `to_state` and `to_files`.

        Parameters
        ----------
        state : mapping
        files : mapping of str to bytes

        Returns
        -------
        Ensemble
        """
        members: dict[str, Member] = {}
        weights = {str(name): float(weight) for name, weight in state["weights"]}
        for name in weights:
            own = {file.removeprefix(f"{name}."): text for file, text in files.items() if file.startswith(f"{name}.")}
            members[name] = KINDS[name].from_files(own)
        return cls(members, weights, float(state["intercept"]), float(state["slope"]))
