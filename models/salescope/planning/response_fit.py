"""Fits what promotion brings: carry-over and saturation of every channel, together with trend and season."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, signal

from salescope.planning.grid import Floats

__all__ = ["FADE", "HALF", "RETURN", "Noise", "PromotionHistory", "ResponseFit", "carried_over", "fit_response"]

# Priors of (mean, sd). Returns of channels scatter about a common one that is itself learned: without evidence all
# return the same, so that the present split stays. Logarithm of a return, of the spend at half the most, logit of
# carry-over.
RETURN, HALF, FADE = 0.5, (0.0, 1.0), (-0.85, 0.7)
# What all channels together lift sales by, each by about so much: (mean of the logarithm, sd).
LIFT = (float(np.log(0.05)), 1.5)
ROUNDS, BOUND = 3, 7.0
SEASON_SD, BEND_SD = 0.2, 0.5


def carried_over(spend: Floats, carry: Floats) -> Floats:
    """Lets a part of what spend does come later: geometric carry-over, so weighed that steady spend stays itself.

    Parameters
    ----------
    spend : ndarray of float, shape (n_periods, n_channels)
        What was spent, in any unit.
    carry : ndarray of float, shape (n_channels,)
        Share of the effect left a period later, 0 to below 1.

    Returns
    -------
    ndarray of float, shape (n_periods, n_channels)
        ``s[t] = (1 - carry) * spend[t] + carry * s[t - 1]``; before the first period it was as in the first eight.

    Examples
    --------
    >>> carried_over(np.array([[0.0]] * 8 + [[8.0], [0.0]]), np.array([0.5]))[-2:].ravel()
    array([4., 2.])
    """
    before = spend[:8].mean(axis=0)
    held = [
        signal.lfilter([1.0 - share], [1.0, -share], column, zi=[share * start])[0]
        for column, share, start in zip(spend.T, carry, before, strict=True)
    ]
    return np.column_stack(held)


@dataclass(frozen=True)
class Noise:
    """Is how sales miss what explains them.

    Parameters
    ----------
    sd : float
        Standard deviation of what a period does not share with the one before, as proportion of the level.
    memory : float
        Correlation with the period before.
    level : ndarray of float, shape (n_periods,)
        What noise is proportional to, 1 on average.
    """

    sd: float
    memory: float
    level: Floats

    def whitened(self, values: Floats) -> Floats:
        """Takes scale and memory out of rows, so that least squares may count each alike."""
        even = values / (self.level if values.ndim == 1 else self.level[:, None])
        fresh = even - self.memory * np.concatenate([np.zeros_like(even[:1]), even[:-1]])
        fresh[0] = even[0] * np.sqrt(1.0 - self.memory**2)
        return np.asarray(fresh / self.sd, dtype=np.float64)


@dataclass(frozen=True)
class PromotionHistory:
    """Holds sales and spend as proportions of their means, and what else explains sales.

    Parameters
    ----------
    sales : ndarray of float, shape (n_periods,)
        Sales over their mean.
    spend : ndarray of float, shape (n_periods, n_channels)
        Spend over each channel's mean.
    weight : ndarray of float, shape (n_channels,)
        A channel's spend over the average channel's.
    base : ndarray of float, shape (n_periods, n_terms)
        Level, trend with bends twice a year, two waves of the season, drivers.
    tie : ndarray of float, shape (n_terms,)
        One over the standard deviation that each term is expected to have; 0 for a free one.
    """

    sales: Floats
    spend: Floats
    weight: Floats
    base: Floats = field(repr=False)
    tie: Floats = field(repr=False)

    @classmethod
    def of(cls, sales: Floats, *, spend: Floats, season: float, drivers: Floats | None = None) -> PromotionHistory:
        """Builds the terms of the base.

        Parameters
        ----------
        sales : ndarray of float, shape (n_periods,)
            In money.
        spend : ndarray of float, shape (n_periods, n_channels)
            In money; no channel without any.
        season : float
            Periods a year.
        drivers : ndarray of float, shape (n_periods, n_drivers), or None
            What else moved sales.

        Returns
        -------
        PromotionHistory
        """
        time, count = np.arange(len(sales), dtype=np.float64), len(sales)
        waves = [turn(2.0 * np.pi * k * time / season) for k in (1, 2) for turn in (np.cos, np.sin)]
        bends = [
            np.maximum(time - knot, 0.0) / count for knot in np.arange(season / 2.0, count - season / 4.0, season / 2.0)
        ]
        others = np.zeros((count, 0)) if drivers is None else drivers - drivers.mean(axis=0)
        spread = others.std(axis=0) if others.size else np.zeros(others.shape[1])
        others = others[:, spread > 0.0] / spread[spread > 0.0]
        base = np.column_stack([np.ones(count), time / count - 0.5, *waves, *bends, others])
        sds = [np.inf, np.inf, *[SEASON_SD] * 4, *[BEND_SD] * len(bends), *[SEASON_SD] * others.shape[1]]
        mean = spend.mean(axis=0)
        return cls(sales / sales.mean(), spend / mean, mean / mean.mean(), base, 1.0 / np.array(sds))

    def lifts(self, theta: Floats) -> Floats:
        """Computes what the channels lift sales by in each period, shape (n_periods, n_channels)."""
        size, half, carry = unpacked(theta)
        stock = carried_over(self.spend, carry)
        return np.asarray(size * self.weight * stock * (1.0 + half) / (stock + half), dtype=np.float64)

    def solved(self, theta: Floats, *, noise: Noise) -> tuple[Floats, Floats]:
        """Finds the best base under given curves: residuals in standard deviations, and the base of each period."""
        lift = 1.0 + self.lifts(theta).sum(axis=1)
        rows = np.vstack([noise.whitened(self.base * lift[:, None]), np.diag(self.tie)])
        right = np.concatenate([noise.whitened(self.sales), np.zeros(len(self.tie))])
        terms = np.linalg.lstsq(rows, right, rcond=None)[0]
        return np.asarray(rows @ terms - right, dtype=np.float64), np.asarray(self.base @ terms, dtype=np.float64)

    def misses(self, theta: Floats, noise: Noise) -> Floats:
        """Computes residuals and distances from the priors, all in standard deviations."""
        count = self.spend.shape[1]
        size, half, fade, common = theta[:count], theta[count : 2 * count], theta[2 * count : -1], theta[-1]
        from_priors = [
            (size - common) / RETURN,
            (half - HALF[0]) / HALF[1],
            (fade - FADE[0]) / FADE[1],
            [(common - LIFT[0]) / LIFT[1]],
        ]
        return np.concatenate([self.solved(theta, noise=noise)[0], *from_priors])


def unpacked(theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Reads lift at the mean spend, spend at half the most (over the mean) and carry-over; the last axis is a fit's."""
    count = (theta.shape[-1] - 1) // 3
    logs = np.clip(theta[..., : 2 * count], -BOUND, BOUND)
    fade = theta[..., 2 * count : 3 * count]
    return np.exp(logs[..., :count]), np.exp(logs[..., count:]), 1.0 / (1.0 + np.exp(-fade))


@dataclass(frozen=True)
class ResponseFit:
    """Holds the most probable curves and how uncertain they are.

    Parameters
    ----------
    theta : ndarray of float, shape (3 * n_channels + 1,)
        Logarithms of lift and of half, logits of carry-over, logarithm of the common lift.
    covariance : ndarray of float, shape (3 * n_channels + 1, 3 * n_channels + 1)
        By Laplace's approximation.
    noise : Noise
        What is left.
    base : ndarray of float, shape (n_periods,)
        Sales without promotion, over the mean of all sales.
    """

    theta: Floats
    covariance: Floats = field(repr=False)
    noise: Noise
    base: Floats = field(repr=False)

    def draws(self, count: int, *, seed: int) -> Floats:
        """Draws curves that history does not exclude, shape (count, 3 * n_channels + 1)."""
        root = np.linalg.cholesky(self.covariance)
        normal = np.random.default_rng(seed).standard_normal((count, len(self.theta)))
        return np.asarray(self.theta + normal @ root.T, dtype=np.float64)


def fit_response(history: PromotionHistory) -> ResponseFit:
    """Fits all channels together by penalised least squares.

    Parameters
    ----------
    history : PromotionHistory
        Sales, spend and the terms of the base.

    Returns
    -------
    ResponseFit

    Notes
    -----
    Promotion lifts a base of trend and season by ``lift * z * (1 + half) / (z + half)`` of the carried-over spend z.
    The base is solved for inside (variable projection); noise that remembers the period before is taken out as Prais
    and Winsten do. Carry-over and saturation as in Jin, Wang, Sun, Chan and Koehler, "Bayesian methods for media mix
    modeling with carryover and shape effects", Google (2017).
    """
    count = history.spend.shape[1]
    theta = np.concatenate([np.full(count, LIFT[0]), np.full(count, HALF[0]), np.full(count, FADE[0]), [LIFT[0]]])
    noise = Noise(sd=0.03, memory=0.0, level=np.ones(len(history.sales)))
    for _ in range(ROUNDS):
        found = optimize.least_squares(history.misses, theta, args=(noise,), bounds=(-BOUND, BOUND), max_nfev=30)
        theta = np.asarray(found.x, dtype=np.float64)
        noise, base = _noise(history, theta=theta, noise=noise)
    curvature = found.jac.T @ found.jac
    covariance = np.linalg.inv(curvature + 1e-9 * np.eye(len(theta)))
    return ResponseFit(theta=theta, covariance=(covariance + covariance.T) / 2.0, noise=noise, base=base)


def _noise(history: PromotionHistory, *, theta: Floats, noise: Noise) -> tuple[Noise, Floats]:
    base = history.solved(theta, noise=noise)[1]
    fitted = base * (1.0 + history.lifts(theta).sum(axis=1))
    # A level near nothing would let one period rule all others.
    level = np.maximum(fitted / fitted.mean(), 0.1)
    left = (history.sales - fitted) / level
    memory = float(np.clip(left[1:] @ left[:-1] / max(left @ left, 1e-300), 0.0, 0.8))
    free = max(len(left) - history.base.shape[1] - history.spend.shape[1], 1)
    fresh = left[1:] - memory * left[:-1]
    sd = max(float(np.sqrt(fresh @ fresh / free)), 1e-6)
    return Noise(sd=sd, memory=memory, level=level), base
