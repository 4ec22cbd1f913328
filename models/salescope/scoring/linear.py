"""The linear member: ridge logistic regression over one-hot categories and piecewise-linear numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

import numpy as np
from sklearn.linear_model import LogisticRegression

from salescope.features.encoding import Feature
from salescope.scoring.members import Design, Floats

__all__ = ["RidgeLogistic"]

KNOTS = (0.1, 0.3, 0.5, 0.7, 0.9)
FEWEST = 3
FARTHEST = 4.0
SMALLEST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class _Term:
    """Is one column of the linear design: a function of one feature, centred and scaled, with its weight.

    ``kind`` is "level" (the feature equals ``at``), "missing", or "slope" (rises from ``at`` to ``end``, flat outside).
    """

    feature: int
    kind: str
    at: float = 0.0
    end: float = 0.0
    fill: float = 0.0
    centre: float = 0.0
    scale: float = 1.0
    weight: float = 0.0

    def values(self, column: Floats) -> Floats:
        """Gives the term's centred and scaled values for the feature's column."""
        match self.kind:
            case "level":
                raw = (column == self.at).astype(np.float64)
            case "missing":
                raw = np.isnan(column).astype(np.float64)
            case _:
                filled = np.where(np.isnan(column), self.fill, column)
                raw = np.clip(filled - self.at, 0.0, self.end - self.at)
        scaled: Floats = (raw - self.centre) / self.scale
        return scaled


class RidgeLogistic:
    """Fits a ridge logistic regression whose every term depends on one feature.

    Parameters
    ----------
    strength : float, default 0.03
        The inverse of the ridge penalty.

    Notes
    -----
    Numbers get a line over the usual range and hinges at their quantiles .1, .3, .5, .7 and .9, all flat outside, so
    that an extreme value never runs away; categories get one column a level seen at least three times; missing values
    their own column.

    Sums run in a fixed order over the terms, row by row: a matrix product would give a batch other bits than one row.
    """

    def __init__(self, *, strength: float = 0.03) -> None:
        self.strength = strength
        self._terms: tuple[_Term, ...] = ()
        self._base = 0.0
        self._n_features = 0

    def fit(self, design: Design) -> Self:
        """Lays out the terms and fits their weights.

        Parameters
        ----------
        design : Design

        Returns
        -------
        RidgeLogistic
        """
        terms = [
            _scaled(term, design.encoded[:, position])
            for position, feature in enumerate(design.features)
            for term in _terms_of(design.encoded[:, position], feature, position=position)
        ]
        self._n_features = len(design.features)
        columns = [term.values(design.encoded[:, term.feature]) for term in terms]
        matrix = np.column_stack(columns) if columns else np.zeros((len(design.y), 1))
        # Neighbouring hinges are nearly parallel: Newton's steps need ten rounds where gradients need hundreds.
        model = LogisticRegression(C=self.strength, solver="newton-cholesky").fit(matrix, design.y)
        self._base = float(model.intercept_[0])
        self._terms = tuple(
            replace(term, weight=float(weight)) for term, weight in zip(terms, model.coef_[0], strict=False)
        )
        return self

    def contributions(self, encoded: Floats) -> Floats:
        """Gives each feature's sum of terms, the intercept last.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)

        Returns
        -------
        ndarray of float64, shape (n_rows, n_features + 1)
        """
        parts = np.zeros((len(encoded), self._n_features + 1))
        parts[:, -1] = self._base
        for term in self._terms:
            parts[:, term.feature] += term.weight * term.values(encoded[:, term.feature])
        return parts

    def log_odds(self, encoded: Floats) -> Floats:
        """Gives the log-odds.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        total = np.full(len(encoded), self._base)
        for part in self.contributions(encoded)[:, :-1].T:
            total += part
        return total

    def to_files(self) -> dict[str, bytes]:
        """Gives the terms and weights as JSON.

        Returns
        -------
        dict of str to bytes
        """
        state = {
            "base": self._base,
            "n_features": self._n_features,
            "strength": self.strength,
            "terms": [asdict(term) for term in self._terms],
        }
        return {"terms.json": json.dumps(state, allow_nan=False).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Reads the member back from `to_files`.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        RidgeLogistic
        """
        state = json.loads(files["terms.json"])
        member = cls(strength=state["strength"])
        member._base, member._n_features = float(state["base"]), int(state["n_features"])
        member._terms = tuple(_Term(**term) for term in state["terms"])
        return member


def _terms_of(column: Floats, feature: Feature, *, position: int) -> list[_Term]:
    known = column[~np.isnan(column)]
    gaps = len(column) - len(known)
    terms = [_Term(position, "missing")] if FEWEST <= gaps <= len(column) - FEWEST else []
    if feature.levels:
        counts = np.bincount(known.astype(np.int64), minlength=feature.levels)
        return terms + [_Term(position, "level", at=float(code)) for code in np.flatnonzero(counts >= FEWEST)]
    if not len(known) or known.min() == known.max():
        return terms
    knots = np.unique(np.quantile(known, KNOTS, method="inverted_cdf"))
    middle, centre, reach = float(np.median(known)), float(known.mean()), FARTHEST * float(known.std())
    start, end = max(float(known.min()), centre - reach), min(float(known.max()), centre + reach)
    terms.append(_Term(position, "slope", at=start, end=end, fill=middle))
    hinges = (_Term(position, "slope", at=float(knot), end=float(knots[-1]), fill=middle) for knot in knots[:-1])
    return [*terms, *hinges]


def _scaled(term: _Term, column: Floats) -> _Term:
    raw = term.values(column)
    spread = max(float(raw.std()), SMALLEST_SPREAD if term.kind in {"level", "missing"} else 1e-12)
    return replace(term, centre=float(raw.mean()), scale=spread)
