"""Scores a table of leads with the published model, by the same definitions as a live call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pandas as pd

from salescope.bundle import load_as
from salescope.features.behaviour import event_kinds
from salescope.features.leads import lead_features
from salescope.frames.errors import UnknownNameError
from salescope.project import Workspace
from salescope.registry import Published, load_current
from salescope.scoring import LeadScorer
from salescope.sources import CheckedTable, read_table, write_export
from salescope.store import Prediction, Store, encode_reasons, record_predictions

__all__ = ["BatchScores", "score_leads", "write_scores"]

MODEL = "leads"
CHUNK = 10_000
KNOWN_AFTER = ("outcome", "outcome_at", "amount")
FORMATS = (".csv", ".parquet", ".xlsx", ".json")

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchScores:
    """Holds the scores of a table.

    Parameters
    ----------
    scores : DataFrame, shape (n_rows, n_columns)
        lead_id, probability, score, grade, previous_score, change, reasons_for, reasons_against; as the rows came.
    checked : CheckedTable
        What was read, with the quarantined rows.
    published : Published
        The model that answered.
    as_of : datetime
        The moment the leads were looked at, naive UTC.
    """

    scores: pd.DataFrame
    checked: CheckedTable
    published: Published
    as_of: datetime


def score_leads(
    workspace: Workspace,
    *,
    path: Path | None,
    as_of: datetime,
    language: str,
    store: Store,
    top: int = 3,
    tell: Tell | None = None,
) -> BatchScores:
    """Scores the leads of a file, or the open leads of the workspace, and writes the answers into the ledger.

    Parameters
    ----------
    workspace : Workspace
        Says how columns are named; has the published model and the leads' events.
    path : Path or None
        A file with the same columns as the workspace's leads; None scores the workspace's open leads.
    as_of : datetime
        The moment at which leads are looked at, naive; only earlier events count.
    language : {"en", "zh"}
        The language of the reasons.
    store : Store
        Has the ledger, from which a lead's previous score is known.
    top : int, default 3
        At most so many reasons for and against.
    tell : callable, optional
        Is told the rows done and the rows in all.

    Returns
    -------
    BatchScores

    Raises
    ------
    NothingPublishedError
        If no model was promoted yet.
    SourceError
        If the file cannot be read.
    """
    published, files = load_current(workspace.published_of(MODEL))
    scorer = load_as(LeadScorer, files, digest=published.digest)
    checked = _read(workspace, path)
    leads = checked.frame if path is not None else _open(checked.frame)
    events = read_table(workspace, "lead_events").frame if "lead_events" in workspace.tables else None
    parts, done = [], 0
    for chunk in _chunks(leads):
        described = lead_features(
            chunk, events, as_of=as_of, kinds=event_kinds(scorer.columns_) if events is not None else None
        )
        scored = scorer.predict_scores(described, as_of=as_of, language=language, top=top)
        ids = chunk["lead_id"].astype(str).tolist()
        before = _record(scored, ids, published=published, as_of=as_of, store=store, told=top > 0)
        parts.append(_laid_out(scored, ids, before=before))
        done += len(chunk)
        if tell:
            tell(done, len(leads))
    scores = pd.concat(parts, ignore_index=True) if parts else _laid_out_nothing()
    return BatchScores(scores=scores, checked=checked, published=published, as_of=as_of)


def write_scores(scores: pd.DataFrame, path: Path) -> None:
    """Writes scores in the format that the file's ending names.

    Parameters
    ----------
    scores : DataFrame, shape (n_rows, n_columns)
        Of `score_leads`.
    path : Path
        Ends with .csv, .parquet, .xlsx or .json; an existing file is replaced.

    Raises
    ------
    UnknownNameError
        If the ending is another.

    Notes
    -----
    No text of a .csv or .xlsx file is run as a formula, see `salescope.sources.write_export`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix.lower():
        case ".csv" | ".xlsx":
            write_export(scores.itertuples(index=False, name=None), path, columns=[str(name) for name in scores])
        case ".parquet":
            scores.to_parquet(path, index=False)
        case ".json":
            path.write_text(_json(scores), encoding="utf-8")
        case ending:
            raise UnknownNameError(ending, what="file ending", where=str(path), accepted=FORMATS)


def _read(workspace: Workspace, path: Path | None) -> CheckedTable:
    if path is None:
        return read_table(workspace, "leads")
    # New leads have no outcome yet, so nothing about it is asked of the file.
    table = workspace.tables["leads"]
    columns = {ours: theirs for ours, theirs in table.columns.items() if ours not in KNOWN_AFTER}
    source = {"path": str(path.resolve()), "url": None, "table": None, "query": None}
    leads = workspace.leads.model_copy(
        update={
            "outcome": None,
            "exclude": (),
            "exclude_if_present": workspace.leads.exclude,
            "order_by": "row_order",
            "period": None,
        }
    )
    tables = {**workspace.tables, "leads": table.model_copy(update={**source, "columns": columns})}
    return read_table(workspace.model_copy(update={"tables": tables, "leads": leads}), "leads")


def _open(leads: pd.DataFrame) -> pd.DataFrame:
    return leads[~leads["outcome"].isin(["won", "lost"])] if "outcome" in leads.columns else leads


def _chunks(leads: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, len(leads), CHUNK):
        yield leads.iloc[start : start + CHUNK].reset_index(drop=True)


def _record(
    scored: pd.DataFrame, lead_ids: Sequence[str], *, published: Published, as_of: datetime, store: Store, told: bool
) -> dict[str, int]:
    """Writes a chunk into the ledger and returns what was said of its leads before."""
    at, request_id = datetime.now(UTC), f"batch-{uuid4().hex}"
    lines = [
        Prediction(
            subject_id=lead_id,
            model=MODEL,
            version=published.version,
            digest=published.digest,
            probability=float(probability),
            score=int(score),
            grade=grade,
            as_of=as_of.replace(tzinfo=UTC),
            request_id=request_id,
            at=at,
            reasons=encode_reasons(reasons) if told else None,
        )
        for lead_id, probability, score, grade, reasons in zip(
            lead_ids, scored["probability"], scored["score"], scored["grade"], scored["reasons"], strict=True
        )
    ]
    return record_predictions(store, [lines])[0]


def _laid_out(scored: pd.DataFrame, lead_ids: Sequence[str], *, before: dict[str, int]) -> pd.DataFrame:
    previous = pd.Series([before.get(lead_id) for lead_id in lead_ids], dtype="Int64")
    score = scored["score"].astype("Int64").reset_index(drop=True)
    return pd.DataFrame(
        {
            "lead_id": lead_ids,
            "probability": scored["probability"].to_numpy(),
            "score": scored["score"].to_numpy(),
            "grade": scored["grade"].to_numpy(),
            "previous_score": previous,
            "change": score - previous,
            "reasons_for": [_said(reasons, direction=1) for reasons in scored["reasons"]],
            "reasons_against": [_said(reasons, direction=-1) for reasons in scored["reasons"]],
        }
    )


def _laid_out_nothing() -> pd.DataFrame:
    empty = pd.DataFrame({"probability": [], "score": [], "grade": [], "reasons": []})
    return _laid_out(empty, [], before={})


def _said(reasons: Sequence[object], *, direction: int) -> str:
    return "; ".join(reason.text for reason in reasons if (reason.contribution > 0) == (direction > 0))  # type: ignore[attr-defined]


def _json(scores: pd.DataFrame) -> str:
    # Not to_json of pandas, which keeps 15 digits of a probability and not all of its bits.
    records = scores.astype(object).where(scores.notna(), None).to_dict("records")
    return json.dumps(records, ensure_ascii=False, indent=2)
