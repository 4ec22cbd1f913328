"""Whether a model tells anything at all, and whether a challenger may take the champion's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from salescope.evaluation.delong import Interval, normal_interval, placements
from salescope.evaluation.metrics import auc_interval, log_loss, row_losses
from salescope.evaluation.outcomes import Floats, Ints, outcome_array, probability_array, require_both
from salescope.frames.errors import MisalignedError

__all__ = ["Comparison", "PromotionRule", "Verdict", "compare", "judge"]

FEWEST_OF_A_KIND = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """Holds whether a model tells the two outcomes apart where it has not seen them.

    Parameters
    ----------
    signal : bool
        Whether it does. A model without signal is never promoted.
    auc : float
        The AUC; NaN where outcomes are too few.
    lo_95 : float
        Lower end of its 95 % interval; NaN where outcomes are too few.
    hi_95 : float
        Upper end of its 95 % interval; NaN where outcomes are too few.
    message : str
        The verdict in words.
    """

    signal: bool
    auc: float
    lo_95: float
    hi_95: float
    message: str


def judge(y: ArrayLike, p: ArrayLike, *, baseline: ArrayLike | None = None) -> Verdict:
    """Judges whether a model tells anything on the newest outcomes.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        The newest outcomes, 0 or 1, none of them trained on.
    p : array_like of float, shape (n_rows,)
        The model's probabilities.
    baseline : float or array_like of float, shape (n_rows,), optional
        Probabilities that need no model, as the rate of won leads in training. Where given, the model's log loss must
        be below theirs as well.

    Returns
    -------
    Verdict
        No signal where the 95 % interval of the AUC reaches down to 0.5, or where the log loss is no better than the
        baseline's, or where a kind of outcome has fewer than ten rows.

    Raises
    ------
    MisalignedError
        If lengths differ or a probability is outside 0 to 1.

    Examples
    --------
    >>> print(judge([0, 1] * 50, [0.4, 0.6, 0.6, 0.4] * 25).message)
    No signal: the newest 100 outcomes cannot be told apart (AUC 0.500, 95 % interval 0.401 to 0.599).
    >>> print(judge([0, 1] * 3, [0.2, 0.8] * 3).message)
    No signal: too few outcomes, 3 positive and 3 negative, where 10 of each are needed to judge.
    """
    outcomes = outcome_array(y)
    chance = probability_array(p, n_rows=len(outcomes))
    won = int(outcomes.sum())
    if min(won, len(outcomes) - won) < FEWEST_OF_A_KIND:
        message = (
            f"No signal: too few outcomes, {won} positive and {len(outcomes) - won} negative, "
            f"where {FEWEST_OF_A_KIND} of each are needed to judge."
        )
        return Verdict(signal=False, auc=np.nan, lo_95=np.nan, hi_95=np.nan, message=message)
    reached = placements(outcomes, chance).auc
    interval = auc_interval(outcomes, chance)
    found = f"AUC {reached:.3f}, 95 % interval {interval.lo:.3f} to {interval.hi:.3f}"
    signal, message = interval.lo > 0.5, f"Signal on the newest {len(outcomes)} outcomes ({found})."
    if not signal:
        message = f"No signal: the newest {len(outcomes)} outcomes cannot be told apart ({found})."
    elif baseline is not None:
        signal, message = _against(baseline, y=outcomes, p=chance, found=found)
    return Verdict(signal=signal, auc=reached, lo_95=interval.lo, hi_95=interval.hi, message=message)


def _against(baseline: ArrayLike, *, y: Ints, p: Floats, found: str) -> tuple[bool, str]:
    reference = probability_array(np.broadcast_to(np.asarray(baseline, dtype=float), y.shape), n_rows=len(y))
    own, theirs = log_loss(y, p), log_loss(y, reference)
    losses = f"log loss {own:.4f} against {theirs:.4f} of the baseline"
    if own < theirs:
        return True, f"Signal on the newest {len(y)} outcomes ({found}; {losses})."
    return False, f"No signal: probabilities are no better than the baseline ({losses}; {found})."


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """Holds when a challenger takes the champion's place.

    Parameters
    ----------
    must : {"not_worse", "improve"}, default "not_worse"
        "not_worse": the 95 % interval of the paired log-loss difference does not lie wholly on the champion's side.
        "improve": it lies wholly on the challenger's side. A model retrained on newer rows is promoted by the former
        even where the gain is within noise, for its facts are fresher.
    least_auc_share : float, default 0.95
        The challenger's AUC must be at least this share of the champion's.

    Raises
    ------
    MisalignedError
        If a setting is not accepted.

    Examples
    --------
    >>> PromotionRule(must="improve")
    PromotionRule(must='improve', least_auc_share=0.95)
    """

    must: Literal["not_worse", "improve"] = "not_worse"
    least_auc_share: float = 0.95

    def __post_init__(self) -> None:
        if self.must not in ("not_worse", "improve"):
            raise MisalignedError("must", found=f"the value {self.must!r}", accepted="'not_worse' or 'improve'")
        if not 0 <= self.least_auc_share <= 1:
            raise MisalignedError("least_auc_share", found=f"the value {self.least_auc_share!r}", accepted="0 to 1")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Holds two models judged on the same outcomes; differences are challenger minus champion.

    Parameters
    ----------
    promote : bool
        Whether the challenger takes the champion's place.
    n_rows : int
        How many outcomes both were judged on.
    auc_champion : float
        The champion's AUC.
    auc_challenger : float
        The challenger's AUC.
    auc_difference_95 : Interval
        DeLong's paired 95 % interval of the difference; above 0 favours the challenger.
    log_loss_champion : float
        The champion's log loss.
    log_loss_challenger : float
        The challenger's log loss.
    log_loss_difference_95 : Interval
        The paired 95 % interval of the difference; below 0 favours the challenger.
    message : str
        The decision and its ground in words.
    """

    promote: bool
    n_rows: int
    auc_champion: float
    auc_challenger: float
    auc_difference_95: Interval
    log_loss_champion: float
    log_loss_challenger: float
    log_loss_difference_95: Interval
    message: str


def compare(
    y: ArrayLike, *, champion: ArrayLike, challenger: ArrayLike, rule: PromotionRule | None = None
) -> Comparison:
    """Compares two models row by row on the same newest outcomes.

    Parameters
    ----------
    y : array_like of int, shape (n_rows,)
        The newest outcomes, 0 or 1; neither model has trained on them.
    champion : array_like of float, shape (n_rows,)
        Probabilities of the model in service.
    challenger : array_like of float, shape (n_rows,)
        Probabilities of the model that may replace it.
    rule : PromotionRule, optional
        When it does; by default where it is not worse.

    Returns
    -------
    Comparison

    Raises
    ------
    TooFewOutcomesError
        If a kind of outcome has fewer than two rows.
    MisalignedError
        If lengths differ or a probability is outside 0 to 1.

    Notes
    -----
    E. DeLong, D. DeLong, D. Clarke-Pearson, Biometrics 44 (1988) for the AUCs; for the log loss the mean of the
    row-wise differences and its standard error (F. Diebold, R. Mariano, "Comparing predictive accuracy", JBES 13,
    1995, with independent rows).

    Examples
    --------
    >>> y = [0, 0, 1, 1] * 25
    >>> print(compare(y, champion=[0.4, 0.5, 0.5, 0.6] * 25, challenger=[0.2, 0.3, 0.6, 0.9] * 25).message)
    Promote: log loss 0.2990 against 0.6020 of the champion (difference -0.3030, 95 % interval -0.3190 to -0.2870), ...
    """
    rule = rule or PromotionRule()
    outcomes = outcome_array(y)
    require_both(outcomes, needed=2)
    old = probability_array(champion, n_rows=len(outcomes), name="champion")
    new = probability_array(challenger, n_rows=len(outcomes), name="challenger")
    old_placed, new_placed = placements(outcomes, old), placements(outcomes, new)
    placed = new_placed.minus(old_placed)
    worse_by = row_losses(outcomes, new) - row_losses(outcomes, old)
    interval = normal_interval(float(worse_by.mean()), float(worse_by.var(ddof=1)) / len(outcomes))
    promote, ground = _decide(rule, loss=interval, auc_old=old_placed.auc, auc_new=new_placed.auc)
    old_loss, new_loss = log_loss(outcomes, old), log_loss(outcomes, new)
    return Comparison(
        promote=promote,
        n_rows=len(outcomes),
        auc_champion=old_placed.auc,
        auc_challenger=new_placed.auc,
        auc_difference_95=normal_interval(placed.auc, placed.variance),
        log_loss_champion=old_loss,
        log_loss_challenger=new_loss,
        log_loss_difference_95=interval,
        message=f"{'Promote' if promote else 'Keep the champion'}: log loss {new_loss:.4f} against {old_loss:.4f} of "
        f"the champion (difference {worse_by.mean():+.4f}, 95 % interval {interval.lo:+.4f} to {interval.hi:+.4f}), "
        f"AUC {new_placed.auc:.3f} against {old_placed.auc:.3f}; {ground}.",
    )


def _decide(rule: PromotionRule, *, loss: Interval, auc_old: float, auc_new: float) -> tuple[bool, str]:
    if auc_new < rule.least_auc_share * auc_old:
        return False, f"the challenger must reach {rule.least_auc_share:.0%} of the champion's AUC"
    if rule.must == "improve":
        return loss.hi < 0, "the challenger must be better beyond noise"
    return loss.lo <= 0, "the challenger must not be worse beyond noise"
