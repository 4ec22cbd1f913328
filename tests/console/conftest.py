"""A console over made-up data, whose every answer the tests know."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI
from tests.store.made import ABOUT, made_rows

from salescope.console import (
    LeadPage,
    LeadReason,
    LeadWish,
    PastScore,
    PublishedModel,
    ScoredLead,
    Viewer,
    console_routes,
)
from salescope.console.card import card_of
from salescope.evaluation import estimated_performance, track_record
from salescope.store import ForecastPage, ForecastRow, ForecastWish, NodeForecast, Publication
from salescope.store.judged_rows import LedgerCounts
from salescope.store.model_record import ModelRecord, RecordWish

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KEY = "ss_0123456789_" + "a" * 32
CARD: dict[str, Any] = {
    "made_with": "salescope 0.1.0",
    "data": {"rows": 5270, "won": 1215, "open": 730, "as_of": "2026-02-28", "trained_through": "2026-02-27", "digest": "d" * 64},
    "verdict": {"signal": True, "lo_95": 0.81, "hi_95": 0.86},
    "figures": {
        "newest": {"auc": 0.8451, "log_loss": 0.392, "calibration_error": 0.021, "lift_at_10": 3.14},
        "table": [
            {"label": "the newest outcomes", "n": 1054, "auc": 0.8451, "log_loss": 0.392, "calibration_error": 0.021, "lift_at_10": 3.14},
            {"label": "period 2026-02", "n": 200, "auc": None, "log_loss": 0.4, "calibration_error": 0.05, "lift_at_10": None},
        ],
        "remark": "Random folds flatter the AUC by +0.012.",
    },
    "calibration": {"error": 0.021, "p95": 0.034},
    "reliability": [
        {"bin": 0, "n_rows": 100, "probability": 0.05, "rate": 0.04, "lo_95": 0.02, "hi_95": 0.1},
        {"bin": 1, "n_rows": 100, "probability": 0.6, "rate": 0.63, "lo_95": 0.53, "hi_95": 0.72},
    ],
    "importance": {"source": 0.4, "last_event_kind": 0.2},
    "audit": [{"kind": "after_outcome", "columns": ["call_minutes_total"], "evidence": "Filled only once closed."}],
}  # fmt: skip


PUBLICATION = Publication(
    id=1, name="forecasts", as_of=NOW, at=NOW, versions={"sales": "9"}, currency="TWD", row_count=21, about=ABOUT
)


def scored(number: int, **changes: Any) -> ScoredLead:
    lead = ScoredLead(
        lead_id=f"L-{number:03d}",
        probability=(100 - number) / 120,
        score=100 - number,
        grade="ABCD"[number // 25],
        version="7",
        as_of=NOW,
        at=NOW,
        previous=None if number % 4 == 0 else 100 - number + (number % 4 - 2) * 3,
        reasons=(LeadReason("Source is 'referral' – raises the chance", 0.8), LeadReason("Title is 'Intern' – lowers the chance", -0.4)),
    )  # fmt: skip
    return replace(lead, **changes)


def record_of(model: str, *, n_rows: int = 0) -> ModelRecord:
    """Judges made answers of two versions in two months: chances that are true, and intervals around what came."""
    rng, number = np.random.default_rng(0), np.arange(n_rows)
    p, actual = rng.beta(2, 3, size=n_rows), rng.gamma(2.0, 50.0, size=n_rows)
    as_of = np.where(number % 2, pd.Timestamp("2026-01-05"), pd.Timestamp("2026-02-05"))
    rows = pd.DataFrame(
        {"model": model, "version": np.where(number % 4 < 2, "6", "7"), "as_of": as_of, "known_at": as_of, "probability": p,
         "y": (rng.random(n_rows) < p) * 1.0, "value": actual, "actual": actual, "value_low": actual - 9, "value_high": actual}
    )  # fmt: skip
    return ModelRecord(
        wish=RecordWish(model=model, since=NOW - timedelta(days=365), until=NOW),
        counts=LedgerCounts(answers=n_rows, outcomes=n_rows, last_outcome_at=None, next_judged_at=NOW),
        judged=n_rows,
        cells=track_record(rows) if n_rows else (),
        versions=track_record(rows, period="all") if n_rows else (),
        bins=({"bin": 0.0, "n_rows": 200.0, "probability": 0.4, "rate": 0.41, "lo_95": 0.35, "hi_95": 0.48},)
        if n_rows
        else (),
        estimated_version="7" if n_rows else None,
        estimated=estimated_performance(p) if n_rows else None,
    )


@dataclass
class Shelf:
    """Is data in memory; tests change what it holds."""

    promoted: list[PublishedModel] = field(
        default_factory=lambda: [
            PublishedModel("7", "e" * 64, card_of(CARD)),
            PublishedModel("6", "f" * 64, None),
        ]
    )
    scores: list[ScoredLead] = field(default_factory=lambda: [scored(number) for number in range(80)])
    records: dict[str, ModelRecord] = field(default_factory=lambda: {"leads": record_of("leads", n_rows=200)})
    publication: Publication | None = PUBLICATION
    forecast_rows: list[ForecastRow] = field(default_factory=lambda: list(made_rows(scale=1e6)))
    active: bool = True
    fails: Exception | None = None
    asked: list[object] = field(default_factory=list)

    def sign_in(self, key: str) -> Viewer | None:
        self._fail()
        return Viewer("0123456789", "Ada <admin>") if key == KEY and self.active else None

    def may_stay(self, viewer: Viewer) -> bool:
        self._fail()
        return self.active and viewer.key_id == "0123456789"

    def models(self) -> Sequence[PublishedModel]:
        self._fail()
        return self.promoted

    def leads(self, wish: LeadWish) -> LeadPage:
        self.asked.append(wish)
        wanted = [lead for lead in self.scores if wish.grade in {None, lead.grade}]
        counts: dict[str, int] = {}
        for lead in self.scores:
            counts[lead.grade] = counts.get(lead.grade, 0) + 1
        return LeadPage(wanted[(wish.page - 1) * wish.size : wish.page * wish.size], counts)

    def track(self, model: str) -> dict[str, Any]:
        self._fail()
        return self.records.get(model, record_of(model)).document()

    def forecasts(self, wish: ForecastWish) -> ForecastPage:
        self._fail()
        self.asked.append(wish)
        nodes: dict[str, list[ForecastRow]] = {}
        for row in self.forecast_rows:
            if row.level == wish.level and row.step == 1:
                nodes.setdefault(row.node, []).append(row)
        shown = tuple(tuple(rows) for _, rows in sorted(nodes.items()))[: wish.size]
        return ForecastPage(self.publication, shown, "more" if len(nodes) > wish.size else None)

    def forecast(self, node: str) -> NodeForecast | None:
        rows = tuple(row for row in self.forecast_rows if row.node == node)
        return NodeForecast(self.publication, rows) if rows and self.publication else None

    def lead(self, lead_id: str) -> ScoredLead | None:
        self.asked.append(lead_id)
        found = next((lead for lead in self.scores if lead.lead_id == lead_id), None)
        past = tuple(PastScore(60 + step, "B", "6", NOW - timedelta(days=step)) for step in range(3))
        return None if found is None else replace(found, history=past)

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


class Clock:
    """Is a clock that tests set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Visitor:
    """Is a browser with cookies in front of the application, without a socket between them."""

    def __init__(self, app: FastAPI, *, root_path: str = "") -> None:
        self.app = app
        transport = httpx.ASGITransport(app, root_path=root_path)
        self._client = httpx.AsyncClient(transport=transport, base_url="https://console.test")

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def get(self, address: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._client.get(address, **more))

    def post(self, address: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._client.post(address, **more))


@pytest.fixture
def visitor(shelf: Shelf, clock: Clock) -> Visitor:
    """Is a browser that has not signed in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(console_routes(lambda _: shelf, clock=clock))
    return Visitor(app)


@pytest.fixture
def viewer(visitor: Visitor) -> Visitor:
    """Is a browser that has."""
    answer = visitor.post("/console/sign-in", data={"key": KEY})
    assert answer.status_code == 303
    return visitor
