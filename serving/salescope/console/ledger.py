"""The console's data from the service's own store and the folder of promoted bundles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Subquery, func, select

from salescope.bundle import CARD, parse_json
from salescope.console.card import ModelCard, card_of
from salescope.console.data import LeadPage, LeadReason, LeadWish, PastScore, PublishedModel, ScoredLead, Viewer
from salescope.frames.errors import DamagedBundleError, NothingPublishedError
from salescope.registry.published import Published, current, read_bundle
from salescope.store import (
    ForecastPage,
    ForecastWish,
    NodeForecast,
    Store,
    decode_reasons,
    find_key,
    forecast_page,
    forecasts_of,
    list_keys,
)
from salescope.store.model_record import LOOK_BACK, RecordWish, model_record
from salescope.store.tables import PREDICTIONS

__all__ = ["SCOPE", "LedgerData"]

SCOPE = "console:read"
MODEL = "leads"
LONGEST_HISTORY = 50
FACTS = ("id", "subject_id", "probability", "score", "grade", "version", "as_of", "at")


@dataclass(frozen=True, slots=True)
class LedgerData:
    """Answers the console from the ledger of predictions.

    Parameters
    ----------
    store : Store
        The service's database.
    published : Path
        The folder of the promoted bundles of leads.
    clock : callable
        Gives now, an aware instant.
    """

    store: Store
    published: Path
    clock: Callable[[], datetime]

    def sign_in(self, key: str) -> Viewer | None:
        """Finds who presents an API key; None where it may not open the console."""
        found = find_key(self.store, key, at=self.clock())
        return Viewer(found.id, found.label) if found is not None and found.allows(SCOPE) else None

    def may_stay(self, viewer: Viewer) -> bool:
        """Says whether a viewer's key still opens the console."""
        now = self.clock()
        return any(
            key.id == viewer.key_id and key.is_active(now) and key.allows(SCOPE) for key in list_keys(self.store)
        )

    def models(self) -> list[PublishedModel]:
        """Lists promoted versions, the current one first; empty where nothing was promoted."""
        try:
            newest = current(self.published)
        except NothingPublishedError:
            return []
        return [_model(bundle) for bundle in (newest, *newest.previous)]

    def leads(self, wish: LeadWish) -> LeadPage:
        """Ranks the leads by their last answer."""
        with self.store.reading() as connection:
            counts = _counts(connection)
            rows = _page(connection, wish)
            reasons = _reasons(connection, rows)
        return LeadPage([_lead(row, reasons) for row in rows], counts)

    def track(self, model: str) -> dict[str, Any]:
        """Gives a model's track record of the last year, as `salescope.store.model_record` writes it."""
        now = self.clock()
        return model_record(self.store, RecordWish(model=model, since=now - LOOK_BACK, until=now)).document()

    def forecasts(self, wish: ForecastWish) -> ForecastPage:
        """Reads one page of published forecasts."""
        return forecast_page(self.store, wish)

    def forecast(self, node: str) -> NodeForecast | None:
        """Finds the published forecast of a node; None where there is none."""
        return forecasts_of(self.store, node=node)

    def lead(self, lead_id: str) -> ScoredLead | None:
        """Finds one lead with its history and reasons; None where it was never scored."""
        with self.store.reading() as connection:
            last = _latest(PREDICTIONS.c.subject_id == lead_id)
            row = connection.execute(select(last).where(last.c.place == 1)).one_or_none()
            if row is None:
                return None
            history = _history(connection, lead_id)
            reasons = _reasons(connection, [row])
        return replace(_lead(row, reasons), history=history)


def _model(bundle: Published) -> PublishedModel:
    return PublishedModel(bundle.version, bundle.digest, _card(bundle.path, bundle.digest))


@lru_cache(maxsize=16)
def _card(path: Path, digest: str) -> ModelCard | None:
    """Reads a card once: a digest never comes to mean another bundle."""
    try:
        return card_of(parse_json(read_bundle(path, digest=digest)[CARD], file=CARD))
    except DamagedBundleError:
        return None


def _latest(*conditions: ColumnElement[bool]) -> Subquery:
    """Selects answers numbered from the newest of each lead, with the score before beside them."""
    table = PREDICTIONS.c
    order = (table.at.desc(), table.id.desc())
    # Without the reasons: the database would sort them with every answer, and a page shows those of a few.
    facts = [table[name] for name in FACTS]
    return (
        select(
            *facts,
            func.row_number().over(partition_by=table.subject_id, order_by=order).label("place"),
            func.lead(table.score).over(partition_by=table.subject_id, order_by=order).label("previous"),
        )
        .where(table.model == MODEL, table.subject_id.is_not(None), *conditions)
        .subquery()
    )


def _counts(connection: Connection) -> dict[str, int]:
    last = _latest()
    query = select(last.c.grade, func.count()).where(last.c.place == 1).group_by(last.c.grade)
    return {grade: int(count) for grade, count in connection.execute(query)}


def _page(connection: Connection, wish: LeadWish) -> Sequence[Row[Any]]:
    last = _latest()
    query = select(last).where(last.c.place == 1)
    if wish.grade is not None:
        query = query.where(last.c.grade == wish.grade)
    # The lead's id breaks ties, so that no lead is on two pages.
    ranked = query.order_by(last.c.score.desc(), last.c.probability.desc(), last.c.subject_id)
    return connection.execute(ranked.limit(wish.size).offset((wish.page - 1) * wish.size)).all()


def _history(connection: Connection, lead_id: str) -> tuple[PastScore, ...]:
    table = PREDICTIONS.c
    query = select(table.score, table.grade, table.version, table.at).where(
        table.model == MODEL, table.subject_id == lead_id
    )
    rows = connection.execute(query.order_by(table.at.desc(), table.id.desc()).limit(LONGEST_HISTORY))
    return tuple(PastScore(row.score, row.grade, row.version, row.at) for row in rows)


def _reasons(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, tuple[LeadReason, ...]]:
    table = PREDICTIONS.c
    query = select(table.id, table.reasons).where(table.id.in_([row.id for row in rows]))
    return {
        row.id: tuple(LeadReason(reason.text, reason.contribution) for reason in decode_reasons(row.reasons))
        for row in connection.execute(query)
    }


def _lead(row: Row[Any], reasons: Mapping[int, tuple[LeadReason, ...]]) -> ScoredLead:
    return ScoredLead(
        lead_id=row.subject_id,
        probability=row.probability,
        score=row.score,
        grade=row.grade,
        version=row.version,
        as_of=row.as_of,
        at=row.at,
        previous=row.previous,
        reasons=reasons[row.id],
    )
