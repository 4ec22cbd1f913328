"""The chance of having left as it grows with time: a discrete-time hazard, anchored at the outcome window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from salescope.features.encoding import Feature
from salescope.scoring.leaving_periods import LeavingPeriods
from salescope.scoring.members import Design, Floats, sigmoid
from salescope.scoring.recipe import FEWEST_OUTCOMES, SMALL
from salescope.scoring.trees import BoostedTrees, rounds_needed

__all__ = ["NONE", "ChurnCurve", "fit_curve"]

STATE, TREES = "curve.json", "curve.trees.txt"
# That there is no curve is written down too, so that one that got lost is not taken for none.
NONE: Mapping[str, bytes] = {STATE: b'{"outcome_window": null}'}
PERIOD = Feature("period", "period")
MOST_ROWS = 60_000
SMALLEST_CHANCE = 1e-12


@dataclass(frozen=True, slots=True)
class ChurnCurve:
    """Turns the chance to leave within the outcome window into a curve over time.

    Parameters
    ----------
    outcome_window : float
        Days; one of the ends.
    ends : tuple of float
        When the periods of the curve end, days, ascending.
    whole : bool
        Whether nobody can have left before a whole window is over, as of customers without a contract, who have left
        once they were silent for so long.
    trees : BoostedTrees or None
        The hazards; None where there was too little to learn from, then the hazard is the same in every period.

    Notes
    -----
    The hazard of a period is the chance to leave in it of those who had not left before; one boosted model knows it
    for every period, which is one feature more. Up to the end of the outcome window only the shape is the model's: the
    hazards are scaled so that the curve goes through the scorer's chance, which is calibrated. After it they hold as
    they are. Between the ends of periods the hazard is constant.

    J. Singer, J. Willett, "It's about time: using discrete-time survival analysis to study duration and the timing of
    events", Journal of Educational Statistics 18 (1993).

    Examples
    --------
    >>> even = ChurnCurve(90.0, (30.0, 60.0, 90.0), whole=False, trees=None)
    >>> even.chance(np.zeros((1, 0)), within_window=np.array([0.271]), days=[30, 60, 90, 120]).round(3)
    array([[0.1  , 0.19 , 0.271,   nan]])
    """

    outcome_window: float
    ends: tuple[float, ...]
    whole: bool
    trees: BoostedTrees | None

    def chance(self, encoded: Floats, *, within_window: Floats, days: npt.ArrayLike) -> Floats:
        """Gives the chance of having left by some days.

        Parameters
        ----------
        encoded : ndarray of float64, shape (n_rows, n_features)
            The encoded records.
        within_window : ndarray of float64, shape (n_rows,)
            The scorer's chance to leave within the outcome window.
        days : array-like of float, shape (n_days,)
            Days after the moment.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_days)
            It never falls with the days; NaN after the last end.
        """
        asked = np.asarray(days, dtype=np.float64)
        knots = np.array([0.0, *self.ends])
        stayed = np.column_stack([np.zeros(len(encoded)), self._log_stayed(encoded, within_window)])
        after = np.clip(np.searchsorted(knots, asked, side="left"), 1, len(knots) - 1)
        share = (asked - knots[after - 1]) / (knots[after] - knots[after - 1])
        log_stayed = stayed[:, after - 1] + share * (stayed[:, after] - stayed[:, after - 1])
        chance = -np.expm1(np.minimum(log_stayed, 0.0))
        if self.whole:
            chance[:, asked < self.outcome_window] = 0.0
        chance[:, asked > knots[-1]] = np.nan
        # Rounding must not let the curve fall by a last bit.
        order = np.argsort(asked, kind="stable")
        chance[:, order] = np.maximum.accumulate(chance[:, order], axis=1)
        return np.asarray(chance)

    def _log_stayed(self, encoded: Floats, within_window: Floats) -> Floats:
        """Gives the logarithm of the chance of having stayed until the end of every period."""
        log_stay = np.log1p(-self._hazards(encoded))
        inside = sum(end <= self.outcome_window for end in self.ends)
        shape = np.cumsum(log_stay[:, :inside], axis=1)
        shape /= shape[:, -1:]
        anchor = np.log1p(-np.minimum(within_window, 1.0 - SMALLEST_CHANCE))[:, None]
        beyond = np.cumsum(log_stay[:, inside:], axis=1)
        return np.column_stack([anchor * shape, anchor + beyond])

    def _hazards(self, encoded: Floats) -> Floats:
        if self.trees is None:
            return np.full((len(encoded), len(self.ends)), 0.5)
        columns = [
            self.trees.log_odds(np.column_stack([encoded, np.full(len(encoded), float(period))]))
            for period in range(len(self.ends))
        ]
        return np.clip(sigmoid(np.column_stack(columns)), SMALLEST_CHANCE, 1.0 - SMALLEST_CHANCE)

    def to_files(self) -> dict[str, bytes]:
        """Gives what was learned as files: JSON and LightGBM text.

        Returns
        -------
        dict of str to bytes
        """
        state = {
            "outcome_window": self.outcome_window,
            "ends": list(self.ends),
            "whole": self.whole,
            "learned": self.trees is not None,
        }
        files = {STATE: json.dumps(state, allow_nan=False, sort_keys=True).encode()}
        return files if self.trees is None else {**files, TREES: self.trees.to_files()["trees.txt"]}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self | None:
        """Reads the curve back from `to_files`.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        ChurnCurve or None
            None from the files ``NONE``.
        """
        state = json.loads(files[STATE])
        if state["outcome_window"] is None:
            return None
        trees = BoostedTrees.from_files({"trees.txt": files[TREES]}) if state["learned"] else None
        ends = tuple(float(end) for end in state["ends"])
        return cls(float(state["outcome_window"]), ends, bool(state["whole"]), trees)


def fit_curve(design: Design, periods: LeavingPeriods, *, outcome_window: int, whole: bool) -> ChurnCurve:
    """Learns the hazards of periods.

    Parameters
    ----------
    design : Design
        The encoded snapshots.
    periods : LeavingPeriods
        When their customers left.
    outcome_window : int
        Days.
    whole : bool
        Whether nobody can have left before a whole window is over.

    Returns
    -------
    ChurnCurve
        As far as enough customers were seen.
    """
    seen = periods.told()
    inside = tuple(end for end in periods.ends if end <= outcome_window)
    encoded = np.column_stack([design.encoded[seen.row], seen.period])
    group = seen.row if design.group is None else design.group[seen.row]
    rows = Design(encoded, seen.left, (*design.features, PERIOD), design.seed, None, group).sorted()
    # So many rows, evenly spaced in an order by content, tell the hazards as well as all do.
    rows = rows.take(np.arange(0, len(rows.y), max(-(-len(rows.y) // MOST_ROWS), 1)))
    if len(seen.ends) < len(inside) or min(rows.outcomes) < FEWEST_OUTCOMES:
        return ChurnCurve(float(outcome_window), inside, whole, None)
    trees = BoostedTrees({**SMALL, "num_iterations": rounds_needed(rows, SMALL)}).fit(rows)
    return ChurnCurve(float(outcome_window), seen.ends, whole, trees)
