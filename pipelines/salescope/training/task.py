"""What one training of a scorer of probabilities is about; leads, churn and others differ in nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salescope.evaluation import AuditReport
from salescope.monitoring.wording import LEADS, Words
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.training.labelled import LabelledRows
from salescope.training.splitting import Splitting

__all__ = ["ScorerTask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerTask:
    """Says what is learned, from which rows, and how it is judged.

    Parameters
    ----------
    model : str
        The experiment, registered model and published folder, see `salescope.project.ModelName`.
    rows : LabelledRows
        What is learned from.
    splitting : Splitting
        Which rows are judged by which.
    audit : callable
        Looks for leaks among the columns that would be learned from.
    make : callable
        Gives a fresh scorer of a recipe, as a card keeps it.
    recipe : mapping
        The arguments of the scorer: JSON values, among them ``seed`` and ``trees``.
    trials : int, default 0
        Trials of the search for better trees.
    data : mapping, default {}
        What the card says of the data, beside rows, digest, ``as_of`` and ``trained_through``.
    labels : mapping of str to str, default {}
        Those of the card's data that its page shows, in this order, each with its words.
    words : Words, optional
        What rows and positive outcomes are called.
    """

    model: str
    rows: LabelledRows
    splitting: Splitting
    audit: Callable[[], AuditReport]
    make: Callable[[Mapping[str, Any]], ProbabilityScorer]
    recipe: Mapping[str, Any]
    trials: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Words = LEADS
