"""Intervals of forecasts: pooled scaled conformal, for single periods and for sums of quarters and years."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from salescope.forecasting.calendar import Floats, Ints
from salescope.frames.errors import MisalignedError, OutOfRangeError

__all__ = ["Conformal", "series_scale"]

FEWEST_SCORES = 100
LEAST_YEARS = 2.0


def series_scale(history: Floats, *, season: int) -> Floats:
    """Measures how much each series changes from season to season, so that errors of all can be compared.

    Parameters
    ----------
    history : ndarray of float, shape (n_series, n_periods)
        Sales; NaN before a series began.
    season : int
        Periods of a season.

    Returns
    -------
    ndarray of float, shape (n_series,)
        Mean absolute difference from a season before, in units of sales; of a history under two seasons that from the
        period before. Never zero: at least a thousandth of the mean of the series, or of all of them.

    Examples
    --------
    >>> series_scale(np.array([[1.0, 2.0, 3.0, 5.0]]), season=2)
    array([2.5])
    """
    lag = season if history.shape[1] >= 2 * season else 1
    change, size = _mean(np.abs(history[:, lag:] - history[:, :-lag])), _mean(np.abs(history))
    short = _mean(np.abs(np.diff(history, axis=1)))
    change = np.where(np.isfinite(change), change, np.where(np.isfinite(short), short, size))
    known = size[np.isfinite(size)]
    all_of_them = float(known.mean()) if known.size else 1.0
    least = 1e-3 * np.where(np.nan_to_num(size) > 0, size, all_of_them or 1.0)
    return np.maximum(np.nan_to_num(change), least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformal:
    """Holds how far forecasts were off in backtests, in scales of the series, per group of nodes and step.

    Parameters
    ----------
    widths : ndarray of float, shape (n_levels, n_groups, horizon)
        Half the width of an interval, in scales.
    group : ndarray of int, shape (n_nodes,)
        The group of each node, from 0 on.
    levels : tuple of int
        Per cent, as (80, 95).
    periods : int
        How many periods are summed: 1 for single ones.

    Notes
    -----
    Scores are ``|actual - forecast| / scale`` after reconciliation. All nodes of a window share its shocks, so not
    nodes but years are what chance draws: the quantile of the pooled scores is multiplied by
    ``t(p; years) / z(p) * sqrt(1 + 1 / years)``, the factor of a new draw whose spread was measured in so many.
    Stankevičiūtė, Alaa, van der Schaar (2021), Conformal time-series forecasting, and Dunn, Wasserman, Ramdas (2022),
    Distribution-free prediction sets for two-layer hierarchical models, for why groups count and not their members.

    Examples
    --------
    >>> errors = np.random.default_rng(0).normal(size=(20, 50, 2))
    >>> found = Conformal.of(errors, scale=np.ones(50), group=np.zeros(50, dtype=np.int64), years=1e6)
    >>> found.widths.round(1).ravel()
    array([1.3, 1.3, 2. , 1.9])
    >>> Conformal.from_json(found.to_json()).widths.tolist() == found.widths.tolist()
    True
    """

    widths: Floats
    group: Ints
    levels: tuple[int, ...]
    periods: int = 1

    @classmethod
    def of(
        cls, errors: Floats, *, scale: Floats, group: Ints, years: float | None = None, levels: Sequence[int] = (80, 95)
    ) -> Conformal:
        """Pools the errors of backtests.

        Parameters
        ----------
        errors : ndarray of float, shape (n_windows, n_nodes, horizon)
            Actual minus reconciled forecast; NaN where unknown.
        scale : ndarray of float, shape (n_nodes,) or (n_windows, n_nodes)
            What each error is measured in; best `series_scale` of the history before each window.
        group : ndarray of int, shape (n_nodes,)
            From 0 on; a group of under 100 scores in a step takes those of all nodes as well.
        years : float or None
            How many windows that do not overlap there are or could be: for a horizon of a year, the years from the
            first cutoff to the last and one more. None: the windows do not overlap, so it is their count.
        levels : sequence of int
            Per cent.

        Returns
        -------
        Conformal

        Raises
        ------
        MisalignedError
            If errors, scales and groups are not of the same nodes, or no error is known.
        OutOfRangeError
            If a level is none of 1 to 99.
        """
        for level in levels:
            if not 1 <= level <= 99:
                raise OutOfRangeError(level, name="levels", where="Conformal.of", least="1 and at most 99")
        if errors.shape[1] != scale.shape[-1] or errors.shape[1] != len(group):
            raise MisalignedError(
                "errors", found=f"{errors.shape[1]} nodes", accepted=f"the {len(group)} of the groups"
            )
        if not np.isfinite(errors).any():
            raise MisalignedError("errors", found="no known value", accepted="errors of at least one window")
        scores = np.abs(errors) / np.atleast_2d(scale)[:, :, None]
        apart = len(errors) if years is None else years
        widths = np.array([
            [_quantiles(scores, mine=group == number, level=level, years=apart) for number in range(group.max() + 1)]
            for level in levels
        ])  # fmt: skip
        # A higher level is never narrower, whatever the factors are.
        order = np.argsort(levels)
        widths[order] = np.maximum.accumulate(widths[order], axis=0)
        return cls(widths=widths, group=group, levels=tuple(levels))

    @classmethod
    def for_sums(
        cls,
        errors: Floats,
        *,
        scale: Floats,
        group: Ints,
        periods: int,
        years: float | None = None,
        levels: Sequence[int] = (80, 95),
    ) -> Conformal:
        """Pools the errors of sums, which are neither as wide as those of periods added up nor as their root.

        Parameters
        ----------
        errors, scale, group, years, levels
            As in `of`; an error that is unknown makes that of its sum unknown.
        periods : int
            How many periods from the first step on are one sum; what is left over at the end is left out.

        Returns
        -------
        Conformal
            One width a sum.

        Raises
        ------
        OutOfRangeError
            If the horizon has not so many periods.
        """
        whole = errors.shape[2] // max(periods, 1)
        if whole < 1 or periods < 1:
            raise OutOfRangeError(
                periods, name="periods", where="Conformal.for_sums", least="1 and at most the horizon"
            )
        sums = errors[:, :, : whole * periods].reshape(*errors.shape[:2], whole, periods).sum(axis=3)
        found = cls.of(sums, scale=scale, group=group, years=years, levels=levels)
        return cls(widths=found.widths, group=group, levels=found.levels, periods=periods)

    def intervals(
        self, forecast: Floats, *, scale: Floats, floor: Floats | None = None
    ) -> dict[int, tuple[Floats, Floats]]:
        """Puts intervals around forecasts.

        Parameters
        ----------
        forecast : ndarray of float, shape (n_nodes, n_steps)
            Reconciled forecasts of periods, or of sums; at most as many as there were in the backtests.
        scale : ndarray of float, shape (n_nodes,)
            `series_scale` of the whole history.
        floor : ndarray of float, shape (n_nodes,), or None
            What no sale falls under: 0 or -inf.

        Returns
        -------
        dict of int to tuple of two ndarrays of float, each of shape (n_nodes, n_steps)
            Lower and upper ends of each level, in units of sales.

        Raises
        ------
        MisalignedError
            If the forecasts have other nodes or more steps than the backtests.
        """
        if len(forecast) != len(self.group) or forecast.shape[1] > self.widths.shape[2]:
            accepted = f"{len(self.group)} nodes and at most {self.widths.shape[2]} steps"
            raise MisalignedError("forecast", found=f"the shape {forecast.shape}", accepted=accepted)
        low = np.full((len(forecast), 1), -np.inf) if floor is None else floor[:, None]
        found = {}
        for level, width in zip(self.levels, self.widths, strict=True):
            half = width[self.group, : forecast.shape[1]] * scale[:, None]
            found[level] = (np.maximum(forecast - half, np.minimum(low, forecast)), forecast + half)
        return found

    def to_json(self) -> str:
        """Writes it down: floats as the shortest text that gives the same bits back."""
        fields = {"widths": self.widths.tolist(), "group": self.group.tolist()}
        return json.dumps({**fields, "levels": list(self.levels), "periods": self.periods}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Conformal:
        """Reads what `to_json` wrote.

        Parameters
        ----------
        text : str

        Returns
        -------
        Conformal
        """
        read = json.loads(text)
        group = np.asarray(read["group"], dtype=np.int64)
        return cls(
            widths=np.asarray(read["widths"], dtype=np.float64),
            group=group,
            levels=tuple(read["levels"]),
            periods=read["periods"],
        )


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean: Floats = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return mean


def _quantiles(scores: Floats, *, mine: NDArray[np.bool_], level: int, years: float) -> Floats:
    steps = scores.shape[2]
    found = np.full(steps, np.nan)
    for step in range(steps):
        here = scores[:, :, step]
        own = here[:, mine][np.isfinite(here[:, mine])]
        every = here[np.isfinite(here)]
        pooled = own if own.size >= FEWEST_SCORES else np.concatenate([own, every])
        if pooled.size:
            found[step] = np.quantile(pooled, min(1.0, level / 100 * (1 + 1 / pooled.size)))
    # A step that no window reached is as wide as the widest known one.
    filled: Floats = np.where(np.isnan(found), np.nanmax(found), found) * _factor(level, years=years)
    return filled


def _factor(level: int, *, years: float) -> float:
    known, upper = max(years, LEAST_YEARS), 0.5 + level / 200
    return float(stats.t.ppf(upper, known) / stats.norm.ppf(upper) * np.sqrt(1 + 1 / known))
