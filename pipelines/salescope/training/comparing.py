"""Compares a recipe with the champion on the same newest outcomes, none of which either has learned from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from salescope.bundle import load_as
from salescope.evaluation import Comparison, PromotionRule, compare
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.training.judging import Judgement, fitted_probabilities
from salescope.training.labelled import LabelledRows

__all__ = ["Against", "Champion", "against_champion"]

FEWEST_OF_A_KIND = 20

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """Is the version that serves.

    Parameters
    ----------
    version : str
        Its number.
    files : mapping of str to bytes
        Its verified bundle.
    card : mapping
        Its model card.
    """

    version: str
    files: Mapping[str, bytes]
    card: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Holds the comparison with the champion.

    Parameters
    ----------
    version : str
        The champion's version.
    basis : str
        Whether the champion itself was judged on outcomes newer than its training, or, where there are too few of
        those, its recipe was fitted again on the older outcomes.
    comparison : Comparison
        Both on the same outcomes.
    """

    version: str
    basis: str
    comparison: Comparison


def against_champion(
    rows: LabelledRows,
    judgement: Judgement,
    *,
    champion: Champion,
    remake: Callable[[Mapping[str, Any]], ProbabilityScorer],
    rule: PromotionRule | None = None,
) -> Against | None:
    """Compares a recipe with the champion.

    Parameters
    ----------
    rows : LabelledRows
        What is learned from.
    judgement : Judgement
        The new recipe's probabilities of the newest outcomes.
    champion : Champion
        The version that serves.
    remake : callable
        Gives a fresh scorer of a card's recipe.
    rule : PromotionRule, optional
        When the new one takes the champion's place.

    Returns
    -------
    Against or None
        None where the newest outcomes are too few to compare on.

    Notes
    -----
    A champion that was fitted on all rows has learned the newest outcomes by heart, and no later model would ever beat
    it there. So it is judged itself only on outcomes newer than its training; otherwise its recipe is.
    """
    test = judgement.split.test
    unseen = np.flatnonzero(_after(rows.order[test], champion.card["data"].get("trained_through")))
    if _enough(rows.y[test[unseen]]):
        served = load_as(type(remake(champion.card["recipe"])), champion.files)
        theirs = served.predict_proba(rows.features.iloc[test[unseen]])[:, 1]
        judged, basis = unseen, "as served"
    elif _enough(rows.y[test]):
        theirs = fitted_probabilities(rows, lambda: remake(champion.card["recipe"]), split=judgement.split)
        judged, basis = np.arange(len(test)), "its recipe, fitted on the same older outcomes"
    else:
        return None
    found = compare(rows.y[test[judged]], champion=theirs, challenger=judgement.newest[judged], rule=rule)
    return Against(version=champion.version, basis=basis, comparison=found)


def _after(order: npt.NDArray[Any], trained_through: object) -> npt.NDArray[np.bool_]:
    """Marks the rows that came after the champion's training; none where its order was of another kind."""
    if trained_through is None:
        return np.zeros(len(order), dtype=np.bool_)
    try:
        bound = np.asarray(trained_through).astype(order.dtype)
    except (ValueError, TypeError):
        return np.zeros(len(order), dtype=np.bool_)
    later: npt.NDArray[np.bool_] = order > bound
    return later


def _enough(y: npt.NDArray[np.int64]) -> bool:
    return int(min(y.sum(), len(y) - y.sum())) >= FEWEST_OF_A_KIND
