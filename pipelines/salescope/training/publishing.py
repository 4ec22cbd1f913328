"""From a judged recipe to a scorer that may serve: the last fit and its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version as version_of
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from salescope.evaluation import AuditReport, reliability
from salescope.monitoring import evaluation_plots
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.training.decision import Decision
from salescope.training.judging import Calibration, Judgement, Maker
from salescope.training.labelled import LabelledRows
from salescope.training.learned_columns import learned_columns
from salescope.training.task import ScorerTask
from salescope.training.trained_model import TrainedModel

__all__ = ["TrainedScorer", "fit_final", "importance_of", "plain", "recorded_scorer", "scorer_card"]

IMPORTANCE_ROWS = 500
CANARY_ROWS = 50
EXAMPLE_ROWS = 5
MONTHS_FROM = 1_000


def fit_final(rows: LabelledRows, make: Maker, *, calibration: Calibration) -> ProbabilityScorer:
    """Fits the scorer that will serve, on all rows, and recalibrates it.

    Parameters
    ----------
    rows : LabelledRows
        What is learned from.
    make : callable
        Gives a fresh scorer.
    calibration : Calibration
        The line that the newest outcomes asked for.

    Returns
    -------
    ProbabilityScorer
    """
    scorer = make().fit(rows.features, rows.y, order=rows.order)
    scorer.recalibrate(intercept=calibration.intercept, slope=calibration.slope)
    return scorer


def importance_of(scorer: ProbabilityScorer, rows: LabelledRows) -> dict[str, float]:
    """Gives the mean absolute contribution of each column on the newest rows.

    Parameters
    ----------
    scorer : ProbabilityScorer
        A fitted scorer.
    rows : LabelledRows
        What was learned from; at most the newest five hundred are used.

    Returns
    -------
    dict of str to float
        Column to log-odds.
    """
    newest = np.argsort(rows.order, kind="stable")[-IMPORTANCE_ROWS:]
    parts = scorer.contributions(rows.features.iloc[newest]).drop(columns="base").abs().mean()
    return {str(name): float(value) for name, value in parts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedScorer:
    """Gathers everything that one training of a scorer found.

    Parameters
    ----------
    task : ScorerTask
        What it was about.
    audit : AuditReport
        What the leakage audit said.
    recipe : mapping
        The arguments that make such a scorer again, with the trees that a search found.
    judgement : Judgement
        How the recipe was judged.
    calibration : Calibration
        The recalibration of the final scorer and its check.
    decision : Decision
        What becomes of it.
    scorer : ProbabilityScorer
        The final scorer, fitted on all rows.
    """

    task: ScorerTask
    audit: AuditReport
    recipe: Mapping[str, Any]
    judgement: Judgement
    calibration: Calibration
    decision: Decision
    scorer: ProbabilityScorer


def scorer_card(trained: TrainedScorer) -> dict[str, Any]:
    """Writes the card of a scorer.

    Parameters
    ----------
    trained : TrainedScorer
        Everything that its training found.

    Returns
    -------
    dict
        Strings, finite numbers, booleans, None, lists and dictionaries.
    """
    task, check = trained.task, trained.calibration.check
    line = {"intercept": trained.calibration.intercept, "slope": trained.calibration.slope}
    newest = task.rows.y[trained.judgement.split.test]
    data, importance = _data_of(task), importance_of(trained.scorer, task.rows)
    card = {
        "name": task.model,
        "words": asdict(task.words),
        "made_with": f"salescope {version_of('salescope')}",
        "data": data,
        "learned_from": [[label, data[name]] for name, label in task.labels.items()],
        "verdict": asdict(trained.judgement.verdict),
        "decision": asdict(trained.decision),
        "figures": _figures_of(task.rows, trained.judgement),
        "calibration": {**asdict(check), "message": check.message, **line},
        "reliability": reliability(newest, trained.calibration.probabilities).to_dict("records"),
        "importance": importance,
        "columns": learned_columns(task.rows, importance=importance),
        "audit": [asdict(finding) for finding in trained.audit.findings],
        "learner": trained.scorer.learner_,
        "notes": trained.scorer.notes_,
        "recipe": trained.recipe,
    }
    written: dict[str, Any] = plain(card)
    return written


def recorded_scorer(trained: TrainedScorer) -> TrainedModel:
    """Lays out what goes on record of a scorer.

    Parameters
    ----------
    trained : TrainedScorer
        Everything that its training found.

    Returns
    -------
    TrainedModel
        With its card, drawings and figures.
    """
    task, card, judgement = trained.task, scorer_card(trained), trained.judgement
    # Nobody who asks knows yet what only the outcome told; the key says whom an answer is about.
    unknown = {*trained.scorer.not_features, *trained.scorer.exclude} - {trained.scorer.key}
    examples = task.rows.features.drop(columns=list(unknown), errors="ignore")
    judged = {"newest": judgement.figures, "random": judgement.random}
    check = trained.calibration.check
    return TrainedModel(
        model=task.model,
        fitted=trained.scorer,
        card=card,
        decision=trained.decision,
        canary_rows=examples.tail(CANARY_ROWS),
        example=examples.tail(EXAMPLE_ROWS),
        params={**trained.recipe, "learner": trained.scorer.learner_, "rows": len(task.rows.y)},
        metrics={
            **{f"{on}_{name}": value for on, found in judged.items() for name, value in found.items()},
            "calibration_checked": check.error,
            "calibration_floor_p95": check.p95,
        },
        plots=evaluation_plots(
            task.rows.y[judgement.split.test],
            judgement.newest,
            calibrated=trained.calibration.probabilities,
            importance=card["importance"],
            words=task.words,
        ),
    )


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Turns a value into what JSON knows; a number that is not finite becomes None.

    Parameters
    ----------
    value : object
        Anything a card may hold.

    Returns
    -------
    dict, list, str, int, float, bool or None

    Examples
    --------
    >>> plain({"auc": np.float64("nan"), "columns": ("a", 1)})
    {'auc': None, 'columns': ['a', 1]}
    """
    if isinstance(value, np.datetime64):
        # As a plain number it would be nanoseconds, which no reader of a card takes for an instant.
        return pd.Timestamp(value).isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if value is None or isinstance(value, bool | int) else str(value)


def _data_of(task: ScorerTask) -> dict[str, Any]:
    rows = task.rows
    return {
        "rows": len(rows.y),
        **task.data,
        "digest": rows.digest,
        "as_of": rows.as_of,
        "trained_through": rows.order[np.argsort(rows.order, kind="stable")[-1]],
    }


def _figures_of(rows: LabelledRows, judgement: Judgement) -> dict[str, Any]:
    table = [
        {"label": "the newest outcomes", "n": len(judgement.newest), **judgement.figures},
        {"label": "random folds (time ignored)", "n": len(rows.y), **judgement.random},
        *({"label": f"period {_named(window['period'])}", **window} for window in judgement.windows),
    ]
    more = "more" if judgement.gap > 0 else "less"
    remark = f"Random folds, which ignore time, say {abs(judgement.gap):.3f} {more} AUC than the newest outcomes."
    if judgement.within_period is not None:
        remark += f" Inside single periods of the newest outcomes it is {judgement.within_period:.3f}."
    return {
        "newest": judgement.figures,
        "auc_95": None if judgement.auc_95 is None else asdict(judgement.auc_95),
        "within_period_auc": judgement.within_period,
        "random": judgement.random,
        "gap": judgement.gap,
        "windows": judgement.windows,
        "drift": {**asdict(judgement.drift), "message": judgement.drift.message},
        "table": table,
        "remark": remark,
    }


def _named(period: int) -> str:
    """Names a calendar month that was numbered ``12 * year + month``; other periods keep their number."""
    year, month = divmod(period - 1, 12)
    return f"{year}-{month + 1:02d}" if year > MONTHS_FROM else str(period)
