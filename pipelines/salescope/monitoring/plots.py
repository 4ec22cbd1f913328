"""Plots of a classifier on its newest outcomes: ROC and precision-recall, reliability with floor, lift, importance.

Every function returns a :class:`matplotlib.figure.Figure` that no window or global state knows, so that threads may
draw at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from salescope.evaluation import (
    auc,
    check_calibration,
    lift_at_10,
    lift_table,
    pr_auc,
    precision_recall_table,
    reliability,
    roc_table,
)
from salescope.monitoring.drawing import ACCENT, MUTED, dress, name_bars
from salescope.monitoring.wording import LEADS, Words

__all__ = ["discrimination_plot", "evaluation_plots", "importance_plot", "lift_plot", "reliability_plot"]

MOST_BARS = 15
GAINS_POINTS = 100


def discrimination_plot(y: ArrayLike, p: ArrayLike) -> Figure:
    """Draws the ROC curve and the precision-recall curve side by side.

    Parameters
    ----------
    y : array-like of {0, 1}, shape (n_rows,)
        Outcomes.
    p : array-like of float, shape (n_rows,)
        Probabilities of outcome 1.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing, 9 × 4.2 inches.

    Examples
    --------
    >>> figure = discrimination_plot([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> [axes.get_xlabel() for axes in figure.axes]
    ['false positive rate', 'recall']
    """
    outcomes, probabilities = _columns(y, p)
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    roc = roc_table(outcomes, probabilities)
    left.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle="--", label="no signal")
    left.plot(roc["false_positive_rate"], roc["true_positive_rate"], color=ACCENT, linewidth=2,
              label=f"AUC {auc(outcomes, probabilities):.3f}")  # fmt: skip
    dress(left, title="ROC", x="false positive rate", y="true positive rate")
    table = precision_recall_table(outcomes, probabilities)
    right.axhline(outcomes.mean(), color=MUTED, linewidth=1, linestyle="--", label=f"base rate {outcomes.mean():.3f}")
    # Drawn as the steps whose area the PR AUC is; the best-scored rows reach back to recall 0.
    recall, precision = np.append(table["recall"], 0.0), np.append(table["precision"], table["precision"].iloc[-1])
    right.plot(recall, precision, color=ACCENT, linewidth=2, drawstyle="steps-post",
               label=f"PR AUC {pr_auc(outcomes, probabilities):.3f}")  # fmt: skip
    right.set_ylim(0, 1.04)
    dress(right, title="Precision and recall", x="recall", y="precision")
    return figure


def reliability_plot(y: ArrayLike, p: ArrayLike, *, seed: int = 0) -> Figure:
    """Draws observed against predicted rates in equal-count bins, with what perfect calibration would show.

    Parameters
    ----------
    y : array-like of {0, 1}, shape (n_rows,)
        Outcomes.
    p : array-like of float, shape (n_rows,)
        Probabilities of outcome 1.
    seed : int, default 0
        Seed of the simulated floor.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing; error bars are 95 % Wilson intervals of the observed rate.
    """
    outcomes, probabilities = _columns(y, p)
    table = reliability(outcomes, probabilities)
    check = check_calibration(outcomes, probabilities, seed=seed)
    figure = Figure(figsize=(4.8, 4.6), layout="constrained")
    axes = figure.subplots()
    top = min(1.0, 1.15 * float(max(table["probability"].max(), table["hi_95"].max())))
    axes.plot([0, top], [0, top], color=MUTED, linewidth=1, linestyle="--", label="perfect")
    reach = [table["rate"] - table["lo_95"], table["hi_95"] - table["rate"]]
    axes.errorbar(table["probability"], table["rate"], yerr=np.clip(reach, 0, None), fmt="o", color=ACCENT, capsize=2,
                  label=f"error {check.error:.4f}\nfloor {check.floor:.4f}, 95th pct {check.p95:.4f}")  # fmt: skip
    dress(axes, title="Reliability", x="predicted probability", y="observed rate")
    return figure


def lift_plot(y: ArrayLike, p: ArrayLike, *, words: Words = LEADS) -> Figure:
    """Draws how many of all positive outcomes are found in the best-scored share of rows.

    Parameters
    ----------
    y : array-like of {0, 1}, shape (n_rows,)
        Outcomes.
    p : array-like of float, shape (n_rows,)
        Probabilities of outcome 1.
    words : Words, optional
        What rows and positive outcomes are called.

    Returns
    -------
    matplotlib.figure.Figure
        The cumulative gains curve.
    """
    outcomes, probabilities = _columns(y, p)
    table = lift_table(outcomes, probabilities, parts=GAINS_POINTS)
    share, found = np.append(0.0, table["share"]), np.append(0.0, table["found"])
    figure = Figure(figsize=(4.8, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle="--", label="at random")
    axes.plot(share, found, color=ACCENT, linewidth=2, label=f"lift at 10 %: {lift_at_10(outcomes, probabilities):.2f}")
    title, found_share = f"{words.positive.capitalize()} found", f"share of {words.positive} found"
    dress(axes, title=title, x=f"share of {words.rows} called, best first", y=found_share)
    return figure


def importance_plot(importance: Mapping[str, float]) -> Figure:
    """Draws the mean absolute contribution of each source column in log-odds, greatest first.

    Parameters
    ----------
    importance : mapping of str to float
        Column to mean absolute contribution (log-odds).

    Returns
    -------
    matplotlib.figure.Figure
        At most fifteen bars.

    Examples
    --------
    >>> figure = importance_plot({"source": 0.4, "region": 0.1})
    >>> [text.get_text() for text in figure.axes[0].get_yticklabels()]
    ['region', 'source']
    """
    ranked = sorted(importance.items(), key=lambda item: item[1])[-MOST_BARS:]
    figure = Figure(figsize=(6.4, 0.6 + 0.3 * max(len(ranked), 3)), layout="constrained")
    axes = figure.subplots()
    axes.barh(range(len(ranked)), [value for _, value in ranked], color=ACCENT, height=0.65)
    name_bars(axes, [name for name, _ in ranked])
    dress(axes, title="What moves the scores", x="mean absolute contribution, log-odds", y="", legend=False)
    return figure


def evaluation_plots(
    y: ArrayLike,
    p: ArrayLike,
    *,
    calibrated: ArrayLike,
    importance: Mapping[str, float],
    words: Words = LEADS,
    seed: int = 0,
) -> dict[str, Figure]:
    """Draws all plots of one evaluation.

    Parameters
    ----------
    y : array-like of {0, 1}, shape (n_rows,)
        Outcomes.
    p : array-like of float, shape (n_rows,)
        Probabilities of outcome 1.
    calibrated : array-like of float, shape (n_rows,)
        The same after recalibration, for the reliability plot.
    importance : mapping of str to float
        Column to mean absolute contribution (log-odds).
    words : Words, optional
        What rows and positive outcomes are called.
    seed : int, default 0
        Seed of the reliability floor.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        Drawings by name.
    """
    return {
        "discrimination": discrimination_plot(y, p),
        "reliability": reliability_plot(y, calibrated, seed=seed),
        "lift": lift_plot(y, p, words=words),
        "importance": importance_plot(importance),
    }


def _columns(y: ArrayLike, p: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.asarray(y, dtype=float), np.asarray(p, dtype=float)
