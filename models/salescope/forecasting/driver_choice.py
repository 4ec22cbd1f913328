"""Which drivers earn their place: what a backtest loses without them, and what is left out because it loses nothing."""

# ruff: noqa: PD011 - `values` is a field of Panel and Known, not of a frame

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import pandas as pd

from salescope.forecasting.boosted import Boosted
from salescope.forecasting.calendar import Floats
from salescope.forecasting.combination import mean_error
from salescope.forecasting.history import KnownOf
from salescope.forecasting.holiday_calendar import HOLIDAY, MADE_UP
from salescope.forecasting.intervals import series_scale
from salescope.forecasting.member import Member
from salescope.forecasting.panel import Known, Panel
from salescope.forecasting.tree import Tree

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
        both over the mean seasonal difference, and ``why``, a sentence.

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
        By how many windows each driver is judged, as of `drivers_that_earn`.
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
        Periods of a window; windows lie a horizon apart.
    windows : int, default 3
        Each driver is judged by at most so many: the newest in which it changes, however long ago, so that what comes
        once a year is judged as well.
    member : Member, optional
        Who is asked; boosted trees by default.

    Returns
    -------
    EarnedDrivers
        Holidays stand and fall together. What changes in no window can show nothing, and is left out.

    Notes
    -----
    All are asked at once, and each is then left out alone. Those that are not missed leave together; where they are
    missed together, for two may say the same, only the one that is missed least leaves, and the others are judged anew.
    Mostly that is a fit for each driver and window, and one for each window. The choice has seen these windows: a
    backtest by the same ones is too kind by as much as one yes or no a driver can make it.

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
    trial = _Trial(panel=panel, horizon=horizon, most=windows, member=member or Boosted())
    still = [name for name in trial.families() if not trial.cutoffs(name)]
    kept, rows = _missed(trial, [name for name in trial.families() if name not in still])
    report = pd.DataFrame([*rows, *(trial.row(name, None) for name in still)], columns=list(COLUMNS))
    return EarnedDrivers(known=trial.only(kept), report=report.sort_values("driver").reset_index(drop=True))


def _missed(trial: _Trial, families: list[str]) -> tuple[list[str], list[tuple[object, ...]]]:
    left, rows, again = list(families), [], True
    while left and again:
        judged = {name: trial.judged(name, left) for name in left}
        idle = [name for name in left if judged[name][1] <= judged[name][0] * (1 + LEAST_GAIN)]
        together = [name for name in left if name not in idle]
        again = bool(idle) and any(
            trial.error(together, name) > trial.error(left, name) * (1 + LEAST_GAIN) for name in idle
        )
        if again:
            idle = [min(idle, key=lambda name: (judged[name][1] - judged[name][0], name))]
        rows += [trial.row(name, judged[name]) for name in idle]
        left = [name for name in left if name not in idle]
    rows += [trial.row(name, judged[name], earned=True) for name in left]
    return left, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """Asks a member about windows of the past with some of the drivers; remembers what it said."""

    panel: Panel
    horizon: int
    most: int
    member: Member
    told: dict[tuple[int, tuple[str, ...]], float] = field(default_factory=dict)
    moved: dict[str, list[int]] = field(default_factory=dict)

    def families(self) -> list[str]:
        return sorted({_family(name) for name in self.panel.known.values})

    def only(self, families: Iterable[str]) -> Known:
        kept, known = set(families), self.panel.known
        names = [name for name in known.values if _family(name) in kept]
        return Known(
            values={name: known.values[name] for name in names}, kinds={name: known.kinds[name] for name in names}
        )

    def cutoffs(self, family: str) -> list[int]:
        """Finds the newest windows in which a driver changes, over time or from series to series."""
        if family in self.moved:
            return self.moved[family]
        end, least = self.panel.values.shape[1], 2 * self.panel.frequency.season + self.horizon
        values = list(self.only([family]).values.values())
        every = range(end - self.horizon, least - 1, -self.horizon)
        moved = (one for one in every if any(_changes(value[:, one : one + self.horizon]) for value in values))
        self.moved[family] = list(islice(moved, self.most))
        return self.moved[family]

    def judged(self, family: str, left: Sequence[str]) -> tuple[float, float]:
        """Gives the error with all that are left, and without this one."""
        return self.error(left, family), self.error([name for name in left if name != family], family)

    def error(self, families: Iterable[str], judged: str) -> float:
        """Averages the error with some drivers over the windows of one."""
        asked = tuple(sorted(families))
        for cutoff in self.cutoffs(judged):
            if (cutoff, asked) not in self.told:
                self.told[cutoff, asked] = self._asked(cutoff, asked)
        return float(np.mean([self.told[cutoff, asked] for cutoff in self.cutoffs(judged)]))

    def _asked(self, cutoff: int, families: tuple[str, ...]) -> float:
        panel = replace(self.panel, known=self.only(families)).until(cutoff)
        begun = panel.began < cutoff
        scale = series_scale(panel.values[begun], season=panel.frequency.season)
        told = self.member.forecast(panel, horizon=self.horizon)[begun]
        actual = self.panel.values[begun, cutoff : cutoff + self.horizon]
        return float(np.mean(mean_error(told, actual, scale=scale)))

    def row(self, family: str, errors: tuple[float, float] | None, *, earned: bool = False) -> tuple[object, ...]:
        count = len(self.cutoffs(family))
        if errors is None:
            return family, False, 0, np.nan, np.nan, f"{family} was left out: it changes in no window of the past."
        said = f"{family} earned its place" if earned else f"{family} was left out"
        windows = f"{count} window{'s' if count > 1 else ''} of the past"
        why = f"{said}: error {errors[0]:.4f} with it, {errors[1]:.4f} without, in {windows}."
        return family, earned, count, *errors, why


def _changes(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return bool(len(known) and known.max() > known.min())


def _family(name: str) -> str:
    return "holidays" if name.startswith(f"{HOLIDAY}_") else TOGETHER.get(name, name)
