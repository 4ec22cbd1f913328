"""What a forecast owes to its drivers: the members that learned from them, asked again with other drivers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.living import living_series
from salescope.forecasting.panel import Known, Panel
from salescope.frames.errors import NotFittedModelError

__all__ = ["DriverEffects", "Learner", "Predictor", "usual_level"]


class Predictor(Protocol):
    """Is a member that has learned: it forecasts panels, and drivers ahead may be others than before."""

    def predict(self, panel: Panel) -> Floats:
        """Forecasts the periods after the panel's last one.

        Parameters
        ----------
        panel : Panel
            Histories, and drivers over them and ahead.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
        """
        ...


@runtime_checkable
class Learner(Protocol):
    """Is a member that learns from drivers, once, and is then asked as often as one likes."""

    def fit(self, panel: Panel, *, horizon: int) -> Predictor:
        """Learns.

        Parameters
        ----------
        panel : Panel
            Histories, and drivers known over them.
        horizon : int
            How many steps to learn.

        Returns
        -------
        Predictor
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverEffects:
    """Holds what the members of a forecast learned from drivers, so that no question trains anything.

    Parameters
    ----------
    panel : Panel
        Histories of the nodes, with their drivers.
    bottom : ndarray of int, shape (n_bottom,)
        Which rows of the panel are the series at the bottom.
    learned : tuple of (float, Predictor)
        Each member that learned from drivers, with its share in the combination at the bottom level; none without
        drivers, or where the gate gave such members no share.
    moves : ndarray of bool, shape (n_bottom,)
        False for a series that sells no more or not yet: it is forecast as zero whatever happens.
    now : ndarray of float, shape (n_bottom, horizon)
        What they say of the drivers as they are known, times their shares.

    Notes
    -----
    An effect is the difference between two forecasts of the same trees times their share in the combination. That is
    how far the combination moves: its other members do not see drivers, and nothing says that what backtests found best
    to take of the effect is too little. So a what-if that takes an event away moves a forecast by just what
    its contribution says, and one that adds it moves it as far as if it had been known in the first place.

    Effects are measured at the bottom and added up. A node above hardly sees what changes in one of its series, and its
    own trees would answer in jumps that are not the sums of anything.
    """

    panel: Panel
    bottom: Ints
    learned: tuple[tuple[float, Predictor], ...]
    moves: NDArray[np.bool_]
    now: Floats

    @classmethod
    def of(cls, forecaster: SalesForecaster) -> DriverEffects:
        """Learns once more what the forecaster's members learned from its drivers: the same trees, for the seed is.

        Parameters
        ----------
        forecaster : SalesForecaster
            Fitted.

        Returns
        -------
        DriverEffects

        Raises
        ------
        NotFittedModelError
            Before the forecaster's `fit`.
        """
        if not hasattr(forecaster, "fitted_"):
            raise NotFittedModelError(type(forecaster).__name__)
        panel, bottom, horizon = forecaster.panel_, forecaster.tree_.bottom, forecaster.horizon
        shares = _shares(forecaster) if panel.known.values else {}
        members = [member for member in forecaster.chosen_members() if isinstance(member, Learner)]
        learned = tuple(
            (shares[member.name], member.fit(panel, horizon=horizon)) for member in members if shares.get(member.name)
        )
        effects = cls(
            panel=panel,
            bottom=bottom,
            learned=learned,
            moves=living_series(panel.values[bottom], frequency=panel.frequency),
            now=np.zeros((len(bottom), horizon)),
        )
        return replace(effects, now=effects.said(panel.known))

    @property
    def share(self) -> float:
        """Is the share in the combination of what learned from drivers, 0 to 1."""
        return sum(share for share, _ in self.learned)

    def said(self, known: Known) -> Floats:
        """Asks the members about drivers.

        Parameters
        ----------
        known : Known
            Of the nodes, over their histories and ahead.

        Returns
        -------
        ndarray of float, shape (n_bottom, horizon)
            Their forecasts times their shares; 0 for a series that cannot move.
        """
        panel = replace(self.panel, known=known)
        answer: Floats = np.zeros((len(self.bottom), self.now.shape[1]))
        for share, member in self.learned:
            answer += share * member.predict(panel)[self.bottom]
        return np.where(self.moves[:, None], answer, 0.0)

    def from_rest(self) -> tuple[Floats, Floats]:
        """Measures how far events and prices move the forecast from one without events and at the usual price.

        Returns
        -------
        events, price : ndarray of float, shape (n_bottom, horizon)
            What each adds. Where they meet, each has the mean of what it adds to the other and what it adds alone.
        """
        kinds = {self.panel.known.kinds[name] for name in self.panel.known.values} if self.learned else set()
        nothing: Floats = np.zeros_like(self.now)
        events = self.now - self._at_rest({"event"}) if "event" in kinds else nothing
        price = self.now - self._at_rest({"price"}) if "price" in kinds else nothing
        if not {"event", "price"} <= kinds:
            return events, price
        # Two players' Shapley values: whoever is taken away first makes no difference.
        shared = (self.now - self._at_rest({"event", "price"}) - events - price) / 2.0
        return events + shared, price + shared

    def _at_rest(self, kinds: Collection[str]) -> Floats:
        known, ahead = self.panel.known, self.panel.values.shape[1]
        values = dict(known.values)
        for name, value in known.values.items():
            if known.kinds[name] in kinds:
                rest = 0.0 if known.kinds[name] == "event" else usual_level(value[:, :ahead], self.panel)[:, None]
                later = value[:, ahead:]
                values[name] = np.hstack([value[:, :ahead], np.where(np.isnan(later), later, rest)])
        return self.said(replace(known, values=values))


def _shares(forecaster: SalesForecaster) -> Mapping[str, float]:
    """Reads what share each member has in the combination of the bottom level."""
    gate, tree = forecaster.fitted_.gate, forecaster.tree_
    level = tree.levels.index(tree.level[tree.bottom[0]])
    return dict(zip(gate.members, gate.weights[level].tolist(), strict=True))


def usual_level(past: Floats, panel: Panel) -> Floats:
    """Takes the median of a driver's newest quarter: a price that was raised stays, a promotion of last week does not.

    Parameters
    ----------
    past : ndarray of float, shape (n_series, n_periods)
        The driver over the history; NaN where nothing is known.
    panel : Panel
        Says how long a quarter is.

    Returns
    -------
    ndarray of float, shape (n_series,)
        NaN where nothing is known.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> usual_level(np.array([[9.0, 10.0, 8.0, 10.0]]), monthly([[1.0] * 4]))
    array([10.])
    """
    newest = past[:, -panel.frequency.quarter :]
    usual: Floats = np.full(len(past), np.nan)
    seen = ~np.isnan(newest).all(axis=1)
    usual[seen] = np.nanmedian(newest[seen], axis=1)
    return usual
