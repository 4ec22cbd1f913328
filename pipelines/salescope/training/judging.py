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
    random_folds,
    within_period_auc,
)
from salescope.frames.errors import EvaluationError
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.training.labelled import LabelledRows
from salescope.training.splitting import Splitting

__all__ = ["Calibration", "Judgement", "Maker", "calibrate", "fitted_probabilities", "judge_recipe"]

Floats = npt.NDArray[np.float64]
Maker = Callable[[], ProbabilityScorer]
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
        Positions of the older and of the newest rows.
    newest : ndarray of float64, shape (n_newest,)
        Probabilities of the newest rows by a scorer that was fitted on the older ones.
    figures : dict of str to float
        The metrics of those probabilities.
    auc_95 : Interval
        95 % interval of their AUC.
    within_period : float or None
        Their AUC inside periods; None without periods, or where no period has both outcomes.
    folds : ndarray of float64, shape (n_rows,)
        Probabilities of all rows by random folds, which ignore time.
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


def judge_recipe(rows: LabelledRows, make: Maker, *, splitting: Splitting, seed: int, say: Say) -> Judgement:
    """Judges a recipe: newest outcomes first, then random folds and the last periods.

    Parameters
    ----------
    rows : LabelledRows
        What is learned from.
    make : callable
        Gives a fresh scorer.
    splitting : Splitting
        Which rows are judged by which.
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
    split = splitting.newest(rows)
    newest = fitted_probabilities(rows, make, split=split)
    y = rows.y[split.test]
    say("judging on random folds, for the gap")
    folds = _fold_probabilities(rows, make, seed=seed)
    say("walking forward through the last periods")
    return Judgement(
        split=split,
        newest=newest,
        figures=classifier_metrics(y, newest),
        auc_95=auc_interval(y, newest) if 0 < y.sum() < len(y) else None,
        within_period=_within_period(rows, newest, split=split),
        folds=folds,
        random=classifier_metrics(rows.y, folds),
        windows=_windows(rows, make, splitting=splitting),
        verdict=judge(y, newest, baseline=float(rows.y[split.train].mean())),
        drift=check_calibration(y, newest, seed=seed),
    )


def fitted_probabilities(rows: LabelledRows, make: Maker, *, split: Split) -> Floats:
    """Fits on one side of a split and answers the other.

    Parameters
    ----------
    rows : LabelledRows
        What is learned from.
    make : callable
        Gives a fresh scorer.
    split : Split
        Positions of training and test rows.

    Returns
    -------
    ndarray of float64, shape (n_test,)
        Probabilities of outcome 1.
    """
    scorer = make().fit(rows.features.iloc[split.train], rows.y[split.train], order=rows.order[split.train])
    answer: Floats = scorer.predict_proba(rows.features.iloc[split.test])[:, 1]
    return answer


def calibrate(rows: LabelledRows, judgement: Judgement, *, seed: int) -> Calibration:
    """Fits the calibration line on the newest outcomes and checks it on rows it was not fitted on.

    Parameters
    ----------
    rows : LabelledRows
        What is learned from.
    judgement : Judgement
        Its fold probabilities of the newest rows stand for a scorer fitted on all others, as the final one is.
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
    test = judgement.split.test
    y, p = rows.y[test], judgement.folds[test]
    group = None if rows.group is None else rows.group[test]
    crossed = np.empty(len(p))
    for fold in random_folds(y, n_folds=2, seed=seed, group=group):
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


def _fold_probabilities(rows: LabelledRows, make: Maker, *, seed: int) -> Floats:
    answer = np.empty(len(rows.y))
    for fold in random_folds(rows.y, n_folds=N_FOLDS, seed=seed, group=rows.group):
        answer[fold.test] = fitted_probabilities(rows, make, split=fold)
    return answer


def _within_period(rows: LabelledRows, newest: Floats, *, split: Split) -> float | None:
    if rows.period is None:
        return None
    try:
        return within_period_auc(rows.y[split.test], newest, period=rows.period[split.test])
    except EvaluationError:
        return None


def _windows(rows: LabelledRows, make: Maker, *, splitting: Splitting) -> tuple[dict[str, Any], ...]:
    """Judges the last periods that have both outcomes, each by what all earlier rows taught."""
    if rows.period is None:
        return ()
    both = [split for split in splitting.windows(rows) if _has_both(rows, split)]
    windows = []
    for split in both[-N_WINDOWS:]:
        p = fitted_probabilities(rows, make, split=split)
        windows.append(
            {"period": int(rows.period[split.test[0]]), "n": len(p), **classifier_metrics(rows.y[split.test], p)}
        )
    return tuple(windows)


def _has_both(rows: LabelledRows, split: Split) -> bool:
    return len(np.unique(rows.y[split.test])) == len(np.unique(rows.y[split.train])) == 2
