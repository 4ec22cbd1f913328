"""From a judged recipe to a registered version: the last fit, its card, its bundle, its aliases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version as version_of
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from salescope.evaluation import AuditReport, reliability
from salescope.scoring import LeadScorer
from salescope.training.data import LeadData
from salescope.training.decision import Decision
from salescope.training.judging import Calibration, Judgement, Maker

__all__ = ["MODEL", "TrainedLeads", "fit_final", "importance_of", "lead_card", "plain"]

MODEL = "leads"
IMPORTANCE_ROWS = 2_000
MONTHS_FROM = 1_000


def fit_final(data: LeadData, make: Maker, *, calibration: Calibration) -> LeadScorer:
    """Fits the scorer that will serve, on all closed leads, and recalibrates it.

    Parameters
    ----------
    data : LeadData
        Closed leads.
    make : callable
        Gives a fresh scorer.
    calibration : Calibration
        The line that the newest outcomes asked for.

    Returns
    -------
    LeadScorer
    """
    scorer = make().fit(data.features, data.y, order=data.order)
    scorer.recalibrate(intercept=calibration.intercept, slope=calibration.slope)
    return scorer


def importance_of(scorer: LeadScorer, data: LeadData) -> dict[str, float]:
    """Gives the mean absolute contribution of each column on the newest leads.

    Parameters
    ----------
    scorer : LeadScorer
        A fitted scorer.
    data : LeadData
        Closed leads; at most the newest two thousand are used.

    Returns
    -------
    dict of str to float
        Column to log-odds.
    """
    newest = np.argsort(data.order, kind="stable")[-IMPORTANCE_ROWS:]
    parts = scorer.contributions(data.features.iloc[newest]).drop(columns="base").abs().mean()
    return {str(name): float(value) for name, value in parts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedLeads:
    """Gathers everything that one training of a lead scorer found.

    Parameters
    ----------
    data : LeadData
        What it learned from.
    audit : AuditReport
        What the leakage audit said.
    recipe : mapping
        The arguments that make such a scorer again.
    judgement : Judgement
        How the recipe was judged.
    calibration : Calibration
        The recalibration of the final scorer and its check.
    decision : Decision
        What becomes of it.
    scorer : LeadScorer
        The final scorer, fitted on all closed leads.
    """

    data: LeadData
    audit: AuditReport
    recipe: Mapping[str, Any]
    judgement: Judgement
    calibration: Calibration
    decision: Decision
    scorer: LeadScorer


def lead_card(trained: TrainedLeads) -> dict[str, Any]:
    """Writes the card of a scorer.

    Parameters
    ----------
    trained : TrainedLeads
        Everything that its training found.

    Returns
    -------
    dict
        Strings, finite numbers, booleans, None, lists and dictionaries.
    """
    check = trained.calibration.check
    line = {"intercept": trained.calibration.intercept, "slope": trained.calibration.slope}
    card = {
        "name": MODEL,
        "made_with": f"salescope {version_of('salescope')}",
        "data": _data_of(trained.data),
        "verdict": asdict(trained.judgement.verdict),
        "decision": asdict(trained.decision),
        "figures": _figures_of(trained.data, trained.judgement),
        "calibration": {**asdict(check), "message": check.message, **line},
        "reliability": reliability(
            trained.data.y[trained.judgement.split.test], trained.calibration.probabilities
        ).to_dict("records"),
        "importance": importance_of(trained.scorer, trained.data),
        "audit": [asdict(finding) for finding in trained.audit.findings],
        "learner": trained.scorer.learner_,
        "notes": trained.scorer.notes_,
        "recipe": trained.recipe,
    }
    written: dict[str, Any] = plain(card)
    return written


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


def _data_of(data: LeadData) -> dict[str, Any]:
    newest = data.order[np.argsort(data.order, kind="stable")[-1]]
    return {
        "rows": len(data.y),
        "closed": data.closed,
        "won": data.won,
        "lost": len(data.y) - data.won,
        "open": len(data.still_open),
        "quarantined": sum(len(table.rejected) for table in data.tables.values()),
        "digest": data.digest,
        "as_of": data.as_of,
        "trained_through": newest,
    }


def _figures_of(data: LeadData, judgement: Judgement) -> dict[str, Any]:
    rows = [
        {"label": "the newest outcomes", "n": len(judgement.newest), **judgement.figures},
        {"label": "random folds (time ignored)", "n": len(data.y), **judgement.random},
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
        "table": rows,
        "remark": remark,
    }


def _named(period: int) -> str:
    """Names a calendar month that was numbered ``12 * year + month``; other periods keep their number."""
    year, month = divmod(period - 1, 12)
    return f"{year}-{month + 1:02d}" if year > MONTHS_FROM else str(period)
