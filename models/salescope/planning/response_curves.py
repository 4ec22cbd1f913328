"""Response curves: what each promotion channel brings at each spend, how surely, and where history cannot tell."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.grid import Floats
from salescope.planning.response_fit import PromotionHistory, ResponseFit, carried_over, fit_response, unpacked

__all__ = ["ResponseCurves", "response_curves"]

DRAWS = 300
WEEKS = 52.18
LEAST_PERIODS = 26
# A channel's curve is read when the standard error of its elasticity is at most so many times what a typical channel
# of its size has: beyond that what was learned is less than a tenth of what was supposed before.
TYPICAL = 2.0
LEAST_VARIATION = 0.02


@dataclass(frozen=True)
class ResponseCurves:
    """Holds curves of sales over spend, many times over: each draw is one set of curves that history allows.

    Parameters
    ----------
    channels : tuple of str
        Names.
    present : ndarray of float, shape (n_channels,)
        Mean spend a period over the last year.
    seen : ndarray of float, shape (n_channels, 2)
        Least and most steady spend that history tells about: the range of carried-over spend.
    scale : ndarray of float, shape (n_channels,)
        Mean spend a period over the whole history.
    at_scale : ndarray of float, shape (n_draws, n_channels)
        Sales a period that spend of `scale` brings, at the level of the last year.
    half : ndarray of float, shape (n_draws, n_channels)
        Spend that brings half of the most, over `scale`.
    carry : ndarray of float, shape (n_draws, n_channels)
        Share of the effect left a period later.
    noise : float
        Standard deviation of a period's sales about what explains them, in money.
    variation, needed : ndarray of float, shape (n_channels,)
        Standard deviation of spend over its mean, without what season, trend and the other channels share with it, and
        how much of it would tell the curve.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> spend = pd.DataFrame({"search": rng.uniform(50, 150, 120), "mailing": rng.uniform(50, 150, 120)})
    >>> sales = 1_000 + 400 * spend["search"] / (spend["search"] + 100) + rng.normal(0, 10, 120)
    >>> curves = response_curves(sales.to_numpy(), spend=spend)
    >>> curves.known.tolist(), (curves.marginal(curves.present).mean(axis=0) > 0.5).tolist()
    ([True, True], [True, False])
    """

    channels: tuple[str, ...]
    present: Floats
    seen: Floats
    scale: Floats
    at_scale: Floats = field(repr=False)
    half: Floats = field(repr=False)
    carry: Floats = field(repr=False)
    noise: float
    variation: Floats
    needed: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Is whether spend of each channel varied enough to tell its curve, shape (n_channels,)."""
        return np.asarray(self.variation >= self.needed, dtype=np.bool_)

    def response(self, spend: Floats) -> Floats:
        """Computes what steady spend brings.

        Parameters
        ----------
        spend : ndarray of float, shape (n_channels,)
            Money a period.

        Returns
        -------
        ndarray of float, shape (n_draws, n_channels)
            Sales a period, in money.
        """
        z = spend / self.scale
        return np.asarray(self.at_scale * (1.0 + self.half) * z / (z + self.half), dtype=np.float64)

    def marginal(self, spend: Floats) -> Floats:
        """Computes what one more of money brings.

        Parameters
        ----------
        spend : ndarray of float, shape (n_channels,)
            Money a period.

        Returns
        -------
        ndarray of float, shape (n_draws, n_channels)
            Sales for one of money; falls as spend rises.
        """
        bent = self.half / (spend / self.scale + self.half) ** 2
        return np.asarray(self.at_scale * (1.0 + self.half) * bent / self.scale, dtype=np.float64)


def response_curves(
    sales: Floats, *, spend: pd.DataFrame, season: float = WEEKS, drivers: Floats | None = None, seed: int = 0
) -> ResponseCurves:
    """Learns the curves of all channels from history.

    Parameters
    ----------
    sales : ndarray of float, shape (n_periods,)
        Sales of each period (week), in money, the oldest first; no gaps.
    spend : DataFrame, shape (n_periods, n_channels)
        Money that each channel took, one column a channel.
    season : float
        Periods a year.
    drivers : ndarray of float, shape (n_periods, n_drivers), or None
        What else moved sales, as holidays in a period.
    seed : int
        Of the draws.

    Returns
    -------
    ResponseCurves
        Curves are learned whether history tells them or not; `ResponseCurves.known` says which it does.

    Raises
    ------
    MisalignedError
        If sales and spend are not of the same periods, or a value is not finite.
    OutOfRangeError
        If there are too few periods, no sales, or a channel without or with negative spend.
    """
    amounts = spend.to_numpy(dtype=np.float64)
    _check(sales, spend=spend, drivers=drivers)
    history = PromotionHistory.of(sales, spend=amounts, season=season, drivers=drivers)
    fit = fit_response(history)
    at_mean, half, carry = unpacked(fit.draws(DRAWS, seed=seed))
    last = slice(-min(len(sales), max(round(season), 1)), None)
    level = float(fit.base[last].mean() * sales.mean())
    stock = carried_over(amounts, unpacked(fit.theta)[2])
    return ResponseCurves(
        channels=tuple(map(str, spend.columns)),
        present=amounts[last].mean(axis=0),
        seen=np.column_stack([stock.min(axis=0), stock.max(axis=0)]),
        scale=amounts.mean(axis=0),
        at_scale=at_mean * history.weight * level,
        half=half,
        carry=carry,
        noise=fit.noise.sd / float(np.sqrt(1.0 - fit.noise.memory**2)) * float(sales[last].mean()),
        variation=variations(history),
        needed=_needed(history, fit=fit),
    )


def variations(history: PromotionHistory) -> Floats:
    """Measures how much of each channel's spend nothing else explains.

    Parameters
    ----------
    history : PromotionHistory
        Spend over its mean, and the terms of the base.

    Returns
    -------
    ndarray of float, shape (n_channels,)
        Standard deviation left after least squares on trend, season, drivers and the other channels.
    """
    left = np.empty(history.spend.shape[1])
    for place in range(len(left)):
        others = np.column_stack([history.base, np.delete(history.spend, place, axis=1)])
        mine = history.spend[:, place]
        rest = mine - others @ np.linalg.lstsq(others, mine, rcond=None)[0]
        left[place] = np.sqrt(rest @ rest / max(len(rest) - others.shape[1], 1))
    return left


def _needed(history: PromotionHistory, *, fit: ResponseFit) -> Floats:
    typical = 0.5 * np.exp(fit.theta[-1]) * history.weight
    return np.asarray(
        np.maximum(fit.noise.sd / (TYPICAL * typical * np.sqrt(len(history.sales))), LEAST_VARIATION), dtype=np.float64
    )


def _check(sales: Floats, *, spend: pd.DataFrame, drivers: Floats | None) -> None:
    where = "response_curves"
    if len(sales) != len(spend):
        raise MisalignedError("spend", found=f"{len(spend)} periods", accepted=f"one row for each of {len(sales)}")
    if drivers is not None and (drivers.ndim != 2 or len(drivers) != len(sales)):
        raise MisalignedError("drivers", found=f"shape {drivers.shape}", accepted=f"{len(sales)} rows")
    given = {"sales": sales, "spend": spend.to_numpy(dtype=np.float64)} | (
        {} if drivers is None else {"drivers": drivers}
    )
    for name, values in given.items():
        if not np.isfinite(values).all():
            raise MisalignedError(name, found="a value that is missing or not finite", accepted="finite numbers")
    least = max(LEAST_PERIODS, 4 * spend.shape[1] + 12)
    if len(sales) < least or not spend.shape[1]:
        raise OutOfRangeError(len(sales), name="sales", where=where, least=f"{least} periods and one channel")
    if not sales.mean() > 0.0:
        raise OutOfRangeError(float(sales.mean()), name="sales", where=where, least="above 0 on average")
    for channel, column in spend.items():
        if column.min() < 0.0 or not column.mean() > 0.0:
            raise OutOfRangeError(
                float(column.min()), name=f"spend of {channel!r}", where=where, least="0, and some above it"
            )
