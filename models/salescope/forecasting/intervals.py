"""Intervals of forecasts: pooled scaled conformal, for single periods and for sums of quarters and years."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.interval_widths import widths_of
from salescope.frames.errors import MisalignedError, OutOfRangeError

__all__ = ["Conformal", "series_scale"]


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
    Scores are ``|actual - forecast| / scale`` after reconciliation; their quantile is taken over the nodes and windows
    of a group, each window by how long ago it was. To its square is added that of a drift, which grows with the time
    from the windows to what is forecast and which the periods of a sum largely share. Nodes that err together are no
    draws of their own: both are widened by ``t(p; n) / z(p) * sqrt(1 + 1 / n)``, where ``n`` is how many independent
    draws the scores amount to by their intraclass correlation.
    Barber, Candès, Ramdas, Tibshirani (2023), Conformal prediction beyond exchangeability, for weights and drift;
    Dunn, Wasserman, Ramdas (2022), Distribution-free prediction sets for two-layer hierarchical models, for why groups
    count and not their members; Kish (1965), Survey sampling, for effective numbers.

    Examples
    --------
    >>> errors = np.random.default_rng(0).normal(size=(20, 50, 2))
    >>> found = Conformal.of(errors, scale=np.ones(50), group=np.zeros(50, dtype=np.int64), ages=np.zeros(20))
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
        cls, errors: Floats, *, scale: Floats, group: Ints, ages: Floats, levels: Sequence[int] = (80, 95)
    ) -> Conformal:
        """Pools the errors of backtests.

        Parameters
        ----------
        errors : ndarray of float, shape (n_windows, n_nodes, horizon)
            Actual minus reconciled forecast; NaN where unknown.
        scale : ndarray of float, shape (n_nodes,) or (n_windows, n_nodes)
            What each error is measured in; best `series_scale` of the history before each window.
        group : ndarray of int, shape (n_nodes,)
            From 0 on. A group of under 100 scores a step has one width for all steps; one of under 40 in all of them
            takes those of all nodes as well.
        ages : ndarray of float, shape (n_windows,)
            Years from the cutoff of each window to the one that is forecast from.
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
        _check(errors, scale=scale, group=group, levels=levels)
        widths = widths_of(errors, scale=scale, group=group, ages=ages, levels=levels)
        return cls(widths=widths, group=group, levels=tuple(levels))

    @classmethod
    def for_sums(
        cls,
        errors: Floats,
        *,
        scale: Floats,
        group: Ints,
        ages: Floats,
        periods: int,
        levels: Sequence[int] = (80, 95),
    ) -> Conformal:
        """Pools the errors of sums, which are neither as wide as those of periods added up nor as their root.

        Parameters
        ----------
        errors, scale, group, ages, levels
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
        if not 1 <= periods <= errors.shape[2]:
            raise OutOfRangeError(
                periods, name="periods", where="Conformal.for_sums", least="1 and at most the horizon"
            )
        _check(errors, scale=scale, group=group, levels=levels)
        widths = widths_of(errors, scale=scale, group=group, ages=ages, levels=levels, periods=periods)
        return cls(widths=widths, group=group, levels=tuple(levels), periods=periods)

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


def _check(errors: Floats, *, scale: Floats, group: Ints, levels: Sequence[int]) -> None:
    for level in levels:
        if not 1 <= level <= 99:
            raise OutOfRangeError(level, name="levels", where="Conformal.of", least="1 and at most 99")
    if errors.shape[1] != scale.shape[-1] or errors.shape[1] != len(group):
        raise MisalignedError("errors", found=f"{errors.shape[1]} nodes", accepted=f"the {len(group)} of the groups")
    if not np.isfinite(errors).any():
        raise MisalignedError("errors", found="no known value", accepted="errors of at least one window")
