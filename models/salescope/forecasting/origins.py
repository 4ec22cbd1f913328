"""What every member forecast at every cutoff: computed once, asked for by fits and backtests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from salescope.forecasting.calendar import Floats
from salescope.forecasting.member import Member
from salescope.forecasting.panel import Panel

__all__ = ["Origins"]


class Origins:
    """Remembers the forecasts of members at cutoffs, for windows of a fit and of a backtest often coincide.

    Parameters
    ----------
    panel : Panel
        Histories of the nodes; at a cutoff, members see the periods before it only.
    members : sequence of Member
        Who forecasts.
    horizon : int
        How many periods ahead.
    tell : callable, optional
        Is told the cutoff and the member before each forecast.

    Examples
    --------
    >>> from salescope.forecasting.baselines import SeasonalNaive
    >>> from salescope.forecasting.examples import monthly
    >>> origins = Origins(monthly([[1.0, 2.0, 4.0, 8.0]]), [SeasonalNaive()], horizon=2)
    >>> origins.stacked([3, 2]).round(2).tolist()
    [[[[2.33, 2.33]], [[1.5, 1.5]]]]
    >>> origins.actual(3, known=4)
    array([[ 8., nan]])
    """

    def __init__(
        self,
        panel: Panel,
        members: Sequence[Member],
        *,
        horizon: int,
        tell: Callable[[int, str], None] | None = None,
    ) -> None:
        self.panel = panel
        self.members = tuple(members)
        self.horizon = horizon
        self._tell = tell
        self._known: dict[int, dict[str, Floats]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Is what the members are called, shape ``(n_members,)``."""
        return tuple(member.name for member in self.members)

    def at(self, cutoff: int) -> dict[str, Floats]:
        """Finds or makes the forecasts at a cutoff.

        Parameters
        ----------
        cutoff : int
            So many periods are history.

        Returns
        -------
        dict of str to ndarray of float, each of shape (n_series, horizon)
            One entry a member.
        """
        if cutoff not in self._known:
            self._known[cutoff] = {member.name: self._forecast(member, cutoff) for member in self.members}
        return self._known[cutoff]

    def stacked(self, cutoffs: Sequence[int]) -> Floats:
        """Lays the forecasts of several cutoffs together.

        Parameters
        ----------
        cutoffs : sequence of int
            How many periods are history in each.

        Returns
        -------
        ndarray of float, shape (n_members, n_cutoffs, n_series, horizon)
        """
        found = [list(self.at(cutoff).values()) for cutoff in cutoffs]
        shape = (len(self.members), len(cutoffs), len(self.panel.values), self.horizon)
        return np.asarray(found, dtype=np.float64).swapaxes(0, 1).reshape(shape) if found else np.zeros(shape)

    def actual(self, cutoff: int, *, known: int) -> Floats:
        """Reads what followed a cutoff.

        Parameters
        ----------
        cutoff : int
            So many periods are history.
        known : int
            Periods from this one on have not happened yet.

        Returns
        -------
        ndarray of float, shape (n_series, horizon)
            NaN where nothing has happened yet, and where a series had not begun by the cutoff.
        """
        answer: Floats = np.full((len(self.panel.values), self.horizon), np.nan)
        seen = self.panel.values[:, cutoff : min(cutoff + self.horizon, known)]
        answer[:, : seen.shape[1]] = seen
        answer[self.panel.began >= cutoff] = np.nan
        return answer

    def _forecast(self, member: Member, cutoff: int) -> Floats:
        if self._tell:
            self._tell(cutoff, member.name)
        return member.forecast(self.panel.until(cutoff), horizon=self.horizon)
