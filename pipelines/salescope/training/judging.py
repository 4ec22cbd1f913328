"""Judges a recipe on the newest outcomes, with what random folds and single periods say beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from salescope.evaluation import (
    CalibrationCheck,
    Interval,
    Split,
    Verdict,
    auc_interval,
    check_calibration,
    classifier_metrics,
    cox_fit,
    judge,
    newest_split,
    random_folds,
    walk_forward,
    within_period_auc,
)
from salescope.frames.errors import EvaluationError
from salescope.scoring import LeadScorer
from salescope.training.data import LeadData

__all__ = ["Calibration", "Judgement", "Maker", "calibrate", "fitted_probabilities", "judge_recipe"]

Floats = npt.NDArray[np.float64]
Maker = Callable[[], LeadScorer]
Say = Callable[[str], None]

N_FOLDS = 3
N_WINDOWS = 3
FLATTEST = 0.01
SMALLEST_CHANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Holds what is known about a recipe before a scorer made by it may be promoted.

    Parameters
    ----------
    split : Split
        Positions of the older and of the newest closed leads.
    newest : ndarray of float64, shape (n_newest,)
        Probabilities of the newest leads by a scorer that was fitted on the older ones.
    figures : dict of str to float
        The metrics of those probabilities.
    auc_95 : Interval
        95 % interval of their AUC.
    within_period : float or None
        Their AUC inside periods; None without periods, or where no period has both outcomes.
    folds : ndarray of float64, shape (n_rows,)
        Probabilities of all leads by random folds, which ignore time.
    random : dict of str to float
        The metrics of those.
    windows : tuple of dict
        Walk-forward: each of the last periods by a scorer fitted on all earlier ones.
    verdict : Verdict
        Whether the newest outcomes can be told apart.
    drift : CalibrationCheck
        Calibration of ``newest``: how far the newest outcomes had moved from what older ones taught.
    """

    split: Split
    newest: Floats
    figures: dict[str, float]
    auc_95: Interval | None
    within_period: float | None
    folds: Floats
    random: dict[str, float]
    windows: tuple[dict[str, Any], ...]
    verdict: Verdict
    drift: CalibrationCheck

    @property
    def gap(self) -> float:
        """Is by how much random folds flatter the AUC."""
        return self.random["auc"] - self.figures["auc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Holds the recalibration on the newest outcomes and its check.

    Parameters
    ----------
    intercept, slope : float
        Calibrated log-odds are ``intercept + slope * log_odds``; 0 and 1 change nothing.
    probabilities : ndarray of float64, shape (n_newest,)
        Cross-fitted, recalibrated probabilities of the newest outcomes.
    check : CalibrationCheck
        Their calibration error with its noise floor.
    """

    intercept: float
    slope: float
    probabilities: Floats
    check: CalibrationCheck


def judge_recipe(data: LeadData, make: Maker, *, share: float, seed: int, say: Say) -> Judgement:
    """Judges a recipe: newest outcomes first, then random folds and the last periods.

    Parameters
    ----------
    data : LeadData
        Closed leads.
    make : callable
        Gives a fresh scorer.
    share : float
        The share of the newest outcomes.
    seed : int
        Seed of the random folds and of the noise floor.
    say : callable
        Is told what happens.

    Returns
    -------
    Judgement

    Raises
    ------
    EvaluationError
        If the outcomes cannot be split in time.
    """
    say("judging on the newest outcomes")
    split = newest_split(data.order, share=share)
    newest = fitted_probabilities(data, make, split=split)
    y = data.y[split.test]
    say("judging on random folds, for the gap")
    folds = _fold_probabilities(data, make, seed=seed)
    say("walking forward through the last periods")
    return Judgement(
        split=split,
        newest=newest,
        figures=classifier_metrics(y, newest),
        auc_95=auc_interval(y, newest) if 0 < y.sum() < len(y) else None,
        within_period=_within_period(data, newest, split=split),
        folds=folds,
        random=classifier_metrics(data.y, folds),
        windows=_windows(data, make),
        verdict=judge(y, newest, baseline=float(data.y[split.train].mean())),
        drift=check_calibration(y, newest, seed=seed),
    )


def fitted_probabilities(data: LeadData, make: Maker, *, split: Split) -> Floats:
    """Fits on one side of a split and answers the other.

    Parameters
    ----------
    data : LeadData
        Closed leads.
    make : callable
        Gives a fresh scorer.
    split : Split
        Positions of training and test rows.

    Returns
    -------
    ndarray of float64, shape (n_test,)
        Probabilities of winning.
    """
    scorer = make().fit(data.features.iloc[split.train], data.y[split.train], order=data.order[split.train])
    answer: Floats = scorer.predict_proba(data.features.iloc[split.test])[:, 1]
    return answer


def calibrate(data: LeadData, judgement: Judgement, *, seed: int) -> Calibration:
    """Fits the calibration line on the newest outcomes and checks it on rows it was not fitted on.

    Parameters
    ----------
    data : LeadData
        Closed leads.
    judgement : Judgement
        Its fold probabilities of the newest leads stand for a scorer fitted on all others, as the final one is.
    seed : int
        Seed of the two halves and of the noise floor.

    Returns
    -------
    Calibration
        The line of all newest rows; the check crosses two random halves of them.

    Notes
    -----
    The line is D. Cox's (1958). It is fitted where the base rate is now, not where it was on average; that the rate
    may move again is what `Judgement.drift` shows.
    """
    y, p = data.y[judgement.split.test], judgement.folds[judgement.split.test]
    crossed = np.empty(len(p))
    for fold in random_folds(y, n_folds=2, seed=seed):
        crossed[fold.test] = _recalibrated(p[fold.test], _line(y[fold.train], p[fold.train]))
    line = _line(y, p)
    check = check_calibration(y, crossed, seed=seed)
    return Calibration(intercept=line[0], slope=line[1], probabilities=crossed, check=check)


def _line(y: npt.NDArray[np.int64], p: Floats) -> tuple[float, float]:
    if np.ptp(p) == 0 or min(y.sum(), len(y) - y.sum()) < 2:
        return 0.0, 1.0
    fit = cox_fit(y, p)
    if fit.slope >= FLATTEST:
        return fit.intercept, fit.slope
    # Without signal the line falls or is flat; a model may say next to nothing, but never the opposite.
    centre = float(logit(np.clip(p, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)).mean())
    return float(logit(y.mean())) - FLATTEST * centre, FLATTEST


def _recalibrated(p: Floats, line: tuple[float, float]) -> Floats:
    answer: Floats = expit(line[0] + line[1] * logit(np.clip(p, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)))
    return answer


def _fold_probabilities(data: LeadData, make: Maker, *, seed: int) -> Floats:
    answer = np.empty(len(data.y))
    for fold in random_folds(data.y, n_folds=N_FOLDS, seed=seed):
        answer[fold.test] = fitted_probabilities(data, make, split=fold)
    return answer


def _within_period(data: LeadData, newest: Floats, *, split: Split) -> float | None:
    if data.period is None:
        return None
    try:
        return within_period_auc(data.y[split.test], newest, period=data.period[split.test])
    except EvaluationError:
        return None


def _windows(data: LeadData, make: Maker) -> tuple[dict[str, Any], ...]:
    """Judges the last periods that have both outcomes, each by what all earlier rows taught."""
    if data.period is None:
        return ()
    both = [split for split in walk_forward(data.period) if _has_both(data, split)]
    windows = []
    for split in both[-N_WINDOWS:]:
        p = fitted_probabilities(data, make, split=split)
        windows.append(
            {"period": int(data.period[split.test[0]]), "n": len(p), **classifier_metrics(data.y[split.test], p)}
        )
    return tuple(windows)


def _has_both(data: LeadData, split: Split) -> bool:
    return len(np.unique(data.y[split.test])) == len(np.unique(data.y[split.train])) == 2
