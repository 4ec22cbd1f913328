"""The figures of one cell of the track record: each a number, or the reason why it cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.stats import spearmanr
from statsmodels.stats.proportion import proportion_confint

from salescope.evaluation.calibration import check_calibration
from salescope.evaluation.delong import Interval, normal_interval
from salescope.evaluation.metrics import auc, auc_interval, lift_at_10, log_loss, row_losses
from salescope.evaluation.outcomes import Floats, Ints

__all__ = ["Told", "chance_figures", "interval_figures", "ratio_interval", "value_figures"]

Told = Mapping[str, float | str]

FEWEST_IN_BINS = 10
FEWEST_OF_A_KIND = 2
ENDS = ("", "_lo_95", "_hi_95")
CALIBRATION = ("calibration_error", "calibration_floor", "calibration_p95")
CHANCE = ("base_rate", "log_loss", "auc", "lift_at_10", *CALIBRATION, "total_ratio", "skill")
VALUE = ("value_mean", "value_rmse", "value_spearman", "value_total_ratio", "value_skill")
INTERVAL = ("coverage", "width")
WITH_ENDS = frozenset({"auc", "total_ratio", "skill", "value_total_ratio", "value_skill", "coverage"})


def chance_figures(y: Ints, p: Floats, *, baseline: Floats, seed: int = 0) -> Told:
    """Judges probabilities by what happened.

    Parameters
    ----------
    y : ndarray of int64, shape (n_rows,)
        Outcomes, 0 or 1; there may be none.
    p : ndarray of float64, shape (n_rows,)
        Probabilities.
    baseline : ndarray of float64, shape (n_rows,)
        The probability that could be said of every row without a model; NaN where nothing was known yet.
    seed : int, default 0
        Draws the calibration floor.

    Returns
    -------
    mapping of str to float or str
        A figure, or why there is none. ``total_ratio`` is predicted ÷ actual, ``skill`` the share of the baseline's
        log loss that the model saves; their intervals and the AUC's end in ``_lo_95`` and ``_hi_95``.

    Examples
    --------
    >>> told = chance_figures(np.array([0, 0]), np.array([0.1, 0.3]), baseline=np.array([0.5, 0.5]))
    >>> told["auc"]
    'only one kind of outcome: 0 positive, 2 negative'
    >>> round(told["skill"], 3)
    0.667
    """
    if len(y) == 0:
        return _none(CHANCE, reason="no answer with a probability has an outcome")
    return {
        "base_rate": float(y.mean()),
        "log_loss": log_loss(y, p),
        **_ranking(y, p),
        **_calibration(y, p, seed=seed),
        **_ratio(p, y, name="total_ratio", nothing="nothing happened, so that there is no ratio"),
        **_skill(row_losses(y, p), row_losses(y, baseline), name="skill"),
    }


def value_figures(actual: Floats, value: Floats, *, baseline: Floats) -> Told:
    """Judges expected values by what happened.

    Parameters
    ----------
    actual : ndarray of float64, shape (n_rows,)
        What came, in the unit of ``value``; there may be none.
    value : ndarray of float64, shape (n_rows,)
        Expected values.
    baseline : ndarray of float64, shape (n_rows,)
        The value that could be said of every row without a model; NaN where nothing was known yet.

    Returns
    -------
    mapping of str to float or str
        A figure, or why there is none. ``value_skill`` is the share of the baseline's squared errors that the model
        saves: with absolute errors, predicting next to nothing would look skilled.

    Examples
    --------
    >>> told = value_figures(np.array([0.0, 30.0]), np.array([10.0, 30.0]), baseline=np.full(2, 15.0))
    >>> round(told["value_total_ratio"], 3), round(told["value_skill"], 3)
    (1.333, 0.778)
    """
    if len(actual) == 0:
        return _none(VALUE, reason="no answer with a value has an outcome")
    errors = (value - actual) ** 2
    return {
        "value_mean": float(actual.mean()),
        "value_rmse": float(np.sqrt(errors.mean())),
        "value_spearman": _rank_correlation(actual, value),
        **_ratio(value, actual, name="value_total_ratio", nothing="the actual total is not above 0"),
        **_skill(errors, (baseline - actual) ** 2, name="value_skill"),
    }


def interval_figures(actual: Floats, *, low: Floats, high: Floats) -> Told:
    """Judges intervals by how often what came lay inside, ends included, and by how wide they are.

    Parameters
    ----------
    actual : ndarray of float64, shape (n_rows,)
        What came; there may be none.
    low, high : ndarray of float64, shape (n_rows,)
        The ends of the intervals, in the same unit.

    Returns
    -------
    mapping of str to float or str
        The coverage with Wilson's 95 % interval, and the mean width: never one without the other.

    Examples
    --------
    >>> told = interval_figures(np.array([1.0, 9.0]), low=np.zeros(2), high=np.full(2, 5.0))
    >>> told["coverage"], told["width"]
    (0.5, 5.0)
    """
    if len(actual) == 0:
        return _none(INTERVAL, reason="no answer with an interval has an outcome")
    inside = int(((low <= actual) & (actual <= high)).sum())
    lo, hi = proportion_confint(inside, len(actual), method="wilson")
    return {
        "coverage": inside / len(actual),
        "coverage_lo_95": float(lo),
        "coverage_hi_95": float(hi),
        "width": float((high - low).mean()),
    }


def ratio_interval(above: Floats, below: Floats) -> Interval:
    """Gives the 95 % interval of one total divided by another, over independent rows that have both.

    Parameters
    ----------
    above, below : ndarray of float64, shape (n_rows,)
        The rows of the two totals; two rows at least, and the lower total is not 0.

    Returns
    -------
    Interval

    Notes
    -----
    The ratio estimator of W. Cochran, "Sampling Techniques", 3rd edition (1977), chapter 6: the variance of
    ``above - ratio * below``, over the rows and the squared mean of ``below``.

    Examples
    --------
    >>> ratio_interval(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    Interval(lo=2.0, hi=2.0)
    """
    ratio = float(above.sum() / below.sum())
    variance = float((above - ratio * below).var(ddof=1)) / (len(above) * float(below.mean()) ** 2)
    return normal_interval(ratio, variance)


def _none(names: Iterable[str], *, reason: str) -> Told:
    return {name + end: reason for name in names for end in (ENDS if name in WITH_ENDS else ("",))}


def _ranking(y: Ints, p: Floats) -> Told:
    won, lost = int(y.sum()), int((1 - y).sum())
    kinds = f"{won} positive, {lost} negative"
    if min(won, lost) == 0:
        return _none(("auc", "lift_at_10"), reason=f"only one kind of outcome: {kinds}")
    told: dict[str, float | str] = {"auc": auc(y, p), "lift_at_10": _too_few(y)}
    if len(y) >= FEWEST_IN_BINS:
        told["lift_at_10"] = lift_at_10(y, p)
    if min(won, lost) < FEWEST_OF_A_KIND:
        return told | dict.fromkeys(("auc_lo_95", "auc_hi_95"), f"a single outcome of its kind: {kinds}")
    interval = auc_interval(y, p)
    return told | {"auc_lo_95": interval.lo, "auc_hi_95": interval.hi}


def _calibration(y: Ints, p: Floats, *, seed: int) -> Told:
    if len(y) < FEWEST_IN_BINS:
        return _none(CALIBRATION, reason=_too_few(y))
    check = check_calibration(y, p, seed=seed)
    return dict(zip(CALIBRATION, (check.error, check.floor, check.p95), strict=True))


def _too_few(y: Ints) -> str:
    return f"{len(y)} outcomes, where {FEWEST_IN_BINS} are needed"


def _rank_correlation(actual: Floats, value: Floats) -> float | str:
    if np.ptp(actual) == 0 or np.ptp(value) == 0:
        return "all values are equal, so that nothing can be ranked"
    return float(spearmanr(actual, value)[0])


def _ratio(above: Floats, below: Floats | Ints, *, name: str, nothing: str) -> Told:
    if below.sum() <= 0:
        return _none((name,), reason=nothing)
    told: dict[str, float | str] = {name: float(above.sum() / below.sum())}
    if len(above) == 1:
        return told | {name + end: "a single outcome has no spread" for end in ENDS[1:]}
    interval = ratio_interval(above, below.astype(np.float64))
    return told | {f"{name}_lo_95": interval.lo, f"{name}_hi_95": interval.hi}


def _skill(own: Floats, theirs: Floats, *, name: str) -> Told:
    known = np.isfinite(theirs)
    if not known.any():
        return _none((name,), reason="no outcome was known before these answers were given")
    kept = _ratio(own[known], theirs[known], name=name, nothing="the baseline made no error")
    swapped = dict(zip((name, f"{name}_hi_95", f"{name}_lo_95"), (kept[name + end] for end in ENDS), strict=True))
    return {key: part if isinstance(part, str) else 1.0 - part for key, part in swapped.items()}
