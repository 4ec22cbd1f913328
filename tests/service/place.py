"""A running service over a real scorer, made from data made here; the acceptance checks use the same."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx
import numpy as np
import pandas as pd
import uvicorn
from fastapi import APIRouter
from tests.store.made import ABOUT, forecast_edition, futures_edition, made_futures, made_rows

from salescope.bundle.scorers import bundle_model
from salescope.features import invoice_snapshots
from salescope.registry.published import publish
from salescope.scoring.leads import LeadScorer
from salescope.scoring.payments import PaymentScorer
from salescope.scoring.segments import Segmenter
from salescope.service import Extension, ServiceSettings, server_config
from salescope.store import create_key, open_store, publish_forecasts, publish_futures

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD = {"data": {"as_of": "2026-02-28"}, "figures": {"newest": {"auc": 0.8, "log_loss": 0.4}}, "learner": "ridge"}
LEAD = {"lead_id": "lead-1", "source": "web", "staff": 120, "region": "North", "newsletter": True}
SCOPES = (
    "customers:read",
    "customers:score",
    "forecasts:read",
    "invoices:score",
    "leads:score",
    "outcomes:write",
    "plans:read",
    "plans:write",
    "plans:approve",
    "models:read",
    "console:read",
    "admin",
)


def made_leads(*, seed: int, n_rows: int = 400) -> pd.DataFrame:
    """Makes closed leads whose chance follows source, staff and calls."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["web", "fair", "referral"], n_rows)
    staff = rng.integers(1, 500, n_rows)
    calls = rng.integers(0, 4, n_rows).astype(float)
    log_odds = np.where(source == "referral", 1.5, -0.5) + (staff - 250) / 200 + calls / 2 - 0.75
    return pd.DataFrame(
        {
            "source": source,
            "staff": staff,
            "region": rng.choice(["North", "South"], n_rows),
            "newsletter": rng.random(n_rows) < 0.5,
            "events_total": calls + rng.integers(0, 4, n_rows),
            "events_of_call": calls,
            "outcome": np.where(rng.random(n_rows) < 1 / (1 + np.exp(-log_odds)), "won", "lost"),
        }
    )


def made_scorer(*, seed: int) -> LeadScorer:
    return LeadScorer(seed=seed).fit(made_leads(seed=seed))


def made_bundle(scorer: LeadScorer) -> dict[str, bytes]:
    rows = made_leads(seed=99, n_rows=8).drop(columns="outcome")
    return bundle_model(scorer, canary_rows=rows, card=CARD, made_with="0.1.0")


def segments_bundle() -> dict[str, bytes]:
    """Is the smallest model of customers: tiers, cut by hand."""
    cuts = {"recency": [30, 60, 90, 180], "frequency": [1, 2, 4, 8], "money": [50, 100, 500, 1000]}
    features = pd.DataFrame(
        {
            "days_since_last_order": [3.0],
            "orders_365d": [9.0],
            "money_365d": [900.0],
            "days_since_first_order": [400.0],
        }
    )
    return bundle_model(Segmenter(cuts=cuts).fit(features), canary_rows=features, card=CARD, made_with="0.1.0")


def payments_bundle() -> dict[str, bytes]:
    """Is a payment scorer of drawn invoices, of which late payers are few customers."""
    rng = np.random.default_rng(0)
    issued = pd.Series(pd.Timestamp("2025-09-01") + pd.to_timedelta(rng.integers(0, 90, 150), unit="D"))
    whose = rng.integers(0, 12, 150)
    takes = pd.to_timedelta(np.where(whose < 5, 40, 20) + rng.integers(-6, 7, 150), unit="D")
    invoices = pd.DataFrame({"invoice_id": range(150), "customer_id": whose, "issued_at": issued, "amount": 50.0})
    invoices = invoices.assign(due_at=issued + pd.Timedelta(days=30), paid_at=issued + takes)
    snapshots = invoice_snapshots(invoices, as_of="2026-01-15")
    return bundle_model(PaymentScorer().fit(snapshots), canary_rows=snapshots, card=CARD, made_with="0.1.0")


def publish_sales(place: Place, *, day: int = 0, scale: float = 1.0) -> None:
    """Publishes forecasts of a small tree."""
    store = open_store(place.settings().store_url.get_secret_value())
    publish_forecasts(store, made_rows(scale=scale), of=forecast_edition(day), about=ABOUT)
    store.close()


def publish_made_futures(place: Place, *, day: int = 0, **changes: object) -> None:
    """Publishes futures of the small tree."""
    store = open_store(place.settings().store_url.get_secret_value())
    publish_futures(store, made_futures(**changes), of=futures_edition(day))
    store.close()


@dataclass(frozen=True)
class Place:
    """Is a folder with everything that a service needs, and a key for each scope."""

    folder: Path
    keys: dict[str, str]

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def leads(self) -> Path:
        return self.published / "leads"

    def settings(self, **changes: object) -> ServiceSettings:
        store_url = f"sqlite:///{self.folder}/service.db"
        return ServiceSettings(**{"published": self.published, "store_url": store_url, **changes})

    def headers(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}


def made_place(folder: Path, bundle: dict[str, bytes] | None = None) -> Place:
    """Makes a folder with a store and keys, and with version 1 promoted where there is a bundle."""
    store = open_store(f"sqlite:///{folder}/service.db")
    keys = {scope: create_key(store, label=scope, scopes=[scope], at=NOW).secret for scope in SCOPES}
    store.close()
    place = Place(folder, keys)
    place.published.mkdir()
    if bundle is not None:
        publish(place.leads, bundle, version="1")
    return place


@dataclass(frozen=True)
class Addresses:
    """Is an extension of the service."""

    router: APIRouter
    open_paths: frozenset[str] = frozenset()
    open_prefixes: tuple[str, ...] = ()


class Running:
    """Is one service on a free port of this machine, in a thread of this process."""

    def __init__(self, settings: ServiceSettings, *, extensions: Sequence[Extension] = ()) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        config = server_config(settings, extensions=extensions, clock=lambda: NOW)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    def start(self) -> httpx.Client:
        self.thread.start()
        deadline = monotonic() + 60
        while not self.server.started:
            assert self.thread.is_alive(), "the service did not start"
            assert monotonic() < deadline, "the service did not start in time"
            self.thread.join(0.005)
        host, port = self.socket.getsockname()
        return httpx.Client(base_url=f"http://{host}:{port}", timeout=60, trust_env=False)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(60)
        self.socket.close()
        assert not self.thread.is_alive()


def main(folder: Path) -> None:
    """Serves a place from a process of its own, on a free port that is the first line printed."""
    place = made_place(folder, made_bundle(made_scorer(seed=1)))
    publish(place.published / "segments", segments_bundle(), version="1")
    publish(place.published / "payments", payments_bundle(), version="1")
    publish_sales(place)
    publish_made_futures(place)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], place.keys["admin"], flush=True)
        uvicorn.Server(server_config(place.settings(log_level="ERROR"))).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
