"""A running console's whole surroundings: a trained model, its card, a published folder, a ledger with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from salescope.bundle import bundle_model
from salescope.evaluation import auc_interval, check_calibration, classifier_metrics, judge, reliability
from salescope.features import lead_features, lead_snapshots
from salescope.registry.published import Published, publish
from salescope.scoring import LeadScorer
from salescope.simulation import CompanySize, MadeCompany, simulate
from salescope.store import (
    FORECASTS,
    ForecastRow,
    NewPublication,
    Outcome,
    Prediction,
    Store,
    encode_reasons,
    publish_forecasts,
    record_outcomes,
    record_predictions,
)

NOW = datetime(2024, 11, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Exhibit:
    """Is a trained model of a made company, with what it says about the company's open leads."""

    company: MadeCompany
    scorer: LeadScorer
    card: dict[str, Any]
    files: dict[str, bytes]
    scores: pd.DataFrame


def make_exhibit(size: CompanySize) -> Exhibit:
    company = simulate(seed=7, size=size)
    leads, events = company.tables["leads"], company.tables["lead_events"]
    snapshots = lead_snapshots(leads, events, as_of=company.end, seed=0).sort_values("as_of", ignore_index=True)
    y = snapshots.pop("y")
    older = int(0.8 * len(y))
    tried = LeadScorer().fit(snapshots[:older], y[:older])
    newest = tried.predict_proba(snapshots[older:].reset_index(drop=True))[:, 1]
    scorer = LeadScorer().fit(snapshots, y)
    card = card_of(
        y.to_numpy(), newest=newest, rows=older, company=company, importance=importance_of(scorer, snapshots)
    )
    still_open = leads[leads["outcome"] == "open"].reset_index(drop=True)
    facts = lead_features(still_open, events, as_of=company.end)
    if "lead_id" not in facts:
        facts.insert(0, "lead_id", still_open["lead_id"])
    scores = scorer.predict_scores(facts)
    files = bundle_model(scorer, canary_rows=snapshots.tail(20), card=card, made_with="salescope test")
    return Exhibit(company, scorer, card, files, scores)


def importance_of(scorer: LeadScorer, rows: pd.DataFrame) -> dict[str, float]:
    return scorer.contributions(rows.tail(200)).drop(columns="base").abs().mean().to_dict()


def card_of(
    y: np.ndarray, *, newest: np.ndarray, rows: int, company: MadeCompany, importance: dict[str, float]
) -> dict[str, Any]:
    test = y[rows:]
    figures = classifier_metrics(test, newest)
    check = check_calibration(test, newest)
    table = [{"label": "the newest outcomes", "n": len(test), **figures}]
    card = {
        "name": "leads",
        "made_with": "salescope test",
        "as_of": str(company.end.date()),
        "data": {
            "rows": len(y),
            "won": int(y.sum()),
            "lost": int(len(y) - y.sum()),
            "open": int((company.tables["leads"]["outcome"] == "open").sum()),
            "quarantined": 0,
            "digest": company.digest(),
            "as_of": str(company.end.date()),
            "trained_through": str(company.end.date()),
        },
        "verdict": asdict(judge(test, newest)),
        "decision": {"promote": True, "message": "Promoted."},
        "figures": {
            "newest": figures,
            "auc_95": asdict(auc_interval(test, newest)),
            "table": table,
            "remark": "Random folds flatter the AUC by +0.004.",
        },
        "calibration": {**asdict(check), "message": check.message},
        "reliability": reliability(test, newest).to_dict("records"),
        "importance": importance,
        "audit": [],
        "notes": {},
    }
    return finite(card)


def finite(value: Any) -> Any:
    """Turns what JSON has no number for into None, as the trainer does."""
    if isinstance(value, dict):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, list):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def fill_ledger(store: Store, exhibit: Exhibit, *, published: Published, days: Sequence[int] = (21, 14, 7, 0)) -> None:
    """Writes an answer about every open lead some days ago and today; what came before was a little off."""
    rng = np.random.default_rng(0)
    for ago in days:
        at = NOW - timedelta(days=ago)
        moved = np.zeros(len(exhibit.scores)) if ago == 0 else rng.normal(0, 6, len(exhibit.scores))
        batch = [
            Prediction(
                subject_id=row.lead_id,
                model="leads",
                version=published.version,
                digest=published.digest,
                probability=float(row.probability),
                score=int(np.clip(row.score + np.round(shift), 1, 100)),
                grade=row.grade,
                as_of=at,
                request_id=f"night-{ago}",
                at=at,
                reasons=encode_reasons(row.reasons),
            )
            for row, shift in zip(exhibit.scores.itertuples(), moved, strict=True)
        ]
        record_predictions(store, [batch])


def fill_outcomes(store: Store, exhibit: Exhibit) -> None:
    """Closes every other lead two days ago, as its chance says."""
    rng = np.random.default_rng(1)
    outcomes = [
        Outcome(
            key=row.lead_id,
            subject_kind="lead",
            subject_id=row.lead_id,
            kind="won" if rng.random() < row.probability else "lost",
            happened_at=NOW - timedelta(days=2),
            received_at=NOW,
            request_id="night",
        )
        for row in exhibit.scores.iloc[::2].itertuples()
    ]
    record_outcomes(store, [outcomes])


def fill_forecasts(store: Store) -> None:
    """Publishes a year of forecasts of two regions and four representatives, with a season and what it is made of."""
    nodes = {"all": ("all", 10), "region=北區": ("region", 6), "region=South": ("region", 4)}
    nodes |= {f"region=北區/rep=R-{number}": ("rep", 3) for number in (1, 2)}
    nodes |= {f"region=South/rep=R-{number}": ("rep", 2) for number in (3, 4)}
    rows = []
    for node, (level, size) in nodes.items():
        for step in range(1, 13):
            trend, season = 3e5 * size * (1 + step / 60), 6e4 * size * float(np.sin(2 * np.pi * step / 12))
            mean, wide = trend + season, 2e4 * size * step**0.5
            ends = {"lo_80": mean - wide, "hi_80": mean + wide, "lo_95": mean - 1.6 * wide, "hi_95": mean + 1.6 * wide}
            told = {"mean": mean, "baseline": 0.94 * trend, **ends, "contributions": {"trend": trend, "season": season}}
            day = (pd.Timestamp(2024, 11, 1) + pd.DateOffset(months=step - 1)).date()
            rows.append(ForecastRow(node=node, level=level, date=day, step=step, **told))
    about = {
        "frequency": "month",
        "horizon": 12,
        "unit": "money",
        "levels": ["all", "region", "rep"],
        "coverage": {
            "all": {"80": 0.75, "95": 0.92},
            "region": {"80": 0.79, "95": 0.95},
            "rep": {"80": 0.81, "95": None},
        },
    }
    new = NewPublication(name=FORECASTS, as_of=NOW, at=NOW, versions={"sales": "3"}, currency="TWD")
    publish_forecasts(store, rows, of=new, about=about)


def open_room(folder: Path, exhibit: Exhibit) -> Published:
    return publish(folder, exhibit.files, version="1")
