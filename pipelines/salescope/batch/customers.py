"""Describes every customer of a workspace by the published models, and publishes the table of a night."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from salescope.batch.customer_choice import Choice, choose
from salescope.batch.customer_models import pinned, published_customer_models
from salescope.batch.customer_parts import CONTENT, REGION, Asked, parts_of, profile_part
from salescope.batch.customer_table import scores_of
from salescope.batch.engine import engine
from salescope.batch.leads import Tell
from salescope.features import Engine, customer_features
from salescope.project import Workspace
from salescope.registry import Published
from salescope.registry.durable_files import exclusive_lock
from salescope.scoring import Baskets
from salescope.sources import read_table, write_quarantine
from salescope.store import (
    CUSTOMERS,
    AnsweredBy,
    NewPublication,
    Profile,
    Publication,
    Store,
    profile_lines,
    publish_profiles,
    record_predictions,
    retire_publications,
)

__all__ = ["CustomerScores", "score_customers"]

READ = ("orders", "contacts", "invoices", "products", "customers")
KEEP = 90
LOCK_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerScores:
    """Holds what a night said of all customers.

    Parameters
    ----------
    scores : DataFrame, shape (n_customers, n_columns)
        One row a customer, from the highest gain on; see `salescope.batch.customer_table.scores_of`.
    publication : Publication
        The table in the store, current from now on.
    published : mapping of str to Published
        The models that answered.
    quarantined : int
        Rows of all tables that were rejected.
    as_of : datetime
        The moment customers were looked at, naive.
    """

    scores: pd.DataFrame
    publication: Publication
    published: Mapping[str, Published]
    quarantined: int
    as_of: datetime


def score_customers(
    workspace: Workspace,
    *,
    as_of: datetime,
    store: Store,
    language: str | None = None,
    top: int = 3,
    keep: int = KEEP,
    executor: Executor | None = None,
    tell: Tell | None = None,
) -> CustomerScores:
    """Describes every customer of a workspace, writes the answers into the ledger, and publishes them as one table.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "customers", "contacts", "invoices", "products" and "representatives" are read, where
        mapped; has the published models.
    as_of : datetime
        The moment at which customers are looked at, naive; only what was earlier counts.
    store : Store
        Has the ledger and the published tables.
    language : {"en", "zh"}, optional
        The language of names and reasons; the workspace's by default.
    top : int, default 3
        At most so many reasons for and against, and so many products.
    keep : int, default 90
        So many tables are kept, this one among them.
    executor : Executor, optional
        Where partitions are worked on, as ``client.get_executor()`` of Dask; by default spawned processes, where there
        are rows and cores enough.
    tell : callable, optional
        Is told the customers done and the customers in all.

    Returns
    -------
    CustomerScores
        Of everybody of whom anything is recorded before the moment, each once.

    Raises
    ------
    NothingPublishedError
        If no model of customers was promoted yet.
    SourceError
        If a table cannot be read.
    MissingColumnError
        If a column that a model has learned from is missing.
    BusyError
        If another run is at work in the same workspace.

    Notes
    -----
    Partitions are written as Parquet under the workspace's state folder, by names that say their content: a run after
    one that was killed does only what is missing. A customer's profile does not depend on the others but for its rank,
    which is given at the end, within each representative's capacity.
    """
    published = published_customer_models(workspace.published)
    tables = {name: read_table(workspace, name) for name in (*READ, "representatives") if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    frames = {name: table.frame for name, table in tables.items()}
    moment = pd.Timestamp(as_of)
    asked = Asked(bundles=pinned(published), as_of=moment, language=language or workspace.language, top=top)
    folder = workspace.state / "batch" / "customers"
    with exclusive_lock(folder / ".lock", timeout=LOCK_SECONDS):
        paths = _described(frames, asked, folder=folder, executor=executor, tell=tell)
        choice = choose(paths, representatives=frames.get("representatives"), language=asked.language)
        night = _Night(workspace, store, published, moment, top)
        scores, publication = night.publish(paths, choice)
        for path in folder.glob("*.parquet*"):
            path.unlink()
    retire_publications(store, keep=keep)
    quarantined = sum(len(table.rejected) for table in tables.values())
    return CustomerScores(
        scores=scores, publication=publication, published=published, quarantined=quarantined, as_of=as_of
    )


def _described(
    frames: Mapping[str, pd.DataFrame], asked: Asked, *, folder: Path, executor: Executor | None, tell: Tell | None
) -> list[Path]:
    """Has every partition described, and gives the files in the order of the customers."""
    # What does not fit into the memory goes beside the parts, under the lock of this run.
    spilling = Engine(spill_folder=str(folder / "spill"))
    known = {name: frames[name] for name in READ if name in frames}
    features = customer_features(known, as_of=asked.as_of, engine=spilling)
    orders = frames.get("orders")
    baskets = Baskets.from_records([]) if orders is None else Baskets.from_orders(orders, as_of=asked.as_of)
    paths, done = [], 0
    with engine(executor, rows=len(features)) as pool:
        sizes = {}
        for part in parts_of(features, baskets):
            path = folder / part.named(asked)
            paths.append(path)
            sizes[pool.submit(profile_part, part, asked=asked, path=path)] = len(part.features)
        for future in as_completed(sizes):
            future.result()
            done += sizes[future]
            if tell:
                tell(done, len(features))
    return paths


@dataclass(frozen=True, slots=True)
class _Night:
    """Writes what was said into the store."""

    workspace: Workspace
    store: Store
    published: Mapping[str, Published]
    as_of: pd.Timestamp
    top: int

    def publish(self, paths: list[Path], choice: Choice) -> tuple[pd.DataFrame, Publication]:
        at = datetime.now(UTC)
        new = NewPublication(
            name=CUSTOMERS,
            as_of=self.as_of.to_pydatetime().replace(tzinfo=UTC),
            at=at,
            versions={name: found.version for name, found in self.published.items()},
            currency=self.workspace.currency,
        )
        bundles = {name: (found.version, found.digest) for name, found in self.published.items()}
        by = AnsweredBy(bundles=bundles, request_id=f"batch-{uuid4().hex}", at=at, told=self.top > 0)
        rows: list[dict[str, Any]] = []
        publication = publish_profiles(self.store, self._profiles(paths, choice, by=by, rows=rows), of=new)
        return scores_of(rows), publication

    def _profiles(
        self, paths: list[Path], choice: Choice, *, by: AnsweredBy, rows: list[dict[str, Any]]
    ) -> Iterator[Profile]:
        """Gives one part after the other, each once its lines are in the ledger; keeps what the table shows."""
        as_of = self.as_of.to_pydatetime().replace(tzinfo=UTC)
        for path in paths:
            part = pd.read_parquet(path, columns=[REGION, "owner", CONTENT])
            contents = [choice.ranked(json.loads(content)) for content in part[CONTENT]]
            lines = [profile_lines(content, as_of=as_of, by=by) for content in contents]
            batches = [[line[model] for line in lines if model in line] for model in ("churn", "value")]
            record_predictions(self.store, batches)
            for content, owner, region in zip(contents, part["owner"], part[REGION], strict=True):
                told = {"owner": _word(owner), "region": _word(region)}
                rows.append({**told, "content": content})
                yield _profile(content, **told)


def _profile(content: dict[str, Any], *, owner: str | None, region: str | None) -> Profile:
    tier, churn, value, step = (content[name] for name in ("tier", "churn", "value", "next"))
    return Profile(
        customer_id=content["customer_id"],
        rank_score=(step and step["gain"]) or 0.0,
        owner=owner,
        region=region,
        tier=tier and tier["name"],
        churn_probability=churn and churn["probability"],
        expected_money=value and value["money"],
        content=content,
    )


def _word(cell: object) -> str | None:
    return cell if isinstance(cell, str) else None
