"""Whether a probability means what it says, measured against the noise that perfect probabilities would show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike
from scipy.special import logit
from statsmodels.stats.proportion import proportion_confint

from salescope.evaluation.delong import Interval
from salescope.evaluation.metrics import calibration_error, equal_count_bins
from salescope.evaluation.outcomes import outcome_array, probability_array, require_both

__all__ = ["CalibrationCheck", "CoxFit", "Floor", "calibration_floor", "check_calibration", "cox_fit", "reliability"]

SMALLEST_CHANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Floor:
    """Holds the calibration error that perfectly calibrated probabilities show by chance.

    Parameters
    ----------
    mean : float
        The mean over the draws.
    p95 : float
        The 95th percentile over the draws.
    """

    mean: float
    p95: float


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """Holds a calibration error beside its noise floor.

    Parameters
    ----------
    error : float
        The calibration error that was measured.
    floor : float
        The mean error of perfectly calibrated probabilities of this size.
    p95 : float
        Their 95th percentile.
    passed : bool
        Whether ``error`` is within ``p95``.
    """

    error: float
    floor: float
    p95: float
    passed: bool

    @property
    def message(self) -> str:
        """Says the result in one sentence."""
        verdict = "within" if self.passed else "beyond"
        return (
            f"Calibration error {self.error:.4f} is {verdict} the noise of perfect probabilities "
            f"(mean {self.floor:.4f}, 95 % below {self.p95:.4f})."
        )


@dataclass(frozen=True, slots=True)
class CoxFit:
    """Holds the calibration line in log-odds; a perfect one has intercept 0 and slope 1.

    Parameters
    ----------
    intercept : float
        Above 0 where probabilities are too low.
    slope : float
        Below 1 where probabilities are too extreme.
    intercept_95 : Interval
        The intercept's 95 % interval.
    slope_95 : Interval
        The slope's 95 % interval.
    """

    intercept: float
    slope: float
    intercept_95: Interval
    slope_95: Interval


def reliability(y: ArrayLike, p: ArrayLike, *, bins: int = 10) -> pd.DataFrame:
    """Tabulates probability against rate over bins of equal count, for the reliability plot.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities.
    bins : int, default 10
        How many bins; equal probabilities share one.

    Returns
    -------
    DataFrame, shape (n_filled_bins, 6)
        bin, n_rows, probability (mean), rate, lo_95, hi_95 (Wilson's interval of the rate).

    Notes
    -----
    E. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Examples
    --------
    >>> table = reliability([0, 0, 0, 1], [0.1, 0.1, 0.6, 0.6], bins=2)
    >>> table[["n_rows", "probability", "rate"]].to_dict("list")
    {'n_rows': [2, 2], 'probability': [0.1, 0.6], 'rate': [0.0, 0.5]}
    """
    outcomes = outcome_array(y)
    chance = probability_array(p, n_rows=len(outcomes))
    rows = pd.DataFrame({"bin": equal_count_bins(chance, bins=bins), "probability": chance, "rate": outcomes})
    table = rows.groupby("bin", as_index=False).agg(
        n_rows=("rate", "size"), probability=("probability", "mean"), rate=("rate", "mean")
    )
    lo, hi = proportion_confint(table["rate"] * table["n_rows"], table["n_rows"], method="wilson")
    return table.assign(lo_95=np.asarray(lo), hi_95=np.asarray(hi))


def calibration_floor(p: ArrayLike, *, bins: int = 10, draws: int = 200, seed: int = 0) -> Floor:
    """Measures the calibration error of probabilities that are exactly right.

    Parameters
    ----------
    p : array_like of float, shape (n_rows,)
        Probabilities; outcomes are drawn from them.
    bins : int, default 10
        How many bins of equal count.
    draws : int, default 200
        How many times all outcomes are drawn.
    seed : int, default 0
        Repeats the draws.

    Returns
    -------
    Floor
        A measured error below ``p95`` cannot be told from perfection.

    Examples
    --------
    >>> floor = calibration_floor(np.full(1000, 0.5))
    >>> 0.01 < floor.mean < floor.p95 < 0.04
    True
    """
    chance = probability_array(p, n_rows=np.size(p))
    codes = equal_count_bins(chance, bins=bins)
    rng = np.random.default_rng(seed)
    errors = [
        np.abs(np.bincount(codes, weights=chance - (rng.random(len(chance)) < chance))).sum() / len(chance)
        for _ in range(draws)
    ]
    return Floor(float(np.mean(errors)), float(np.percentile(errors, 95)))


def check_calibration(
    y: ArrayLike, p: ArrayLike, *, bins: int = 10, draws: int = 200, seed: int = 0
) -> CalibrationCheck:
    """Checks the calibration error against its noise floor.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1, that the model has not seen; the newest ones for a model that will be published.
    p : array_like of float, shape (n_rows,)
        Probabilities, recalibrated or not.
    bins : int, default 10
        How many bins of equal count.
    draws : int, default 200
        How many draws measure the floor.
    seed : int, default 0
        Repeats the draws.

    Returns
    -------
    CalibrationCheck
        ``passed`` where the error is within the floor's 95th percentile; five perfect models of 100 fail.

    Examples
    --------
    >>> check_calibration([0, 1] * 500, np.full(1000, 0.5)).passed
    True
    >>> print(check_calibration([0, 0, 0, 1] * 250, np.full(1000, 0.5)).message)
    Calibration error 0.2500 is beyond the noise of perfect probabilities (mean 0.01..., 95 % below 0.03...).
    """
    error = calibration_error(y, p, bins=bins)
    floor = calibration_floor(p, bins=bins, draws=draws, seed=seed)
    return CalibrationCheck(error=error, floor=floor.mean, p95=floor.p95, passed=error <= floor.p95)


def cox_fit(y: ArrayLike, p: ArrayLike) -> CoxFit:
    """Fits the calibration line: log-odds of the outcome on the log-odds of the probability.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    p : array_like of float, shape (n_rows,)
        Probabilities, not all equal.

    Returns
    -------
    CoxFit

    Raises
    ------
    TooFewOutcomesError
        If only one kind of outcome is there.

    Notes
    -----
    D. Cox, "Two further applications of a model for binary regression", Biometrika 45 (1958).

    Examples
    --------
    >>> fit = cox_fit([0, 0, 0, 1, 0, 1, 1, 1], [0.25] * 4 + [0.75] * 4)
    >>> round(fit.slope, 3)
    1.0
    """
    outcomes = outcome_array(y)
    require_both(outcomes)
    chance = probability_array(p, n_rows=len(outcomes))
    odds = logit(np.clip(chance, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE))
    fitted = sm.GLM(outcomes, sm.add_constant(odds, has_constant="add"), family=sm.families.Binomial()).fit()
    (lo_0, hi_0), (lo_1, hi_1) = fitted.conf_int()
    intercept, slope = fitted.params
    return CoxFit(
        float(intercept), float(slope), Interval(float(lo_0), float(hi_0)), Interval(float(lo_1), float(hi_1))
    )
