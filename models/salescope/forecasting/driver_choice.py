"""Which drivers earn their place: what a backtest loses without them, and what is left out because it loses nothing."""

# ruff: noqa: PD011 - `values` is a field of Panel and Known, not of a frame

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salescope.forecasting.boosted import Boosted
from salescope.forecasting.combination import mean_error
from salescope.forecasting.history import KnownOf
from salescope.forecasting.holiday_calendar import HOLIDAY, MADE_UP
from salescope.forecasting.intervals import series_scale
from salescope.forecasting.member import Member
from salescope.forecasting.panel import Known, Panel
from salescope.forecasting.tree import Tree
from salescope.forecasting.windows import cutoffs_before

__all__ = ["EarnedDrivers", "EarningDrivers", "drivers_that_earn"]

COLUMNS = ("driver", "earned", "windows", "error", "without", "why")
# An error that grows by less than a thousandth without a driver is no reason to ask for it every night.
LEAST_GAIN = 0.001
TOGETHER = {MADE_UP: "holidays", "before_holiday": "holidays", "after_holiday": "holidays", HOLIDAY: "holidays"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedDrivers:
    """Holds the drivers that earned their place, and how each fared.

    Parameters
    ----------
    known : Known
        Those that did.
    report : DataFrame, shape (n_drivers, 6)
        ``driver``, ``earned``, ``windows`` (judged by), ``error`` (with all drivers), ``without`` (without this one),
        both as shares of the mean seasonal difference, and ``why``, a sentence.

    Examples
    --------
    >>> EarnedDrivers(known=Known(), report=pd.DataFrame({"why": ["Too short."]})).sentences()
    ('Too short.',)
    """

    known: Known
    report: pd.DataFrame

    def sentences(self) -> tuple[str, ...]:
        """Says how each driver fared.

        Returns
        -------
        tuple of str, shape (n_drivers,)
        """
        return tuple(self.report["why"])


class EarningDrivers:
    """Says what is known ahead, and leaves out what earns nothing; a forecaster's ``fit(known=…)`` takes it.

    Parameters
    ----------
    known : callable
        Says what is known ahead of a tree's nodes.
    horizon : int
        Periods of a window.
    windows : int, default 3
        By how many windows drivers are judged, the newest ones.
    seed : int, default 0
        Of the trees that are asked.

    Attributes
    ----------
    found_ : EarnedDrivers
        Of the last call.
    """

    def __init__(self, known: KnownOf, *, horizon: int, windows: int = 3, seed: int = 0) -> None:
        self.known = known
        self.horizon = horizon
        self.windows = windows
        self.seed = seed

    def __call__(self, tree: Tree, panel: Panel) -> Known:
        """Judges what is known.

        Parameters
        ----------
        tree : Tree
            Of the nodes.
        panel : Panel
            Their histories.

        Returns
        -------
        Known
            What earned its place.
        """
        told = replace(panel, known=self.known(tree, panel))
        found = drivers_that_earn(told, horizon=self.horizon, windows=self.windows, member=Boosted(seed=self.seed))
        self.found_: EarnedDrivers = found
        return found.known


def drivers_that_earn(panel: Panel, *, horizon: int, windows: int = 3, member: Member | None = None) -> EarnedDrivers:
    """Leaves out drivers without which a backtest errs no more.

    Parameters
    ----------
    panel : Panel
        Histories, and drivers known over them and ahead.
    horizon : int
        Periods of a window.
    windows : int, default 3
        At most so many, the newest first, a horizon apart. Cover a year where events come once a year: one that falls
        into no window can show nothing.
    member : Member, optional
        Who is asked; boosted trees by default.

    Returns
    -------
    EarnedDrivers
        Holidays stand and fall together. Where even those that each earned something are together no better than
        none, none is kept.

    Notes
    -----
    All are asked at once and each is then left out alone; the one that is missed least leaves, and those that are left
    are judged again, for of two that say the same neither is missed while the other is there. With k drivers that is at
    most half of k times k fits a window. The choice has seen the newest windows: a backtest by the same ones is too
    kind by as much as one yes or no a driver can make it.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> rng = np.random.default_rng(0)
    >>> on = (rng.random((20, 66)) < 0.3).astype(float)
    >>> panel = monthly((100 + 50 * on[:, :60]).tolist())
    >>> known = Known(values={"dice": rng.random((20, 66)), "sale": on}, kinds={"dice": "driver", "sale": "event"})
    >>> found = drivers_that_earn(replace(panel, known=known), horizon=6, windows=1)
    >>> found.report[["driver", "earned"]].to_numpy().tolist()
    [['dice', False], ['sale', True]]
    """
    end = panel.values.shape[1]
    least = 2 * panel.frequency.season + horizon
    cutoffs = cutoffs_before(end, horizon=horizon, windows=windows, step=horizon, least=least)
    trial = _Trial(panel, [cutoff for cutoff in cutoffs if cutoff >= least], horizon, member or Boosted())
    still = [name for name in trial.families() if not trial.moves(name)]
    kept, rows = _weakest_first(trial, [name for name in trial.families() if name not in still])
    report = pd.DataFrame([*rows, *(trial.row(name, None) for name in still)], columns=list(COLUMNS))
    return EarnedDrivers(known=trial.only(kept), report=report.sort_values("driver").reset_index(drop=True))


def _weakest_first(trial: _Trial, families: list[str]) -> tuple[list[str], list[tuple[object, ...]]]:
    """Leaves out the driver that is missed least until every one that is left is missed."""
    left, error = list(families), trial.error(families)
    rows: list[tuple[object, ...]] = []
    nothing = trial.error([]) if families else error
    while left:
        without = {name: trial.error([one for one in left if one != name]) for name in left}
        weakest = min(without, key=lambda name: (without[name], name))
        if without[weakest] > error * (1 + LEAST_GAIN):
            earned = error < nothing
            rows.extend(trial.row(name, (error, without[name]), earned=earned) for name in left)
            return left if earned else [], rows
        rows.append(trial.row(weakest, (error, without[weakest])))
        left.remove(weakest)
        error = without[weakest]
    return [], rows


@dataclass(frozen=True, slots=True)
class _Trial:
    """Asks a member about the windows with some of the drivers."""

    panel: Panel
    cutoffs: Sequence[int]
    horizon: int
    member: Member

    def families(self) -> list[str]:
        return sorted({_family(name) for name in self.panel.known.values})

    def only(self, families: Iterable[str]) -> Known:
        kept = set(families)
        known = self.panel.known
        return Known(
            values={name: value for name, value in known.values.items() if _family(name) in kept},
            kinds={name: kind for name, kind in known.kinds.items() if _family(name) in kept},
        )

    def moves(self, family: str) -> bool:
        """Says whether a driver is anything but at rest in any window."""
        known = self.only([family])
        parts = [value[:, one : one + self.horizon] for value in known.values.values() for one in self.cutoffs]
        return any(bool(np.isfinite(part).any() and np.nanmax(part) > np.nanmin(part)) for part in parts)

    def error(self, families: Iterable[str]) -> float:
        panel, found = replace(self.panel, known=self.only(families)), []
        for cutoff in self.cutoffs:
            scale = series_scale(panel.values[:, :cutoff], season=panel.frequency.season)
            told = self.member.forecast(panel.until(cutoff), horizon=self.horizon)
            actual = panel.values[:, cutoff : cutoff + self.horizon]
            begun = panel.began < cutoff
            found.append(np.mean(mean_error(told[begun, : actual.shape[1]], actual[begun], scale=scale[begun])))
        return float(np.mean(found)) if found else np.nan

    def row(self, family: str, errors: tuple[float, float] | None, *, earned: bool = False) -> tuple[object, ...]:
        count = len(self.cutoffs)
        if errors is None:
            why = "there is too little history to judge it" if not count else "it is the same all through the windows"
            return family, False, count, np.nan, np.nan, f"{family} was left out: {why}."
        gain = f"{errors[0]:.4f} with it, {errors[1]:.4f} without"
        said = f"{family} earned its place" if earned else f"{family} was left out"
        return family, earned, count, *errors, f"{said}: error {gain}, in {count} windows of the past."


def _family(name: str) -> str:
    return "holidays" if name.startswith(f"{HOLIDAY}_") else TOGETHER.get(name, name)
