"""Row 9: what a night says of 1,000 customers and what the service answers when their facts are sent are the same bits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from sqlalchemy import select
from tests.acceptance.outcome import Outcome
from tests.batch.customer_night import night
from tests.scoring.customer_company import CustomerCompany
from tests.service.place import Running

from salescope.batch import score_customers
from salescope.project import Workspace
from salescope.service import ServiceSettings
from salescope.simulation import CompanySize
from salescope.sources import read_table
from salescope.store import Store, create_key, open_store, profile_of
from salescope.store.tables import PREDICTIONS

CUSTOMERS, A_CALL = 1_000, 100
LISTS = ("orders", "contacts", "invoices")
# What only somebody can say who knows all customers, or the call rather than the customer.
OF_ALL = {"rank", "because"}
OF_THE_CALL = {"result", "trend", "as_of", "models"}
LINE = ["subject_id", "model", "version", "digest", "probability", "score", "grade", "value", "value_low", "value_high"]
LINE += ["horizon_days", "outcome_window_days", "as_of", "reasons"]


@dataclass(frozen=True)
class Compared:
    """Counts what was compared, and what differs in any bit."""

    customers: int
    profiles_differ: int
    lines: int
    lines_differ: int


def compared(workspace: Workspace, *, as_of: datetime, customers: int, executor: Executor | None = None) -> Compared:
    """Describes everybody by night, then sends the facts of some to the service, and compares."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/service.db"
        with closing(open_store(url)) as store:
            told = score_customers(workspace, as_of=as_of, store=store, executor=executor)
            names = sorted(told.scores["customer_id"])[:: max(len(told.scores) // customers, 1)][:customers]
            key = create_key(store, label="CRM", scopes=["customers:score"], at=datetime.now(UTC)).secret
            running = Running(ServiceSettings(published=workspace.published, store_url=url))
            with running.start() as client:
                headers = {"Authorization": f"Bearer {key}"}
                results = []
                for records in calls(workspace, names):
                    body = {"records": records, "as_of": f"{as_of.isoformat()}Z", "top": 3}
                    answer = client.post("/v1/customers:score", json=body, headers=headers)
                    answer.raise_for_status()
                    results += answer.json()["results"]
            running.stop()
            differ = sum(not same(store, result) for result in results)
            batch, live = lines_of(store, names)
    unlike = int((~((batch == live) | (batch.isna() & live.isna()))).any(axis=1).sum())
    return Compared(len(results), differ, len(live), unlike)


def calls(workspace: Workspace, names: list[str]) -> Iterator[list[dict[str, Any]]]:
    """Says customers as a CRM would, with their facts, by nothing but plain loops."""
    category = dict(read_table(workspace, "products").frame[["product_id", "category"]].itertuples(index=False))
    facts: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for table in LISTS:
        for row in read_table(workspace, table).frame.to_dict("records"):
            fact = plain(row)
            if table == "orders":
                fact["category"] = category.get(row["product_id"])
            facts.setdefault(row["customer_id"], {}).setdefault(table, []).append(fact)
    listed = {row["customer_id"]: plain(row) for row in read_table(workspace, "customers").frame.to_dict("records")}
    empty: dict[str, list[Any]] = {name: [] for name in LISTS}
    records = [{**listed[name], **empty, **facts.get(name, {})} for name in names]
    for start in range(0, len(records), A_CALL):
        yield records[start : start + A_CALL]


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leaves out what is missing, and writes times as text."""
    told = {name: value for name, value in row.items() if not pd.isna(value)}
    return {name: value.isoformat() if isinstance(value, pd.Timestamp) else value for name, value in told.items()}


def same(store: Store, result: Mapping[str, Any]) -> bool:
    """Compares an answer with the published profile as text, digit for digit."""
    found = profile_of(store, result["customer_id"])
    assert found is not None, result
    return said(found.profile.content) == said(result)


def said(content: Mapping[str, Any]) -> str:
    step = content["next"] and {name: value for name, value in content["next"].items() if name not in OF_ALL}
    told = {name: value for name, value in content.items() if name not in OF_THE_CALL}
    # One 3.0 is a whole number in the one encoder and not in the other.
    return json.dumps({**told, "next": step}, sort_keys=True, default=str)


def lines_of(store: Store, names: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    with store.reading() as connection:
        lines = pd.DataFrame(connection.execute(select(PREDICTIONS).order_by(PREDICTIONS.c.id)).mappings().all())
    lines = lines[lines["subject_id"].isin(names)]
    by_night = lines["request_id"].str.startswith("batch-")
    parts = (lines[by_night], lines[~by_night])
    batch, live = (part[LINE].sort_values(["subject_id", "model"], ignore_index=True) for part in parts)
    return batch.astype(object), live.astype(object)


def run() -> Outcome:
    """Compares 1,000 customers of the demo's company, the night worked on in a spawned process."""
    with TemporaryDirectory() as folder:
        company = CustomerCompany(CompanySize.small())
        workspace = night(Path(folder), of=company, ending="csv")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found = compared(workspace, as_of=company.as_of.to_pydatetime(), customers=CUSTOMERS, executor=pool)
    figure = (
        f"{found.profiles_differ} of {found.customers:,} profiles and {found.lines_differ} of {found.lines:,} lines of "
        "the ledger differ in any bit between the nightly batch and the live call"
    )
    return Outcome(figure, found.customers == CUSTOMERS and found.profiles_differ == found.lines_differ == 0)
